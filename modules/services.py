"""The verbs for programmes, modules and enrolments."""

from dataclasses import dataclass

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext as _

from modules.importing import Reading
from modules.models import Elective, Enrolment, LearningGoal, Module, ModuleRun, Programme
from oil_portal.core.workflow import Refusal, lock


@dataclass
class Written:
    """How many rows an import made, changed, or found as they were."""

    new: int = 0
    changed: int = 0
    same: int = 0


@transaction.atomic
def import_reading(reading: Reading) -> Written:
    """Write the good rows of a file. Running it twice changes nothing; nothing is ever deleted."""
    written = Written()
    for row in reading.electives:
        _upsert(Elective, {"code": row.code}, {"title": row.title}, written)
    programmes: dict[str, Programme] = {}
    for row in reading.goals:
        if row.crebo not in programmes:
            # An empty dossier means that this format does not know it, not that there is none.
            known = {"dossier_code": row.dossier_code, "dossier": row.dossier} if row.dossier_code else {}
            programmes[row.crebo] = _upsert(
                Programme, {"code": row.crebo, "edition": ""}, {"name": row.programme, "level": row.level, **known}
            )
    goals = {
        (goal.programme_id, goal.code): goal for goal in LearningGoal.objects.filter(programme__in=programmes.values())
    }
    for row in reading.goals:
        programme = programmes[row.crebo]
        values = {"title": row.title, "core_task_code": row.core_task_code, "core_task": row.core_task}
        _save_goal(goals.get((programme.pk, row.code)), programme, row.code, values, written)
    return written


def _save_goal(goal: LearningGoal | None, programme: Programme, code: str, values: dict, written: Written) -> None:
    if goal is None:
        LearningGoal.objects.create(programme=programme, code=code, **values)
        written.new += 1
    elif all(getattr(goal, name) == value for name, value in values.items()):
        written.same += 1
    else:
        for name, value in values.items():
            setattr(goal, name, value)
        goal.save(update_fields=list(values))
        written.changed += 1


def _upsert(model, key: dict, values: dict, written: Written | None = None):
    written = written or Written()
    obj = model.objects.filter(**key).first()
    if obj is None:
        written.new += 1
        return model.objects.create(**key, **values)
    if all(getattr(obj, name) == value for name, value in values.items()):
        written.same += 1
        return obj
    for name, value in values.items():
        setattr(obj, name, value)
    obj.save(update_fields=list(values))
    written.changed += 1
    return obj


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
