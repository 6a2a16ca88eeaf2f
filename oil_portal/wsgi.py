"""The web server's way in: `gunicorn oil_portal.wsgi`."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "oil_portal.settings")

application = get_wsgi_application()
