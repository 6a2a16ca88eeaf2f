"""What a company follows: the funnel, its pause and cap, feedback, thanks, and half a year later."""

from collections import Counter
from datetime import timedelta
from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from challenges.models import Challenge
from challenges.services import draft as drafts
from challenges.services.talk import keep, look
from oil_portal.core import clock
from oil_portal.core.timeline import record
from oil_portal.core.workflow import Refusal
from oil_portal.worklists import work_items
from partners.services import pause_partner
from projects import services
from projects.funnel import STAGES, funnel
from projects.tasks import ask_what_became
from tests import factories as f


# --- The funnel -------------------------------------------------------------------------------------------------
def test_the_funnel_agrees_with_an_independent_count(region, make):
    """Thirty students over nine weeks, each going as far as their number says; counted by hand beside it."""
    project = make(max_size=12, closing_date=clock.today() + timedelta(days=90))
    second = f.ProjectFactory(assignment=f.AssignmentFactory(challenge=project.challenge), coach=region.teacher)
    begin, counted = timezone.localtime() - timedelta(days=70), Counter()

    def count(stage: str, moment) -> None:
        counted[stage, timezone.localtime(moment).strftime("%G-%V")] += 1

    placed = 0
    for number, student in enumerate(f.UserFactory.create_batch(30, student=region.school)):
        moment = begin + timedelta(days=2 * number, hours=number % 24)
        for visit in range(1 + number % 2):  # a second visit counts no more
            with clock.at(moment + timedelta(days=visit)):
                look(challenge=project.challenge, student=student)
        count("seen", moment)
        if number % 2:
            with clock.at(moment + timedelta(days=3)):
                keep(challenge=project.challenge, actor=student, saved=True)
            count("saved", moment + timedelta(days=3))
        if number % 3 == 0:
            with clock.at(moment + timedelta(days=4)):
                application = services.apply(project=project, actor=student, motivation="Ik wil dit.")
            count("applied", moment + timedelta(days=4))
            with clock.at(moment + timedelta(days=6)):
                services.apply(project=second, actor=student, motivation="Of dit.")  # the same student
            if number % 6 == 0 and placed < 5:
                with clock.at(moment + timedelta(days=8)):
                    services.place(application=application, actor=region.teacher)
                count("placed", moment + timedelta(days=8))
                placed += 1
            elif number % 9 == 0:
                with clock.at(moment + timedelta(days=8)):
                    services.withdraw(application=application, actor=student)
    with CaptureQueriesContext(connection) as caught:
        found = funnel(project.challenge)
    assert len(caught) <= 3
    shown = {
        (stage, week.monday.strftime("%G-%V")): number
        for week in found.weeks
        for stage, number in zip(STAGES, week.counts, strict=True)
        if number
    }
    assert shown == dict(counted)
    assert found.totals == (30, 15, 10, 5)
    assert [
        (after.monday - before.monday).days for before, after in zip(found.weeks, found.weeks[1:], strict=False)
    ] == [7] * (len(found.weeks) - 1)


def test_the_funnel_is_for_the_sides_and_names_nobody(region, login, make):
    project = make()
    f.ApplicationFactory(project=project, student=region.student)
    look(challenge=project.challenge, student=region.student)
    address = project.challenge.get_absolute_url()
    for person in (region.contact, region.broker, region.teacher):
        html = login(person).get(address).content.decode()
        assert "1 bekeken, 0 bewaard, 1 aangemeld" in html
        assert region.student.first_name not in html
    for person in (None, region.student, region.other_contact):
        assert "bekeken het" not in login(person).get(address).content.decode()


def test_the_company_sees_the_team_once_it_began(region, login, make):
    region.student.first_name = "Quirijn"
    region.student.save()
    running, opened = make(running=True), make()
    for project in (running, opened):
        f.ApplicationFactory(project=project, student=region.student, placed=True)
    html = login(region.contact).get(running.challenge.get_absolute_url()).content.decode()
    assert region.student.first_and_initial in html and str(region.student) not in html
    assert (
        region.student.first_name not in login(region.contact).get(opened.challenge.get_absolute_url()).content.decode()
    )
    assert region.student.first_name not in login(None).get(running.challenge.get_absolute_url()).content.decode()


# --- Pause and cap ----------------------------------------------------------------------------------------------
def test_a_pause_stops_new_interest_only(region, login, make):
    project = make(max_size=3)
    waiting = f.ApplicationFactory(project=project, student=region.student)
    until = clock.today() + timedelta(days=10)
    pause_partner(partner=region.company, actor=region.contact, until=until)
    with pytest.raises(Refusal, match="heeft het nu druk"):
        services.apply(project=project, actor=region.other_student, motivation="Ik wil dit.")
    page = login(region.other_student).get(project.get_absolute_url()).content.decode()
    assert "heeft het nu druk" in page and "Waarom past dit bij jou?" not in page
    services.place(application=waiting, actor=region.teacher)
    services.start_project(project=project, actor=region.teacher)
    with clock.at(clock.now() + timedelta(days=11)):
        region.company.refresh_from_db()
        assert not region.company.is_paused


