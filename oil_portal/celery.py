"""The Celery application; tasks live in each room's tasks.py."""

import os

from celery import Celery
from celery.signals import worker_process_init, worker_ready

from oil_portal.loaded import get_ready
from oil_portal.ops import tracing  # noqa: F401  connects its signals

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "oil_portal.settings")

app = Celery("oil_portal")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


worker_process_init.connect(get_ready)


@worker_ready.connect
def warm(**_more) -> None:
    """A new release has kept nothing yet."""
    app.send_task("oil_portal.core.tasks.warm_figures")
