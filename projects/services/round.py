"""The verbs for a matching round: make it, its projects and rules, its stages. A lock on the round comes first."""

from datetime import timedelta

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from modules.models import Enrolment, ModuleRun
from oil_portal.core import clock
from oil_portal.core.timeline import changed_fields, notify, record, timeline_of
from oil_portal.core.workflow import NotNow, Refusal, lock, move
from partners import roles
from partners.models import Membership, Partner, User
from projects.models import (
    CoachLimit,
    Favourite,
    LabPlaces,
    MatchingRound,
    Pair,
    Participant,
    Project,
    RoundProject,
    SeatRule,
)
from projects.services.ranking import take_out
from projects.workflow import LIVE_APPLICATION, LIVE_ROUND, ProjectStatus, RoundStatus

LONGEST = timedelta(days=400)


def coordinators_of(round_: MatchingRound) -> list[User]:
    """The coordinators of the round's school."""
    found = Membership.objects.active().filter(partner=round_.school, role=roles.COORDINATOR).select_related("user")
    return [each.user for each in found]


def _steer(round_: MatchingRound, actor: User | None, *, stages=LIVE_ROUND) -> None:
    """Lock the round for one who may change it, in one of these stages."""
    if actor is not None and not actor.has_perm("projects.edit_matchinground", round_):
        raise PermissionDenied
    lock(round_)
    if round_.status not in stages:
        raise NotNow(
            _("Dit kan nu niet meer. De ronde staat op ‘%(status)s’.") % {"status": round_.get_status_display()}
        )


# --- The round --------------------------------------------------------------------------------------------------
@transaction.atomic
def make_round(*, actor: User, school: Partner, runs: list[ModuleRun], **fields) -> MatchingRound:
    """A coordinator makes a round for students of some runs. Raises ValidationError by field."""
    round_ = MatchingRound(school=school, made_by=actor, **fields)
    if not actor.has_perm("projects.make_matchinground", round_):
        raise PermissionDenied
    _check(round_, runs)
    round_.full_clean()
    round_.save()
    round_.runs.set(runs)
    record(round_, "make", actor=actor, to_status=round_.status)
    return round_


@transaction.atomic
def edit_round(*, round_: MatchingRound, actor: User, runs: list[ModuleRun], **fields) -> MatchingRound:
    """Change name, dates, settings and who may take part; students hear of new dates while they choose."""
    _steer(round_, actor)
    changes = changed_fields(round_, **fields)
    for name, value in fields.items():
        setattr(round_, name, value)
    _check(round_, runs, changes)
    round_.full_clean()
    round_.save()
    round_.runs.set(runs)
    if round_.status == RoundStatus.OPEN:
        _let_in(round_)
    if changes:
        dates = {"closes_on", "publishes_on"} & changes.keys()
        told = students_of(round_) if dates and round_.status != RoundStatus.DRAFT else []
        notify(record(round_, "edit", actor=actor, changes=changes), told)
    return round_


def _check(round_: MatchingRound, runs: list[ModuleRun], changes: dict | None = None) -> None:
    errors, today = {}, clock.today()
    new = lambda name: changes is None or name in changes
    if not runs:
        errors["runs"] = _("Kies wie mag meedoen.")
    if new("closes_on") and round_.closes_on and round_.closes_on < today:
        errors["closes_on"] = _("Kies een dag die nog komt.")
    if new("publishes_on") and round_.publishes_on and round_.publishes_on > today + LONGEST:
        errors["publishes_on"] = _("Kies een dag binnen een jaar.")
    if errors:
        raise ValidationError(errors)


@transaction.atomic
def set_projects(*, round_: MatchingRound, actor: User, projects: list[Project]) -> None:
    """The projects of the round. Who chose one that is taken out hears so; its other choices move up."""
    _steer(round_, actor)
    wanted, had = {project.pk: project for project in projects}, set(round_.entries.values_list("project", flat=True))
    for pk in sorted(wanted.keys() - had):
        RoundProject.objects.create(round=round_, project=_free(wanted[pk]))
    gone = had - wanted.keys()
    told = [
        student for entry in round_.entries.filter(project__in=gone).select_related("project")
        for student in take_out(entry=entry)
    ]  # fmt: skip
    if gone or wanted.keys() - had:
        notify(record(round_, "edit", actor=actor), told)


