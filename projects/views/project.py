"""Pages and acts of projects. Each fetches what the reader may see, validates, calls one service and answers."""

from functools import partial

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from challenges.models import Assignment
from challenges.services.talk import look
from challenges.workflow import AssignmentStatus
from oil_portal.core import views as core
from oil_portal.core.prepared import ahead, prepared
from oil_portal.core.rows import join
from oil_portal.core.workflow import NotNow
from partners import roles
from partners.filters import listed
from projects import own, pages, services
from projects.filters import ProjectFilter
from projects.fitting import taste_of
from projects.forms.project import ApplyForm, OutcomeForm, PlanForm
from projects.goals import Reader, links_of
from projects.models import Application, Outcome, Project
from projects.workflow import WITH_TEAM, WRAPPING_UP, ProjectStatus

PER_PAGE = 12


def visible(request, pk: int) -> Project:
    """The project with all that its page says."""
    project = core.only(_seen(request.user, pk))
    read_goals(project)
    return project


def read_goals(project: Project) -> None:
    join([project.assignment], "links", links_of((project.assignment_id,)), "assignment_id")


@prepared
def _seen(user, pk: int) -> QuerySet[Project]:
    related = ("coach", "outcome__follow_up_lab", "outcome__next_challenge")
    found = Project.objects.visible_to(user).for_cards().prefetch_related(None)
    return found.select_related(*related).filter(pk=pk)


def posted(request):
    return request.POST if request.method == "POST" else None


# --- Reading ----------------------------------------------------------------------------------------------------
@login_not_required
@require_safe
def project_list(request) -> HttpResponse:
    """The catalogue: what students can apply to, or what runs and what came of it."""
    taste = taste_of(request.user) if roles.has(request.user, roles.STUDENT) else None
    reader = taste.reader if taste else Reader(None)
    found, page = listed(ProjectFilter, request, PER_PAGE, taste.wishes if taste else ())
    (taste or reader).dress(page.object_list)  # for a student with the reasons
    return render(request, "projects/project_list.html", {"filter": found, "page_obj": page, "reader": reader})


@require_safe
def mine(request) -> HttpResponse:
    """The projects that the reader is in: as a student, as who leads them, as the company that asked."""
    return render(request, "projects/project_mine.html", own.mine(request))


@login_not_required
@require_safe
def detail(request, pk: int) -> HttpResponse:
    project = core.only(_seen(request.user, pk))
    with ahead(*pages.reads(request.user, project)):
        read_goals(project)
        form = ApplyForm() if roles.has(request.user, roles.STUDENT) else None
        return page(request, project, form)


def page(request, project: Project, form: ApplyForm | None) -> HttpResponse:
    """The page of a project, with the form as a student filled it in."""
    interest = look(challenge=project.challenge, student=request.user)
    context = pages.detail(request.user, project, form) | {"interest": interest}
    return render(request, "projects/project_detail.html", context, status=422 if form and form.errors else 200)


# --- The plan ---------------------------------------------------------------------------------------------------
def open_(request, assignment_pk: int) -> HttpResponse:
    """Open a project of an agreed assignment to students."""
    assignment = get_object_or_404(Assignment.objects.select_related("challenge__partner"), pk=assignment_pk)
    may_open = request.user.has_perm("projects.open_project", assignment)
    if not may_open and not request.user.has_perm("challenges.see_assignment", assignment):
        raise Http404
    if assignment.status != AssignmentStatus.AGREED:
        raise NotNow(_("Het bedrijf is nog niet akkoord met deze opdracht."))
    if not may_open:
        raise PermissionDenied
    form = PlanForm(posted(request), assignment=assignment, user=request.user)
    return _save_plan(request, form, _("Het project staat open voor studenten."))


def edit(request, pk: int) -> HttpResponse:
    """Change the plan of a project that is still open."""
    project = visible(request, pk)
    if not request.user.has_perm("projects.edit_project", project):
        raise PermissionDenied
    if project.status != ProjectStatus.OPEN:
        raise NotNow(_("Dit project is al begonnen of gesloten."))
    form = PlanForm(posted(request), instance=project, assignment=project.assignment, user=request.user)
    return _save_plan(request, form, _("De wijziging is opgeslagen. Aanmelders krijgen bericht."))


