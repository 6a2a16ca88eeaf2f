"""Where a project came from and where it went on: the line on its page, and the figures over all of them."""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from projects.chain import chain, readable
from projects.following_up import follow_up_page, said_by_all
from projects.models import Project
from tests import factories as f

PEOPLE = ("contact", "other_contact", "teacher", "other_teacher", "student", "other_student", "coordinator", "broker",
          "newcomer", "admin")  # fmt: skip


def text(answer) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", answer.content.decode()).split())


def completed(region, outcome: dict, **traits) -> Project:
    project = f.ProjectFactory(
        completed=True, assignment__challenge__partner=region.company, run=region.run, lab=region.lab, **traits
    )
    f.OutcomeFactory(project=project, **outcome)
    return project


def stops(user, project) -> list[str]:
    return [stop.title for stop in chain(user, Project.objects.for_cards().get(pk=project.pk), project.outcome)]


# --- The line ---------------------------------------------------------------------------------------------------
def test_from_question_to_project_to_the_next_question_and_its_project(region, client):
    following = f.ChallengeFactory(accepted=True, partner=region.company, title="Een meter voor buiten")
    first = completed(region, {"follow_up": "challenge", "next_challenge": following}, title="Meter voor binnen")
    second = f.ProjectFactory(running=True, assignment__challenge=following, title="Buitenmeter")
    assert stops(region.broker, first) == [
        first.challenge.title, "Meter voor binnen", "Een meter voor buiten", "Buitenmeter"
    ]  # fmt: skip
    page = client.get(first.get_absolute_url())
    for one in (first.challenge, following, second):
        assert f'href="{one.get_absolute_url()}"' in page.content.decode()
    assert [stop.kind for stop in chain(region.broker, second, None)] == ["Eerder project", "Vraagstuk", "Project"]


def test_a_next_question_that_is_not_public_keeps_its_title(region, client, login):
    following = f.ChallengeFactory(submitted=True, partner=region.company, title="Geheim plan")
    project = completed(region, {"follow_up": "challenge", "next_challenge": following})
    for address in (project.get_absolute_url(), reverse("projects:card", args=[project.pk])):
        assert "Geheim plan" not in text(client.get(address)) and "Nog niet openbaar" in text(client.get(address))
        assert "Geheim plan" in text(login(region.contact).get(address))


def test_a_confidential_project_does_not_tell_what_it_led_to(region):
    following = f.ChallengeFactory(accepted=True, partner=region.company)
    completed(
        region,
        {"follow_up": "challenge", "next_challenge": following},
        title="Stil project",
        assignment__challenge__confidential=True,
    )
    later = f.ProjectFactory(running=True, assignment__challenge=following)
    assert "Stil project" not in [stop.title for stop in chain(region.other_contact, later, None)]
    assert "Stil project" in [stop.title for stop in chain(region.contact, later, None)]


@pytest.mark.parametrize(
    ("outcome", "last"),
    [
        ({"follow_up": "elsewhere", "follow_up_note": "Bij de Inventeers Academy."}, "Bij de Inventeers Academy."),
        ({"follow_up": "elsewhere"}, "Niet in dit portaal"),
        ({"follow_up": "challenge"}, "Nog niet gekozen"),
        ({"follow_up": "none"}, "Droge muren"),
    ],
)
def test_how_the_line_ends(region, outcome, last):
    assert stops(region.broker, completed(region, outcome, title="Droge muren"))[-1] == last


def test_the_lab_ends_the_line(region, client):
    project = completed(region, {"follow_up": "lab", "follow_up_lab": region.lab})
    last = chain(region.broker, project, project.outcome)[-1]
    assert (last.title, last.url) == ("CIV Smart Technology", region.lab.get_absolute_url())


def test_what_is_readable_is_what_the_permission_says(world):
    for project in (world.project_completed, world.project_running):
        challenge = project.challenge
        challenge.confidential = True
        challenge.save()
    for name in PEOPLE:
        user = getattr(world, name)
        for project in Project.objects.visible_to(user).for_cards():
            assert user.has_perm("projects.read_project", project) == readable(user).filter(pk=project.pk).exists(), (
                name
            )


# --- The figures ------------------------------------------------------------------------------------------------
@pytest.fixture
def ended(region):
    """Five completed projects: two in the lab, one with a next question, one at the Academy, one that stopped."""
    f.CollaborationFactory(name="Inventeers Academy", kind="academy")
    following = f.ChallengeFactory(accepted=True, partner=region.company, title="Een meter voor buiten")
    return [
        completed(region, {"follow_up": "lab", "follow_up_lab": region.lab}, title="Lab een"),
        completed(region, {"follow_up": "lab", "follow_up_lab": region.lab}, title="Lab twee"),
        completed(region, {"follow_up": "challenge", "next_challenge": following}, title="Met een vraag"),
        completed(region, {"follow_up": "elsewhere", "follow_up_note": "Bij de inventeers academy"}, title="Academie"),
        completed(region, {"follow_up": "none"}, title="Gestopt"),
    ]


