"""Pages of assignments and their learning goals."""

import re

import pytest
from django.urls import reverse

from challenges.models import Assignment
from oil_portal.core.timeline import timeline_of
from tests import factories as f
from tests.helpers import queries_of

pytestmark = pytest.mark.django_db
HUGE = 10**30
TEXT = {"title": "Bouw een meter", "summary": "Zonder gat.", "text": "Jullie bouwen.", "level": "4", "hours": "80"}


def url(name, *args):
    return reverse(f"challenges:{name}", args=args)


def text(response) -> str:
    """What a reader reads: the page without its mark-up."""
    return " ".join(re.sub(r"<[^>]+>", " ", response.content.decode()).split())


# --- The assignment ---------------------------------------------------------------------------------------------
@pytest.fixture
def draft(region):
    """A draft of the region's teacher on a challenge of the region's company, with one goal."""
    return f.AssignmentFactory(
        challenge__partner=region.company, challenge__translator=region.teacher, goals=region.goals[:1]
    )


def test_a_teacher_writes_beside_the_companys_own_text(region, login):
    challenge = f.ChallengeFactory(partner=region.company, accepted=True, translator=region.teacher)
    client = login(region.teacher)
    page = client.get(url("assignment_add", challenge.pk))
    assert challenge.question in text(page)
    assert f'value="{challenge.title}"' in page.content.decode()
    answer = client.post(url("assignment_add", challenge.pk), TEXT)
    assignment = Assignment.objects.get()
    assert answer.url == url("goals", assignment.pk)
    client.post(url("assignment_edit", assignment.pk), TEXT | {"hours": "120"})
    assignment.refresh_from_db()
    assert assignment.hours == 120
    assert "hours" in timeline_of(assignment).first().changes


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"summary": ""}, "Schrijf de opdracht in één of twee zinnen."),
        ({"hours": "7"}, "Vul minstens 8 uur in."),
        ({"hours": "veel"}, "Vul een heel getal in"),
        ({"hours": "9" * 40}, "Vul hoogstens 1680 uur in."),
        ({"level": "5"}, "keuze"),
        ({"text": "a\x00b"}, "Null"),
    ],
)
def test_a_bad_assignment_is_named_and_kept(region, login, draft, change, message):
    for address in (url("assignment_add", draft.challenge.pk), url("assignment_edit", draft.pk)):
        answer = login(region.teacher).post(address, TEXT | change)
        assert answer.status_code == 422
        assert text(answer).count(message) >= 2
        assert "Bouw een meter" in answer.content.decode()
    assert timeline_of(draft).count() == 0


def test_the_company_reads_goals_and_hours_before_it_agrees(region, login, draft):
    Assignment.objects.update(status="sent")
    shown = text(login(region.contact).get(url("assignment", draft.pk)))
    for words in ("Ga je akkoord met deze opdracht?", "ongeveer 80 uur", region.goals[0].title, "Ga akkoord"):
        assert words in shown
    assert "Het bedrijf leest de opdracht." not in shown  # that is who reads this
    shown = text(login(region.teacher).get(url("assignment", draft.pk)))
    assert "Het bedrijf leest de opdracht." in shown
    assert "Ga akkoord" not in shown
    login(region.contact).post(url("assignment_act", draft.pk, "agree"), {"remark": ""})
    shown = text(login(region.teacher).get(url("assignment", draft.pk)))
    assert f"Akkoord van {region.contact}" in shown
    assert "Open een project" in shown
    assert "Maak een nieuwe versie" in shown


def test_versions_are_compared_once_there_is_something_to_compare(region, login, draft):
    login(region.teacher).post(url("assignment_act", draft.pk, "send"), {"remark": ""})
    shown = lambda: text(login(region.contact).get(url("assignment", draft.pk)))
    assert "Bekijk de versies" not in shown()
    login(region.contact).post(url("assignment_act", draft.pk, "ask_change"), {"remark": "Het kan korter."})
    assert "Bekijk de versies" in shown()


def test_a_signed_version_has_no_form(region, login, draft):
    Assignment.objects.update(status="agreed")
    for name in ("assignment_edit", "goals"):
        answer = login(region.teacher).get(url(name, draft.pk), follow=True)
        assert "Deze versie ligt vast." in text(answer)
        login(region.teacher).post(url(name, draft.pk), TEXT | {"goal": region.goals[1].pk, "do": "link"})
    draft.refresh_from_db()
    assert (draft.title, draft.links.count()) == (draft.challenge.title, 1)