def _save_plan(request, form: PlanForm, done: str) -> HttpResponse:
    if request.method == "POST" and form.is_valid():
        try:
            project = form.save(actor=request.user)
        except ValidationError as error:
            form.add_error(None, error)
        else:
            messages.success(request, done)
            return redirect(project)
    back = form.instance if form.instance.pk else form.assignment
    context = {"form": form, "back": back}
    return render(request, "projects/project_form.html", context, status=422 if form.errors else 200)


def act(request, pk: int, action: str) -> HttpResponse:
    project = visible(request, pk)
    verbs = {
        "start": services.start_project,
        "cancel": services.cancel_project,
        "wrap_up": services.wrap_up,
        "complete": services.complete_project,
    }
    return core.act(request, project, action, {name: partial(verb, project=project) for name, verb in verbs.items()})


def contact(request, pk: int) -> HttpResponse:
    """Ask whether the company may reach the team by mail (GET), and open it (POST)."""
    project = visible(request, pk)
    core.need(request.user, "projects.open_contact_project", project)
    if request.method == "POST":
        services.open_contact(project=project, actor=request.user)
        messages.success(request, _("Het contact is open. Het team en het bedrijf krijgen bericht."))
        return redirect(project)
    if project.contact_opened_at or project.status not in WITH_TEAM:
        raise Http404
    return render(request, "projects/project_contact.html", {"project": project, "team": services.team_of(project)})


# --- Applications -----------------------------------------------------------------------------------------------
def apply(request, pk: int) -> HttpResponse:
    """A student asks for a seat; the form is on the project's own page."""
    project = visible(request, pk)
    if request.method != "POST":
        return redirect(project)
    if not request.user.has_perm("projects.apply_project", project):
        raise PermissionDenied
    form = ApplyForm(request.POST)
    if not form.is_valid():
        return page(request, project, form)
    form.save(project=project, actor=request.user)
    messages.success(request, _("Je aanmelding is binnen. Je krijgt bericht als de docent het team kiest."))
    return redirect(project)


def application_act(request, pk: int, action: str) -> HttpResponse:
    applications = Application.objects.visible_to(request.user)
    application = get_object_or_404(applications.select_related("project__run__module", "student"), pk=pk)
    verbs = {
        name: partial(getattr(services, name), application=application)
        for name in ("place", "decline", "unseat", "withdraw")
    }
    return core.act(request, application, action, verbs)


# --- Wrapping up ------------------------------------------------------------------------------------------------
def confirm(request, pk: int) -> HttpResponse:
    """Which goals were reached: one form for each side that the reader speaks for."""
    project = visible(request, pk)
    sides = services.sides_of(request.user, project)
    if not sides:
        raise PermissionDenied
    if project.status not in WRAPPING_UP:
        raise NotNow(_("Leerdoelen bevestig je als het project wordt afgerond."))
    sent = request.POST.get("side", "") if request.method == "POST" else None
    forms = pages.confirm_forms(request.user, project, sides, request.POST, sent)
    if sent is not None and sent not in forms:
        raise PermissionDenied
    if sent and forms[sent].is_valid():
        forms[sent].save(project=project, actor=request.user)
        messages.success(request, _("Je bevestiging is opgeslagen. Je kunt haar nog wijzigen."))
        return redirect(project)
    context = {"project": project, "forms": list(forms.values())}
    return render(request, "projects/project_confirm.html", context, status=422 if sent else 200)


def outcome(request, pk: int) -> HttpResponse:
    """Write down what came of the project and where it continues."""
    project = visible(request, pk)
    if not request.user.has_perm("projects.record_outcome_project", project):
        raise PermissionDenied
    if project.status not in WRAPPING_UP:
        raise NotNow(_("De uitkomst leg je vast als het project wordt afgerond."))
    written = Outcome.objects.filter(project=project).first()
    form = OutcomeForm(posted(request), instance=written, project=project, user=request.user)
    if request.method == "POST" and form.is_valid():
        try:
            form.save(actor=request.user)
        except ValidationError as error:
            form.add_error(None, error)
        else:
            messages.success(request, _("De uitkomst is opgeslagen."))
            return redirect(project)
    context = {"form": form, "project": project}
    return render(request, "projects/outcome_form.html", context, status=422 if form.errors else 200)
