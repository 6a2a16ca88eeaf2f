"""Figures that cost the database much: counted once for all who ask, and again behind their backs.

    @kept()
    def covered(school: int) -> dict: ...

    reading = covered(school.pk)  # reading.value, and reading.at when it was not counted for this page

What is counted within FIGURES_SLOW seconds is not kept, so that a small region sees everything as it is now. What takes
longer is handed out as it was counted, and when it is older than FIGURES_KEPT a worker counts it again. The page says
of when it is (templates/includes/counted.html). What is counted depends on the arguments alone (numbers, texts, flags,
tuples of those): not on who asks, nor on the language.

Who asks for what nobody kept counts it, one process at a time: another waits for that one. A page that `can_say` that
something is being counted lets a worker do it, and says so after some seconds. What was asked in the last week is
counted by a worker before anybody asks again (`warm`): at the start of a day, and by a new release.
"""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache, update_wrapper
from hashlib import sha256
from operator import itemgetter
from threading import Event, Thread
from time import monotonic, perf_counter, sleep
from typing import Any

from django.conf import settings
from django.core.cache import cache as memory
from django.db import transaction
from django.urls import get_resolver
from django.utils import timezone

from oil_portal.core import clock
from oil_portal.core.tasks import count_again

log = logging.getLogger(__name__)

LONGEST = timedelta(days=1)  # what nobody counted again in that time is not shown any more
WEEK = timedelta(days=7)  # what was asked in that time will be asked again
MOST = 20  # readings of one function that are counted before anybody asks
PATIENCE, LONG_PATIENCE = 2, 30  # seconds that a page waits for who counts; the long one where it cannot say so
LOOK = 0.05  # seconds between two looks
BRIEF = 5  # seconds that a reading is there for those who wait, of what turned out to be quick
BEAT, GONE = 2, 7  # seconds: how often who counts says so, and after how many it is gone
QUICK, MOST_QUICK = 60, 1000  # seconds for which a process takes for quick what was; of so many readings

everything: list["Kept"] = []
_can_say: ContextVar[bool] = ContextVar("can_say", default=False)


class BeingCounted(Exception):
    """A page can only say that what it shows is being counted."""


@contextmanager
def can_say():
    """Within it BeingCounted is raised rather than that somebody waits for long."""
    token = _can_say.set(True)
    try:
        yield
    finally:
        _can_say.reset(token)


@contextmanager
def beside(*others: "tuple[Kept, tuple]"):
    """What a page shows beside these (with their arguments): where that is being counted, workers begin with them."""
    try:
        yield
    except BeingCounted:
        for one, args in others:
            one.soon(*args)
        raise


@dataclass(frozen=True)
class Reading:
    """What was counted and when; `at` is None for what was counted for this page, `old` when it is being recounted."""

    value: Any
    at: datetime | None = None
    old: bool = False

    @property
    def is_of_today(self) -> bool:
        return timezone.localtime(self.at).date() == clock.today()

    @property
    def is_young(self) -> bool:
        return clock.now() < self.at + timedelta(seconds=settings.FIGURES_KEPT)