@pytest.mark.parametrize("days", [-1, 400])
def test_a_pause_ends_within_half_a_year(region, days):
    with pytest.raises(ValidationError):
        pause_partner(partner=region.company, actor=region.contact, until=clock.today() + timedelta(days=days))
    with pytest.raises(PermissionDenied):
        pause_partner(partner=region.company, actor=region.other_contact, until=clock.today())


def test_a_cap_counts_students_over_all_projects(region, make):
    project = make()
    Challenge.objects.update(most_interested=2)
    second = f.ProjectFactory(assignment=f.AssignmentFactory(challenge=project.challenge))
    students = f.UserFactory.create_batch(3, student=region.school)
    for student in students[:2]:
        services.apply(project=project, actor=student, motivation="Ik wil dit.")
    with pytest.raises(Refusal, match="genoeg aanmeldingen"):
        services.apply(project=second, actor=students[2], motivation="Ik ook.")
    services.withdraw(application=project.applications.get(student=students[0]), actor=students[0])
    assert services.apply(project=second, actor=students[2], motivation="Ik ook.")


# --- Looking back -----------------------------------------------------------------------------------------------
def test_feedback_opens_when_both_sides_gave_it(region, make):
    project = make(completed=True)
    for student in (region.student, region.other_student):
        f.ApplicationFactory(project=project, student=student, placed=True)

    def reads(user):
        return [each.good for each in services.feedback_for(user, project)]

    services.give_feedback(project=project, actor=region.student, side="student", good="Leuk", again=True)
    assert (reads(region.contact), reads(region.student), reads(region.other_student)) == ([], ["Leuk"], [])
    services.give_feedback(project=project, actor=region.contact, side="company", good="Knap", again=True)
    assert (reads(region.contact), reads(region.student)) == (["Leuk", "Knap"], ["Leuk", "Knap"])
    assert reads(region.other_student) == []
    services.give_feedback(project=project, actor=region.other_student, side="student", good="Fijn", again=False)
    assert (reads(region.contact), reads(region.other_student)) == (["Leuk", "Knap", "Fijn"], ["Fijn", "Knap"])
    assert reads(region.other_contact) == reads(region.teacher) == []
    services.give_feedback(project=project, actor=region.teacher, side="teacher", good="Goed", again=True)
    assert reads(region.teacher) == ["Goed", "Knap"]  # and not what students wrote
    assert reads(region.contact) == ["Leuk", "Knap", "Fijn", "Goed"]
    assert reads(region.student) == ["Leuk", "Knap"]
    with pytest.raises(Refusal):
        services.give_feedback(project=project, actor=region.contact, side="company", good="Nog eens", again=True)
    with pytest.raises(PermissionDenied):
        services.give_feedback(project=project, actor=region.newcomer, side="student", good="Niet ik", again=True)


def test_thanks_reach_the_team(region, make, login, mailoutbox, django_capture_on_commit_callbacks):
    project = make(completed=True)
    f.ApplicationFactory(project=project, student=region.student, placed=True)
    with django_capture_on_commit_callbacks(execute=True):
        login(region.contact).post(reverse("projects:thank", args=[project.pk]), {"text": "Dank jullie wel."})
    assert sorted(message.to[0] for message in mailoutbox) == sorted([region.student.email, region.teacher.email])
    assert "Dank jullie wel." in mailoutbox[0].body


def test_after_half_a_year_the_company_is_asked_once(region, make, login, mailoutbox,
                                                     django_capture_on_commit_callbacks):  # fmt: skip
    project = make(completed=True)
    outcome = f.OutcomeFactory(project=project)
    record(project, "complete", actor=region.teacher, to_status="completed")
    for days, mails in ((180, 0), (183, 1), (184, 1)):
        with clock.at(clock.now() + timedelta(days=days)), django_capture_on_commit_callbacks(execute=True):
            ask_what_became()
        assert len(mailoutbox) == mails
    assert mailoutbox[0].to == [region.contact.email]
    login(region.contact).post(reverse("projects:later", args=[project.pk]), {"text": "Wij gebruiken hem elke dag."})
    outcome.refresh_from_db()
    assert outcome.later == "Wij gebruiken hem elke dag."
    assert (
        "Wij gebruiken hem elke dag." in login(None).get(reverse("projects:card", args=[project.pk])).content.decode()
    )


