"""In plain words where somebody is logged in."""

from dataclasses import dataclass
from datetime import datetime

from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.utils.translation import gettext as _

from oil_portal.core import clock
from partners.models import User

# In this order: most browsers also name the ones they look like.
BROWSERS = (
    ("Edg", "Edge"), ("OPR/", "Opera"), ("SamsungBrowser", "Samsung Internet"), ("Firefox", "Firefox"),
    ("FxiOS", "Firefox"), ("CriOS", "Chrome"), ("Chrome", "Chrome"), ("Safari", "Safari"),
)  # fmt: skip
SYSTEMS = (
    ("iPhone", "iPhone"), ("iPad", "iPad"), ("Android", "Android"), ("Windows", "Windows"), ("CrOS", "ChromeOS"),
    ("Mac OS", "Mac"), ("Linux", "Linux"),
)  # fmt: skip


@dataclass(frozen=True)
class Device:
    pk: int
    words: str
    ip: str
    since: datetime
    seen: datetime
    here: bool


def devices(user: User, session_key: str | None) -> list[Device]:
    """Where the user is logged in now, this device first, then the newest; in two queries."""
    rows = list(UserSession.objects.filter(user=user).order_by("-last_seen_at", "-pk"))
    keys = [row.session_key for row in rows]
    live = set(
        Session.objects.filter(session_key__in=keys, expire_date__gt=clock.now()).values_list("session_key", flat=True)
    )
    found = [
        Device(
            row.pk, in_words(row.user_agent), row.ip, row.created_at, row.last_seen_at, row.session_key == session_key
        )
        for row in rows
        if row.session_key in live
    ]
    return sorted(found, key=lambda device: not device.here)


def in_words(agent: str) -> str:
    """'Firefox op Windows', as far as the browser says so."""
    browser = next((name for mark, name in BROWSERS if mark in agent), "")
    system = next((name for mark, name in SYSTEMS if mark in agent), "")
    if browser and system:
        return _("%(browser)s op %(system)s") % {"browser": browser, "system": system}
    return browser or system or _("Onbekend apparaat")
