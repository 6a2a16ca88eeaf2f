"""Coverage: goal × challenge, counted again by hand, and calls for what nobody covers."""

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse

from challenges.models import Call
from challenges.services.call import call_for, candidates
from modules.models import LearningGoal
from oil_portal.digests import collect, message_for
from partners.models import Partner
from projects import coverage
from projects.coverage import ACHIEVED, COVERED, NEVER, PLANNED, matrix
from projects.forms.coverage import GOAL
from tests import factories as f
from tests.helpers import heard, queries_of

pytestmark = pytest.mark.django_db


def covered(*goals: LearningGoal) -> coverage.Matrix:
    return matrix(LearningGoal.objects.filter(pk__in=[each.pk for each in goals]).order_by("pk").values_list(*GOAL))


def states(region) -> list[int]:
    return [row.state for row in covered(*region.goals).rows]


def test_never_covered_planned_achieved(region, make):
    one, two, three = sorted(region.goals, key=lambda goal: goal.pk)
    assert states(region) == [NEVER, NEVER, NEVER]
    f.AssignmentFactory(challenge=f.ChallengeFactory(declined=True), goals=[one])
    assert states(region) == [NEVER, NEVER, NEVER]
    f.AssignmentFactory(challenge=f.ChallengeFactory(accepted=True, translator=region.teacher), goals=[one])
    make(goals=[two], challenge={"status": "published"})
    done = make(goals=[three], completed=True)
    f.AchievementFactory(project=done, student=region.student, goal=three, reached=True)
    f.AchievementFactory(project=done, student=region.other_student, goal=three)
    assert states(region) == [COVERED, PLANNED, ACHIEVED]
    found = covered(three)
    assert (found.rows[0].students, found.rows[0].cells) == (1, ((ACHIEVED, 1),))
    assert [column.url for column in found.columns] == [done.challenge.get_absolute_url()]


def test_the_numbers_count_all_and_the_columns_the_newest(region):
    for _number in range(15):
        f.AssignmentFactory(challenge=f.ChallengeFactory(accepted=True, translator=region.teacher), goals=region.goals)
    found = covered(region.goals[0])
    assert (found.rows[0].challenges, len(found.columns), found.more) == (15, 12, 3)


def test_what_took_long_to_count_says_when(region, login, keeping_figures, monkeypatch):
    monkeypatch.setattr(coverage.count, "slow", 0)
    client, address = login(region.teacher), reverse("projects:coverage")
    assert client.get(address).context["matrix"].rows[0].challenges == 0
    for _number in range(2):
        f.AssignmentFactory(challenge=f.ChallengeFactory(accepted=True, translator=region.teacher), goals=region.goals)
    page = client.get(address)
    assert "Geteld om" in page.content.decode()
    assert (page.context["matrix"].rows[0].challenges, len(page.context["matrix"].columns)) == (0, 2)
    coverage.count.forget(tuple(sorted(goal.pk for goal in region.goals)))
    assert client.get(address).context["matrix"].rows[0].challenges == 2
    coverage.count.forget(tuple(sorted(goal.pk for goal in region.goals)))


def words_of(page) -> str:
    return page.content.decode()


def test_the_page_per_module_and_programme(region, login):
    client = login(region.teacher)
    page = client.get(reverse("projects:coverage"))
    assert page.context["chosen"] == region.run.module
    assert "3 van de 3 leerdoelen zonder vraagstuk" in page.content.decode()
    assert page.content.decode().count("Doe een oproep") == 3
    f.AssignmentFactory(agreed=True, goals=region.goals)
    coverage.count.forget(tuple(sorted(goal.pk for goal in region.goals)))
    assert "Bij elk leerdoel is er een vraagstuk." in words_of(client.get(reverse("projects:coverage")))
    programme = region.goals[0].programme
    page = client.get(reverse("projects:coverage"), {"programme": programme.pk})
    assert page.context["chosen"] == programme
    assert "Doe een oproep" not in login(region.broker).get(reverse("projects:coverage")).content.decode()
    for odd in ("module=x", "programme=%00", f"module={10**30}", "module=999999", "programme=999999"):
        page = client.get(f"{reverse('projects:coverage')}?{odd}")
        assert page.status_code == 200 and page.context["chosen"] is None and "Kies een module of een" in words_of(page)
        assert ("uit de lijst" in words_of(page)) == ("%00" not in odd) and "<title>Fout:" in words_of(page)
    assert client.get(f"{reverse('projects:coverage')}?module=&programme=").context["chosen"] == region.run.module


