"""Pages around and after a project: feedback, thanks, the card, and what became of it."""

from functools import partial

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from oil_portal.core.views import attempt
from projects import services
from projects.forms.following import FeedbackForm, LaterForm, ThanksForm
from projects.models import Outcome
from projects.views.project import posted, visible
from projects.workflow import WRAPPING_UP, ProjectStatus


def given(request, pk: int):
    """The project, for a contact of the company that asked; PermissionDenied for others."""
    project = visible(request, pk)
    if not request.user.has_perm("projects.follow_up_project", project):
        raise PermissionDenied
    return project


def asked(request, project, form, service, told: str, title: str):
    """A page with one form: call the service with what was filled in, and go back to the project."""
    if request.method == "POST" and form.is_valid():
        attempt(form, partial(service, project=project, actor=request.user), **form.cleaned_data)
        if not form.errors:
            messages.success(request, told)
            return redirect(project)
    context = {"form": form, "project": project, "heading": title}
    return render(request, "projects/following_form.html", context, status=422 if form.errors else 200)


def thank(request, pk: int):
    """Thank the team."""
    form = ThanksForm(posted(request))
    done = _("Je dankwoord is verstuurd.")
    return asked(request, given(request, pk), form, services.thank_team, done, _("Bedank het team"))


def later(request, pk: int):
    """Say what became of the result."""
    project = given(request, pk)
    outcome = Outcome.objects.filter(project=project).first()
    if outcome is None or project.status != ProjectStatus.COMPLETED:
        raise Http404
    form = LaterForm(posted(request), initial={"text": outcome.later})
    told = _("Dank je wel. Het team hoort het ook.")
    return asked(request, project, form, services.answer_later, told, _("Wat is ervan geworden?"))


def feedback(request, pk: int):
    """Say how it was, and read what the other side said once both did."""
    project = visible(request, pk)
    sides = services.speaks_as(request.user, project)
    if not sides:
        raise PermissionDenied
    if project.status not in WRAPPING_UP:
        raise Http404
    side, form = sides[0], FeedbackForm(posted(request))
    service = partial(services.give_feedback, project=project, actor=request.user, side=side)
    if request.method == "POST" and form.is_valid() and attempt(form, service, **form.cleaned_data):
        messages.success(request, _("Je feedback is bewaard. Je leest die van de ander als die er ook is."))
        return redirect("projects:feedback", pk=pk)
    student = request.user if side == "student" else None
    context = {
        "project": project,
        "form": form,
        "gave": project.feedback.filter(side=side, student=student).exists(),
        "feedback": services.feedback_for(request.user, project),
        "side": side,
    }
    return render(request, "projects/feedback.html", context, status=422 if form.errors else 200)
