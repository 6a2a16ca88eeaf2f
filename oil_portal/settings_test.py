"""Settings for the tests: as the portal runs, with cheap passwords and plain static files.

The databases' addresses come from tests/plugin_stack.py, through the environment.
"""

import tempfile
from pathlib import Path

from oil_portal.settings import *  # noqa: F403
from oil_portal.settings import STORAGES

MEDIA_ROOT = Path(tempfile.mkdtemp(prefix="oil-media-"))  # one for each process of the tests
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STORAGES = STORAGES | {"staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}
RATE_LIMITS = {}
FIGURES_KEPT = 0  # a test that counts sees what it made; what is kept has a test of its own
ACCOUNT_RATE_LIMITS = False  # the tests come from one address; a test of the limits sets its own
# A second step and "last seen" have tests of their own, which turn them on.
MFA_REQUIRED = False
SESSION_SEEN_MINUTES = 0
