"""Redis as Django's cache, which a portal can do without: what does not answer knows nothing and forgets everything.

So nobody is kept from a page: limits do not count, a form that is sent twice works twice, and figures are counted anew.
"""

import logging
from collections.abc import Callable

import redis
from django.core.cache.backends.redis import RedisCache, RedisCacheClient

log = logging.getLogger(__name__)


def _without(name: str, answer: Callable) -> Callable:
    """The verb of Django's client, or what it answers when there is no Redis."""
    verb = getattr(RedisCacheClient, name)

    def asked(self, *args, **more):
        try:
            return verb(self, *args, **more)
        except redis.RedisError as error:
            log.warning("Redis does not answer: %s", error)
            return answer(*args)

    return asked


def _no_number(key: str, *_delta) -> int:
    raise ValueError(f"{key} is not known.")  # as for a number that was forgotten


class ForgivingClient(RedisCacheClient):
    add = _without("add", lambda *_args: True)  # nobody was there before
    get = _without("get", lambda _key, default=None: default)
    set = _without("set", lambda *_args: None)
    delete = _without("delete", lambda *_args: False)
    touch = _without("touch", lambda *_args: False)
    has_key = _without("has_key", lambda *_args: False)
    incr = _without("incr", _no_number)
    get_many = _without("get_many", lambda *_args: {})
    set_many = _without("set_many", lambda *_args: None)
    delete_many = _without("delete_many", lambda *_args: None)


class ForgivingCache(RedisCache):
    def __init__(self, server, params) -> None:
        super().__init__(server, params)
        self._class = ForgivingClient
