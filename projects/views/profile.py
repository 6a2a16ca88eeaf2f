"""A student's own page: interests, what others may read, and the calendar."""

from functools import partial

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from oil_portal.core.mail import absolute
from oil_portal.core.views import attempt, need
from projects.calendar import feed
from projects.forms.profile import ProfileForm
from projects.models import Profile
from projects.services import profile as services


def profile(request) -> HttpResponse:
    """Read and change one's own profile."""
    need(request.user, "projects.change_profile")
    written = services.profile_of(request.user)
    form = ProfileForm(request.POST if request.method == "POST" else None, instance=written)
    save = partial(services.save_profile, actor=request.user)
    if form.is_bound and form.is_valid() and attempt(form, save, **form.cleaned_data):
        messages.success(request, _("Je profiel is bewaard."))
        return redirect("projects:profile")
    link = absolute(written.calendar_path) if written.pk else ""
    context = {"form": form, "link": link, "webcal": link.replace("https:", "webcal:").replace("http:", "webcal:")}
    return render(request, "projects/profile.html", context, status=422 if form.errors else 200)


@require_POST
def calendar_link(request) -> HttpResponse:
    """Make the address of one's own calendar, or a new one so that the old one ends."""
    renew = request.POST.get("do") == "renew"
    (services.renew_calendar if renew else services.open_calendar)(actor=request.user)
    messages.success(request, _("Je agenda heeft een nieuw adres.") if renew else _("Je agenda staat klaar."))
    return redirect("projects:profile")


@login_not_required
@require_safe
def calendar(request, token: str) -> HttpResponse:
    """The dates of whoever has this secret address; a calendar program cannot log in."""
    found = get_object_or_404(Profile.objects.select_related("student"), calendar_token=token, student__is_active=True)
    with translation.override(found.student.language):
        answer = HttpResponse(feed(found.student), content_type="text/calendar; charset=utf-8")
    answer["Content-Disposition"] = 'inline; filename="open-innovatie-lab.ics"'
    answer["Cache-Control"] = "private, max-age=3600"
    answer["X-Robots-Tag"] = "noindex"
    return answer
