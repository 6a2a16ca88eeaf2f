"""Importing a curriculum: a file, a preview of what it does, and then doing it."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from modules import services
from modules.forms import ImportForm
from modules.importing import read
from modules.models import Elective, GoalImport, LearningGoal, Programme
from oil_portal.core.views import need

SHOWN = 100


def add(request):
    """Choose a file; what it would do is shown first."""
    need(request.user, "modules.import_learninggoals")
    form = ImportForm(request.POST or None, request.FILES or None) if request.method == "POST" else ImportForm()
    if request.method == "POST" and form.is_valid():
        name = form.cleaned_data["file"].name[:200]
        found = GoalImport.objects.create(name=name, text=form.cleaned_data["text"], by=request.user)
        return redirect(found)
    earlier = GoalImport.objects.defer("text").select_related("by").exclude(applied_at=None)[:10]
    context = {"form": form, "earlier": earlier}
    return render(request, "modules/import_form.html", context, status=422 if form.errors else 200)


def show(request, pk: int):
    """What the file would make new, change and leave out, with its errors by line; POST does it."""
    need(request.user, "modules.import_learninggoals")
    found = get_object_or_404(GoalImport.objects.select_related("by"), pk=pk)
    if request.method == "POST":
        counts = services.apply_import(
            found=found,
            actor=request.user,
            fingerprint=request.POST.get("fingerprint", ""),
            retire=request.POST.get("retire") == "1",
        )
        told = _("Ingelezen: %(new)d nieuw, %(changed)d gewijzigd, %(retired)d vervallen, %(deleted)d verwijderd.")
        messages.success(request, told % counts)
        return redirect(found)
    if found.applied_at:
        return render(request, "modules/import_done.html", {"found": found})
    return render(request, "modules/import_preview.html", preview(found))


def preview(found: GoalImport) -> dict:
    """The plan, in groups of at most SHOWN rows."""
    reading = read(found.text)
    made = services.plan(reading)
    kinds = [
        (_("leerdoelen"), LearningGoal), (_("opleidingen"), Programme), (_("keuzedelen"), Elective),
    ]  # fmt: skip
    groups = []
    for label, model in kinds:
        new, changed = made.of(model)
        if new or changed:
            groups.append({"label": label, "new": new[:SHOWN], "changed": [rows_of(each) for each in changed[:SHOWN]],
                           "new_total": len(new), "changed_total": len(changed)})  # fmt: skip
    return {
        "found": found,
        "plan": made,
        "groups": groups,
        "gone": made.gone[:SHOWN],
        "errors": reading.errors[:SHOWN],
        "errors_total": len(reading.errors),
        "shown": SHOWN,
        "does": bool(made.new or made.changed),
    }


def rows_of(change: services.Change) -> dict:
    """A change as a reader sees it: the name of each field, before and after."""
    meta = change.obj._meta
    labels = {
        "title": _("titel"), "core_task": _("kerntaak"), "core_task_code": _("code van de kerntaak"),
        "retired_at": _("vervallen"), "dossier": _("dossier"), "dossier_code": _("code van het dossier"),
    }  # fmt: skip
    rows = []
    for name, (before, after) in change.fields.items():
        shown = [", ".join(value) if isinstance(value, list) else value for value in (before, after)]
        rows.append({"label": labels.get(name) or meta.get_field(name).verbose_name, "before": shown[0] or "–",
                     "after": shown[1] or "–"})  # fmt: skip
    return {"obj": change.obj, "rows": rows}
