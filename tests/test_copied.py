"""What a project copies of its challenge and assignment stays what it is there, whoever changes that."""

from datetime import timedelta

import pytest
from django.http import QueryDict

from challenges.models import Assignment, Challenge
from oil_portal.core import clock
from partners.models import User
from projects.filters import ProjectFilter
from projects.fitting import taste_of
from projects.models import Project
from tests import factories as f

LIST = "/projecten/"


def copies(project: Project) -> tuple:
    return Project.objects.values_list("theme", "location", "level", "host", "confidential").get(pk=project.pk)


@pytest.fixture
def project(region) -> Project:
    return f.ProjectFactory(
        run=region.run, assignment__level=3, assignment__challenge__theme="energy",
        assignment__challenge__location="lab", assignment__challenge__partner=region.company,
    )  # fmt: skip


def test_a_project_copies_what_it_is_found_by(project, region):
    assert copies(project) == ("energy", "lab", 3, region.company.pk, False)


def test_the_copies_follow_the_challenge_and_the_assignment(project, region):
    other = f.PartnerFactory()
    challenge = Challenge.objects.filter(assignments__projects=project)
    challenge.update(theme="food")
    assert copies(project) == ("food", "lab", 3, region.company.pk, False)
    challenge.update(location="both", partner=other)
    assert copies(project) == ("food", "both", 3, other.pk, False)
    Assignment.objects.filter(projects=project).update(level=6)
    assert copies(project) == ("food", "both", 6, other.pk, False)
    Assignment.objects.filter(projects=project).update(challenge=f.ChallengeFactory(theme="health", confidential=True))
    assert copies(project)[0] == "health" and copies(project)[-1]


def test_an_old_object_that_is_saved_again_changes_no_copy(project, region):
    old = Project.objects.get(pk=project.pk)
    Challenge.objects.filter(assignments__projects=project).update(theme="food", location="both")
    Assignment.objects.filter(projects=project).update(level=6)
    old.save()
    assert copies(project) == ("food", "both", 6, region.company.pk, False)
    Project.objects.filter(pk=project.pk).update(theme="mobility", level=2, location="company")
    assert copies(project) == ("food", "both", 6, region.company.pk, False)


def test_a_copy_is_no_change_of_the_project_for_the_staff(project):
    before = project.events.count()
    Challenge.objects.filter(assignments__projects=project).update(theme="food")
    assert project.events.count() == before


def test_the_list_finds_a_project_by_what_its_challenge_says_now(project, client):
    found = lambda asked: [one.pk for one in client.get(f"{LIST}?{asked}").context["page_obj"]]
    assert found("theme=energy&level=3&location=lab") == [project.pk]
    Challenge.objects.filter(assignments__projects=project).update(theme="food", location="both")
    Assignment.objects.filter(projects=project).update(level=6)
    assert found("theme=energy") == found("level=3") == found("location=lab") == []
    assert found("theme=food&level=6&location=both") == [project.pk]


def test_open_is_what_has_that_status_and_closes_today_or_later(project):
    mine = Project.objects.filter(pk=project.pk)
    for days, status, is_open in (
        (0, "open", True),
        (-1, "open", False),
        (9, "running", False),
        (9, "cancelled", False),
    ):
        day = clock.today() + timedelta(days=days)
        mine.update(status=status, closing_date=day, starts=day + timedelta(days=1), ends=day + timedelta(days=2))
        assert Project.objects.open().filter(pk=project.pk).exists() == is_open
        assert Project.objects.get(pk=project.pk).is_open == is_open


@pytest.mark.parametrize("asked", ["", "sort=new", "sort=closes", "theme=food", "status=completed", "fit=3"])
def test_the_pages_of_a_list_are_the_list_in_its_order(region, asked):
    for number in range(9):
        f.ProjectFactory(
            run=region.run, assignment__goals=region.goals[: number % 4], completed=number % 3 == 0,
            assignment__challenge__theme=("food", "energy")[number % 2],
        )  # fmt: skip
    for user, wishes in ((region.coordinator, ()), (region.student, taste_of(region.student).wishes)):
        found = ProjectFilter.of(QueryDict(asked), User.objects.get(pk=user.pk), wishes=wishes)
        whole = [one.pk for one in found.qs]
        pages = [one.pk for first in range(0, 10, 2) for one in found.part(first, first + 2)]
        assert pages == whole and (asked == "fit=3" or len(whole) > 1)
