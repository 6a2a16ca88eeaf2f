"""Figures that everybody sees and that cost the database much: counted once for all, and kept for some minutes.

Only for what nobody waits to see change. The home page says when it was counted.
"""

from collections.abc import Callable

from django.conf import settings
from django.core.cache import cache


def kept(name: str, count: Callable):
    """What `count` answers, at most FIGURES_KEPT seconds old."""
    return cache.get_or_set(f"kept:{name}", count, settings.FIGURES_KEPT) if settings.FIGURES_KEPT else count()
