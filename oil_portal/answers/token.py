"""The address in a mail that answers without a log-in: signed, of one person and one promise."""

from django.core import signing

from oil_portal.core.models import Promise
from oil_portal.core.promises import SALT
from partners.models import User


def read(token: str) -> tuple[Promise, User | None] | None:
    """Who may answer what, or None for what we did not sign or what is gone. It expires with the promise."""
    try:
        pk, who = signing.loads(token, salt=SALT)
    except (signing.BadSignature, ValueError, TypeError):
        return None
    promise = Promise.objects.filter(pk=pk).first()
    user = User.objects.filter(pk=who, is_active=True).first() if who else None
    if promise is None or promise.target is None or (who and user is None):
        return None
    return promise, user
