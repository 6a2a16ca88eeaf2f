"""Importing a curriculum: first a plan of what a file would do, then, when somebody agrees, doing just that."""

import hashlib
import json
from dataclasses import dataclass, field
from functools import cache

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import models, transaction
from django.utils.translation import gettext as _

from modules.importing import ExplanationRow, GoalRow, Reading, read, read_explanations
from modules.models import Elective, GoalImport, LearningGoal, Programme
from oil_portal.core import clock
from oil_portal.core.workflow import NotNow, lock
from partners.models import User

FIRST_EXPLANATIONS = settings.BASE_DIR / "data" / "goal_explanations.json"
BATCH = 1_000


@dataclass
class Change:
    """A row that is there and would become something else: {field: [before, after]}."""

    obj: models.Model
    fields: dict[str, list]


@dataclass
class Plan:
    """What a file would do to the curriculum. Nothing is written by making one."""

    new: list[models.Model] = field(default_factory=list)
    alone: bool = False  # the file is about programmes alone, so that they are what counts
    changed: list[Change] = field(default_factory=list)
    same: int = 0
    gone: list[LearningGoal] = field(default_factory=list)  # current goals of its programmes that it does not name
    kept: int = 0  # explanations that stay, since the goal has one already

    def of(self, model: type[models.Model]) -> tuple[list, list[Change]]:
        """(new, changed) rows of one model."""
        return (
            [obj for obj in self.new if isinstance(obj, model)],
            [change for change in self.changed if isinstance(change.obj, model)],
        )

    @property
    def rows(self) -> tuple[int, int]:
        """How many rows are (new, changed); the programmes that come along with goals are not counted."""
        count = lambda found: sum(self.alone or not isinstance(obj, Programme) for obj in found)
        return count(self.new), count([change.obj for change in self.changed])

    @property
    def fingerprint(self) -> str:
        """Tells this plan from what the same file would do after somebody else changed the curriculum."""
        told = [
            [repr(obj.__dict__.get("code")) + str(obj) for obj in self.new],
            [[change.obj.pk, {name: list(map(str, pair)) for name, pair in change.fields.items()}]
             for change in self.changed],
            [goal.pk for goal in self.gone],
        ]  # fmt: skip
        return hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()[:16]


@cache
def first_explanations() -> dict[str, ExplanationRow]:
    """Our own first version of what the goals mean, by title: for goals that come without one."""
    text = FIRST_EXPLANATIONS.read_text(encoding="utf-8")
    return {row.title: row for row in read_explanations(text, json.loads(text)).explanations}


# --- Planning ---------------------------------------------------------------------------------------------------
def plan(reading: Reading) -> Plan:
    """What the good rows of a file would do; reads each table once."""
    made = Plan(alone=not reading.goals)
    known = {row.code: row for row in Elective.objects.filter(code__in=[row.code for row in reading.electives])}
    for row in reading.electives:
        hours = {"hours": row.hours} if row.hours else {}
        _compare(made, known.get(row.code), Elective(code=row.code), {"title": row.title, **hours})
    programmes = _plan_programmes(made, reading)
    _plan_goals(made, reading.goals, programmes)
    _plan_explanations(made, reading.explanations)
    return made


def _compare(made: Plan, old: models.Model | None, fresh: models.Model, values: dict, *, counts: bool = True):
    """Plan a new row, a change, or nothing; returns the row with its new values, unsaved."""
    if old is None:
        for name, value in values.items():
            setattr(fresh, name, value)
        made.new.append(fresh)
        return fresh
    changes = {name: [getattr(old, name), value] for name, value in values.items() if getattr(old, name) != value}
    if changes:
        for name, value in values.items():
            setattr(old, name, value)
        made.changed.append(Change(old, changes))
    elif counts:
        made.same += 1
    return old


def _plan_programmes(made: Plan, reading: Reading) -> dict[tuple[str, str], Programme]:
    """The programmes of a file by (code, edition). An empty value means that the format does not know it."""
    wanted: dict[tuple[str, str], dict] = {}
    for row in reading.goals:
        known = {"dossier_code": row.dossier_code, "dossier": row.dossier} if row.dossier_code else {}
        wanted.setdefault((row.crebo, row.edition), {"name": row.programme, "level": row.level, **known})
    for row in reading.programmes:
        values = {"name": row.name, "level": row.level, "learning_path": row.learning_path}
        known = {"dossier_code": row.dossier_code, "dossier": row.dossier} if row.dossier_code else {}
        wanted[row.code, row.edition] = values | known
    found = {
        (row.code, row.edition): row for row in Programme.objects.filter(code__in={code for code, _edition in wanted})
    }
    return {
        key: _compare(made, found.get(key), Programme(code=key[0], edition=key[1]), values, counts=made.alone)
        for key, values in wanted.items()
    }


