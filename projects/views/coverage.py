"""Which goals challenges work on, and asking for those that none does."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from challenges.services.call import call_for, candidates, draft_text
from modules.models import LearningGoal
from oil_portal.core.views import attempt, counting, need
from projects.coverage import matrix
from projects.forms.coverage import CallForm, CurriculumForm


@counting
def coverage(request):
    """Goal × challenge of a module or programme: a heat map, and the table behind it."""
    need(request.user, "projects.see_coverage")
    form = CurriculumForm.for_request(request)
    chosen = form.cleaned_data.get("programme") or form.cleaned_data.get("module")
    context = {
        "form": form,
        "chosen": chosen,
        "heading": str(chosen),
        "matrix": matrix(form.goals()),
        "calls": request.user.has_perm("challenges.call_for_goal"),
    }
    return render(request, "projects/coverage.html", context)


def call(request, pk: int):
    """Ask partners for a question that needs a goal: who did something near it, and a first text."""
    need(request.user, "challenges.call_for_goal")
    goal = get_object_or_404(LearningGoal.objects.select_related("programme"), pk=pk)
    found = candidates(goal)
    free = [each.partner for each in found if not each.called]
    data = request.POST if request.method == "POST" else None
    form = CallForm(data, offered=free, initial={"text": draft_text(goal)})
    if data is not None and form.is_valid():
        partners = list(form.cleaned_data["partners"])
        text = form.cleaned_data["text"]
        if made := attempt(form, call_for, goal=goal, actor=request.user, partners=partners, text=text):
            messages.success(request, _("De oproep is verstuurd. De bedrijven lezen hem in hun overzichtsmail."))
            return redirect(made)
    ticked = {str(value) for value in (form["partners"].value() or [])}
    context = {"goal": goal, "candidates": found, "form": form, "ticked": ticked}
    return render(request, "projects/call_form.html", context, status=422 if form.errors else 200)
