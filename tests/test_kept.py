"""What costs much is counted once for all who ask, and again by a worker."""

import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Event
from unittest.mock import Mock
from uuid import uuid4

import pytest
from django.core.cache import cache
from django.db import connection
from django.http import HttpResponse

from oil_portal.core import clock
from oil_portal.core import kept as keeping_of
from oil_portal.core.kept import LONGEST, BeingCounted, Reading, beside, can_say, kept, turn, warm
from oil_portal.core.tasks import count_again, warm_figures
from oil_portal.core.views import counting
from oil_portal.settings import CACHES

counted: list[tuple] = []


@kept(slow=0)
def long_work(*args):
    counted.append(args)
    return len(counted)


@kept()
def short_work(*args):
    counted.append(args)
    return len(counted)


@kept(slow=0)
def held_up():
    """Goes on when the test says so."""
    counted.append(())
    assert go_on.wait(20)
    return "done"


go_on = Event()


@pytest.fixture(autouse=True)
def keeping(keeping_figures, monkeypatch):
    counted.clear()
    go_on.clear()
    for one in (long_work, short_work, held_up):
        one.quick.clear()
    monkeypatch.setattr(keeping_of, "everything", [long_work, short_work])


@pytest.fixture
def redis(settings, request):
    """The portal's own memory, which all processes have."""
    settings.CACHES = {"default": {**CACHES["default"], "KEY_PREFIX": request.node.nodeid}}


@pytest.fixture
def aside():
    """Calls in other threads, each as a request of its own."""

    def call(work):
        try:
            return work()
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        yield lambda work: pool.submit(call, work)
        go_on.set()


def until(condition, seconds: float = 15) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "this took too long"
        time.sleep(0.02)


@pytest.fixture
def handed_over(monkeypatch):
    """What workers are asked to do."""
    found = []
    monkeypatch.setattr(count_again, "delay", lambda *args: found.append(args))
    return found


def test_what_takes_long_is_counted_once_and_says_when():
    first, second = long_work(), long_work()
    assert (first.value, second.value) == (1, 1) and first.at == second.at == clock.now().replace(
        microsecond=first.at.microsecond, second=first.at.second
    )
    assert first.is_of_today and not second.old


def test_what_is_quick_is_counted_for_each_page():
    assert [(one.value, one.at) for one in (short_work(), short_work())] == [(1, None), (2, None)]


def test_nothing_is_kept_where_nothing_is_to_be_kept(settings):
    settings.FIGURES_KEPT = 0
    assert [(one.value, one.at) for one in (long_work(), long_work())] == [(1, None), (2, None)]


def test_what_is_held_is_known_without_counting(settings):
    assert long_work.held(1) is None and counted == []
    assert long_work(1) == long_work.held(1)
    settings.FIGURES_KEPT = 0
    assert long_work.held(1) is None and counted == [(1,)]


def test_other_arguments_are_another_reading():
    assert [long_work(1).value, long_work(2).value, long_work(1).value] == [1, 2, 1]


@pytest.mark.django_db
def test_what_is_old_is_handed_out_and_counted_again_by_one_worker(handed_over, django_capture_on_commit_callbacks):
    args = (True, "a", (1, 2))
    first = long_work(*args)
    with clock.at(clock.now() + timedelta(seconds=301)), django_capture_on_commit_callbacks(execute=True):
        one, other = long_work(*args), long_work(*args)
        assert (one.value, one.at, one.old, other.old) == (1, first.at, True, True)
    assert handed_over == [("tests.test_kept.long_work", args)]
    with clock.at(clock.now() + timedelta(seconds=301)):
        count_again("tests.test_kept.long_work", [True, "a", [1, 2]])
        assert (long_work(*args).value, long_work(*args).old) == (2, False)
        count_again("tests.test_kept.long_work", [True, "a", [1, 2]])  # which somebody just did
    assert counted == [args, args]


def test_what_nobody_counted_again_for_a_day_is_not_shown(monkeypatch):
    kept_for = []
    memory = Mock(get=lambda _key, default=None: default, get_many=lambda _keys: {})
    memory.set = lambda key, _value, seconds: kept_for.append((key, seconds))
    monkeypatch.setattr(keeping_of, "memory", memory)
    long_work()
    assert (long_work.key(), LONGEST.total_seconds()) in kept_for


