"""The Celery application; tasks live in each room's tasks.py."""

import gc
import os

from celery import Celery
from celery.signals import worker_process_init

from oil_portal.ops import tracing  # noqa: F401  connects its signals

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "oil_portal.settings")

app = Celery("oil_portal")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@worker_process_init.connect
def keep_what_was_loaded(**_more) -> None:
    """What was imported stays: the collector of garbage need not look at it for every batch of digests."""
    gc.freeze()