class Kept:
    """A function that counts, and what was kept of it."""

    def __init__(self, count: Callable, slow: float | None) -> None:
        self.count, self.slow = count, slow
        self.path = f"{count.__module__}.{count.__qualname__}"
        self.quick: dict[tuple, float] = {}  # until when this process does not ask whether another kept it
        update_wrapper(self, count)
        everything.append(self)

    def __call__(self, *args) -> Reading:
        if not settings.FIGURES_KEPT:
            return Reading(self.count(*args))
        if self.quick.get(args, 0) > monotonic():
            return self._told(*args)
        found: Reading | None = memory.get(self.key(*args))
        if found is None:
            return self._first(*args)
        if found.is_young:
            return found
        self.ahead(*args)
        return Reading(found.value, found.at, old=True)

    def _first(self, *args) -> Reading:
        """Nothing is kept: count, unless another does. A page that can say so leaves what takes long to a worker; where
        none begins in time it counts all the same."""
        key, says = self.key(*args), _can_say.get()
        if says and self.asked():
            self.ahead(*args)
            any(_looks(key, PATIENCE))
        for there in _looks(key, PATIENCE if says else LONG_PATIENCE):
            if key in there:
                return there[key]
            if not there:  # nobody counts, or who did is gone
                with turn(f"{key}:turn") as mine:
                    if mine:
                        return self._told(*args)
        if says:
            raise BeingCounted
        return self._told(*args)

    def ahead(self, *args) -> None:
        """Let a worker count what takes long, once in some minutes."""
        if memory.add(f"{self.key(*args)}:again", True, settings.FIGURES_KEPT):
            self._note(args)
            transaction.on_commit(lambda: count_again.delay(self.path, args), robust=True)

    def soon(self, *args) -> None:
        """The same, where it takes long and nothing is kept."""
        if self.asked() and self.held(*args) is None:
            self.ahead(*args)

    def again(self, *args) -> None:
        """Count anew, unless another is at it or just was; what became quick is not kept any more."""
        held = self.held(*args)
        if held and held.is_young:
            return
        with turn(f"{self.key(*args)}:turn") as mine:
            if not mine:
                return
            found = self._counted(*args)
            if found.at is None:
                memory.set(self.key(*args), Reading(found.value, clock.now()), BRIEF)
                self.drop(*args)

    def _told(self, *args) -> Reading:
        """Count for somebody who asks."""
        found = self._counted(*args)
        if found.at:
            self._note(args)
        return found

    def _counted(self, *args) -> Reading:
        """Count, and keep what took long."""
        moment, began = clock.now(), perf_counter()
        value = self.count(*args)
        if perf_counter() - began < (settings.FIGURES_SLOW if self.slow is None else self.slow):
            if len(self.quick) >= MOST_QUICK:
                self.quick.clear()
            self.quick[args] = monotonic() + QUICK
            return Reading(value)
        self.quick.pop(args, None)
        found = Reading(value, moment)
        memory.set(self.key(*args), found, LONGEST.total_seconds())
        return found

    def held(self, *args) -> Reading | None:
        """What is kept, without counting; None when nothing is."""
        return memory.get(self.key(*args)) if settings.FIGURES_KEPT else None

    def forget(self, *args) -> None:
        """The next who asks has it counted."""
        memory.delete(self.key(*args))

    def key(self, *args) -> str:
        """Where it is kept; with another release another place."""
        return f"kept:{sha256(repr((release(), self.path, args)).encode()).hexdigest()}"

    # --- What was asked, whatever the release -----------------------------------------------------------------------
    def asked(self) -> dict[tuple, datetime]:
        """With what somebody asked for what takes long, and when last, in the last week. Two who note at one moment may
        lose one of them, until it is asked again."""
        since = clock.now() - WEEK
        return {args: moment for args, moment in memory.get(self._asked, {}).items() if moment > since}

    def _note(self, args: tuple) -> None:
        asked = self.asked()
        asked.pop(args, None)
        newest = [*asked.items(), (args, clock.now())][-MOST:]
        memory.set(self._asked, dict(newest), WEEK.total_seconds())

    def drop(self, *args) -> None:
        """It is not counted before anybody asks any more."""
        asked = self.asked()
        if asked.pop(args, None):
            memory.set(self._asked, asked, WEEK.total_seconds())

    @property
    def _asked(self) -> str:
        return f"kept:asked:{self.path}"


def kept(slow: float | None = None) -> Callable[[Callable], Kept]:
    """See above; `slow` in seconds where it is not FIGURES_SLOW, 0 for what is always kept."""
    return lambda count: Kept(count, slow)


def _looks(key: str, seconds: float) -> Iterator[dict]:
    """Again and again what there is: the reading, and a turn that somebody has."""
    until = monotonic() + seconds
    while monotonic() < until:
        yield memory.get_many([key, f"{key}:turn"])
        sleep(LOOK)


def warm(seconds: float) -> None:
    """Count what was asked in the last week and is not kept, or not of today; what was asked last comes first. After
    so many seconds nothing more is begun."""
    until = monotonic() + seconds
    get_resolver().reverse_dict  # noqa: B018  loads all pages, and with them everything that is kept
    with turn("kept:warm") as mine:
        asked = [(moment, one, args) for one in everything for args, moment in one.asked().items()] if mine else []
        for _moment, one, args in sorted(asked, key=itemgetter(0), reverse=True):
            if monotonic() > until:
                return
            held = one.held(*args)
            if held is None or not held.is_of_today:
                _warm(one, args)


def _warm(one: Kept, args: tuple) -> None:
    """What another release asked, this one may not know how to count."""
    try:
        one.again(*args)
    except Exception:
        log.exception("%s could not be counted with %r", one.path, args)
        one.drop(*args)


# --- One at a time ---------------------------------------------------------------------------------------------------
@contextmanager
def turn(name: str) -> Iterator[bool]:
    """Whether it is ours to do something, among all processes, for as long as the block takes.

    It is a key that its holder renews, so that a process that was killed does not block it. Two may have it where Redis
    forgot, and without Redis everybody has it: it is for what costs more when it is done twice, not for what is wrong
    then.
    """
    if not memory.add(name, True, GONE):
        yield False
        return
    ended = Event()
    Thread(target=_renew, args=(name, ended), daemon=True).start()
    try:
        yield True
    finally:
        ended.set()
        memory.delete(name)


def _renew(name: str, ended: Event) -> None:
    """Beside the work, which may wait for the database all that time."""
    while not ended.wait(BEAT):
        memory.touch(name, GONE)


@cache
def release() -> str:
    """The code that runs: what another code kept may have another shape."""
    digest = sha256()
    for path in sorted(settings.BASE_DIR.glob("[!.]*/**/*.py")):
        digest.update(path.read_bytes())
    return digest.hexdigest()