def test_the_card_counts_real_rows(region, make, login):
    project = make(completed=True)
    f.OutcomeFactory(project=project, summary="De meter werkt.")
    f.ApplicationFactory(project=project, student=region.student, placed=True)
    f.AchievementFactory(project=project, student=region.student, goal=region.goals[0], reached=True)
    f.AchievementFactory(project=project, student=region.student, goal=region.goals[1])
    f.ContributionFactory(project=project, partner=region.company, hours=Decimal("2.5"))
    page = login(None).get(reverse("projects:card", args=[project.pk]))
    assert [(figure.number, figure.label) for figure in page.context["sheet"].figures] == [
        ("1", "van 2 leerdoelen behaald"), ("2,5", "uren van het bedrijf"), ("1", "student"), ("3", "partners")
    ]  # fmt: skip


# --- The company page -------------------------------------------------------------------------------------------
def company(client) -> tuple[str, int]:
    """(html, queries) of the company page."""
    client.get(reverse("company"))
    with CaptureQueriesContext(connection) as caught:
        html = client.get(reverse("company")).content.decode()
    return html, len(caught)


def test_the_company_page_counts_what_is_there(region, make, login):
    project, done = make(running=True), make(completed=True)
    f.OutcomeFactory(project=done, summary="De meter werkt.")
    f.ApplicationFactory(project=project, student=region.student, placed=True)
    look(challenge=project.challenge, student=region.student)
    f.ContributionFactory(project=project, partner=region.company, hours=Decimal("2.5"))
    f.ContributionFactory(project=project, partner=region.company, hours=3, day=clock.today() - timedelta(days=400))
    f.DraftFactory(author=region.contact, partner=region.company)
    f.DraftFactory(partner=region.company)  # somebody else's, not shared
    html, _queries = company(login(region.contact))
    for words in ("5,5 uur in totaal, waarvan 2,5 dit jaar", "1 bekeken, 1 aangemeld, 1 geplaatst", "De meter werkt.",
                  "2 vraagstukken"):  # fmt: skip
        assert words in html, words
    assert html.count("Meet vocht in oude muren") == 1
    assert "geen contactpersoon" in company(login(region.newcomer))[0]


def test_a_thousand_challenges_cost_no_more_than_three(region, login):
    client = login(region.contact)
    f.ChallengeFactory.create_batch(3, partner=region.company)
    few = company(client)[1]
    Challenge.objects.bulk_create(f.ChallengeFactory.build_batch(997, partner=region.company))
    html, many = company(client)
    assert "1000 vraagstukken" in html
    assert many == few <= 10


def test_the_pause_on_the_page(region, login):
    client = login(region.contact)
    refused = client.post(reverse("company"), {"until": "2001-01-01"})
    assert refused.status_code == 422
    assert "Kies een dag die nog komt" in refused.content.decode()
    until = clock.today() + timedelta(days=5)
    assert "Jullie hebben pauze" in client.post(reverse("company"), {"until": until}, follow=True).content.decode()
    client.post(reverse("company"), {"resume": "1"})
    region.company.refresh_from_db()
    assert region.company.paused_until is None


def test_ask_the_next_question_after_completion(region, make, login):
    project = make(completed=True)
    client = login(region.contact)
    answer = client.post(reverse("challenges:copy", args=[project.challenge.pk]))
    assert answer.url == project.challenge.copies_begun.get().get_absolute_url()
    assert drafts.may_write(project.challenge.copies_begun.get(), region.contact)


def test_the_work_list_asks_to_look_back_and_lets_go(region, make):
    project = make(completed=True)
    f.OutcomeFactory(project=project, later_asked_at=clock.now())
    f.ApplicationFactory(project=project, student=region.student, placed=True)
    record(project, "complete", actor=region.teacher, to_status="completed")

    def asked(person) -> list[str]:
        return [item.url.split("/")[-2] for item in work_items(person) if item.title == project.title]

    assert (sorted(asked(region.contact)), asked(region.student)) == (["feedback", "later"], ["feedback"])
    services.give_feedback(project=project, actor=region.contact, side="company", good="Knap", again=True)
    services.answer_later(project=project, actor=region.contact, text="Wij gebruiken hem.")
    assert (asked(region.contact), asked(region.student)) == ([], ["feedback"])
    with clock.at(clock.now() + timedelta(days=61)):
        assert asked(region.student) == []


def test_a_broker_finds_what_is_written_for_a_company(region):
    draft = drafts.begin(actor=region.broker)
    drafts.save(draft=draft, actor=region.broker, now={"title": "Voor een bedrijf", "email": "x@y.example"}, was={})
    assert "Voor een bedrijf" in [item.title for item in work_items(region.broker)]
    drafts.invite_company(draft=draft, actor=region.broker)
    assert "Voor een bedrijf" not in [item.title for item in work_items(region.broker)]
