"""What a log-in has to show before it goes on, and when it was seen last."""

import contextlib
import time
from urllib.parse import urlencode

from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import get_user, logout
from django.contrib.auth.middleware import AuthenticationMiddleware
from django.core.exceptions import MiddlewareNotUsed, PermissionDenied
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django_htmx.http import HttpResponseClientRedirect

from oil_portal.sign_in import second_factor

# What stays reachable: leaving, language, one's addresses, and help; the demo's mails.
OPEN = {
    "account_logout", "language", "theme", "contact", "privacy", "accessibility", "healthz", "readyz", "metrics",
    "mailbox", "mailbox_mail", "mailbox_html",
}  # fmt: skip
# Who has no second step yet sets one up, after the password once more and with addresses that are proven.
SET_UP = {
    "second_factor", "mfa_index", "mfa_add_webauthn", "mfa_activate_totp", "account_reauthenticate", "account_email",
    "account_confirm_email", "account_email_verification_sent",
}  # fmt: skip
# Who has one shows it; a password adds no other one to it.
PROVE = {"mfa_reauthenticate", "mfa_reauthenticate_webauthn"}
SINCE = "since"  # in the session: the second of the log-in
GRACE = 3600  # seconds in which a form that stood open when the time came is still taken
SEEN = "seen"  # in the session: the second in which its row was last written


class ReaderMiddleware(AuthenticationMiddleware):
    """Who asks. Django puts a wrapper there that finds out at first use; our pages use it a hundred times."""

    def process_request(self, request):
        super().process_request(request)
        request.user = get_user(request)


class SecondFactorMiddleware:
    """Leads who needs a second step and did not show it to the page that sets one up, or asks for it."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        return self.get_response(request)

    def process_view(self, request, view, args, kwargs):
        match = request.resolver_match
        name = "" if match.namespace else match.url_name
        if name in OPEN or not request.user.is_authenticated or second_factor.is_proven(request):
            return None
        if not second_factor.is_needed(request.user):
            return None
        way = second_factor.way_to_prove(request.user)
        if name in (PROVE if way else SET_UP):
            return None
        after = request.get_full_path() if request.method == "GET" else reverse("start")
        return redirect(f"{way}?{urlencode({'next': after})}" if way else "second_factor")


class LongestMiddleware:
    """A log-in has an end, however much it is used. Who comes to it logs in again, and goes on from there."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        if not request.user.is_authenticated or not self.is_over(request):
            return self.get_response(request)
        page = request.htmx.current_url_abs_path if request.htmx else request.get_full_path()
        logout(request)
        messages.info(request, _("Je was lang ingelogd. Log opnieuw in. Daarna ga je verder waar je was."))
        if request.accepts("application/json") and not request.accepts("text/html"):
            return self.get_response(request)  # a script, such as that of a draft, says so in its own place
        after = page if request.htmx or request.method == "GET" else reverse("start")
        there = f"{reverse('account_login')}?{urlencode({'next': after or reverse('start')})}"
        return HttpResponseClientRedirect(there) if request.htmx else redirect(there)

    @staticmethod
    def is_over(request) -> bool:
        """The roles are asked only when they make a difference. A log-in of before this was counted begins now."""
        age = time.time() - request.session.setdefault(SINCE, int(time.time()))
        age -= GRACE if request.method == "POST" else 0
        if age <= settings.SESSION_LONGEST_STAFF_HOURS * 3600:
            return False
        return age > settings.SESSION_LONGEST_DAYS * 86400 or second_factor.decides_about_others(request.user)


class SeenMiddleware:
    """Keeps where and when a session was seen: at most once in SESSION_SEEN_MINUTES, so that a page costs nothing."""

    def __init__(self, get_response):
        if not settings.SESSION_SEEN_MINUTES:
            raise MiddlewareNotUsed
        self.get_response = get_response

    def __call__(self, request):
        long_ago = time.time() - settings.SESSION_SEEN_MINUTES * 60
        if request.user.is_authenticated and request.session.get(SEEN, 0) < long_ago:
            with contextlib.suppress(PermissionDenied):  # an address that cannot be read is no reason to refuse a page
                UserSession.objects.create_from_request(request)
            request.session[SEEN] = int(time.time())
        return self.get_response(request)