def test_what_became_quick_is_kept_for_those_who_wait_and_no_longer(monkeypatch):
    assert long_work().value == 1
    monkeypatch.setattr(long_work, "slow", 60)
    monkeypatch.setattr(keeping_of, "BRIEF", 1)
    with clock.at(clock.now() + timedelta(seconds=301)):
        long_work.again()
        assert cache.get(long_work.key()).value == 2 and long_work.asked() == {}
        until(lambda: cache.get(long_work.key()) is None)
        assert [long_work().value, long_work().at] == [3, None]


def test_what_was_quick_a_minute_ago_asks_nothing_of_the_memory(monkeypatch):
    assert short_work().value == 1
    monkeypatch.setattr(keeping_of, "memory", Mock(side_effect=AssertionError))
    assert short_work().value == 2
    monkeypatch.undo()
    short_work.quick[()] = 0
    cache.set(short_work.key(), Reading(7, clock.now()))
    assert short_work().value == 7


def test_what_was_quick_and_takes_long_is_kept(monkeypatch):
    assert short_work().at is None
    monkeypatch.setattr(short_work, "slow", 0)
    assert short_work().at and short_work() == short_work()


def test_another_code_has_readings_of_its_own(monkeypatch):
    assert long_work().value == 1
    monkeypatch.setattr("oil_portal.core.kept.release", lambda: "another")
    assert long_work().value == 2
    long_work.forget()


# --- One process counts at a time ------------------------------------------------------------------------------------
def test_of_many_first_readers_one_counts_and_the_others_get_its_figure(redis, aside):
    first = aside(held_up)
    until(lambda: counted)
    others = [aside(held_up) for _turn in range(5)]
    time.sleep(0.2)
    assert len(counted) == 1 and not any(one.done() for one in others)
    go_on.set()
    readings = [one.result(10) for one in (first, *others)]
    assert {(one.value, one.at) for one in readings} == {("done", readings[0].at)} and len(counted) == 1


def test_who_waited_long_counts_after_all(aside, monkeypatch):
    monkeypatch.setattr(keeping_of, "LONG_PATIENCE", 0.2)
    aside(held_up)
    until(lambda: counted)
    other = aside(held_up)
    until(lambda: len(counted) == 2)
    go_on.set()
    assert other.result(10).value == "done"


def test_a_turn_lasts_as_long_as_who_has_it_and_no_longer(settings):
    """A process that is killed does not give its turn back."""
    settings.CACHES = CACHES
    name = f"turn:{uuid4()}"
    script = (
        "import django; django.setup(); import time; from oil_portal.core import kept\n"
        f"kept.BEAT, kept.GONE = 0.3, 1\nwith kept.turn({name!r}) as mine: print(mine, flush=True); time.sleep(60)"
    )
    process = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout.readline() == "True\n"
        time.sleep(2)
        with turn(name) as mine:
            assert not mine
    finally:
        process.kill()
        process.wait()

    def is_free() -> bool:
        with turn(name) as mine:
            return mine

    until(is_free, 5)
    assert not cache.has_key(name)


def test_a_count_that_fails_gives_its_turn_back():
    broken = kept(slow=0)(Mock(side_effect=[RuntimeError("broken"), 7], __module__="tests", __qualname__="broken"))
    with pytest.raises(RuntimeError, match="broken"):
        broken()
    assert broken().value == 7


# --- A page says that it is being counted ----------------------------------------------------------------------------
@counting
def page(request):
    return HttpResponse(f"value {held_up().value}")


@pytest.fixture
def known_to_be_slow(monkeypatch):
    """Somebody asked it before, of another moment."""
    held_up.ahead("another")
    monkeypatch.setattr(keeping_of, "PATIENCE", 0.3)


@pytest.mark.django_db
def test_a_page_says_that_somebody_is_counting_and_asks_again(aside, known_to_be_slow, handed_over, client, rf):
    first = aside(held_up)
    until(lambda: counted)
    answer = page(request := rf.get("/rapport/?periode=2026"))
    words = answer.content.decode()
    assert answer.status_code == 202 and "Wij tellen dit nu" in words and 'role="status"' in words
    assert '<noscript><meta http-equiv="refresh" content="4"></noscript>' in words
    assert f'hx-get="{request.get_full_path()}"' in words
    assert page(rf.get("/", headers={"HX-Trigger": "telling"})).status_code == 204
    go_on.set()
    first.result(10)
    assert page(rf.get("/", headers={"HX-Trigger": "telling"})).content == b"value done" and len(counted) == 1


@pytest.mark.django_db
def test_where_no_worker_begins_the_page_counts(known_to_be_slow, handed_over, rf, django_capture_on_commit_callbacks):
    go_on.set()
    with django_capture_on_commit_callbacks(execute=True):
        answer = page(rf.get("/"))
    assert (answer.status_code, answer.content, len(counted)) == (200, b"value done", 1)
    assert handed_over == [("tests.test_kept.held_up", ())]


