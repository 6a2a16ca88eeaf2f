"""What happened, counted in Redis, so that several web and worker processes on several machines make one sum.

Only where METRICS_TOKEN is set; a Redis that does not answer costs a request at most half a second, once in a while.
"""

import time
from collections.abc import Iterable
from functools import cache

import redis
from django.conf import settings
from redis.backoff import NoBackoff
from redis.retry import Retry

KEY = "oil:metrics"
BUCKETS = {  # upper bounds, seconds
    "request": (0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0),
    "route": (),
    "task": (0.1, 0.5, 1.0, 5.0, 15.0, 30.0, 60.0, 120.0, 300.0),
}
PAUSE = 5  # seconds without counting after Redis did not answer

_quiet_until = 0.0


@cache
def client() -> redis.Redis:
    """A connection with a short patience; the pool behind it knows of forks."""
    once = Retry(NoBackoff(), 0)  # a page is not kept waiting for what counts it
    return redis.Redis.from_url(settings.REDIS_URL, socket_timeout=0.5, socket_connect_timeout=0.5, retry=once)


def note_request(route: str, method: str, status: int, seconds: float) -> None:
    """One answered request."""
    _write([("request", (method,), seconds), ("route", (route, method, str(status)), seconds)])


def note_task(task: str, state: str, seconds: float) -> None:
    """One task that ended, and when."""
    _write([("task", (task, state), seconds)], last={task: time.time()})


def note_backup() -> None:
    """A backup was made."""
    _write([], last={"backup": time.time()})


def _write(observed: Iterable[tuple[str, tuple[str, ...], float]], last: dict[str, float] | None = None) -> None:
    global _quiet_until
    if not settings.METRICS_TOKEN or time.monotonic() < _quiet_until:
        return
    pipe = client().pipeline(transaction=False)
    for kind, labels, seconds in observed:
        stem = "|".join(labels)
        bucket = next((bound for bound in BUCKETS[kind] if seconds <= bound), "+Inf")
        pipe.hincrby(f"{KEY}:{kind}", f"{stem}|{bucket}", 1)
        pipe.hincrbyfloat(f"{KEY}:{kind}", f"{stem}|sum", round(seconds, 6))
    for name, moment in (last or {}).items():
        pipe.hset(f"{KEY}:last", name, moment)
    try:
        pipe.execute()
    except redis.RedisError:
        _quiet_until = time.monotonic() + PAUSE


def read(kind: str) -> dict[tuple[str, ...], tuple[list[tuple[str, int]], float]]:
    """Per labels the buckets, cumulative as Prometheus has them, and the sum of seconds. Raises RedisError."""
    found: dict[tuple[str, ...], dict[str, float]] = {}
    for field, value in client().hgetall(f"{KEY}:{kind}").items():
        *labels, bucket = field.decode().split("|")
        found.setdefault(tuple(labels), {})[bucket] = float(value)
    result = {}
    for labels, values in sorted(found.items()):
        total, buckets = 0, []
        for bound in (*BUCKETS[kind], "+Inf"):
            total += int(values.get(str(bound), 0))
            buckets.append((str(bound), total))
        result[labels] = (buckets, values.get("sum", 0.0))
    return result


def last() -> dict[str, float]:
    """When each task last ended, and when a backup was last made (seconds of the epoch). Raises RedisError."""
    return {name.decode(): float(moment) for name, moment in client().hgetall(f"{KEY}:last").items()}
