"""Figures that everybody sees and that cost the database much: counted once for all, and kept for some minutes.

Only for what nobody waits to see change. The home page says when it was counted.
"""

import logging
from collections.abc import Callable

import redis
from django.conf import settings
from django.core.cache import cache

log = logging.getLogger(__name__)


def kept(name: str, count: Callable):
    """What `count` answers, at most FIGURES_KEPT seconds old. A Redis that does not answer has it counted."""
    if not settings.FIGURES_KEPT:
        return count()
    try:
        return cache.get_or_set(f"kept:{name}", count, settings.FIGURES_KEPT)
    except redis.RedisError:
        log.warning("Redis does not answer: %s is counted anew", name)
        return count()
