"""Around every request: its number, its log line, its count."""

import logging
import time

from django.conf import settings

from oil_portal.ops import counters
from oil_portal.ops.tracing import HEADER, request_id, where

log = logging.getLogger("oil_portal.requests")
SIGNS_OF_LIFE = {"healthz", "readyz", "metrics"}  # asked all day long by machines


class RequestMiddleware:
    """Stands first, so that the number covers all others.

    The log names the route and not the address, for some addresses are secrets (a calendar, a draft, an invitation).
    """

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        started = time.perf_counter()
        identity = request_id(request.headers.get(HEADER, ""))
        before = where.set({"request_id": identity})
        try:
            response = self.get_response(request)
            response.headers[HEADER] = identity
            self.note(request, response.status_code, time.perf_counter() - started)
            return response
        finally:
            where.reset(before)

    @staticmethod
    def note(request, status: int, seconds: float) -> None:
        if request.path.startswith(settings.STATIC_URL):
            return
        route = request.resolver_match.view_name if request.resolver_match else "-"
        if route in SIGNS_OF_LIFE:
            return
        method = request.method if request.method in ("GET", "HEAD", "POST") else "other"
        fields = {"method": method, "route": route, "status": status, "ms": round(seconds * 1000, 1)}
        log.info("%s %s %s", method, route, status, extra={"fields": fields})
        counters.note_request(route, method, status, seconds)
