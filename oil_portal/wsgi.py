"""The web server's way in: `gunicorn oil_portal.wsgi`."""

import logging
import os

from django.core.wsgi import get_wsgi_application

from oil_portal.loaded import get_ready

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "oil_portal.settings")
logging.captureWarnings(True)  # a warning of Python's is a log line too

application = get_wsgi_application()
get_ready()
