"""One number for all that a request set going: it is in its answer, in every log line, and travels with its tasks.

Knows Celery's signals and no Django app, so that a worker has it before anything else is loaded.
"""

import logging.config
import re
import time
from contextvars import ContextVar
from uuid import uuid4

from celery import signals

HEADER = "X-Request-ID"
ACCEPTED = re.compile(r"[A-Za-z0-9._-]{1,64}")  # from outside: short, and nothing that could make a log line of its own

# What every log line says of where it comes from: request_id, and in a worker task and task_id.
where: ContextVar[dict[str, str]] = ContextVar("where", default={})  # noqa: B039  never changed in place


def request_id(given: str = "") -> str:
    """The number that a proxy gave, if it is one we can repeat; else a new one."""
    return given if ACCEPTED.fullmatch(given) else uuid4().hex


@signals.setup_logging.connect
def use_our_logging(**_kwargs) -> None:
    """Worker and beat log as the web does; without this Celery has a format of its own."""
    from django.conf import settings

    logging.config.dictConfig(settings.LOGGING)
    logging.captureWarnings(True)


@signals.before_task_publish.connect
def give_along(headers: dict, **_kwargs) -> None:
    """A task carries the number of the request that asked for it, and since when it waits (seconds of the epoch)."""
    headers["request_id"] = where.get().get("request_id") or headers.get("request_id") or uuid4().hex
    headers["queued_at"] = time.time()


@signals.task_prerun.connect
def begin(task, task_id: str, **_kwargs) -> None:
    """From here on the log lines of this thread belong to the task."""
    identity = task.request.get("request_id") or where.get().get("request_id") or task_id
    before = where.set({"request_id": identity, "task": task.name, "task_id": task_id})
    task.request.begun = (before, time.perf_counter())


@signals.task_postrun.connect
def end(task, state: str | None = None, **_kwargs) -> None:
    """Count the task, and forget where we were."""
    from oil_portal.ops import counters

    if begun := getattr(task.request, "begun", None):
        before, started = begun
        counters.note_task(task.name, state or "LOST", time.perf_counter() - started)
        where.reset(before)
