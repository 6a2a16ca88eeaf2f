"""The portal's own pages: home, start, notices, and the signs of life."""

from functools import partial

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.cache import cache
from django.db import connection
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from challenges.services import draft as drafts
from oil_portal import celery_app, start_page
from oil_portal.company import choose, company_page
from oil_portal.core import clock
from oil_portal.core.models import Notice
from oil_portal.core.views import attempt
from partners import roles
from partners.forms import PauseForm
from partners.services import change_preferences, pause_partner

YEAR = 365 * 24 * 3600


@login_not_required
def home(request):
    """What the lab is, with live figures and the newest projects."""
    return render(request, "oil_portal/home.html", start_page.home_figures(request.user))


@login_not_required
def contact(request):
    """Who helps, and where to write to."""
    return render(request, "pages/contact.html", {"email": settings.CONTACT_EMAIL})


def start(request):
    """What waits for you first, then what you are in, per role."""
    drafts.adopt(request.user)
    belongs = roles.of(request.user) or request.user.is_staff or request.user.memberships.exists()
    if not belongs:
        begun = request.user.drafts.first()
        return redirect(begun or "partners:welcome")
    return render(request, "oil_portal/start.html", start_page.sections(request.user))


def company(request):
    """A contact's organisation: everything that it asked, gave and got; POST sets or ends the pause."""
    own, partner = choose(request.user, request.GET.get("organisatie", ""))
    if partner is None:
        return render(request, "oil_portal/company_none.html")
    form = PauseForm(request.POST if request.method == "POST" and "resume" not in request.POST else None)
    if request.method == "POST" and ("resume" in request.POST or form.is_valid()):
        until = form.cleaned_data["until"] if form.is_bound else None
        if attempt(form, partial(pause_partner, partner=partner, actor=request.user), until=until):
            messages.success(request, _("Jullie pauze is bewaard.") if until else _("De pauze is voorbij."))
            return redirect(f"{reverse('company')}?organisatie={partner.pk}")
    context = {"own": own, "form": form} | company_page(request.user, partner, request.GET.get("page"))
    return render(request, "oil_portal/company.html", context, status=422 if form.errors else 200)


def notices(request):
    """All news for the reader, newest first; POST marks it as read."""
    mine = Notice.objects.filter(recipient=request.user)
    if request.method == "POST":
        mine.filter(read_at=None).update(read_at=clock.now())
        messages.success(request, _("Alles is gelezen."))
        return redirect("start")
    return render(request, "oil_portal/notices.html", {"notices": start_page.news(request.user, limit=100)})


@require_POST
def open_notice(request, pk: int):
    """Mark one as read and go on to what it is about; by a press, since reading an address changes nothing."""
    notice = get_object_or_404(Notice, pk=pk, recipient=request.user)
    if notice.entry.target is None:
        raise Http404
    Notice.objects.filter(pk=pk, read_at=None).update(read_at=clock.now())
    return redirect(notice.entry.target)


def back(request) -> HttpResponse:
    """To the page that the reader came from."""
    target = request.META.get("HTTP_REFERER", "")
    safe = url_has_allowed_host_and_scheme(target, {request.get_host()}, require_https=request.is_secure())
    return redirect(target if safe else "home")


@login_not_required
@require_POST
def theme(request):
    """Light, dark or as the device says; kept in a cookie that nothing else reads."""
    response = back(request)
    chosen = request.POST.get("theme", "")
    if chosen in ("light", "dark"):
        response.set_cookie("theme", chosen, max_age=YEAR, samesite="Lax", httponly=True, secure=settings.HTTPS)
    else:
        response.delete_cookie("theme", samesite="Lax")
    return response


@login_not_required
@require_POST
def language(request):
    """Dutch or English; a user's choice is kept in the preferences, a visitor's in a cookie."""
    chosen = request.POST.get("language", "")
    response = back(request)
    if chosen in dict(settings.LANGUAGES):
        response.set_cookie(
            settings.LANGUAGE_COOKIE_NAME, chosen, max_age=YEAR, samesite="Lax", httponly=True, secure=settings.HTTPS
        )
        if request.user.is_authenticated:
            change_preferences(user=request.user, language=chosen)
    return response


@login_not_required
def healthz(request):
    """The process lives."""
    return HttpResponse("ok", content_type="text/plain")


@login_not_required
def readyz(request):
    """Database, Redis and a worker answer; 503 with what does not."""
    checks = {"database": _database_answers, "redis": _redis_answers, "worker": _worker_answers}
    state = {name: _holds(check) for name, check in checks.items()}
    return JsonResponse(state, status=200 if all(state.values()) else 503)


def _holds(check) -> bool:
    try:
        return bool(check())
    except Exception:
        return False


def _database_answers() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
        return cursor.fetchone() == (1,)


def _redis_answers() -> bool:
    cache.set("readyz", 1, 5)
    return cache.get("readyz") == 1


def _worker_answers() -> bool:
    return bool(celery_app.control.ping(timeout=1.5, limit=1))


@login_not_required
def csrf_failure(request, reason: str = ""):
    """A form that was open too long; the page says what to do."""
    return render(request, "403_csrf.html", status=403)
