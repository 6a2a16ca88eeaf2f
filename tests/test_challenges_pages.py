"""The pages of challenges: what each side sees, bad input keeps what was typed, lists cost the same at any length."""

import re
from datetime import timedelta

import pytest
from django.urls import reverse

from challenges.models import Challenge
from oil_portal.core import clock
from tests import factories as f
from tests.helpers import queries_of

pytestmark = pytest.mark.django_db

DETAILS = {
    "title": "Meet vocht in oude muren",
    "question": "Wij boren nu een gat.",
    "result": "Een prototype",
    "theme": "energy",
    "location": "lab",
    "confidential": "False",
}
TEXT = {"title": "Bouw een meter", "summary": "Zonder gat.", "text": "Jullie bouwen.", "level": "4", "hours": "80"}
HUGE = 10**30


def url(name, *args):
    return reverse(f"challenges:{name}", args=args)


def text(response) -> str:
    """What a reader reads: the page without its mark-up."""
    return " ".join(re.sub(r"<[^>]+>", " ", response.content.decode()).split())


def agreed(region, *, project=True, **challenge):
    """A challenge of the region's company with an agreed assignment, and a project of it."""
    made = f.AssignmentFactory(
        agreed=True,
        challenge__partner=region.company,
        challenge__translator=region.teacher,
        goals=region.goals,
        **{f"challenge__{name}": value for name, value in challenge.items()},
    )
    if project:
        f.ProjectFactory(assignment=made, run=region.run, lab=region.lab)
    return made


# --- The catalogue ----------------------------------------------------------------------------------------------
def test_the_catalogue_shows_what_is_public(client, region):
    f.ChallengeFactory(title="Nog geheim", submitted=True)
    f.ChallengeFactory(title="Al open", accepted=True)
    shown = text(client.get(url("list")))
    assert "Al open" in shown
    assert "Nog geheim" not in shown
    assert "1 vraagstuk" in shown


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"theme": "energy"}, {"Warmte"}),
        ({"theme": ["energy", "food"]}, {"Warmte", "Brood"}),
        ({"location": "company"}, {"Brood"}),
        ({"status": "published"}, {"Brood"}),
        ({"municipality": "Katwijk"}, {"Brood"}),
        ({"q": "ovens"}, {"Brood"}),
        ({"theme": "energy", "municipality": "Katwijk"}, set()),
        ({"theme": "geen"}, {"Warmte", "Brood"}),
        ({"status": "draft"}, {"Warmte", "Brood"}),
    ],
)
def test_filters_and_search(client, region, query, found):
    f.ChallengeFactory(title="Warmte", theme="energy", location="lab", accepted=True)
    f.ChallengeFactory(
        title="Brood", theme="food", location="company", published=True, question="Onze oven is te groot.",
        partner__municipality="Katwijk",
    )  # fmt: skip
    page = client.get(url("list"), query)
    assert {challenge.title for challenge in page.context["page_obj"]} == found
    if not found:
        assert "Geen vraagstuk gevonden" in text(page)


def test_newest_first_and_best_match_first(client, region):
    old = f.ChallengeFactory(title="Meet de muur", accepted=True)
    new = f.ChallengeFactory(title="Zoek warmte", question="Een muur lekt.", accepted=True)
    assert list(client.get(url("list")).context["page_obj"]) == [new, old]
    assert list(client.get(url("list"), {"q": "muur"}).context["page_obj"]) == [old, new]


def test_a_card_draws_only_an_agreed_key(client, region):
    f.AssignmentFactory(sent=True, summary="Nog niet voor iedereen.")
    shown = client.get(url("list"))
    assert "key__tooth" not in shown.content.decode()
    assert "Nog geen leerdoelen" in text(shown)
    assert text(shown).count("Zoekt een docent") == 1
    f.ChallengeFactory(accepted=True, translator=region.teacher)
    assert text(client.get(url("list"))).count("Zoekt een docent") == 1
    assert "Nog niet voor iedereen" not in text(shown)
    agreed(region)
    shown = client.get(url("list"))
    assert shown.content.decode().count("key__tooth") == 3
    assert 'data-kind="smart"' in shown.content.decode()
    assert "3 leerdoelen" in text(shown)


def test_pages_of_twelve(client, region):
    f.ChallengeFactory.create_batch(13, accepted=True)
    assert len(client.get(url("list")).context["page_obj"]) == 12
    assert len(client.get(url("list"), {"page": 2}).context["page_obj"]) == 1


@pytest.mark.parametrize(
    "query",
    [
        "page=abc", "page=0", "page=-1", "page=99999999999999999999999", "q=%00", f"q={'x' * 5000}", "theme=%00",
        "municipality=%00", "q=%27%20%26%20!", "theme[]=x", "q=%FF%FE",
    ],
)  # fmt: skip
def test_no_address_of_the_catalogue_fails(client, region, query):
    f.ChallengeFactory(accepted=True)
    assert client.get(f"{url('list')}?{query}").status_code == 200


