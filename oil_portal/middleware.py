"""What happens around every request."""

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponseRedirect
from django.utils import translation
from django.utils.translation import get_language_from_request

from oil_portal.core.workflow import Refusal


class ReaderLanguageMiddleware:
    """A user reads in the language of their preferences; a visitor in the cookie's, else Dutch.

    The browser's Accept-Language is left out on purpose: the region's visitors expect Dutch first, and a phone that
    was set up in English says nothing about its owner.
    """

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        language = request.user.language if request.user.is_authenticated else self.from_cookie(request)
        with translation.override(language):
            request.LANGUAGE_CODE = language
            response = self.get_response(request)
            response.headers.setdefault("Content-Language", language)
            return response

    @staticmethod
    def from_cookie(request) -> str:
        request.META.pop("HTTP_ACCEPT_LANGUAGE", None)
        return get_language_from_request(request)


class RefusalMiddleware:
    """A service that says no becomes a message on the page where the person was; nothing else is lost."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        return self.get_response(request)

    def process_exception(self, request, exception):
        if not isinstance(exception, Refusal):
            return None
        messages.error(request, str(exception))
        back = request.META.get("HTTP_REFERER", "")
        origin = f"{request.scheme}://{request.get_host()}/"
        return HttpResponseRedirect(back if back.startswith(origin) else "/", status=303)


class HeadersMiddleware:
    """What a page of ours may use of a device, and that nobody else's cache or the next person at a school's computer
    gets it: a page of who is logged in is stored nowhere. A view that says otherwise has its way.
    """

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        response = self.get_response(request)
        response.headers.setdefault("Permissions-Policy", settings.PERMISSIONS_POLICY)
        kept = "private, no-store" if request.user.is_authenticated else "private, no-cache"
        response.headers.setdefault("Cache-Control", kept)
        if response.headers.get("Content-Type", "").startswith("application/json"):  # for a script, never a page
            response.headers.setdefault("Content-Disposition", 'attachment; filename="api.json"')
        return response
