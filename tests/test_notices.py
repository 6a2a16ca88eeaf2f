"""News in the portal: told once in the newest words, read one by one, and taken back with what it told of."""

from datetime import timedelta

import pytest
from django.urls import reverse

from challenges import services as challenges
from challenges.services.talk import answer_question, ask
from oil_portal.core import clock
from oil_portal.core.models import Letter, Notice
from oil_portal.core.timeline import notify, record, take_back
from oil_portal.start_page import unread
from partners import services as partners
from projects import services as projects
from tests import factories as f
from tests.helpers import heard, queries_of


@pytest.fixture
def challenge(region):
    return f.ChallengeFactory(accepted=True, partner=region.company, translator=region.teacher)


def tell(challenge, person, remark, *, mail=False, event="edit"):
    entry = record(challenge, event, actor=None, remark=remark)
    notify(entry, [person], mail=mail)
    return entry


def test_news_stands_in_the_order_in_which_it_happened(region, login):
    for days in (1, 9, 4):
        about = f.ChallengeFactory(accepted=True, partner=region.company)
        with clock.at(clock.now() - timedelta(days=days)):
            tell(about, region.contact, f"{days} dagen geleden")
    html = login(region.contact).get(reverse("notices")).content.decode()
    places = [html.index(f"{days} dagen geleden") for days in (1, 4, 9)]
    assert places == sorted(places)


def test_the_start_page_says_who_did_it_and_begins_with_the_newest(region):
    for days, actor in ((1, region.contact), (3, None), (2, region.broker)):
        about = f.ChallengeFactory(accepted=True, partner=region.company)
        with clock.at(clock.now() - timedelta(days=days)):
            notify(record(about, "edit", actor=actor), [region.teacher])
    said = [news.label.partition(", ")[2] for news in unread(region.teacher)]
    assert said == [region.contact.first_and_initial, region.broker.first_and_initial, ""]


# --- Once, in the newest words ----------------------------------------------------------------------------------
def test_the_same_event_is_told_once_in_its_newest_words(region, challenge):
    for words in ("een", "twee", "drie"):
        tell(challenge, region.contact, words)
    assert Notice.objects.get(recipient=region.contact).entry.remark == "drie"


def test_what_was_read_is_told_anew(region, challenge):
    tell(challenge, region.contact, "een").notices.update(read_at=challenge.created_at)
    tell(challenge, region.contact, "twee")
    assert Notice.objects.filter(recipient=region.contact).count() == 2


def test_other_events_objects_and_people_are_apart(region, challenge):
    tell(challenge, region.contact, "een")
    tell(challenge, region.contact, "twee", event="assign")
    tell(challenge, region.broker, "drie")
    tell(f.ChallengeFactory(partner=region.company), region.contact, "vier")
    assert Notice.objects.count() == 4


def test_two_groups_hear_the_same_entry(region, challenge):
    entry = tell(challenge, region.contact, "een", mail=True)
    notify(entry, [region.broker])
    assert {notice.recipient for notice in entry.notices.all()} == {region.contact, region.broker}


def test_a_mail_that_waits_says_the_newest_words(region, challenge):
    tell(challenge, region.contact, "een", mail=True)
    entry = tell(challenge, region.contact, "twee")
    assert Letter.objects.get(to=region.contact.email).notice.entry == entry


# --- Taken back -------------------------------------------------------------------------------------------------
def test_what_was_undone_is_not_told(region, challenge):
    tell(challenge, region.contact, "een", mail=True)
    take_back(challenge, "edit")
    assert not Notice.objects.exists() and not Letter.objects.exists()


@pytest.mark.parametrize("told", ["read_at", "mailed_at", "told_at"])
def test_what_somebody_heard_is_not_unsaid(region, challenge, told):
    tell(challenge, region.contact, "een").notices.update(**{told: challenge.created_at})
    take_back(challenge, "edit")
    assert Notice.objects.count() == 1


def test_a_withdrawn_application_takes_its_news_along(region):
    project = f.ProjectFactory(run=region.run, coach=region.teacher)
    application = projects.apply(project=project, actor=region.student, motivation="Ik wil dit graag leren.")
    assert heard(region.teacher, "apply")
    projects.withdraw(application=application, actor=region.student)
    assert not heard(region.teacher, "apply") and heard(region.teacher, "withdraw")


def test_a_withdrawn_challenge_takes_its_news_along(region):
    challenge = f.ChallengeFactory(returned=True, partner=region.company, contact=region.contact)
    challenges.submit_challenge(challenge=challenge, actor=region.contact)
    assert heard(region.broker, "submit")
    challenges.withdraw_challenge(challenge=challenge, actor=region.contact)
    assert not heard(region.broker, "submit")


def test_who_confirmed_and_takes_it_back_is_heard_once(region):
    project = f.ProjectFactory(
        running=True, assignment__challenge__partner=region.company, run=region.run, coach=region.teacher
    )
    given = f.ContributionFactory(project=project, partner=region.company, by=region.contact, side="company")
    projects.confirm_contributions(given=[given], actor=region.teacher)
    given.refresh_from_db()
    projects.reopen(given=given, actor=region.teacher, remark="Toch een ander aantal uren.")
    assert heard(region.contact, "reopen") and not heard(region.contact, "confirm")


def test_an_answer_by_a_colleague_ends_the_question(region, challenge):
    colleague = f.UserFactory(contact=region.company)
    question = ask(challenge=challenge, actor=region.student, text="Hoe diep?")
    assert Letter.objects.filter(to=colleague.email).exists()
    answer_question(question=question, actor=region.contact, text="Diep.", public=True)
    assert not heard(colleague, "ask") and not Letter.objects.filter(to=colleague.email).exists()


def test_a_withdrawn_invitation_keeps_its_mail_back(region):
    invitation = partners.invite(
        actor=region.contact, partner=region.company, email="gast@mail.example", role="contact"
    )
    assert Letter.objects.filter(to="gast@mail.example").count() == 1
    partners.withdraw_invitation(invitation=invitation, actor=region.contact)
    assert not Letter.objects.filter(to="gast@mail.example").exists()


# --- Read -------------------------------------------------------------------------------------------------------
def test_opening_one_marks_that_one_read(region, login, challenge):
    first = tell(challenge, region.contact, "een").notices.get()
    second = tell(challenge, region.contact, "twee", event="assign").notices.get()
    client = login(region.contact)
    assert client.get(reverse("notices")).status_code == 200
    assert client.get(reverse("notice", args=[first.pk])).status_code == 405
    answer = client.post(reverse("notice", args=[first.pk]))
    assert (answer.status_code, answer.url) == (302, challenge.get_absolute_url())
    first.refresh_from_db()
    second.refresh_from_db()
    assert first.read_at and not second.read_at
    assert login(region.broker).post(reverse("notice", args=[second.pk])).status_code == 404


def test_many_messages_cost_no_more_queries(region, login, challenge):
    client = login(region.contact)
    tell(challenge, region.contact, "een")
    one = queries_of(client, reverse("notices"))
    for event in ("assign", "remark"):
        tell(challenge, region.contact, "meer", event=event)
    assert queries_of(client, reverse("notices")) == one < 15
