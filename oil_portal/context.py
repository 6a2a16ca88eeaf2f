"""What every page needs to know."""

from django.conf import settings

from oil_portal.demo.accounts import ACCOUNTS
from partners import roles


def portal(request) -> dict:
    """`demo` and its accounts, the reader's theme from the cookie, and the set of the reader's `roles`."""
    return {
        "demo": settings.DEMO,
        "demo_accounts": list(ACCOUNTS.values()) if settings.DEMO else [],
        "theme": request.COOKIES.get("theme", ""),
        "roles": {role for role, *_where in roles.of(getattr(request, "user", None))},
    }