def _free(project: Project) -> Project:
    """The project, locked, if it can join a round."""
    lock(project)
    if project.status != ProjectStatus.OPEN:
        raise Refusal(_("‘%(title)s’ is niet open meer.") % {"title": project})
    if RoundProject.objects.filter(project=project).exists():
        raise Refusal(_("‘%(title)s’ zit al in een andere ronde.") % {"title": project})
    if project.applications.filter(status__in=LIVE_APPLICATION).exists():
        raise Refusal(_("Voor ‘%(title)s’ zijn al aanmeldingen. Beantwoord die eerst.") % {"title": project})
    return project


@transaction.atomic
def edit_entry(*, entry: RoundProject, actor: User, modules=(), **fields) -> RoundProject:
    """The rules of one project: sure to run, part of the week, study load, levels and modules."""
    _steer(entry.round, actor)
    for name, value in fields.items():
        setattr(entry, name, value)
    entry.full_clean()
    entry.save()
    entry.modules.set(modules)
    _note_rules(entry.round, actor)
    return entry


def _note_rules(round_: MatchingRound, actor: User) -> None:
    """One line on the timeline for a row of changes by the same person."""
    last = timeline_of(round_).first()
    if last is None or (last.event, last.actor_id) != ("rules", actor.pk):
        record(round_, "rules", actor=actor)


# --- Rules ------------------------------------------------------------------------------------------------------
@transaction.atomic
def add_rule(*, rule: SeatRule | CoachLimit | LabPlaces | Pair, actor: User):
    """Write down a rule that was filled in. Raises ValidationError by field."""
    _steer(rule.round, actor)
    if isinstance(rule, Pair):
        rule.by = actor
    rule.full_clean()
    rule.save()
    _note_rules(rule.round, actor)
    return rule


@transaction.atomic
def remove_rule(*, rule: SeatRule | CoachLimit | LabPlaces | Pair, actor: User) -> None:
    _steer(rule.round, actor)
    rule.delete()
    _note_rules(rule.round, actor)


@transaction.atomic
def lock_pair(*, round_: MatchingRound, actor: User, student: User, project: Project | None) -> None:
    """Hold a student at a project whatever is computed; `project=None` lets go."""
    _steer(round_, actor, stages=(RoundStatus.CLOSED, RoundStatus.OPEN))
    round_.pairs.filter(student=student, kind=Pair.Kind.LOCKED).delete()
    if project is None:
        return
    if round_.pairs.filter(student=student, project=project, kind=Pair.Kind.FORBIDDEN).exists():
        raise Refusal(_("Deze student en dit project mogen niet samen. Haal eerst die regel weg."))
    Pair.objects.create(round=round_, student=student, project=project, kind=Pair.Kind.LOCKED, by=actor)


@transaction.atomic
def favour(*, entry: RoundProject, actor: User, points: dict[int, int]) -> None:
    """Who leads a project says whom it would like, {student: 1 to 3}, among those who chose it; replaces what was."""
    if not actor.has_perm("projects.favour_roundproject", entry):
        raise PermissionDenied
    lock(entry.round)
    if not entry.round.favourite_weight:
        raise Refusal(_("In deze ronde telt de voorkeur van docenten niet mee."))
    if entry.round.status not in (RoundStatus.OPEN, RoundStatus.CLOSED):
        raise NotNow(_("Voorkeuren geef je als studenten kiezen, of daarna tot de teams bekend zijn."))
    wanting = Participant.objects.filter(round=entry.round, preferences__project=entry.project)
    chose = set(wanting.values_list("student", flat=True))
    entry.favourites.all().delete()
    Favourite.objects.bulk_create(
        Favourite(entry=entry, student_id=student, points=value, by=actor)
        for student, value in sorted(points.items())
        if student in chose and 1 <= value <= 3
    )