# --- One challenge ----------------------------------------------------------------------------------------------
SECRET = "Onze geheime steen brokkelt."


def test_details_of_a_confidential_challenge(region, login):
    made = agreed(region, confidential=True, question=SECRET, result="Een geheim advies")
    made.summary = "Test de geheime steen."
    made.save()
    for person in (None, region.other_contact, region.student, region.newcomer, region.coordinator):
        for address in (url("detail", made.challenge.pk), url("list")):
            shown = text(login(person).get(address))
            assert "geheime steen" not in shown and "geheim advies" not in shown
            assert "niet openbaar" in shown
    for person in (region.contact, region.teacher, region.other_teacher, region.broker):
        assert SECRET in text(login(person).get(url("detail", made.challenge.pk)))


def test_the_public_sees_key_goals_and_projects_but_no_timeline(client, region):
    made = agreed(region)
    cancelled = f.ProjectFactory(assignment=made, cancelled=True, title="Ging niet door")
    shown = text(client.get(url("detail", made.challenge.pk)))
    assert "3 leerdoelen bij dit vraagstuk" in shown
    assert region.goals[0].title in shown
    assert made.projects.first().title in shown
    assert cancelled.title not in shown
    assert "Wat er is gebeurd" not in shown
    assert "Wat kun je nu doen?" not in shown
    assert str(region.teacher) not in shown


def test_an_unsigned_assignment_is_not_public(client, region):
    f.AssignmentFactory(sent=True, title="Nog niet voor iedereen", challenge__title="Al open")
    shown = text(client.get(url("detail", Challenge.objects.get().pk)))
    assert "Nog niet voor iedereen" not in shown
    assert "leerdoel" not in shown


def test_each_side_finds_what_to_do(region, login):
    def offered(person, challenge):
        return text(login(person).get(url("detail", challenge.pk)))

    returned = f.ChallengeFactory(partner=region.company, returned=True)
    assert "Dien in" in offered(region.contact, returned)
    assert "Wijzig de tekst" in offered(region.contact, returned)
    submitted = f.ChallengeFactory(partner=region.company, submitted=True)
    for word in ("Keur goed", "Stuur terug", "Wijs af"):
        assert word in offered(region.broker, submitted)
        assert word not in offered(region.contact, submitted)
    accepted = f.ChallengeFactory(partner=region.company, accepted=True)
    assert "Ik vertaal dit vraagstuk" in offered(region.teacher, accepted)
    assert "Kies een docent" in offered(region.broker, accepted)
    for person in (region.student, region.other_contact, region.newcomer, None):
        assert "Wat kun je nu doen?" not in offered(person, accepted)
    Challenge.objects.filter(pk=accepted.pk).update(translator=region.teacher)
    assert "Begin met de opdracht" in offered(region.teacher, accepted)
    assert "Ik vertaal dit vraagstuk" not in offered(region.other_teacher, accepted)
    f.AssignmentFactory(challenge=accepted, sent=True)
    assert "Lees de opdracht en geef je akkoord" in offered(region.contact, accepted)


@pytest.mark.parametrize("name", ["detail", "edit", "accept", "translator", "assignment_add", "assignment", "goals"])
def test_a_number_that_is_no_challenge_is_not_found(region, login, name):
    assert login(region.broker).get(url(name, HUGE)).status_code == 404


# --- The review -------------------------------------------------------------------------------------------------
def test_a_challenge_with_a_project_is_not_edited(region, login):
    challenge = f.ChallengeFactory(partner=region.company, running=True, title="Eerst")
    for method in ("get", "post"):
        answer = getattr(login(region.contact), method)(url("edit", challenge.pk), follow=True)
        assert "kan nu niet meer veranderen" in text(answer)
    challenge.refresh_from_db()
    assert challenge.title == "Eerst"


def test_the_review(region, login):
    challenge = f.ChallengeFactory(partner=region.company, submitted=True)
    client = login(region.broker)
    answer = client.post(url("act", challenge.pk, "return"), {"remark": ""})
    assert answer.status_code == 422
    assert client.post(url("accept", challenge.pk), {"translator": "abc", "remark": "Mooi."}).status_code == 422
    assert client.post(url("accept", challenge.pk), {"translator": region.student.pk}).status_code == 422
    client.post(url("accept", challenge.pk), {"translator": region.teacher.pk, "remark": "Mooie vraag."})
    challenge.refresh_from_db()
    assert (challenge.status, challenge.translator) == ("accepted", region.teacher)
    assert "Mooie vraag." in text(login(region.contact).get(url("detail", challenge.pk)))
    client.post(url("translator", challenge.pk), {"translator": region.other_teacher.pk})
    challenge.refresh_from_db()
    assert challenge.translator == region.other_teacher