def test_the_share_and_the_places(region, ended):
    found = follow_up_page(region.broker, "")
    assert (found.total, found.went_on, found.share) == (5, 4, 80)
    assert [(place.label, count) for place, count in found.counts] == [
        ("CIV Smart Technology", 2), ("Een volgend vraagstuk", 1), ("Inventeers Academy", 1), ("Geen vervolg", 1)
    ]  # fmt: skip


def test_behind_every_figure_are_its_projects(region, login, ended):
    client, address = login(region.contact), reverse("projects:follow_ups")
    page = client.get(address)
    links = re.findall(r'href="\?waar=([\w-]+)#projecten"[^>]*>(\d+)(%?)', page.content.decode())
    assert len(links) == 7
    for key, number, percent in links:
        shown = client.get(address, {"waar": key})
        assert shown.context["page_obj"].paginator.count == (4 if percent else int(number))
    assert "Lab twee" in text(client.get(address, {"waar": f"lab-{region.lab.pk}"}))
    assert "Gestopt" not in text(client.get(address, {"waar": "verder"}))
    assert "Een meter voor buiten" in text(client.get(address, {"waar": "vraagstuk"}))


def test_what_a_reader_may_not_read_does_not_count_for_them(region, login, ended):
    challenge = ended[0].challenge
    challenge.confidential = True
    challenge.save()
    assert follow_up_page(region.other_contact, "").total == 4
    assert follow_up_page(region.contact, "").total == follow_up_page(region.broker, "").total == 5
    elsewhere = f.UserFactory(coordinator=f.PartnerFactory(school=True))
    for reader in (*(getattr(region, who) for who in PEOPLE[:-1]), elsewhere):
        found = readable(reader).filter(status="completed")
        assert follow_up_page(reader, "").total == follow_up_page(reader, "").page(reader, "1").paginator.count
        assert follow_up_page(reader, "").total == found.count() in (4, 5)


def test_what_took_long_to_count_is_kept_for_all_but_ones_own(region, login, ended, keeping_figures, monkeypatch):
    monkeypatch.setattr(said_by_all, "slow", 0)
    said_by_all.forget()
    client, address = login(region.contact), reverse("projects:follow_ups")
    assert client.get(address).context["found"].total == 5
    lab = f.PartnerFactory(lab=True, name="Een ander lab", parent=region.school)
    completed(region, {"follow_up": "lab", "follow_up_lab": lab}, title="Nieuw")
    secret = completed(region, {"follow_up": "none"}, title="Geheim")
    secret.challenge.confidential = True
    secret.challenge.save()
    page = client.get(address)
    assert "Geteld om" in text(page) and "Nieuw" in text(page) and "Een ander lab" in text(page)
    assert page.context["found"].total == 6  # with their own, which is confidential
    assert login(region.other_contact).get(address).context["found"].total == 5
    said_by_all.forget()


@pytest.mark.parametrize("query", [{"waar": "onzin"}, {"waar": "lab-" + "9" * 30}, {"waar": "\0"}, {"page": "x"}])
def test_an_odd_address_shows_everything(region, login, ended, query):
    answer = login(region.broker).get(reverse("projects:follow_ups"), query)
    assert answer.status_code == 200 and answer.context["page_obj"].paginator.count == 5


def test_without_completed_projects_the_page_says_so(region, login):
    assert "Er is nog geen project afgerond." in text(login(region.broker).get(reverse("projects:follow_ups")))


def test_collaborations_that_went_on(region, login):
    lab = f.CollaborationFactory(name="Open Innovatie Lab")
    lab.continued_in.add(region.lab)
    f.CollaborationFactory(name="Inventeers Academy", started_from=lab)
    f.CollaborationFactory(name="Alleen")
    shown = text(login(region.broker).get(reverse("projects:follow_ups")))
    assert "Ging verder in CIV Smart Technology , Inventeers Academy" in shown or (
        "CIV Smart Technology, Inventeers Academy" in shown
    )
    assert "Alleen" not in shown


def asked(client, address: str) -> int:
    client.get(address)
    with CaptureQueriesContext(connection) as queries:
        client.get(address)
    return len(queries)


def test_the_same_number_of_queries_for_one_and_three(region, login):
    client = login(region.contact)
    following = [f.ChallengeFactory(accepted=True, partner=region.company) for _ in range(4)]

    def another(number: int):
        project = completed(region, {"follow_up": "challenge", "next_challenge": following[number]})
        completed(region, {"follow_up": "lab", "follow_up_lab": region.lab})
        collaboration = f.CollaborationFactory()
        f.ProjectCardFactory(collaboration=f.CollaborationFactory(started_from=collaboration))
        collaboration.continued_in.add(region.lab)
        f.ProjectFactory(running=True, assignment__challenge=following[0])
        return project

    addresses = [reverse("projects:follow_ups"), reverse("projects:card", args=[another(0).pk])]
    one = [asked(client, address) for address in addresses]
    another(1), another(2)
    assert [asked(client, address) for address in addresses] == one
