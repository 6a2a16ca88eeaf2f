"""As the portal runs, with a beat every second and a short lease, so that an hour of trouble fits in minutes."""

from oil_portal.settings import *  # noqa: F403
from oil_portal.settings import CELERY_BROKER_TRANSPORT_OPTIONS

DIGEST_LEASE = 4
CELERY_BEAT_SCHEDULE = {"plan-digests": {"task": "oil_portal.tasks.plan_digests", "schedule": 1.0}}
CELERY_BROKER_TRANSPORT_OPTIONS = CELERY_BROKER_TRANSPORT_OPTIONS | {"visibility_timeout": 10}
EMAIL_TIMEOUT = 5
