"""What every page needs to know."""

from django.conf import settings

from oil_portal.demo.accounts import ACCOUNTS
from partners import roles


def portal(request) -> dict:
    """`demo` and its accounts, the reader's theme and set of `roles`, and where the page is `at`: its route."""
    match, theme = request.resolver_match, request.COOKIES.get("theme", "")
    return {
        "at": f"/{match.route}" if match else "",
        "demo": settings.DEMO,
        "demo_accounts": list(ACCOUNTS.values()) if settings.DEMO else [],
        "theme": theme if theme in ("light", "dark") else "",
        "roles": frozenset(role for role, *_where in roles.of(getattr(request, "user", None))),
    }
