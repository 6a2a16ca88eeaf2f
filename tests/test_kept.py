"""What costs much is counted once for all who ask, and again by a worker."""

from datetime import timedelta
from unittest.mock import Mock

import pytest

from oil_portal.core import clock
from oil_portal.core.kept import LONGEST, kept
from oil_portal.core.tasks import count_again

counted: list[tuple] = []


@kept(slow=0)
def long_work(*args):
    counted.append(args)
    return len(counted)


@kept()
def short_work():
    counted.append(())
    return len(counted)


@pytest.fixture(autouse=True)
def keeping(keeping_figures):
    counted.clear()


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
    count_again("tests.test_kept.long_work", [True, "a", [1, 2]])
    assert long_work(*args).value == 2 and counted == [args, args]


def test_what_nobody_counted_again_for_a_day_is_not_shown(monkeypatch):
    kept_for = []
    memory = Mock(get=lambda _key: None, set=lambda _key, _value, seconds: kept_for.append(seconds))
    monkeypatch.setattr("oil_portal.core.kept.memory", memory)
    long_work()
    assert kept_for == [LONGEST.total_seconds()]


def test_what_became_quick_is_not_kept_any_more():
    assert long_work().value == 1
    long_work.slow = 60
    try:
        long_work.again()
        assert [long_work().value, long_work().at] == [3, None]
    finally:
        long_work.slow = 0


def test_another_code_has_readings_of_its_own(monkeypatch):
    assert long_work().value == 1
    monkeypatch.setattr("oil_portal.core.kept.release", lambda: "another")
    assert long_work().value == 2
    long_work.forget()
