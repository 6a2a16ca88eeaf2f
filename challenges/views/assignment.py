"""Pages of assignments: fetch what the reader may see, validate, call one service, answer."""

from functools import partial

from django.contrib import messages
from django.db.models import QuerySet
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from challenges import services
from challenges.checklist import Brief, points
from challenges.forms.assignment import AssignmentForm
from challenges.forms.talk import AssignmentRemarkForm
from challenges.marks import marked
from challenges.models import Assignment, AssignmentVersion, Remark
from challenges.views.common import (
    assignment_for,
    challenge_for,
    goals_and_projects,
    need,
    posted,
    read_goals_and_projects,
    taught,
    under,
)
from challenges.workflow import WRITABLE
from challenges.writing import readability
from modules.models import Module
from oil_portal.core import views as core
from oil_portal.core.prepared import Many, ahead, prepared
from oil_portal.core.timeline import course
from oil_portal.core.views import attempt, number
from oil_portal.core.workflow import available


def assignment_add(request, pk: int):
    """The translator starts an assignment beside the company's own text."""
    challenge = challenge_for(request.user, pk)
    need(request.user, "challenges.translate_challenge", challenge)
    initial = {"title": challenge.title, "result": challenge.result} | copied(challenge, request.GET.get("van", ""))
    form = AssignmentForm(posted(request), initial=initial)
    if request.method == "POST" and form.is_valid():
        service = partial(services.write_assignment, challenge=challenge, actor=request.user)
        if written := attempt(form, service, **form.cleaned_data):
            messages.success(request, _("De opdracht is bewaard. Koppel nu de leerdoelen."))
            return redirect("challenges:goals", pk=written.pk)
    context = {"form": form, "challenge": challenge}
    return render(request, "challenges/assignment_form.html", context, status=422 if form.errors else 200)


def copied(challenge, said: str) -> dict:
    """The texts of another assignment of the challenge, to write one for another level."""
    found = challenge.assignments.filter(pk=number(said))
    return found.values("title", "summary", "text", "result", "hours").first() or {}


def assignment(request, pk: int):
    """The company's own text and the assignment side by side, with what waits for whom."""
    return page(request, assignment_for(request.user, pk))


def page(request, shown: Assignment, *, status: int = 200, **forms):
    """The page of an assignment; `forms` are those that were refused, with what was typed in them."""
    with ahead(*goals_and_projects((shown.pk,)), (_remarks, shown.pk), course(shown)):
        return _page(request, shown, status, forms)


def _page(request, shown: Assignment, status: int, forms: dict):
    user = request.user
    read_goals_and_projects([shown])
    acts = available(shown, user)
    remarks = _remarks(shown.pk)
    quotes = {each.pk: each.quote for each in remarks if each.field == "text" and not each.done_at}
    remarks_now = shown.status != "agreed" and user.has_perm("challenges.remark_assignment", shown)
    sent = _versions.count(shown.pk)
    translates = user.has_perm("challenges.revise_assignment", shown)
    context = {
        "assignment": shown,
        "challenge": shown.challenge,
        "reads": user.has_perm("challenges.read_challenge", shown.challenge),
        "goals": taught(shown.links.all()),
        "edits": shown.status in WRITABLE and user.has_perm("challenges.edit_assignment", shown),
        "translates": translates,
        "opens": shown.status == "agreed" and user.has_perm("projects.open_project", shown),
        "projects": under([shown]),
        "acts": acts,
        "signs": any(transition.action == "agree" for transition in acts),
        "leads": shown.status != "agreed",
        "compares": sent > 1 or (sent and shown.status in WRITABLE),
        "remarks": remarks,
        "marked": marked(shown.text, quotes),
        "remark_form": AssignmentRemarkForm() if remarks_now else None,
        "owns": translates,
    }
    context |= tips(shown) if translates else {}
    return render(request, "challenges/assignment_detail.html", context | forms, status=status)


@prepared
def _versions(assignment: int) -> QuerySet[AssignmentVersion]:
    return AssignmentVersion.objects.filter(assignment=assignment)


@prepared
def _loads(goals: Many) -> QuerySet:
    """How many hours the modules give that teach one of these goals."""
    found = Module.objects.filter(goals__pk__among=goals).order_by()
    return found.values_list("study_load", flat=True).distinct()


@prepared
def _remarks(assignment: int) -> QuerySet[Remark]:
    return Remark.objects.filter(assignment=assignment).select_related("author", "challenge")


def tips(shown: Assignment) -> dict:
    """The checklist and what can be said more plainly, of the text as it was last saved."""
    return {"points": points(brief_of(shown)), "hints": readability(f"{shown.summary}\n{shown.text}")}


def brief_of(shown: Assignment) -> Brief:
    """What the checklist looks at; expects the goals of the links with their programmes."""
    challenge, goals = shown.challenge, [link.goal for link in shown.links.all()]
    return Brief(
        title=shown.title, text=shown.text, result=shown.result, hours=shown.hours, level=shown.level,
        goal_levels=[goal.programme.level for goal in goals], loads=_loads(Many(goal.pk for goal in goals)),
        guidance_hours=challenge.guidance_hours, rights=challenge.rights, secrecy=challenge.secrecy,
        confidential=challenge.confidential,
    )  # fmt: skip


def written_by(request, shown: Assignment) -> bool:
    """Whether the reader may write on the assignment now; tells a translator who comes too late."""
    need(request.user, "challenges.revise_assignment", shown)
    if shown.status not in WRITABLE:
        messages.error(request, _("Deze versie ligt vast. Maak eerst een nieuwe versie."))
    return shown.status in WRITABLE


def assignment_edit(request, pk: int):
    """Change an assignment that is not with the company."""
    shown = assignment_for(request.user, pk)
    if not written_by(request, shown):
        return redirect(shown)
    form = AssignmentForm(posted(request), instance=assignment_for(request.user, pk))
    if request.method == "POST" and form.is_valid():
        service = partial(services.edit_assignment, assignment=shown, actor=request.user)
        if attempt(form, service, **form.cleaned_data):
            messages.success(request, _("De opdracht is bewaard."))
            return redirect(shown)
    context = {"form": form, "challenge": shown.challenge, "assignment": shown} | tips(shown)
    return render(request, "challenges/assignment_form.html", context, status=422 if form.errors else 200)


def assignment_act(request, pk: int, action: str):
    """Carry out one transition of an assignment."""
    shown = assignment_for(request.user, pk)
    verbs = {
        "send": partial(services.send_assignment, assignment=shown),
        "agree": partial(services.answer_assignment, assignment=shown, action="agree"),
        "ask_change": partial(services.answer_assignment, assignment=shown, action="ask_change"),
        "revise": partial(services.revise_assignment, assignment=shown),
    }
    return core.act(request, shown, action, verbs)
