"""The versions of an assignment beside each other, and remarks on its passages from both sides."""

from functools import partial

from django.contrib import messages
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from challenges.differences import changed, pieces
from challenges.forms.talk import AssignmentRemarkForm
from challenges.models import Assignment, AssignmentVersion
from challenges.services.talk import remark_on_assignment
from challenges.views.assignment import page
from challenges.views.common import assignment_for
from oil_portal.core.views import attempt, need


def versions(request, pk: int):
    """What was sent when, who agreed, and the difference between two versions, or with the text as it is now."""
    shown = assignment_for(request.user, pk)
    sent = list(shown.versions.select_related("sent_by", "agreed_by"))
    texts = {str(version.number): version for version in sent}
    before, after = request.GET.get("van", ""), request.GET.get("tot", "")
    if before not in texts and sent:
        before = str(sent[-2].number if len(sent) > 1 and is_sent(shown, sent[-1]) else sent[-1].number)
    if after not in texts:
        after = str(sent[-1].number) if sent and is_sent(shown, sent[-1]) else "nu"
    context = {
        "assignment": shown,
        "challenge": shown.challenge,
        "versions": sent,
        "before": before,
        "after": after,
        "rows": difference(texts[before], texts.get(after) or now(shown)) if sent and before != after else [],
        "is_sent": bool(sent) and is_sent(shown, sent[-1]),
    }
    return render(request, "challenges/assignment_versions.html", context)


def now(shown: Assignment) -> AssignmentVersion:
    """The text as it stands, as if it were sent."""
    goals = [f"{link.goal.title} ({link.goal.code})" for link in shown.links.select_related("goal")]
    names = ("title", "summary", "text", "result", "level", "hours")
    return AssignmentVersion(
        assignment=shown, number=shown.version, goals=goals, **{name: getattr(shown, name) for name in names}
    )


def is_sent(shown: Assignment, last: AssignmentVersion) -> bool:
    """Whether the last version is the text as it stands."""
    return last.number == shown.version


def difference(before: AssignmentVersion, after: AssignmentVersion) -> list[dict]:
    """Per field that changed: its name and the pieces of text that stayed, went and came."""
    rows = []
    texts = {
        _("Titel"): (before.title, after.title),
        _("In één of twee zinnen"): (before.summary, after.summary),
        _("De opdracht"): (before.text, after.text),
        _("Wat ligt er aan het eind?"): (before.result, after.result),
        _("Niveau"): (before.get_level_display(), after.get_level_display()),
        _("Uren per student"): (str(before.hours), str(after.hours)),
        _("Leerdoelen"): ("\n".join(before.goals), "\n".join(after.goals)),
    }
    for label, pair in texts.items():
        found = pieces(*pair)
        if changed(found):
            rows.append({"label": label, "pieces": found})
    return rows


@require_POST
def remark(request, pk: int):
    """Say something about a passage of the assignment."""
    shown = assignment_for(request.user, pk)
    need(request.user, "challenges.remark_assignment", shown)
    form = AssignmentRemarkForm(request.POST)
    service = partial(remark_on_assignment, assignment=shown, actor=request.user)
    if form.is_valid() and attempt(form, service, **form.cleaned_data):
        messages.success(request, _("Je opmerking staat bij de opdracht."))
        return redirect(shown)
    return page(request, shown, status=422, form=form, remark_form=form)
