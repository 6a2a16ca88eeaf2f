"""Pages of hours and money: enter in seconds, confirm what the other side entered, and see what was given."""

from functools import partial

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from oil_portal.core import views as core
from oil_portal.core.views import attempt, need, number
from oil_portal.core.workflow import NotNow, Refusal
from projects import contributing, services
from projects.forms.contribution import ContributionForm
from projects.models import Contribution, Project
from projects.views.project import posted


def one(request, pk: int) -> Contribution:
    """A contribution that the reader may see."""
    return get_object_or_404(contributing.with_people(Contribution.objects.visible_to(request.user)), pk=pk)


def overview(about: Project | None) -> str:
    """The address of the page, of all projects or one."""
    return reverse("projects:contributions") + (f"?project={about.pk}" if about else "")


def contributions(request) -> HttpResponse:
    """Enter hours or money; confirm; see what was entered, and the totals."""
    user, wanted = request.user, number(request.GET.get("project", ""))
    need(user, "projects.see_contributions")
    projects = contributing.projects_of(user)
    # An older project is in no choice, nor is one that only a broker reads.
    about = next(iter(contributing.project_of(user, wanted)), None) if wanted else None
    form = ContributionForm(posted(request), user=user, projects=projects, about=wanted)
    if request.method == "POST" and form.is_valid():
        given = attempt(form, partial(services.give, actor=user), **form.cleaned_data)
        if given:
            messages.success(request, _("%(given)s staat erbij. De andere kant bevestigt het.") % {"given": given})
            return redirect(overview(about))
    page = contributing.page(user, projects, about, request.GET.get("page"))
    context = {"form": form, "about": about, "enters": bool(projects), **page}
    return render(request, "projects/contributions.html", context, status=422 if form.errors else 200)


@require_POST
def confirm(request) -> HttpResponse:
    """Confirm what is ticked."""
    need(request.user, "projects.see_contributions")
    pairs = (value.partition(":") for value in request.POST.getlist("given")[: contributing.AT_ONCE])
    seen = {number(pk): fingerprint for pk, _colon, fingerprint in pairs}
    found = contributing.with_people(Contribution.objects.visible_to(request.user).filter(pk__in=seen))
    count = services.confirm_contributions(given=found, actor=request.user, seen=seen)
    if not count:
        raise NotNow(_("Er is niets bevestigd. Kies eerst wat klopt."))
    told = ngettext("%(count)s bijdrage is bevestigd.", "%(count)s bijdragen zijn bevestigd.", count)
    messages.success(request, told % {"count": count})
    about = Project.objects.filter(pk=number(request.GET.get("project", ""))).first()
    return redirect(overview(about))


@require_safe
def detail(request, pk: int) -> HttpResponse:
    """One contribution: what it says, what happened to it, and what the reader can do."""
    given = one(request, pk)
    open_ = given.status != Contribution.Status.CONFIRMED
    may = {
        f"can_{name}": open_ and request.user.has_perm(f"projects.{name}_contribution", given)
        for name in ("correct", "confirm")
    }
    return render(request, "projects/contribution.html", {"given": given, **may})


def correct(request, pk: int) -> HttpResponse:
    """Correct an own contribution that is not confirmed."""
    given = one(request, pk)
    need(request.user, "projects.correct_contribution", given)
    if given.status == Contribution.Status.CONFIRMED:
        raise NotNow(_("Dit is al bevestigd. Vraag de ander om de bevestiging terug te nemen."))
    form = ContributionForm(posted(request), user=request.user, given=given)
    if request.method == "POST" and form.is_valid():
        if attempt(form, partial(services.correct, given=given, actor=request.user), **form.cleaned_data):
            messages.success(request, _("De verbetering staat erbij. De andere kant bevestigt het."))
            return redirect(given)
        given = one(request, pk)
    context = {"form": form, "given": given}
    return render(request, "projects/contribution_correct.html", context, status=422 if form.errors else 200)


@require_POST
def remove(request, pk: int) -> HttpResponse:
    """Take an own contribution away that is not confirmed."""
    given = one(request, pk)
    services.remove(given=given, actor=request.user)
    messages.success(request, _("%(given)s is weggehaald.") % {"given": given})
    return redirect(overview(None))


@require_POST
def again(request, pk: int) -> HttpResponse:
    """The same as last time, today."""
    given = one(request, pk)
    try:
        made = services.give_again(given=given, actor=request.user)
    except ValidationError as error:
        raise Refusal(" ".join(error.messages)) from None
    messages.success(request, _("%(given)s staat erbij. De andere kant bevestigt het.") % {"given": made})
    return redirect(overview(given.project if request.GET.get("project") else None))


def act(request, pk: int, action: str) -> HttpResponse:
    """Dispute or reopen one contribution; confirming says what was seen, and has a view of its own."""
    given = one(request, pk)
    answers = {"dispute": partial(services.dispute, given=given), "reopen": partial(services.reopen, given=given)}
    return core.act(request, given, action, answers)
