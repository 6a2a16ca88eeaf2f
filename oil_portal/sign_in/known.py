"""Which browsers somebody came in with before, so that a log-in from another one can be told (ASVS 2.2.3).

The browser keeps it, in a cookie that says nothing to who reads it: a mark per account, which only we can make.
"""

from datetime import timedelta

from django.conf import settings
from django.utils.crypto import constant_time_compare, salted_hmac

from oil_portal.core import clock
from partners.models import User

YEAR = 365 * 86400  # seconds
MOST = 8  # accounts of one browser; a computer at school has many, and forgets the first
NEW = timedelta(hours=1)  # after making an account every browser is the person's own
COOKIE = f"{settings.COOKIE_PREFIX}known"


def mark_of(user: User) -> str:
    return salted_hmac("known browser", str(user.pk), algorithm="sha256").hexdigest()[:32]


def marks(request) -> list[str]:
    return request.COOKIES.get(COOKIE, "").split(".")[:MOST]


def is_known(request, user: User) -> bool:
    """Whether this browser had this account before, or the account is only just there."""
    if clock.now() - user.date_joined < NEW:
        return True
    return any(constant_time_compare(mark, mark_of(user)) for mark in marks(request))


def remember(request, response, user: User) -> None:
    mine = mark_of(user)
    kept = [mine, *(mark for mark in marks(request) if mark and mark != mine)][:MOST]
    response.set_cookie(
        COOKIE, ".".join(kept), max_age=YEAR, secure=settings.SESSION_COOKIE_SECURE, httponly=True, samesite="Lax"
    )
