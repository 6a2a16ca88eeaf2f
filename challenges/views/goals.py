"""Linking the goals of an assignment: suggestions, those of a module or search, and what is linked."""

from django.contrib import messages
from django.db.models import Count, Prefetch, Q, prefetch_related_objects
from django.http import HttpResponseRedirect, QueryDict
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from challenges import services
from challenges.forms.assignment import GoalSearchForm, LinkForm
from challenges.models import Assignment, GoalLink
from challenges.services.suggestion import suggest
from challenges.views.assignment import written_by
from challenges.views.common import assignment_for
from challenges.workflow import PUBLIC
from modules.models import LearningGoal, taught_by

GOALS = 30


def goals(request, pk: int):
    """Link learning goals: one POST per goal, back to the same module or search, with the focus on the next row."""
    shown = assignment_for(request.user, pk)
    if not written_by(request, shown):
        return redirect(shown)
    teaching = list(taught_by(request.user).order_by("-starts").values_list("module", "module__goals__programme"))
    search = GoalSearchForm.for_request(request, teaching[0][0] if teaching else None)
    links = GoalLink.objects.select_related("goal__programme")
    prefetch_related_objects([shown], Prefetch("links", queryset=links))
    linked = list(shown.links.all())
    offered = list(offer(search, shown)[: GOALS + 1])
    suggested = suggest(shown, [link.goal for link in linked], {programme for _module, programme in teaching})
    if request.method == "POST":
        return change_links(request, shown, offered, linked, suggested)
    context = {
        "assignment": shown,
        "challenge": shown.challenge,
        "search": search,
        "module": search.cleaned_data.get("module"),
        "q": search.cleaned_data.get("q", ""),
        "offered": offered[:GOALS],
        "more": len(offered) > GOALS,
        "linked": linked,
        "suggested": suggested,
        "focus": request.GET.get("bij", ""),
        "address": f"{request.path}?{kept_choice(request).urlencode()}",
    }
    return render(request, "challenges/assignment_goals.html", context)


def offer(search: GoalSearchForm, shown: Assignment):
    """The goals to choose from that are not linked yet, with `others`: how many other challenges link them."""
    text, module = search.cleaned_data.get("q", ""), search.cleaned_data.get("module")
    found = LearningGoal.objects.current().select_related("programme").exclude(links__assignment=shown)
    if text:
        found = found.search(text)
    elif module:
        found = found.filter(modules=module)
    else:
        return found.none()
    elsewhere = Q(links__assignment__challenge__status__in=PUBLIC) & ~Q(links__assignment__challenge=shown.challenge_id)
    return found.annotate(others=Count("links__assignment__challenge", filter=elsewhere, distinct=True))


def change_links(request, shown: Assignment, offered: list, linked: list, suggested: list):
    """Link, reject or take off one goal and answer with the same address, which names the row that follows."""
    form, address = LinkForm(request.POST), kept_choice(request)
    if form.is_valid():
        goal, do = form.cleaned_data["goal"], form.cleaned_data["do"]
        verbs = {LinkForm.LINK: services.link_goal, LinkForm.UNLINK: services.unlink_goal,
                 LinkForm.REJECT: services.reject_goal}  # fmt: skip
        verbs[do](assignment=shown, goal=goal, actor=request.user)
        if do == LinkForm.UNLINK:
            address["bij"] = f"los-{next_after(goal, [link.goal for link in linked])}"
        elif request.POST.get("bij") == "voorstel" or do == LinkForm.REJECT:
            same = {goal.pk: offer.goal for offer in suggested for goal in [offer.goal, *offer.others]}
            address["bij"] = f"voorstel-{next_after(same.get(goal.pk, goal), [offer.goal for offer in suggested])}"
        else:
            address["bij"] = f"doel-{next_after(goal, offered)}"
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
