"""The project card, on a page and on paper, and where completed projects went on."""

from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from oil_portal.core.views import counting
from partners import pdf
from projects.card import project_card
from projects.following_up import follow_up_page
from projects.models import Project
from projects.views.project import visible
from projects.workflow import ProjectStatus


def completed(request, pk: int) -> Project:
    """A completed project that the reader may read; Http404 otherwise."""
    project = visible(request, pk)
    if project.status != ProjectStatus.COMPLETED or not request.user.has_perm("projects.read_project", project):
        raise Http404
    return project


@login_not_required
@require_safe
def card(request, pk: int):
    """What came of a completed project, on one sheet of paper."""
    project = completed(request, pk)
    states = ["plain"] * len(project.assignment.links.all())
    context = {"project": project, "sheet": project_card(request.user, project), "states": states, "hue": project.hue}
    return render(request, "projects/project_card.html", context)


@login_not_required
@require_safe
def card_pdf(request, pk: int):
    """The same card as a PDF."""
    sheet = project_card(request.user, completed(request, pk))
    return pdf.sheet("typst/card.typ", sheet.printed(request.build_absolute_uri), kind=_("Projectkaart"))


@require_safe
@counting
def follow_ups(request):
    """How many completed projects went on, and where; each figure leads to its projects."""
    if not request.user.has_perm("projects.see_follow_ups"):
        raise PermissionDenied
    found = follow_up_page(request.user, request.GET.get("waar", ""))
    page = found.page(request.user, request.GET.get("page"))
    return render(request, "projects/follow_ups.html", {"found": found, "page_obj": page})
