"""Figures that cost the database much: counted once for all who ask, and again behind their backs.

    @kept()
    def covered(school: int) -> dict: ...

    reading = covered(school.pk)  # reading.value, and reading.at when it was not counted for this page

What is counted within FIGURES_SLOW seconds is not kept, so that a small region sees everything as it is now. What takes
longer is handed out as it was counted, and when it is older than FIGURES_KEPT a worker counts it again: nobody waits
but the first. The page says of when it is (templates/includes/counted.html). What is counted depends on the arguments
alone (numbers, texts, flags, tuples of those): not on who asks, nor on the language.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache, update_wrapper
from hashlib import sha256
from time import perf_counter
from typing import Any

from django.conf import settings
from django.core.cache import cache as memory
from django.db import transaction
from django.utils import timezone

from oil_portal.core import clock
from oil_portal.core.tasks import count_again

LONGEST = timedelta(days=1)  # what nobody counted again in that time is not shown any more


@dataclass(frozen=True)
class Reading:
    """What was counted and when; `at` is None for what was counted for this page, `old` when it is being recounted."""

    value: Any
    at: datetime | None = None
    old: bool = False

    @property
    def is_of_today(self) -> bool:
        return timezone.localtime(self.at).date() == clock.today()


class Kept:
    """A function that counts, and what was kept of it."""

    def __init__(self, count: Callable, slow: float | None) -> None:
        self.count, self.slow = count, slow
        self.path = f"{count.__module__}.{count.__qualname__}"
        update_wrapper(self, count)

    def __call__(self, *args) -> Reading:
        if not settings.FIGURES_KEPT:
            return Reading(self.count(*args))
        key = self.key(*args)
        found: Reading | None = memory.get(key)
        if found is None:
            return self._counted(*args)
        if clock.now() < found.at + timedelta(seconds=settings.FIGURES_KEPT):
            return found
        if memory.add(f"{key}:again", True, settings.FIGURES_KEPT):
            transaction.on_commit(lambda: count_again.delay(self.path, args), robust=True)
        return Reading(found.value, found.at, old=True)

    def again(self, *args) -> Reading:
        """Count anew; what became quick is not kept any more."""
        found = self._counted(*args)
        if found.at is None:
            self.forget(*args)
        return found

    def _counted(self, *args) -> Reading:
        """Count, and keep what took long."""
        moment, began = clock.now(), perf_counter()
        value = self.count(*args)
        if perf_counter() - began < (settings.FIGURES_SLOW if self.slow is None else self.slow):
            return Reading(value)
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


def kept(slow: float | None = None) -> Callable[[Callable], Kept]:
    """See above; `slow` in seconds where it is not FIGURES_SLOW, 0 for what is always kept."""
    return lambda count: Kept(count, slow)


@cache
def release() -> str:
    """The code that runs: what another code kept may have another shape."""
    digest = sha256()
    for path in sorted(settings.BASE_DIR.glob("[!.]*/**/*.py")):
        digest.update(path.read_bytes())
    return digest.hexdigest()
