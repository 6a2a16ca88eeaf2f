"""The verbs for modules and enrolments."""

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext as _

from modules.models import Enrolment, Module, ModuleRun
from oil_portal.core.workflow import Refusal, lock


@transaction.atomic
def save_module(*, actor, module: Module, goals) -> Module:
    """Create or change a module of the actor's school and set its goals. Raises ValidationError on bad fields."""
    if not actor.has_perm("modules.change_module", module):
        raise PermissionDenied
    if module.school_id:
        lock(module.school)  # two saves of one code at once: the second hears that it is taken
    module.full_clean()
    module.save()
    module.goals.set(goals)
    return module


@transaction.atomic
def save_run(*, actor, run: ModuleRun, teachers) -> ModuleRun:
    """Create or change a run of a module and set its teachers."""
    if not actor.has_perm("modules.change_module", run.module):
        raise PermissionDenied
    lock(run.module)
    run.full_clean()
    run.save()
    run.teachers.set(teachers)
    return run


@transaction.atomic
def enrol(*, actor, run: ModuleRun) -> Enrolment:
    """The actor, a student of the school, takes this module; doing it twice changes nothing."""
    if not actor.has_perm("modules.enrol_modulerun", run):
        raise Refusal(_("Je kunt je voor deze module niet inschrijven. Vraag het je docent."))
    return Enrolment.objects.get_or_create(student=actor, run=run)[0]


def leave(*, actor, run: ModuleRun) -> None:
    """Undo an enrolment; goals that were achieved stay achieved."""
    Enrolment.objects.filter(student=actor, run=run).delete()
