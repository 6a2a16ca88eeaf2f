"""What every page needs to know."""
from django.conf import settings

from partners import roles


def portal(request) -> dict:
    """`demo`, the reader's theme from the cookie, and the set of the reader's `roles`."""
    return {
        "demo": settings.DEMO,
        "theme": request.COOKIES.get("theme", ""),
        "roles": {role for role, *_where in roles.of(getattr(request, "user", None))},
    }
