"""What a process does once, when it starts: everything is loaded before somebody waits for it."""

import gc

from django.urls import get_resolver


def get_ready(**_more) -> None:
    """Load the addresses, and with them the code of all pages.

    What was imported stays: the collector of garbage, which stops all threads for a fifth of a second when it looks at
    everything, need not look at it again, nor so often at what a page or a batch of digests holds.
    """
    get_resolver().reverse_dict  # noqa: B018
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)
