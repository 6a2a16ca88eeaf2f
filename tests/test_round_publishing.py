"""Publishing a round: answers to all, repairs, and what happens by itself on its dates."""

from datetime import timedelta

import pytest
from django.core import mail
from django.urls import reverse

from oil_portal.core import clock
from oil_portal.core.models import TimelineEntry
from oil_portal.core.workflow import NotNow, Refusal
from projects import rounds, tasks
from projects.models import Application, MatchingRound, Proposal
from projects.services import publication
from projects.services import round as services
from tests import factories as f
from tests.helpers import heard
from tests.round_world import make, page

pytestmark = pytest.mark.django_db


# --- Publishing -------------------------------------------------------------------------------------------------
def test_published_once_with_an_answer_for_all(closed, region, login, people, committing):
    client, found = login(region.coordinator), closed.proposals.get()
    assert "6 studenten horen hun team" in page(client, "proposal_publish", found.pk).content.decode()
    with committing():
        answer = client.post(reverse("projects:proposal_publish", args=[found.pk]))
    assert answer.url == reverse("projects:round", args=[closed.pk])
    closed.refresh_from_db()
    assert closed.status == "published" and closed.chosen == found
    assert Application.objects.filter(matching_round=closed, status="placed").count() == 6
    assert all(heard(student, "match") for student in people)
    assert sorted({message.to[0] for message in mail.outbox} & {student.email for student in people}) == sorted(
        student.email for student in people
    )
    answers = [part.answer for part in closed.participants.all()]
    assert {answer["rank"] for answer in answers} == {1, 2}
    assert heard(region.contact, "matched") and heard(region.contact, "unmatched")
    with pytest.raises(NotNow):
        publication.publish(round_=closed, proposal=found, actor=region.coordinator)
    assert client.post(reverse("projects:proposal_publish", args=[found.pk])).status_code == 303


def test_a_drop_out_is_repaired_with_the_fewest_moves(closed, region, people, login, committing):
    publication.publish(round_=closed, proposal=closed.proposals.get(), actor=region.coordinator)
    gone = Application.objects.get(matching_round=closed, student=people[4])
    with committing():
        publication.drop_out(round_=closed, actor=region.coordinator, student=people[4], remark="Beterschap.")
    gone.refresh_from_db()
    assert gone.status == "declined"
    repair = closed.proposals.get(kind="repair")
    assert repair.state == "done"
    client = login(region.coordinator)
    assert page(client, "proposal_publish", repair.pk).status_code == 200
    late = f.UserFactory(student=region.school)
    f.EnrolmentFactory(student=late, run=region.run)
    kas = closed.entries.get(project__title="Kas").project
    with committing():
        client.post(reverse("projects:late", args=[closed.pk]), {"student": late.pk, "first": kas.pk})
    repair = closed.proposals.filter(kind="repair").first()
    before = rounds.placements(closed)
    moves = publication.apply_repair(proposal=repair, actor=region.coordinator)
    assert moves == {late.pk: (None, kas.pk)}
    assert rounds.placements(closed) == before | {late.pk: kas.pk}
    assert heard(late, "match")


def test_who_did_not_choose_is_reminded_once_a_day(region, place, people, login):
    round_ = make(region)
    services.set_projects(round_=round_, actor=region.coordinator, projects=[place("Gevel")])
    services.open_round(round_=round_, actor=region.coordinator)
    f.PreferenceFactory(participant=round_.participants.get(student=people[0]), project=round_.entries.get().project)
    client = login(region.coordinator)
    assert "5 studenten hebben nog niet gekozen." in page(client, "round", round_.pk).content.decode()
    client.post(reverse("projects:remind", args=[round_.pk]))
    assert heard(people[1], "remind") and not heard(people[0], "remind")
    with pytest.raises(Refusal, match="Vandaag"):
        services.remind(round_=round_, actor=region.coordinator)


# --- By themselves ----------------------------------------------------------------------------------------------
def test_a_round_moves_on_its_dates(region, place, people, committing):
    round_ = make(region)
    services.set_projects(round_=round_, actor=region.coordinator, projects=[place("Gevel"), place("Kas")])
    tasks.advance_rounds()
    round_.refresh_from_db()
    assert round_.status == "open"
    for part in round_.participants.all():
        f.PreferenceFactory(participant=part, project=round_.entries.first().project, rank=1)
        f.PreferenceFactory(participant=part, project=round_.entries.last().project, rank=2)
    with clock.at(clock.now() + timedelta(days=8)), committing():
        tasks.advance_rounds()
        tasks.advance_rounds()
    round_.refresh_from_db()
    assert round_.status == "closed" and round_.proposals.get().state == "done"
    with clock.at(clock.now() + timedelta(days=14)):
        tasks.advance_rounds()
        tasks.advance_rounds()
    round_.refresh_from_db()
    assert round_.status == "published" and len(rounds.placements(round_)) == 6


def test_a_round_without_a_good_proposal_is_told_once_a_day(closed, region):
    Proposal.objects.all().delete()
    with clock.at(clock.now() + timedelta(days=15)):
        tasks.advance_rounds()
        tasks.advance_rounds()
    closed.refresh_from_db()
    assert closed.status == "closed"
    assert TimelineEntry.objects.filter(event="late").count() == 1 and heard(region.coordinator, "late")


def test_what_a_teacher_would_like_counts_as_stated(closed, region, login, people, committing):
    entry = closed.entries.get(project__title="Gevel")
    client = login(region.teacher)
    assert "telt jouw voorkeur niet mee" in page(client, "favour", entry.pk).content.decode()
    MatchingRound.objects.update(favourite_weight=50)
    assert "Graag" in page(client, "favour", entry.pk).content.decode()
    sent = {f"p{people[3].pk}": "3", f"p{people[0].pk}": "veel", "p999": "3"}
    client.post(reverse("projects:favour", args=[entry.pk]), sent)
    assert dict(entry.favourites.values_list("student", "points")) == {people[3].pk: 3}
    assert rounds.instance_of(closed).project[entry.project_id].favourites == {people[3].pk: 3}