def test_who_chooses_a_teacher_reads_what_each_teaches_now(region, login):
    over, now = (f.ModuleRunFactory(module__title=title, module__school=region.school) for title in ("Toen", "Meten"))
    over.starts, over.ends = clock.today() - timedelta(days=90), clock.today() - timedelta(days=1)
    over.save()
    for run in (over, now):
        run.teachers.add(region.other_teacher)
    page = text(login(region.broker).get(url("translator", f.ChallengeFactory(accepted=True).pk)))
    assert re.search(r"\(.*\), geeft [^(]*Meten", page)
    assert "Toen" not in page


def test_a_refused_acceptance_keeps_the_remark(region, login):
    challenge = f.ChallengeFactory(partner__submitted=True, submitted=True)
    answer = login(region.broker).post(url("accept", challenge.pk), {"remark": "Mooie vraag."})
    assert answer.status_code == 422
    assert "Keur eerst de organisatie goed" in text(answer)
    assert "Mooie vraag." in answer.content.decode()


def test_the_second_teacher_hears_that_it_is_taken(region, login):
    challenge = f.ChallengeFactory(partner=region.company, accepted=True)
    assert login(region.teacher).get(url("claim", challenge.pk)).status_code == 405
    login(region.teacher).post(url("claim", challenge.pk))
    answer = login(region.other_teacher).post(
        url("claim", challenge.pk), follow=True, headers={"referer": f"http://testserver{url('detail', challenge.pk)}"}
    )
    assert "Een andere docent heeft dit vraagstuk al." in text(answer)


# --- The work lists ---------------------------------------------------------------------------------------------
def test_mine_shows_every_stage_of_ones_own(region, login):
    for trait in ("submitted", "returned", "declined"):
        f.ChallengeFactory(partner=region.company, title=f"Eigen {trait}", **{trait: True})
    f.ChallengeFactory(partner=region.other_company, title="Van een ander", accepted=True)
    shown = text(login(region.contact).get(reverse("company")))
    assert "3 vraagstukken" in shown
    assert "De makelaar kijkt of het vraagstuk past." in shown
    assert "Van een ander" not in shown


def test_the_company_sees_who_is_to_act(region, login):
    def waits():
        client, shown = login(region.contact), []
        for address in (reverse("company"), url("detail", challenge.pk)):
            shown.append(text(client.get(address)))
        return shown

    challenge = f.ChallengeFactory(partner=region.company, accepted=True)
    assert all("Een docent kan dit vraagstuk nu nemen." in shown for shown in waits())
    Challenge.objects.update(translator=region.teacher)
    assert all("Een docent maakt er een opdracht van." in shown for shown in waits())
    f.AssignmentFactory(challenge=challenge, sent=True)
    assert all("Lees de opdracht en geef je akkoord." in shown for shown in waits())
    assert "Lees de opdracht en geef je akkoord." in text(login(region.contact).get(reverse("start")))


def test_the_queue_is_oldest_first(region, login):
    for days in (1, 9, 4):
        at = clock.now() - timedelta(days=days)
        f.ChallengeFactory(partner=region.company, status="submitted", submitted_at=at, title=f"Dag {days}")
    f.ChallengeFactory(title="Zoekt een docent", accepted=True)
    f.ChallengeFactory(title="Heeft een docent", accepted=True, translator=region.teacher)
    page = login(region.broker).get(url("queue"))
    assert [challenge.title for challenge in page.context["page_obj"]] == ["Dag 9", "Dag 4", "Dag 1"]
    assert "9 dagen geleden ingediend" in text(page)
    assert "Zoekt een docent" in text(page)
    assert "Heeft een docent" not in text(page)


def test_lists_cost_the_same_for_one_and_three(region, login):
    def grow():
        agreed(region)
        for trait in ("submitted", "accepted"):
            f.ChallengeFactory(partner=region.company, contact=f.UserFactory(), **{trait: True})

    clients = [
        (login(None), url("list")), (login(region.student), url("list")), (login(region.contact), reverse("company")),
        (login(region.broker), url("queue")),
    ]  # fmt: skip
    grow()
    one = [queries_of(client, address) for client, address in clients]
    grow(), grow()
    assert [queries_of(client, address) for client, address in clients] == one


def test_a_detail_costs_the_same_for_one_and_three(region, login):
    first, third = agreed(region), agreed(region)
    for _more in range(2):
        extra = f.AssignmentFactory(challenge=third.challenge, agreed=True)
        f.ProjectFactory(assignment=extra, run=region.run, lab=region.lab)
    for person in (None, region.contact, region.broker):
        client = login(person)
        counts = [queries_of(client, url("detail", one.challenge.pk)) for one in (first, third)]
        assert counts[0] == counts[1]


def test_a_long_list_of_ones_own_stays_quick(region, login):
    Challenge.objects.bulk_create(f.ChallengeFactory.build_batch(1000, partner=region.company, accepted=True))
    page = login(region.contact).get(reverse("company"))
    assert page.context["page_obj"].paginator.count == 1000
    assert len(page.context["page_obj"]) == 25
    assert queries_of(login(region.contact), reverse("company")) <= 10
