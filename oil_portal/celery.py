"""The Celery application; tasks live in each room's tasks.py."""

import os

from celery import Celery

from oil_portal.ops import tracing  # noqa: F401  connects its signals

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "oil_portal.settings")

app = Celery("oil_portal")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
