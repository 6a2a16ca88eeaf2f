"""The race for the last seat, with real connections to a real PostgreSQL at the same time."""

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.core.exceptions import ValidationError
from django.db import connections
from django.urls import reverse

from oil_portal.core.workflow import Refusal
from partners.models import User
from projects import services
from projects.models import Application, Project
from tests import factories as f

pytestmark = pytest.mark.django_db(transaction=True)
CROWD = 20


def at_once(acts: list[Callable]) -> list:
    """Run every act in a thread with a connection of its own, all starting together; results or Refusals in order."""
    gate = Barrier(len(acts))

    def run(act: Callable):
        try:
            gate.wait(timeout=30)
            return act()
        except Refusal as refusal:
            return refusal
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(acts)) as pool:
        return [future.result(timeout=120) for future in [pool.submit(run, act) for act in acts]]


@pytest.fixture
def make(region):
    def project(**fields) -> Project:
        return f.ProjectFactory(
            run=region.run,
            coach=region.teacher,
            assignment__challenge__partner=region.company,
            assignment__challenge__translator=region.teacher,
            **fields,
        )

    return project


def fresh(pk: int) -> User:
    """The same person as another request would read it: nothing kept from before."""
    return User.objects.get(pk=pk)


def students(region) -> list[User]:
    return [f.UserFactory(student=region.school) for _number in range(CROWD)]


def test_twenty_students_placed_at_once_get_three_seats(region, make):
    project = make(max_size=3)
    applications = f.ApplicationFactory.create_batch(CROWD, project=project)
    teachers = [region.teacher.pk, region.coordinator.pk]

    def place(pk: int, teacher: int) -> Callable:
        return lambda: services.place(application=Application.objects.get(pk=pk), actor=fresh(teacher))

    results = at_once([place(one.pk, teachers[number % 2]) for number, one in enumerate(applications)])
    assert sum(isinstance(result, Refusal) for result in results) == CROWD - 3
    assert Counter(project.applications.values_list("status", flat=True)) == {"placed": 3, "submitted": CROWD - 3}


def test_twenty_requests_to_place_get_the_last_seat(region, make, login):
    project = make(max_size=1)
    addresses = [
        reverse("projects:application_act", args=[application.pk, "place"])
        for application in f.ApplicationFactory.create_batch(CROWD, project=project)
    ]
    clients = [login(region.teacher) for _address in addresses]
    answers = at_once(
        [
            lambda client=client, address=address: client.post(address, {}).status_code
            for client, address in zip(clients, addresses, strict=True)
        ]
    )
    assert Counter(answers) == {302: 1, 303: CROWD - 1}
    assert project.team().count() == 1


def test_twenty_students_apply_at_once(region, make, login):
    project = make(max_size=1)
    clients = [login(student) for student in students(region)]
    address, words = reverse("projects:apply", args=[project.pk]), {"motivation": "Ik wil leren meten."}
    answers = at_once([lambda client=client: client.post(address, words).status_code for client in clients])
    assert Counter(answers) == {302: CROWD}
    assert project.applications.filter(status="submitted").count() == CROWD


def test_one_student_who_applies_twenty_times_at_once_applies_once(region, make, login):
    project = make()
    clients = [login(region.student) for _number in range(CROWD)]
    address, words = reverse("projects:apply", args=[project.pk]), {"motivation": "Ik wil leren meten."}
    answers = at_once([lambda client=client: client.post(address, words).status_code for client in clients])
    assert Counter(answers) == {302: 1, 303: CROWD - 1}
    assert Application.objects.filter(student=region.student).count() == 1


@pytest.mark.parametrize("ending", ["start", "cancel"])
def test_nobody_slips_in_unanswered_while_the_project_closes(region, make, ending):
    project = make(max_size=3)
    f.ApplicationFactory(project=project, placed=True)
    waiting = [application.pk for application in f.ApplicationFactory.create_batch(5, project=project)]

    def close():
        verb = services.start_project if ending == "start" else services.cancel_project
        return verb(project=Project.objects.get(pk=project.pk), actor=fresh(region.teacher.pk), remark="Nu.")

    def apply(pk: int) -> Callable:
        return lambda: services.apply(
            project=Project.objects.get(pk=project.pk), actor=fresh(pk), motivation="Ik wil leren meten."
        )

    def place(pk: int) -> Callable:
        return lambda: services.place(application=Application.objects.get(pk=pk), actor=fresh(region.teacher.pk))

    crowd = students(region)[:10]
    at_once([*(apply(student.pk) for student in crowd), close, *(place(pk) for pk in waiting)])
    statuses = Counter(project.applications.values_list("status", flat=True))
    assert not statuses["submitted"]
    assert statuses["placed"] <= (3 if ending == "start" else 0)


def test_seats_taken_away_while_they_are_given_are_never_exceeded(region, make):
    project = make(max_size=6)
    applications = f.ApplicationFactory.create_batch(6, project=project)

    def shrink():
        try:
            found = Project.objects.get(pk=project.pk)
            return services.edit_project(project=found, actor=fresh(region.teacher.pk), max_size=2)
        except ValidationError as error:
            return error

    def place(pk: int) -> Callable:
        return lambda: services.place(application=Application.objects.get(pk=pk), actor=fresh(region.teacher.pk))

    at_once([place(applications[0].pk), shrink, *(place(application.pk) for application in applications[1:])])
    project.refresh_from_db()
    assert project.team().count() <= project.max_size


def test_two_projects_that_end_at_once_end_their_challenge(region, make):
    for _round in range(5):  # the loser of this race read the other project too early about one time in two
        first = make(confirming=True)
        second = f.ProjectFactory(
            run=region.run, coach=region.teacher, assignment=first.assignment, status="confirming"
        )
        for project in (first, second):
            f.OutcomeFactory(project=project)

        def complete(pk: int) -> Callable:
            return lambda: services.complete_project(project=Project.objects.get(pk=pk), actor=fresh(region.teacher.pk))

        at_once([complete(first.pk), complete(second.pk)])
        first.challenge.refresh_from_db()
        assert first.challenge.status == "completed"
