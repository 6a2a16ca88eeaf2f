"""Pages of a proposal: the board, moving by hand with its price, locks, explanations, and publishing."""

from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from oil_portal.core.prepared import prepared
from oil_portal.core.views import need, number, only
from partners.models import User
from projects import board as pages
from projects import why
from projects.models import MatchingRound, Project, Proposal
from projects.services import proposal as services
from projects.services import publication
from projects.services.round import lock_pair


def visible(request, pk: int) -> Proposal:
    """A proposal, for who runs the round or helps with it."""
    found = only(_seen(request.user, pk))
    if not request.user.has_perm("projects.see_matchinground", found.round):
        raise Http404
    return found


@prepared
def _seen(user, pk: int) -> QuerySet[Proposal]:
    return Proposal.objects.filter(round__in=MatchingRound.objects.visible_to(user), pk=pk).select_related(
        "round__school"
    )


def solved(request, pk: int) -> Proposal:
    """The proposal, for who may change it."""
    found = visible(request, pk)
    need(request.user, "projects.solve_matchinground", found.round)
    return found


def seated(proposal: Proposal, student_pk: int) -> User:
    """A student of the proposal."""
    return get_object_or_404(User.objects.filter(pk__in=proposal.seats.values("student")), pk=student_pk)


@require_safe
def board(request, pk: int):
    """Projects with their teams, who has no seat, and how good it is; while it is computed, how far that is."""
    focus = number(request.GET.get("bij", ""))
    context = pages.page(request.user, visible(request, pk), focus)
    return render(request, "projects/proposal_board.html", context)


def move(request, pk: int, student_pk: int):
    """Choose another seat for a student, with the price of each; POST moves. A computed proposal is copied first."""
    found = solved(request, pk)
    student = seated(found, student_pk)
    if request.method != "POST":
        context = {"proposal": found, "round": found.round, "student": student}
        return render(request, "projects/proposal_move.html", context | pages.prices(found, student))
    chosen = request.POST.get("project", "")
    project = None
    if chosen:
        project = get_object_or_404(Project.objects.filter(entry__round=found.round), pk=number(chosen))
    told = pages.price_of(found, student, project)
    changed = services.move_student(proposal=found, actor=request.user, student=student, project=project)
    messages.success(request, told)
    return redirect(f"{changed.get_absolute_url()}?bij={student.pk}")


@require_safe
def prices(request, pk: int, student_pk: int):
    """{project: the price in words} while a student is dragged; "" is the bench."""
    found = solved(request, pk)
    student = seated(found, student_pk)
    rows = pages.prices(found, student)["rows"]
    return JsonResponse({str(row.project.pk if row.project else ""): row.words for row in rows})


@require_POST
def lock(request, pk: int, student_pk: int):
    """Hold a student where the proposal has put it, or let go."""
    found = solved(request, pk)
    student = seated(found, student_pk)
    seat = found.seats.select_related("project").get(student=student)
    hold = request.POST.get("hold") == "1"
    if hold and seat.project is None:
        raise Http404
    lock_pair(round_=found.round, actor=request.user, student=student, project=seat.project if hold else None)
    return redirect(f"{found.get_absolute_url()}?bij={student.pk}")


@require_safe
def student(request, pk: int, student_pk: int):
    """Why this student has this seat, and what would have had to be otherwise for the first choice."""
    found = visible(request, pk)
    context = why.student_page(found, seated(found, student_pk))
    return render(request, "projects/proposal_student.html", context)


@require_safe
def project(request, pk: int, project_pk: int):
    """How the seats of a project were filled, or why it has none."""
    found = visible(request, pk)
    shown = get_object_or_404(Project.objects.filter(entry__round=found.round), pk=project_pk)
    return render(request, "projects/proposal_project.html", why.project_page(found, shown))


@require_POST
def choose(request, pk: int):
    found = visible(request, pk)
    services.choose(proposal=found, actor=request.user)
    messages.success(request, _("Dit voorstel wordt gepubliceerd op de dag die je koos."))
    return redirect(found.round)


def publish(request, pk: int):
    """What will be told to whom, and then once: publish, or carry out a repair."""
    found = visible(request, pk)
    need(request.user, "projects.publish_matchinground", found.round)
    if request.method != "POST":
        return render(request, "projects/proposal_publish.html", why.publish_page(found))
    if found.kind == Proposal.Kind.REPAIR:
        publication.apply_repair(proposal=found, actor=request.user)
        messages.success(request, _("De teams zijn hersteld. Wie verhuist, krijgt bericht."))
    else:
        publication.publish(round_=found.round, proposal=found, actor=request.user)
        messages.success(request, _("De teams zijn gepubliceerd. Iedereen krijgt bericht."))
    return redirect(reverse("projects:round", args=[found.round_id]))