def test_an_assignment_costs_the_same_for_one_and_three(region, login, draft):
    three = f.AssignmentFactory(
        agreed=True, challenge__partner=region.company, challenge__translator=region.teacher, goals=region.goals
    )
    Assignment.objects.update(status="draft")
    for person in (region.contact, region.teacher):
        assert queries_of(login(person), url("assignment", draft.pk)) == queries_of(
            login(person), url("assignment", three.pk)
        )


# --- Its goals --------------------------------------------------------------------------------------------------
def test_the_goals_of_ones_own_module_come_first(region, login, draft):
    page = login(region.teacher).get(url("goals", draft.pk))
    assert page.context["module"] == region.run.module
    assert set(page.context["offered"]) == set(region.goals[1:])
    assert [link.goal for link in page.context["linked"]] == region.goals[:1]
    assert "Nog geen vraagstuk voor dit doel" in text(page)


def test_how_many_other_challenges_link_a_goal(region, login, draft):
    goal = region.goals[1]
    for trait in ("accepted", "published"):
        f.AssignmentFactory(challenge=f.ChallengeFactory(**{trait: True}), goals=[goal])
    f.AssignmentFactory(challenge=f.ChallengeFactory(declined=True), goals=[goal])
    f.AssignmentFactory(challenge=draft.challenge, goals=[goal])
    page = login(region.teacher).get(url("goals", draft.pk))
    assert {one.pk: one.others for one in page.context["offered"]} == {goal.pk: 2, region.goals[2].pk: 0}
    assert "2 andere vraagstukken werken hieraan" in text(page)


def test_linking_comes_back_to_the_same_search_with_the_next_row_in_focus(region, login, draft):
    client, module = login(region.teacher), region.run.module
    second, third = client.get(url("goals", draft.pk)).context["offered"]
    address = f"{url('goals', draft.pk)}?module={module.pk}&bij=doel-1"
    answer = client.post(address, {"goal": second.pk, "do": "link"})
    assert (answer.status_code, answer.url) == (
        303, f"{url('goals', draft.pk)}?module={module.pk}&bij=doel-{third.pk}",
    )  # fmt: skip
    shown = client.get(answer.url).content.decode()
    assert re.search(rf'id="doel-{third.pk}"[^>]*autofocus', shown)
    answer = client.post(answer.url, {"goal": third.pk, "do": "link"})
    assert answer.url.endswith("bij=doel-kop")
    answer = client.post(answer.url, {"goal": second.pk, "do": "unlink"})
    assert answer.url.endswith(f"bij=los-{third.pk}")
    assert [link.goal for link in draft.links.all()] == [region.goals[0], third]


def test_search_over_every_goal(region, login, draft):
    goal = f.LearningGoalFactory(
        title="Meet vocht", code="B9-K9-W9", programme__name="Bouwkunde", programme__code="25999"
    )
    client = login(region.teacher)
    for q in ("vocht", "B9-K9", "bouwkunde meet", "25999"):
        assert list(client.get(url("goals", draft.pk), {"q": q}).context["offered"]) == [goal]
    assert "Geen leerdoel gevonden" in text(client.get(url("goals", draft.pk), {"q": "onderwaterdrone"}))
    f.LearningGoalFactory.create_batch(31, title="Lees een tekening")
    page = client.get(url("goals", draft.pk), {"q": "tekening"})
    assert len(page.context["offered"]) == 30
    assert "Er zijn er meer" in text(page)


@pytest.mark.parametrize(
    "query", ["module=abc", f"module={HUGE}", "module=%00", "q=%00", f"q={'x' * 5000}", "module=abc&q=%00", "bij=<x>"]
)
def test_no_address_of_the_goals_fails(region, login, draft, query):
    client = login(region.teacher)
    assert client.get(f"{url('goals', draft.pk)}?{query}").status_code == 200
    for data in ({}, {"goal": "abc", "do": "link"}, {"goal": HUGE, "do": "link"}, {"goal": "1", "do": "\x00"}):
        assert client.post(f"{url('goals', draft.pk)}?{query}", data).status_code == 303
    assert draft.links.count() == 1


def test_goals_cost_the_same_for_one_and_three(region, login):
    def made(goals):
        return f.AssignmentFactory(challenge__partner=region.company, challenge__translator=region.teacher, goals=goals)

    few, many = made(region.goals[:1]), made(f.LearningGoalFactory.create_batch(3))
    client = login(region.teacher)
    assert queries_of(client, url("goals", few.pk)) == queries_of(client, url("goals", many.pk))


def test_an_unknown_action_is_not_found(region, login, draft):
    client = login(region.teacher)
    for action in ("publish", "bestaat-niet", "x" * 300):
        assert client.post(url("act", draft.challenge.pk, action)).status_code == 404
        assert client.post(url("assignment_act", draft.pk, action)).status_code == 404