def _plan_goals(made: Plan, rows: list[GoalRow], programmes: dict[tuple[str, str], Programme]) -> None:
    saved = [programmes[key] for key in {(row.crebo, row.edition) for row in rows} if programmes[key].pk]
    found = {(goal.programme_id, goal.code): goal for goal in LearningGoal.objects.filter(programme__in=saved)}
    by_id = {programme.pk: programme for programme in saved}
    for row in rows:
        programme = programmes[row.crebo, row.edition]
        old = found.pop((programme.pk, row.code), None)
        values = {"title": row.title, "core_task_code": row.core_task_code, "core_task": row.core_task}
        values |= _plain(row, old)
        if old is not None and old.retired_at:
            values["retired_at"] = None  # it is in the curriculum again
        if old is not None:
            old.programme = programme
        _compare(made, old, LearningGoal(programme=programme, code=row.code), values)
    made.gone = [goal for goal in found.values() if not goal.retired_at]
    for goal in made.gone:
        goal.programme = by_id[goal.programme_id]


def _plain(row: GoalRow, old: LearningGoal | None) -> dict:
    """The plain language that a goal gets: the file's, else what it has, else our own first version."""
    told = {"explanation": row.explanation, "company_says": row.company_says, "keywords": row.keywords}
    told = {name: list(value) if isinstance(value, tuple) else value for name, value in told.items() if value}
    first = first_explanations().get(row.title)
    if told or first is None or (old is not None and (old.explanation or old.keywords)):
        return told
    return _values(first)


def _values(row: ExplanationRow) -> dict:
    return {
        "explanation": row.explanation, "company_says": list(row.company_says), "keywords": list(row.keywords),
    }  # fmt: skip


def _plan_explanations(made: Plan, rows: list[ExplanationRow]) -> None:
    """Explanations fill what is empty: an import never undoes what a teacher wrote."""
    by_title = {row.title: row for row in rows}
    for goal in LearningGoal.objects.current().filter(title__in=by_title).select_related("programme"):
        if goal.explanation:
            made.kept += 1
            made.same += 1
        else:
            _compare(made, goal, goal, _values(by_title[goal.title]))


# --- Doing ------------------------------------------------------------------------------------------------------
@transaction.atomic
def apply(made: Plan, *, retire: bool = False) -> dict[str, int]:
    """Write a plan; with `retire` what is gone retires, or is deleted where nothing ever pointed to it."""
    now = clock.now()
    for model in (Elective, Programme, LearningGoal):
        new, changed = made.of(model)
        for obj in [*new, *(change.obj for change in changed)]:
            if model is LearningGoal:
                obj.programme_id, obj.changed_at = obj.programme.pk, now
        model.objects.bulk_create(new, batch_size=BATCH)
        names = {name for change in changed for name in change.fields}
        if names:
            names |= {"changed_at"} if model is LearningGoal else set()
            model.objects.bulk_update([change.obj for change in changed], sorted(names), batch_size=BATCH)
    new, changed = made.rows
    counts = {"new": new, "changed": changed, "same": made.same, "retired": 0, "deleted": 0}
    if retire:
        counts |= _retire(made.gone)
    return counts


def _retire(gone: list[LearningGoal]) -> dict[str, int]:
    """Goals that something points to retire, so that the past stays readable; the others go."""
    ids, used = [goal.pk for goal in gone], set()
    for relation in LearningGoal._meta.related_objects:
        if not relation.related_model._meta.model_name.endswith("event"):  # the history itself keeps no goal alive
            pointed = LearningGoal.objects.filter(pk__in=ids, **{f"{relation.name}__isnull": False})
            used |= set(pointed.values_list("pk", flat=True))
    now = clock.now()
    LearningGoal.objects.filter(pk__in=used).update(retired_at=now, changed_at=now)
    LearningGoal.objects.filter(pk__in=set(ids) - used).delete()
    return {"retired": len(used), "deleted": len(set(ids) - used)}


@transaction.atomic
def apply_import(*, found: GoalImport, actor: User, fingerprint: str, retire: bool) -> dict[str, int]:
    """Do what the preview showed. NotNow when it was done already, or when the curriculum changed since."""
    if not actor.has_perm("modules.import_learninggoals"):
        raise PermissionDenied
    lock(found)
    if found.applied_at:
        raise NotNow(_("Dit bestand is al ingelezen."))
    reading = read(found.text)
    made = plan(reading)
    if made.fingerprint != fingerprint:
        raise NotNow(_("De leerdoelen zijn intussen gewijzigd. Bekijk opnieuw wat het bestand doet."))
    found.counts = apply(made, retire=retire) | {"wrong": len(reading.errors)}
    found.applied_at = clock.now()
    found.save(update_fields=["counts", "applied_at"])
    return found.counts
