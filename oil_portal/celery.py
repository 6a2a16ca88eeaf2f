"""The Celery application; tasks live in each room's tasks.py."""

import gc
import os

from celery import Celery
from celery.signals import worker_process_init
from django.urls import get_resolver

from oil_portal.ops import tracing  # noqa: F401  connects its signals

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "oil_portal.settings")

app = Celery("oil_portal")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@worker_process_init.connect
def get_ready(**_more) -> None:
    """Load the addresses, and with them the code of all pages, before the first task asks for one.

    What was imported stays: the collector of garbage need not look at it for every batch of digests, nor so often at
    what a batch holds.
    """
    get_resolver().reverse_dict  # noqa: B018
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)
