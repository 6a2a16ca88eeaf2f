"""As the tests, with the bench's own pages beside the portal's."""

from pathlib import Path

from oil_portal.settings_test import *  # noqa: F403
from oil_portal.settings_test import TEMPLATES

FIGURES_KEPT, SESSION_SEEN_MINUTES = 300, 15
ROOT_URLCONF = "tests.bench.urls"
TEMPLATES[0]["DIRS"].append(Path(__file__).parent / "templates")
