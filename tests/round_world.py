"""A round that tests of rounds share: three projects, six students, closed with its first proposal computed."""

from datetime import timedelta

import pytest
from django.urls import reverse

from oil_portal.core import clock
from projects.models import Participant
from projects.services import round as services
from tests import factories as f


@pytest.fixture
def committing(django_capture_on_commit_callbacks):
    """A block after which what was to happen on commit happens."""
    return lambda: django_capture_on_commit_callbacks(execute=True)


@pytest.fixture
def place(region):
    """Makes open projects of the region's school, with a coach."""

    def make(title: str, **plan):
        plan = {"min_size": 2, "max_size": 3} | plan
        return f.ProjectFactory(
            title=title, run=region.run, coach=region.teacher, assignment__challenge__partner=region.company,
            assignment__challenge__translator=region.teacher, assignment__goals=region.goals, **plan,
        )  # fmt: skip

    return make


@pytest.fixture
def people(region):
    """Six students of the region's module; the first is the region's own."""
    others = f.UserFactory.create_batch(5, student=region.school)
    for each in others:
        f.EnrolmentFactory(student=each, run=region.run)
    return [region.student, *others]


def make(region, **values):
    today = clock.today()
    fields = {
        "title": "Voorjaar", "opens_on": today, "closes_on": today + timedelta(days=7),
        "publishes_on": today + timedelta(days=14),
    }  # fmt: skip
    return services.make_round(
        actor=region.coordinator, school=region.school, runs=[region.run], **fields | values
    )  # fmt: skip


@pytest.fixture
def closed(region, place, people, committing):
    """A round that is closed with its first proposal computed: three projects, six students, one friendship."""
    projects = [place("Gevel"), place("Kas"), place("Sluis")]
    round_ = make(region)
    services.set_projects(round_=round_, actor=region.coordinator, projects=projects)
    services.open_round(round_=round_, actor=region.coordinator)
    wishes = [(0, 1), (0, 1), (0, 1), (0, 2), (1, 0), (1, 0)]
    for student, wished in zip(people, wishes, strict=True):
        part = Participant.objects.get(round=round_, student=student)
        for rank, at in enumerate(wished, 1):
            f.PreferenceFactory(participant=part, project=projects[at], rank=rank)
    with committing():
        services.close_round(round_=round_, actor=region.coordinator)
    return round_


def page(client, name: str, *args, **query):
    return client.get(reverse(f"projects:{name}", args=args), query)
