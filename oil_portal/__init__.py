"""The top floor: settings, addresses, start page, work lists, digest, demo.

May import every app below it (projects > challenges > modules > partners > oil_portal.core); nothing below imports it.
"""

from oil_portal.celery import app as celery_app

__all__ = ["celery_app"]