# --- Stages -----------------------------------------------------------------------------------------------------
def students_of(round_: MatchingRound) -> list[User]:
    """Who takes part and has not dropped out."""
    return [each.student for each in round_.participants.filter(left_at=None).select_related("student")]


def _let_in(round_: MatchingRound) -> None:
    """A participant for each student of the runs; of a student in several, by the first run."""
    rows = Enrolment.objects.filter(run__rounds=round_).order_by("run__starts", "pk").values_list("student", "run")
    first = dict(reversed(list(rows)))  # the earliest is written last
    Participant.objects.bulk_create(
        (Participant(round=round_, student_id=student, run_id=run) for student, run in sorted(first.items())),
        ignore_conflicts=True,
    )


@transaction.atomic
def open_round(*, round_: MatchingRound, actor: User | None, remark: str = "") -> MatchingRound:
    """Students may choose; needs projects and a closing date that has not passed."""
    lock(round_)
    if actor is not None and not actor.has_perm("projects.open_matchinground", round_):
        raise PermissionDenied
    if not round_.entries.exists():
        raise Refusal(_("Kies eerst projecten voor deze ronde."))
    if round_.closes_on < clock.today():
        raise Refusal(_("De sluitdatum is al voorbij. Kies eerst een latere."))
    entry = move(round_, "open", actor=actor)
    _let_in(round_)
    notify(entry, [*students_of(round_), *coaches_of(round_)])
    return round_


def coaches_of(round_: MatchingRound) -> list[User]:
    """Who coaches a project of the round."""
    return list(User.objects.filter(coached__entry__round=round_).distinct())


@transaction.atomic
def close_round(*, round_: MatchingRound, actor: User | None, remark: str = "") -> MatchingRound:
    """No more changes by students; a first proposal is computed at once."""
    from projects.services.proposal import ask_proposal

    entry = move(round_, "close", actor=actor, remark=remark)
    notify(entry, [*coordinators_of(round_), *coaches_of(round_)])
    ask_proposal(round_=round_, actor=actor)
    return round_


@transaction.atomic
def remind(*, round_: MatchingRound, actor: User) -> int:
    """Mail the students who have not chosen yet, at most once a day; returns how many."""
    _steer(round_, actor, stages=(RoundStatus.OPEN,))
    told = timeline_of(round_).filter(event="remind").first()
    if told and timezone.localtime(told.created_at).date() == clock.today():
        raise Refusal(_("Vandaag is er al een herinnering verstuurd."))
    silent = round_.participants.filter(left_at=None, ranked_at=None).select_related("student")
    people = [each.student for each in silent]
    if not people:
        raise Refusal(_("Iedereen heeft al gekozen."))
    notify(record(round_, "remind", actor=actor), people, mail=True)
    return len(people)


@transaction.atomic
def reopen_round(*, round_: MatchingRound, actor: User, remark: str = "") -> MatchingRound:
    """Students may choose again; the proposals stay, and say that the choices have changed since."""
    lock(round_)
    if actor.has_perm("projects.reopen_matchinground", round_) and round_.closes_on < clock.today():
        raise Refusal(
            _("Kiezen kon tot en met %(day)s. Kies eerst een latere sluitdatum bij ‘Wijzig’.")
            % {"day": date_format(round_.closes_on, "j F")}
        )
    entry = move(round_, "reopen", actor=actor, remark=remark)
    notify(entry, students_of(round_), mail=True)
    return round_


@transaction.atomic
def cancel_round(*, round_: MatchingRound, actor: User, remark: str) -> MatchingRound:
    """Called off: the projects stand open again as they did, and everybody reads why."""
    entry = move(round_, "cancel", actor=actor, remark=remark)
    notify(entry, [*students_of(round_), *coaches_of(round_)], mail=True)
    round_.entries.all().delete()
    return round_
