"""What schools teach, in the browser."""

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied
from django.db.models import F, QuerySet
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from modules import services
from modules.filters import ModuleFilter
from modules.forms import ModuleForm, RunForm
from modules.models import Enrolment, LearningGoal, Module, ModuleRun, projects_in
from oil_portal.core.prepared import Many, prepared
from oil_portal.core.views import attempt, only
from partners.filters import listed
from partners.models import User

PAGE = 24


@login_not_required
def module_list(request):
    """Every module of the region's schools."""
    found, page = listed(ModuleFilter, request, PAGE)
    context = {
        "filter": found,
        "page_obj": page,
        "may_add": request.user.has_perm("modules.change_module"),
    }
    return render(request, "modules/module_list.html", context)


@login_not_required
def detail(request, pk: int):
    """A module: its goals, when it is given, and the projects that students can do in it."""
    module, user = only(_module(pk)), request.user
    enrolled = set(_enrolled(user.pk, pk)) if user.is_authenticated else set()
    runs = _runs(pk)
    taught = _taught_by(Many(run.pk for run in runs)) if user.is_authenticated else []
    for run in runs:
        run.taught_by = [teacher for teacher in taught if teacher.run == run.pk]
        run.module = module  # the permission asks for the module's school: spare it a query a run
        run.enrolled, run.may_enrol = run.pk in enrolled, user.has_perm("modules.enrol_modulerun", run)
    context = {
        "module": module,
        "runs": runs,
        "goals": _goals(pk),
        "projects": _projects(user, tuple(run.pk for run in runs)),
        "may_change": user.has_perm("modules.change_module", module),
    }
    return render(request, "modules/module_detail.html", context)


@prepared
def _module(pk: int) -> QuerySet[Module]:
    return Module.objects.for_cards().filter(pk=pk)


@prepared
def _enrolled(student: int, module: int) -> QuerySet:
    return Enrolment.objects.filter(student=student, run__module=module).values_list("run_id", flat=True)


@prepared
def _runs(module: int) -> QuerySet[ModuleRun]:
    return ModuleRun.objects.filter(module=module).order_by("-starts", "-pk")


@prepared
def _taught_by(runs: Many) -> QuerySet[User]:
    """The teachers of these runs, each with their `run`."""
    found = User.objects.filter(module_runs__pk__among=runs)
    return found.annotate(run=F("module_runs")).order_by("first_name", "last_name", "pk")


@prepared
def _goals(module: int) -> QuerySet[LearningGoal]:
    return LearningGoal.objects.filter(modules=module).select_related("programme")


@prepared
def _projects(user, runs: tuple) -> QuerySet:
    return projects_in(runs, user, PAGE).select_related("run")


def add(request):
    """Add a module to one's own school."""
    if not request.user.has_perm("modules.change_module"):
        raise PermissionDenied
    return _save(request, Module(), _("De module is toegevoegd."))


def edit(request, pk: int):
    """Change a module of one's own school."""
    module = get_object_or_404(Module.objects.select_related("school"), pk=pk)
    if not request.user.has_perm("modules.change_module", module):
        raise PermissionDenied
    return _save(request, module, _("De module is opgeslagen."))


def _save(request, module: Module, done: str):
    """The form of a module; its button 'Zoek' narrows the list of goals and keeps all that was typed."""
    narrowing, name = "narrow" in request.POST, str(module)
    form = ModuleForm(request.POST or None, instance=module, user=request.user)
    if request.method == "POST" and not narrowing and form.is_valid():
        goals = form.cleaned_data["goals"]
        if attempt(form, services.save_module, actor=request.user, module=form.instance, goals=goals):
            messages.success(request, done)
            return redirect(form.instance)
    if narrowing:
        form = ModuleForm(initial=_typed(request.POST), instance=module, user=request.user)
    text = request.POST.get("q", "").replace("\0", "").strip()[:100]
    context = {"form": form, "module": module, "name": name, "q": text, "groups": form.goal_groups(text)}
    return render(request, "modules/module_form.html", context, status=422 if form.errors else 200)


def _typed(data) -> dict:
    """What was typed, as the start of a form that does not complain yet."""
    return {name: data.getlist(name) if name == "goals" else data.get(name) for name in ModuleForm.base_fields}


def run_add(request, pk: int):
    """Say when the module is given, and by whom."""
    module = get_object_or_404(Module.objects.select_related("school"), pk=pk)
    if not request.user.has_perm("modules.change_module", module):
        raise PermissionDenied
    form = RunForm(request.POST or None, instance=ModuleRun(module=module))
    if request.method == "POST" and form.is_valid():
        teachers = form.cleaned_data["teachers"]
        if attempt(form, services.save_run, actor=request.user, run=form.instance, teachers=teachers):
            messages.success(request, _("De periode is toegevoegd."))
            return redirect(module)
    context = {"form": form, "module": module}
    return render(request, "modules/run_form.html", context, status=422 if form.errors else 200)


@require_POST
def enrol(request, pk: int):
    """Take the module in this period."""
    run = get_object_or_404(ModuleRun.objects.select_related("module"), pk=pk)
    services.enrol(actor=request.user, run=run)
    messages.success(request, _("Je bent ingeschreven. De leerdoelen staan nu voor je open."))
    return redirect(run)


@require_POST
def leave(request, pk: int):
    """Undo an enrolment."""
    run = get_object_or_404(ModuleRun.objects.select_related("module"), pk=pk)
    services.leave(actor=request.user, run=run)
    messages.success(request, _("Je bent uitgeschreven."))
    return redirect(run)
