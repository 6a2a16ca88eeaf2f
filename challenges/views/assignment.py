"""Pages of assignments and their learning goals: fetch what the reader may see, validate, call one service, answer."""

from functools import partial

from django.contrib import messages
from django.db.models import Count, Q, prefetch_related_objects
from django.http import HttpResponseRedirect, QueryDict
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from challenges import services
from challenges.forms.assignment import AssignmentForm, GoalSearchForm, LinkForm
from challenges.models import Assignment
from challenges.views.common import assignment_for, challenge_for, need, posted
from challenges.workflow import PUBLIC, WRITABLE
from modules.models import LearningGoal
from oil_portal.core import views as core
from oil_portal.core.views import attempt
from oil_portal.core.workflow import available

GOALS = 30


def assignment_add(request, pk: int):
    """The translator starts an assignment beside the company's own text."""
    challenge = challenge_for(request.user, pk)
    need(request.user, "challenges.translate_challenge", challenge)
    initial = {"title": challenge.title, "result": challenge.result}
    form = AssignmentForm(posted(request), initial=initial)
    if request.method == "POST" and form.is_valid():
        service = partial(services.write_assignment, challenge=challenge, actor=request.user)
        if written := attempt(form, service, **form.cleaned_data):
            messages.success(request, _("De opdracht is bewaard. Koppel nu de leerdoelen."))
            return redirect("challenges:goals", pk=written.pk)
    context = {"form": form, "challenge": challenge}
    return render(request, "challenges/assignment_form.html", context, status=422 if form.errors else 200)


def assignment(request, pk: int):
    """The company's own text and the assignment side by side, with what waits for whom."""
    shown, user = assignment_for(request.user, pk), request.user
    prefetch_related_objects([shown], "links__goal__programme", "projects__lab")
    acts = available(shown, user)
    context = {
        "assignment": shown,
        "challenge": shown.challenge,
        "reads": user.has_perm("challenges.read_challenge", shown.challenge),
        "links": shown.links.all(),
        "edits": shown.status in WRITABLE and user.has_perm("challenges.edit_assignment", shown),
        "opens": shown.status == "agreed" and user.has_perm("projects.open_project", shown),
        "projects": [project for project in shown.projects.all() if project.status != "cancelled"],
        "acts": acts,
        "signs": any(transition.action == "agree" for transition in acts),
        "leads": shown.status != "agreed",
    }
    return render(request, "challenges/assignment_detail.html", context)


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
    context = {"form": form, "challenge": shown.challenge, "assignment": shown}
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


# --- Its goals --------------------------------------------------------------------------------------------------
def goals(request, pk: int):
    """Link learning goals: one POST per goal, back to the same module or search, with the focus on the next row."""
    shown = assignment_for(request.user, pk)
    if not written_by(request, shown):
        return redirect(shown)
    search = GoalSearchForm.for_request(request)
    linked = list(shown.links.select_related("goal__programme", "linked_by"))
    offered = list(offer(search, shown)[: GOALS + 1])
    if request.method == "POST":
        return change_links(request, shown, offered, linked)
    context = {
        "assignment": shown,
        "challenge": shown.challenge,
        "search": search,
        "module": search.cleaned_data.get("module"),
        "q": search.cleaned_data.get("q", ""),
        "offered": offered[:GOALS],
        "more": len(offered) > GOALS,
        "linked": linked,
        "focus": request.GET.get("bij", ""),
        "address": f"{request.path}?{kept_choice(request).urlencode()}",
    }
    return render(request, "challenges/assignment_goals.html", context)


def offer(search: GoalSearchForm, shown: Assignment):
    """The goals to choose from that are not linked yet, with `others`: how many other challenges link them."""
    text, module = search.cleaned_data.get("q", ""), search.cleaned_data.get("module")
    found = LearningGoal.objects.select_related("programme").exclude(links__assignment=shown)
    if text:
        for word in text.split():
            found = found.filter(
                Q(title__icontains=word)
                | Q(code__icontains=word)
                | Q(programme__name__icontains=word)
                | Q(programme__code__startswith=word)
            )
    else:
        found = found.filter(modules=module) if module else found.none()
    elsewhere = Q(links__assignment__challenge__status__in=PUBLIC) & ~Q(links__assignment__challenge=shown.challenge_id)
    return found.annotate(others=Count("links__assignment__challenge", filter=elsewhere, distinct=True))


def change_links(request, shown: Assignment, offered: list, linked: list):
    """Link or take off one goal and answer with the same address, which names the row that follows."""
    form, address = LinkForm(request.POST), kept_choice(request)
    if form.is_valid():
        goal, links = form.cleaned_data["goal"], form.cleaned_data["do"] == LinkForm.LINK
        service, rows = (
            (services.link_goal, offered) if links else (services.unlink_goal, [link.goal for link in linked])
        )
        service(assignment=shown, goal=goal, actor=request.user)
        address["bij"] = f"{'doel' if links else 'los'}-{next_after(goal, rows)}"
    else:
        messages.error(request, _("Dit leerdoel staat niet meer in de lijst. Kies een ander."))
    return HttpResponseRedirect(f"{request.path}?{address.urlencode()}", status=303)


def kept_choice(request) -> QueryDict:
    """The module or search in the address, without the row that had the focus."""
    address = request.GET.copy()
    address.pop("bij", None)
    return address


def next_after(goal: LearningGoal, rows: list[LearningGoal]) -> int | str:
    """The pk of the row after `goal`, else of the one before it, else "kop": the heading of the list."""
    others = [row.pk for row in rows]
    if goal.pk not in others or len(others) == 1:
        return "kop"
    at = others.index(goal.pk)
    return (others[at + 1 :] or others[at - 1 :])[0]
