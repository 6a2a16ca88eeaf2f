"""Learning goals: what each means in plain language, and who works on it."""

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.db.models import QuerySet
from django.http import JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from modules import services
from modules.case import make_package
from modules.filters import GoalFilter
from modules.forms import GoalForm
from modules.models import LearningGoal, Module
from oil_portal.core import clock
from oil_portal.core.prepared import Text, prepared
from oil_portal.core.views import attempt, need, only
from partners.filters import listed

PAGE, MODULES = 40, 12


@login_not_required
def goal_list(request):
    """Every current goal; editors narrow it to those without an explanation."""
    found, page = listed(GoalFilter, request, PAGE)
    edits = request.user.has_perm("modules.explain_learninggoal")
    context = {
        "filter": found,
        "page_obj": page,
        "edits": edits,
        "imports": request.user.has_perm("modules.import_learninggoals"),
        "unexplained": LearningGoal.objects.unexplained().count() if edits else 0,
        "query": request.GET.urlencode(),
    }
    return render(request, "modules/goal_list.html", context)


@login_not_required
def detail(request, pk: int):
    """One goal in plain language, with the modules that teach it."""
    goal = only(_goal(pk))
    context = {
        "goal": goal,
        "modules": _modules(pk),
        "twins": _twins(pk, Text(goal.title)),
        "edits": request.user.has_perm("modules.explain_learninggoal", goal),
    }
    return render(request, "modules/goal_detail.html", context)


@prepared
def _goal(pk: int) -> QuerySet[LearningGoal]:
    return LearningGoal.objects.select_related("programme").filter(pk=pk)


@prepared
def _modules(goal: int) -> QuerySet[Module]:
    return Module.objects.filter(goals=goal).select_related("school").order_by("title", "pk")[:MODULES]


@prepared
def _twins(goal: int, title: Text) -> QuerySet[LearningGoal]:
    others = LearningGoal.objects.current().filter(title=title).exclude(pk=goal)
    return others.select_related("programme")[:MODULES]


def edit(request, pk: int):
    """Put a goal in plain language."""
    goal = get_object_or_404(LearningGoal.objects.select_related("programme"), pk=pk)
    need(request.user, "modules.explain_learninggoal", goal)
    form = GoalForm(request.POST if request.method == "POST" else None, instance=goal)
    if request.method == "POST" and form.is_valid():
        unchanged = LearningGoal.objects.select_related("programme").get(pk=pk)
        if attempt(form, services.explain_goal, goal=unchanged, actor=request.user, **form.cleaned_data):
            messages.success(request, _("De uitleg is opgeslagen."))
            return redirect(goal)
        if not form.errors:
            messages.success(request, _("Er is niets gewijzigd."))
            return redirect(goal)
    twins = LearningGoal.objects.filter(title=goal.title).exclude(pk=pk).count()
    context = {"form": form, "goal": goal, "twins": twins}
    return render(request, "modules/goal_form.html", context, status=422 if form.errors else 200)


def package(request):
    """The goals of the same filter as a CASE v1.0 package, to read in elsewhere."""
    goals = LearningGoal.objects.current().select_related("programme")
    found = GoalFilter(request.GET, queryset=goals.order_by("programme__code", "programme__edition", "code", "pk")).qs
    made = make_package(
        found, title=_("Leerdoelen van het Open Innovatie Lab"), creator="Open Innovatie Lab", moment=clock.now()
    )
    answer = JsonResponse(made, json_dumps_params={"ensure_ascii": False, "indent": 1})
    answer["Content-Disposition"] = 'attachment; filename="leerdoelen-case.json"'
    return answer
