"""The translation workbench: versions with their difference, remarks from both sides, a checklist."""

import re

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from challenges import services
from challenges.checklist import Brief, points
from challenges.differences import GONE, NEW, pieces
from challenges.models import Assignment
from challenges.services.talk import handle_remark, remark_on_assignment
from oil_portal.core.workflow import NotNow
from projects.coverage import modules_for
from tests import factories as f
from tests.helpers import heard, queries_of

WORDS = {"summary": "Zonder gat.", "level": 4, "hours": 80, "result": "Een meter"}


# --- The difference ---------------------------------------------------------------------------------------------
@given(before=st.text(max_size=80), after=st.text(max_size=80))
def test_the_pieces_hold_both_texts(before, after):
    found = pieces(before, after)
    join = lambda out: "".join(piece.text for piece in found if piece.kind != out)
    tokens = lambda text: "".join(re.findall(r"\s+|\w+|[^\w\s]", text.replace("\r\n", "\n")))
    assert join(NEW) == tokens(before)
    assert join(GONE) == tokens(after)


def test_a_difference_is_of_whole_words():
    found = [(piece.kind, piece.text) for piece in pieces("Meet de muur", "Meet de natte muur")]
    assert found == [("same", "Meet de "), ("new", "natte "), ("same", "muur")]


# --- Versions ---------------------------------------------------------------------------------------------------
@pytest.mark.django_db
def test_what_was_sent_stays_and_what_differs_is_shown(region, login, assignment):
    teacher, contact = region.teacher, region.contact
    services.edit_assignment(assignment=assignment, actor=teacher, text="Meet de muur.", **WORDS)
    services.send_assignment(assignment=assignment, actor=teacher)
    services.answer_assignment(assignment=assignment, actor=contact, action="ask_change", remark="Welke muur?")
    assert assignment.version == 2
    services.edit_assignment(assignment=assignment, actor=teacher, text="Meet de natte muur.", **WORDS)
    address = reverse("challenges:versions", args=[assignment.pk])
    page = login(contact).get(address)
    assert (page.context["before"], page.context["after"]) == ("1", "nu")
    assert re.search(r"<ins>.*natte", page.content.decode())
    services.send_assignment(assignment=assignment, actor=teacher)
    services.answer_assignment(assignment=assignment, actor=contact, action="agree")
    services.revise_assignment(assignment=assignment, actor=teacher)
    services.edit_assignment(assignment=assignment, actor=teacher, text="Iets anders.", **WORDS)
    first, second = assignment.versions.all()
    assert (first.text, first.agreed_at, second.text) == ("Meet de muur.", None, "Meet de natte muur.")
    assert second.agreed_by == contact and len(second.goals) == 3
    page = login(teacher).get(address, {"van": "1", "tot": "2"})
    assert [row["label"] for row in page.context["rows"]] == ["De opdracht"]
    for odd in ({"van": "x"}, {"tot": "9" * 30}, {"van": "2", "tot": "2"}, {"van": "\x00"}):
        assert login(teacher).get(address, odd).status_code == 200


@pytest.mark.django_db
def test_versions_of_an_assignment_that_was_never_sent(region, login, assignment):
    assert (
        "nog niet naar het bedrijf"
        in login(region.teacher).get(reverse("challenges:versions", args=[assignment.pk])).content.decode()
    )


@pytest.mark.django_db
def test_an_assignment_for_another_level_starts_from_the_first(region, login, assignment):
    Assignment.objects.update(status="agreed", summary="Een zin die blijft.")
    client = login(region.teacher)
    address = reverse("challenges:assignment_add", args=[assignment.challenge_id])
    assert "Een zin die blijft." in client.get(f"{address}?van={assignment.pk}").content.decode()
    other = f.AssignmentFactory(summary="Van een ander.")
    for odd in (other.pk, "x", "9" * 40, "²"):
        page = client.get(f"{address}?van={odd}")
        assert page.status_code == 200 and "Van een ander." not in page.content.decode()


# --- Remarks ----------------------------------------------------------------------------------------------------
@pytest.mark.django_db
def test_both_sides_remark_on_a_passage(region, login, assignment):
    Assignment.objects.update(text="Jullie meten de natte muur en tekenen hem.")
    assignment.refresh_from_db()
    for person in (region.contact, region.teacher):
        data = {"opmerking-field": "text", "opmerking-quote": "natte muur", "opmerking-text": "Welke?"}
        answer = login(person).post(reverse("challenges:assignment_remark", args=[assignment.pk]), data)
        assert answer.url == assignment.get_absolute_url()
    assert heard(region.teacher, "remark") and heard(region.contact, "remark")
    shown = login(region.contact).get(assignment.get_absolute_url()).content.decode()
    assert '<mark id="passage-' in shown and shown.count("Welke?") >= 2
    assert not assignment.challenge.remarks.filter(assignment=None).exists()


