"""How often somebody may do something, counted in Redis by one atomic step.

An account has a limit of its own, so that a school of three hundred behind one address is never locked out. Who has
no account shares that of the address, which is generous. allauth counts what is its own: log-in, sign-up, reset.
"""

import time
from collections.abc import Callable
from functools import wraps

from allauth.core.internal.ratelimit import get_ip
from django.conf import settings
from django.core.cache import cache


class TooOften(Exception):
    """The limit is reached; after `seconds` it is open again."""

    def __init__(self, seconds: int) -> None:
        super().__init__(seconds)
        self.seconds = seconds


def spend(request, action: str) -> None:
    """Count one `action` of settings.RATE_LIMITS. Raises TooOften; a Redis that does not answer stops nobody."""
    if action not in settings.RATE_LIMITS:
        return
    seconds, account, address = settings.RATE_LIMITS[action]
    known = request.user.is_authenticated
    who, most = (f"user:{request.user.pk}", account) if known else (f"ip:{get_ip(request)}", address)
    window, past = divmod(int(time.time()), seconds)
    if _count(f"limit:{action}:{who}:{window}", seconds) > most:
        raise TooOften(seconds - past)


def _count(key: str, seconds: int) -> int:
    cache.add(key, 0, seconds)
    try:
        return cache.incr(key)
    except ValueError:  # the window ended between the two, or there is no Redis
        return 1


def limited(action: str, methods: tuple[str, ...] = ("POST",)) -> Callable:
    """A view that counts as `action`, besides what every request counts as (oil_portal.middleware)."""

    def decorate(view: Callable) -> Callable:
        @wraps(view)
        def counted(request, *args, **kwargs):
            if request.method in methods:
                spend(request, action)
            return view(request, *args, **kwargs)

        return counted

    return decorate
