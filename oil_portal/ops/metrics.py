"""/metrics: a few numbers for Prometheus, read from database and Redis when somebody asks.

Any web process gives the same answer, since nothing is kept in a process. A part that does not answer is left out and
says so in `oil_part_up`. What each means stands in its help text, which is part of the answer.
"""

import json
import time
from collections.abc import Iterable, Iterator
from datetime import timedelta

import redis
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.db import DatabaseError, connection
from django.db.models import Count, Min
from django.http import Http404, HttpResponse
from django.utils.crypto import constant_time_compare
from django.views.decorators.http import require_GET
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.metrics_core import (
    GaugeMetricFamily,
    HistogramMetricFamily,
    Metric,
    SummaryMetricFamily,
)

from oil_portal import celery_app
from oil_portal.core import clock
from oil_portal.core.models import DigestDelivery, Letter
from oil_portal.ops import counters
from projects.models import Proposal

RECENT = timedelta(days=7)


@login_not_required
@require_GET
def metrics(request):
    """The numbers, for who knows METRICS_TOKEN; for anybody else there is no such page."""
    given = request.headers.get("Authorization", "")
    if not settings.METRICS_TOKEN or not constant_time_compare(given, f"Bearer {settings.METRICS_TOKEN}"):
        raise Http404
    registry = CollectorRegistry(auto_describe=False)
    registry.register(Portal())
    return HttpResponse(generate_latest(registry), content_type="text/plain; version=0.0.4; charset=utf-8")


class Portal:
    """All parts, each for itself."""

    def describe(self) -> list[Metric]:
        """Nothing beforehand: registering must not read the database."""
        return []

    def collect(self) -> Iterator[Metric]:
        parts = {"redis": (traffic, queue), "database": (mails, proposals, database)}
        up = GaugeMetricFamily("oil_part_up", "Whether this part answered (1) or not (0).", labels=["part"])
        for part, readers in parts.items():
            try:
                yield from [metric for reader in readers for metric in reader()]
                up.add_metric([part], 1)
            except (DatabaseError, redis.RedisError):
                up.add_metric([part], 0)
        yield up


def gauge(name: str, text: str, value: float) -> Metric:
    return GaugeMetricFamily(name, text, value=value)


def by_label(name: str, text: str, label: str, values: Iterable[tuple[str, float]]) -> Metric:
    family = GaugeMetricFamily(name, text, labels=[label])
    for value, number in values:
        family.add_metric([value], number)
    return family


# --- From Redis -------------------------------------------------------------------------------------------------
def traffic() -> Iterator[Metric]:
    """Requests and tasks, as counters.py counted them; the time of the solver is that of its task."""
    yield histogram("request", "oil_request_seconds", "Seconds per answered request.", ["method"])
    routes = SummaryMetricFamily(
        "oil_route_seconds", "Requests and their seconds per route.", labels=["route", "method", "status"]
    )
    for labels, (buckets, total) in counters.read("route").items():
        routes.add_metric(labels, buckets[-1][1], total)
    yield routes
    yield histogram("task", "oil_task_seconds", "Seconds per task; solve_proposal is the solver.", ["task", "state"])
    last = counters.last()
    backup = last.pop("backup", 0)
    yield by_label("oil_task_last_timestamp_seconds", "When a task of this name last ended.", "task", last.items())
    yield gauge("oil_backup_last_timestamp_seconds", "When manage.py backup last succeeded; 0: never.", backup)


def histogram(kind: str, name: str, text: str, labels: list[str]) -> Metric:
    family = HistogramMetricFamily(name, text, labels=labels)
    for values, (buckets, total) in counters.read(kind).items():
        family.add_metric(values, buckets, total)
    return family


def queue() -> Iterator[Metric]:
    """What waits for a worker; a worker takes from the end of the list."""
    name, link = celery_app.conf.task_default_queue, counters.client()
    oldest = link.lindex(name, -1)
    since = json.loads(oldest).get("headers", {}).get("queued_at") if oldest else None
    yield gauge("oil_queue_tasks", "Tasks that wait for a worker.", link.llen(name))
    yield gauge("oil_queue_oldest_seconds", "How long the first of them waits.", age(since))
    yield gauge("oil_queue_taken", "Tasks that a worker has and has not finished.", link.hlen("unacked"))


def age(since: float | None) -> float:
    return max(0.0, time.time() - since) if since else 0.0


# --- From the database ------------------------------------------------------------------------------------------
def mails() -> Iterator[Metric]:
    """Digests of the last week by state, and what should have left already."""
    now, states = clock.now(), DigestDelivery.State
    recent = DigestDelivery.objects.filter(planned_at__gte=now - RECENT).order_by()
    counts = dict(recent.values_list("state").annotate(Count("pk")))
    yield by_label(
        "oil_digests", "Digests planned in the last seven days, by state.", "state",
        [(state.value, counts.get(state.value, 0)) for state in states],
    )  # fmt: skip
    due = DigestDelivery.objects.filter(state=states.PLANNED, not_before__lte=now).order_by()
    yield gauge("oil_digest_oldest_seconds", "How long a digest waits that may leave.", waits(due))
    letters = Letter.objects.order_by()
    numbers = [("waiting", letters.filter(failed_at=None).count()), ("failed", letters.exclude(failed_at=None).count())]
    yield by_label("oil_letters", "Mails outside digests that were not sent.", "state", numbers)
    due = letters.filter(failed_at=None, not_before__lte=now)
    yield gauge("oil_letter_oldest_seconds", "How long such a mail waits that may leave.", waits(due))


def waits(rows) -> float:
    oldest = rows.aggregate(oldest=Min("not_before"))["oldest"]
    return max(0.0, (clock.now() - oldest).total_seconds()) if oldest else 0.0


def proposals() -> Iterator[Metric]:
    """What the solver made of the rounds."""
    recent = Proposal.objects.filter(created_at__gte=clock.now() - RECENT).order_by()
    counts = dict(recent.values_list("state").annotate(Count("pk")))
    yield by_label(
        "oil_proposals", "Proposals asked in the last seven days, by state.", "state",
        [(state.value, counts.get(state.value, 0)) for state in Proposal.State],
    )  # fmt: skip


def database() -> Iterator[Metric]:
    """How full PostgreSQL is."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT (SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend'),"
            " current_setting('max_connections')::int, pg_database_size(current_database())"
        )
        used, most, size = cursor.fetchone()
    yield gauge("oil_database_connections", "Connections to PostgreSQL in use.", used)
    yield gauge("oil_database_connections_max", "Connections that PostgreSQL allows.", most)
    yield gauge("oil_database_bytes", "Size of the database.", size)