@pytest.mark.django_db
def test_a_refused_remark_is_kept(region, login, assignment):
    data = {"opmerking-field": "text", "opmerking-quote": "staat er niet", "opmerking-text": "Deze woorden blijven."}
    answer = login(region.contact).post(reverse("challenges:assignment_remark", args=[assignment.pk]), data)
    assert answer.status_code == 422
    assert answer.content.decode().count("Deze woorden staan niet zo in de tekst") >= 2
    assert "Deze woorden blijven." in answer.content.decode()


@pytest.mark.django_db
def test_who_may_remark_and_when(region, assignment):
    say = {"assignment": assignment, "field": "text", "text": "Hm."}
    for person in (region.student, region.other_contact, region.other_teacher):
        with pytest.raises(PermissionDenied):
            remark_on_assignment(actor=person, **say)
    with pytest.raises(ValidationError):
        remark_on_assignment(actor=region.contact, **say | {"field": "status"})
    made = remark_on_assignment(actor=region.contact, **say)
    handle_remark(remark=made, actor=region.teacher)
    with pytest.raises(PermissionDenied):
        handle_remark(remark=made, actor=region.other_contact)
    Assignment.objects.update(status="agreed")
    with pytest.raises(NotNow):
        remark_on_assignment(actor=region.contact, **say)


# --- The checklist ----------------------------------------------------------------------------------------------
GOOD = Brief(
    title="Meet", text="Jullie meten. " * 20, result="Een meter", hours=80, level=4, goal_levels=[4, 4], loads=[240],
    guidance_hours=1, rights="use", secrecy=False, confidential=False,
)  # fmt: skip


def test_a_good_brief_has_no_tips():
    assert all(point.ok and point.text for point in points(GOOD))


@pytest.mark.parametrize(
    ("change", "key"),
    [
        ({"text": "Wat? Hoe? " * 40}, "one"), ({"text": "Kort."}, "one"), ({"result": " "}, "result"),
        ({"hours": 300}, "hours"), ({"loads": []}, "hours"), ({"goal_levels": []}, "goals"),
        ({"goal_levels": [2]}, "goals"), ({"guidance_hours": None}, "supervision"), ({"rights": "deed"}, "terms"),
        ({"secrecy": True}, "terms"),
    ],
)  # fmt: skip
def test_what_is_missing_is_one_tip(change, key):
    from dataclasses import replace

    assert [point.key for point in points(replace(GOOD, **change)) if not point.ok] == [key]
    assert all(point.text for point in points(replace(GOOD, **change)))


@pytest.mark.django_db
def test_only_the_translator_reads_the_tips(region, login, assignment):
    for person, sees in ((region.teacher, True), (region.contact, False), (region.broker, False)):
        shown = login(person).get(assignment.get_absolute_url()).content.decode()
        assert ("Is de opdracht klaar?" in shown) is sees
        assert ("Welke modules kunnen dit doen?" in shown) is sees


# --- Which modules could take it --------------------------------------------------------------------------------
@pytest.mark.django_db
def test_modules_that_could_take_it_with_who_still_has_the_goals_open(region, assignment):
    other = f.ModuleFactory(goals=region.goals[:1])
    fits, _counted = modules_for(assignment)
    assert [(fit.module, fit.shared) for fit in fits] == [(region.run.module, 3), (other, 1)]
    assert fits[0].runs == [(region.run, 1)] and fits[1].runs == []
    for goal in region.goals:
        f.AchievementFactory(student=region.student, goal=goal, reached=True)
    assert modules_for(assignment)[0][0].runs == [(region.run, 0)]


@pytest.mark.django_db
def test_an_assignment_costs_the_same_with_more_remarks_and_modules(region, login, assignment):
    client = login(region.teacher)
    few = queries_of(client, assignment.get_absolute_url())
    for _number in range(3):
        f.ModuleRunFactory(module__goals=region.goals)
        remark_on_assignment(assignment=assignment, actor=region.contact, field="text", text="Hm.")
    assert queries_of(client, assignment.get_absolute_url()) <= few + 1  # the runs, once there are any