@pytest.mark.django_db
def test_what_was_never_slow_is_not_left_to_a_worker(handed_over, rf):
    go_on.set()
    assert page(rf.get("/")).status_code == 200 and handed_over == []


@pytest.mark.django_db
def test_who_sends_a_form_waits(aside, known_to_be_slow, handed_over, rf):
    aside(held_up)
    until(lambda: counted)
    other = aside(lambda: page(rf.post("/")))
    time.sleep(0.6)
    assert not other.done()
    go_on.set()
    assert other.result(10).status_code == 200 and len(counted) == 1


@pytest.mark.django_db
def test_workers_begin_with_what_the_page_shows_beside(
    known_to_be_slow, handed_over, aside, django_capture_on_commit_callbacks
):
    long_work(1)
    long_work.forget(1)
    aside(held_up)
    until(lambda: counted[1:])
    others = beside((long_work, (1,)), (short_work, ()))
    with django_capture_on_commit_callbacks(execute=True), pytest.raises(BeingCounted), can_say(), others:
        held_up()
    assert handed_over[-1] == ("tests.test_kept.long_work", (1,)) and len(counted) == 2


def test_a_worker_counts_while_the_page_says_so(redis, worker, monkeypatch, rf):
    held_up.ahead("another")
    monkeypatch.setattr(keeping_of, "PATIENCE", 3)
    assert page(rf.get("/")).status_code == 202 and counted == [()]
    go_on.set()
    until(lambda: page(rf.get("/")).status_code == 200)
    assert counted == [()]  # nobody counted beside it


# --- Before anybody asks ---------------------------------------------------------------------------------------------
def test_what_was_asked_is_counted_by_a_new_release_before_anybody_asks(monkeypatch):
    long_work(1), long_work(2)
    monkeypatch.setattr(keeping_of, "release", lambda: "another")
    assert long_work.held(2) is None
    counted.clear()
    warm_figures()
    assert counted == [(2,), (1,)]  # the last asked first
    assert (long_work.held(1).value, long_work.held(2).value) == (2, 1)
    warm_figures()
    assert len(counted) == 2


def test_a_day_begins_with_figures_of_that_day():
    long_work(1)
    with clock.at(clock.now() + timedelta(days=1)):
        warm(60)
        assert long_work.held(1).is_of_today and len(counted) == 2


def test_what_nobody_asked_for_a_week_is_not_counted_any_more():
    """Nor is it asking when the portal counts for itself."""
    long_work(1)
    for days in (3, 6, 8):
        with clock.at(clock.now() + timedelta(days=days)):
            warm(60)
    assert len(counted) == 3 and long_work.asked()
    with clock.at(clock.now() + timedelta(days=8)):
        assert long_work.asked() == {}


@pytest.mark.django_db
def test_what_is_read_every_day_is_counted_every_day(handed_over):
    long_work(1)
    for days in (6, 12, 18):
        with clock.at(clock.now() + timedelta(days=days)):
            warm(60)
            assert long_work(1).value
        cache.delete(f"{long_work.key(1)}:again")  # after some real minutes
        with clock.at(clock.now() + timedelta(days=days, minutes=6)):
            assert long_work(1).old
    assert len(counted) == 4


def test_of_a_function_the_newest_are_counted_and_nothing_is_begun_late(monkeypatch):
    monkeypatch.setattr(keeping_of, "MOST", 3)
    for number in range(5):
        long_work(number)
    assert [*long_work.asked()] == [(2,), (3,), (4,)]
    monkeypatch.setattr(keeping_of, "release", lambda: "another")
    counted.clear()
    warm(-1)
    assert counted == []


def test_what_a_release_cannot_count_keeps_nothing_else(monkeypatch):
    long_work(1), long_work(2)
    monkeypatch.setattr(keeping_of, "release", lambda: "another")
    count = long_work.count
    monkeypatch.setattr(long_work, "count", lambda number: count(number) if number == 1 else 1 / 0)
    warm(60)
    assert long_work.held(1) and [*long_work.asked()] == [(1,)]


@pytest.mark.django_db
def test_two_do_not_warm_at_once(redis, aside, monkeypatch):
    monkeypatch.setattr(keeping_of, "everything", [held_up])
    held_up.ahead()
    first = aside(lambda: warm(60))
    until(lambda: counted)
    warm(60)
    go_on.set()
    first.result(10)
    assert len(counted) == 1
