"""How much and how often, around every request, and the page that says from when somebody may go on."""

from datetime import timedelta

from allauth.core.internal.ratelimit import get_rates
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.shortcuts import render
from django.utils import timezone

from oil_portal.core import clock
from partners.limits import TooOften, spend

MINUTE = 60
FORMS = {"", "application/x-www-form-urlencoded", "multipart/form-data"}  # what is posted here; "" is nothing at all


@login_not_required
def too_often(request, seconds: int = 0):
    """The limit is reached; the page says from when it is open again. allauth does not tell which limit it was."""
    seconds = seconds or longest_window(request)
    until = timezone.localtime(clock.now() + timedelta(seconds=seconds + 59)).replace(second=0)
    context = {"until": until, "other_day": until.date() != clock.today()}
    response = render(request, "429.html", context, status=429)
    response["Retry-After"] = str(seconds)
    return response


def longest_window(request) -> int:
    """The seconds after which every limit of one of allauth's pages is open again."""
    name = request.resolver_match.view_name if request.resolver_match else ""
    rates = get_rates(app="allauth.account", action=name.removeprefix("account_"))
    return int(max((rate.duration for rate in rates), default=MINUTE))


def size_of(request) -> int:
    """The bytes that the request says it has."""
    said = request.META.get("CONTENT_LENGTH") or "0"
    return int(said) if said.isascii() and said.isdigit() else 0


class LimitsMiddleware:
    """How much and how often: what is too large or no form is not read, and writing and searching have their limits.

    allauth counts besides, by what is guessed: addresses and passwords.
    """

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        if size_of(request) > settings.MOST_REQUEST_BYTES:
            return render(request, "413.html", status=413)
        if request.method == "POST" and request.content_type not in FORMS:
            return render(request, "400.html", {"fault": 415}, status=415)
        action = self.action_of(request)
        try:
            if action:
                spend(request, action)
        except TooOften as error:
            return too_often(request, error.seconds)
        return self.get_response(request)

    @staticmethod
    def action_of(request) -> str:
        if request.method == "POST":
            return "write"
        return "search" if request.GET.get("q") else ""

    def process_exception(self, request, exception):
        return too_often(request, exception.seconds) if isinstance(exception, TooOften) else None
