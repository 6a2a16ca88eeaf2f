"""A form that is sent twice from one page works once: an impatient finger, a proxy that tries again, a replayed post.

Django masks the CSRF token anew for every page that it draws, so a token with the same fields is the same form of the
same page. Who really wants something twice opens the form again and has another token.
"""

import hashlib
import time

from django.conf import settings
from django.core.cache import cache
from django.http import HttpResponseRedirect

KEPT, PATIENCE, STEP = 120, 5.0, 0.05  # seconds
AT_WORK = ""


def mark_of(request) -> tuple[str, str] | None:
    """(page, form): the same page in the same browser, and what its form says; None for what is no such form."""
    if request.method != "POST" or request.path.startswith("/account/") or "csrfmiddlewaretoken" not in request.POST:
        return None  # a log-in is its cookies, which a second answer would not have
    files = [(name, each.name, each.size) for name, many in request.FILES.lists() for each in many]
    token, whose = request.POST["csrfmiddlewaretoken"], request.COOKIES.get(settings.CSRF_COOKIE_NAME, "")
    return (
        f"once:{_digest(whose, request.user.pk, request.get_full_path(), token)}",
        _digest(sorted(request.POST.lists()), files),
    )


def _digest(*what) -> str:
    return hashlib.sha256(repr(what).encode("utf-8", "surrogatepass")).hexdigest()


def where_it_led(page: str, form: str) -> str:
    """Where the first of two led, which may still be at work; "" for the first, and when the first came to nothing.

    A page remembers the last form alone, so that who changes a word and changes it back is heard.
    """
    until = time.monotonic() + PATIENCE
    while not cache.add(page, (form, AT_WORK), KEPT):
        last, led = cache.get(page) or (form, AT_WORK)
        if last != form:
            cache.set(page, (form, AT_WORK), KEPT)
            break
        if led:
            return led
        if time.monotonic() > until:
            break
        time.sleep(STEP)
    return AT_WORK


class OnceMiddleware:
    """Only what ended in a redirect counts as done; a refusal (303) or a form with faults may be sent again."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        mark = mark_of(request)
        if not mark:
            return self.get_response(request)
        if led := where_it_led(*mark):
            return HttpResponseRedirect(led)
        response = self.get_response(request)
        self.keep(*mark, request, response)
        return response

    @staticmethod
    def keep(page: str, form: str, request, response) -> None:
        """Remember where it led. A cookie is part of what was done, and a second answer would lack it."""
        bare = set(response.cookies) <= {"messages"} and (request.user.is_authenticated or not request.session.modified)
        if response.status_code == 302 and bare:
            cache.set(page, (form, response["Location"]), KEPT)
        else:
            cache.delete(page)
