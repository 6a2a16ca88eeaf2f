"""A proposal through real Celery workers: computed, and taken up again when a worker is killed in the middle."""

import os
import signal
import subprocess
import sys
import time
from datetime import timedelta

import psutil
import pytest
from django.db import connection, transaction
from django.urls import reverse

from oil_portal.celery import app
from oil_portal.core import clock
from projects.models import Proposal
from projects.services import proposal as proposals
from tests import factories as f

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def round_(region, monkeypatch):
    """A closed round in which two students want one project."""
    monkeypatch.setitem(app.conf, "task_always_eager", False)
    app.control.purge()
    found = f.MatchingRoundFactory(closed=True, school=region.school, runs=[region.run])
    project = f.ProjectFactory(run=region.run, coach=region.teacher, min_size=2)
    f.RoundProjectFactory(round=found, project=project)
    for student in f.UserFactory.create_batch(2, student=region.school):
        f.ParticipantFactory(round=found, student=student, ranks={project: 1})
    return found


@pytest.fixture
def worker():
    """worker() starts a real one, with one child, on the test's database and Redis; all are ended afterwards."""
    started = []

    def start() -> psutil.Process:
        address = os.environ["DATABASE_URL"].rsplit("/", 1)[0]
        env = os.environ | {
            "DATABASE_URL": f"{address}/{connection.settings_dict['NAME']}",
            "DJANGO_SETTINGS_MODULE": "oil_portal.settings_test",
        }
        words = [sys.executable, "-m", "celery", "-A", "oil_portal", "worker", "-c", "1", "--without-gossip",
                 "--without-mingle", "--loglevel", "ERROR"]  # fmt: skip
        process = subprocess.Popen(words, env=env)
        started.append(process)
        return psutil.Process(process.pid)

    yield start
    for process in started:
        for each in [*psutil.Process(process.pid).children(recursive=True)] if process.poll() is None else []:
            each.kill()
        process.kill()
        process.wait()


def until(condition, seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "this took too long"
        time.sleep(0.05)


def state(proposal: Proposal) -> str:
    proposal.refresh_from_db()
    return proposal.state


class Held:
    """Keeps the solver waiting: it reads the pairs of the round after it said that it runs."""

    def __enter__(self):
        self.block = transaction.atomic()
        self.block.__enter__()
        with connection.cursor() as cursor:
            cursor.execute("LOCK TABLE projects_pair IN ACCESS EXCLUSIVE MODE")
        return self

    def __exit__(self, *error):
        self.block.__exit__(None, None, None)


def test_a_child_that_is_killed_gives_its_proposal_to_the_next(round_, region, worker):
    process = worker()
    asked = proposals.ask_proposal(round_=round_, actor=region.coordinator)
    with Held():
        until(lambda: state(asked) == "running")
        for child in process.children(recursive=True):
            child.send_signal(signal.SIGKILL)
    until(lambda: state(asked) == "done")
    assert asked.figures["placed"] == 2 and asked.seats.count() == 2


def test_a_worker_that_is_killed_leaves_a_round_that_can_be_solved_again(round_, region, worker, login):
    process = worker()
    asked = proposals.ask_proposal(round_=round_, actor=region.coordinator)
    with Held():
        until(lambda: state(asked) == "running")
        for each in [process, *process.children(recursive=True)]:
            each.send_signal(signal.SIGKILL)
        process.wait()
    client = login(region.coordinator)
    assert "wordt berekend" in client.get(asked.get_absolute_url()).content.decode()
    with clock.at(clock.now() + timedelta(minutes=2)):
        assert "Het rekenen is gestopt." in client.get(asked.get_absolute_url()).content.decode()
    answer = client.post(reverse("projects:solve", args=[round_.pk]), {"kind": "best"})
    again = Proposal.objects.get(number=2)
    assert answer.url == again.get_absolute_url() and state(asked) == "failed"
    worker()
    until(lambda: state(again) == "done")
    assert again.figures["placed"] == 2
