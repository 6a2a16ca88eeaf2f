"""Who needs a second step, and whether this log-in has shown one.

The proof belongs to the session and to the person, so that who proved it as one person is not believed as another,
and so that a page costs no query for it.
"""

from allauth.account.adapter import get_adapter
from django.conf import settings

from partners import roles

NEEDED_BY = (roles.BROKER, roles.COORDINATOR)
PROOF = "second_factor"  # in the session: whose proof it is


def decides_about_others(user) -> bool:
    """Brokers, coordinators and staff see and decide about others."""
    return user.is_staff or user.is_superuser or roles.has(user, *NEEDED_BY)


def is_needed(user) -> bool:
    """For who decides about others a password alone is too little."""
    return settings.MFA_REQUIRED and decides_about_others(user)


def is_proven(request) -> bool:
    return request.session.get(PROOF) == request.user.pk


def is_enough(request, reader) -> bool:
    """Whether the button of a mail to `reader` may act: who needs a second step has to be logged in with it."""
    if reader is None or not is_needed(reader):
        return True
    return request.user.pk == reader.pk and is_proven(request)


def remember(request, user) -> None:
    request.session[PROOF] = user.pk


def forget(request) -> None:
    request.session.pop(PROOF, None)


def way_to_prove(user) -> str:
    """The address where somebody shows a second step that they have; "" when there is none yet."""
    ways = reversed(get_adapter().get_reauthentication_methods(user))  # a passkey before a code
    return next((way["url"] for way in ways if way["id"].startswith("mfa")), "")