def test_the_page_costs_the_same_for_more(region, login):
    client = login(region.teacher)
    f.AssignmentFactory(challenge=f.ChallengeFactory(accepted=True, translator=region.teacher), goals=region.goals[:1])
    few = queries_of(client, reverse("projects:coverage"))
    for _number in range(3):
        f.AssignmentFactory(challenge=f.ChallengeFactory(accepted=True, translator=region.teacher), goals=region.goals)
    region.run.module.goals.add(*f.LearningGoalFactory.create_batch(3))
    assert queries_of(client, reverse("projects:coverage")) == few


# --- Calls ------------------------------------------------------------------------------------------------------
@pytest.fixture
def goal(region):
    """A goal that the region's company worked near, and that the other one writes about."""
    made = f.LearningGoalFactory(
        title="Last metaal", explanation="Je last een hek.", keywords=["hek", "lassen", "metaal"],
        company_says=["Ons hek is stuk."],
    )  # fmt: skip
    f.AssignmentFactory(challenge=f.ChallengeFactory(completed=True, partner=region.company), goals=[made])
    Partner.objects.filter(pk=region.other_company.pk).update(description="Wij maken een hek van metaal.")
    return made


def test_who_did_something_near_it_and_why(region, goal):
    found = {each.partner: each for each in candidates(goal)}
    assert goal.title in found[region.company].goals
    assert {"hek", "metaal"} <= set(found[region.other_company].words)


def test_a_call_reaches_the_contacts_in_their_digest_and_not_twice(region, login, goal):
    client = login(region.teacher)
    address = reverse("projects:call", args=[goal.pk])
    page = client.get(address)
    assert "Ons hek is stuk." in page.content.decode()
    assert client.post(address, {"partners": [], "text": ""}).status_code == 422
    answer = client.post(address, {"partners": [region.company.pk], "text": "Hebben jullie een hek?"})
    call = Call.objects.get()
    assert answer.url == call.get_absolute_url()
    assert heard(region.contact, "call") and not heard(region.other_contact, "call")
    shown = login(region.contact).get(call.get_absolute_url()).content.decode()
    assert "Hebben jullie een hek?" in shown and "Stel een vraag" in shown
    assert login(region.other_contact).get(call.get_absolute_url()).status_code == 404
    assert "kreeg deze oproep al" in client.get(address).content.decode()
    again = client.post(address, {"partners": [region.company.pk], "text": "Nog eens?"})
    assert again.status_code == 422 and "Nog eens?" in again.content.decode()
    assert Call.objects.count() == 1


def test_a_call_is_in_the_digest_of_the_company(region, goal):
    call_for(goal=goal, actor=region.teacher, partners=[region.company], text="Hebben jullie een hek?")
    message = message_for(collect(region.contact))
    assert "Oproep: jullie vraag is welkom" in message.body and "Hebben jullie een hek?" in message.body


def test_a_company_that_is_busy_is_not_asked_and_students_ask_nobody(region, goal):
    from datetime import timedelta

    from oil_portal.core import clock

    Partner.objects.filter(pk=region.company.pk).update(paused_until=clock.today() + timedelta(days=9))
    assert region.company not in [each.partner for each in candidates(goal)]
    with pytest.raises(PermissionDenied):
        call_for(goal=goal, actor=region.student, partners=[region.company], text="Hoi")
