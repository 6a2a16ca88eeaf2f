"""Publishing a proposal: seats, answers to all, and what happens when somebody drops out or comes late."""

from collections import defaultdict
from datetime import datetime

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from challenges.services import owners
from oil_portal.core import clock
from oil_portal.core.models import TimelineEntry
from oil_portal.core.timeline import notify, record
from oil_portal.core.workflow import NotNow, Refusal, lock, move
from partners.models import User
from projects import matching, reasons, rounds
from projects.models import Application, MatchingRound, Participant, Preference, Project, Proposal
from projects.services.proposal import ask_proposal, proposed, seats_of
from projects.services.round import coaches_of, coordinators_of
from projects.workflow import ApplicationStatus, ProjectStatus, RoundStatus

State = Proposal.State


def problems_of(proposal: Proposal, instance: matching.Instance) -> list[matching.Rule]:
    """The rules that a proposal breaks as things stand now."""
    return matching.broken(instance, proposed(seats_of(proposal), instance).seats)


@transaction.atomic
def publish(*, round_: MatchingRound, proposal: Proposal, actor: User | None) -> MatchingRound:
    """Once: seats are given, everybody hears the answer with its reason, and the round is over."""
    if actor is not None and not actor.has_perm("projects.publish_matchinground", round_):
        raise PermissionDenied
    lock(round_)
    if round_.status != RoundStatus.CLOSED:
        raise NotNow(_("Deze ronde is al gepubliceerd of nog niet gesloten."))
    if proposal.round_id != round_.pk or proposal.state != State.DONE:
        raise Refusal(_("Kies een voorstel dat klaar is."))
    projects = _locked(round_)
    instance = rounds.instance_of(round_)
    if problems := problems_of(proposal, instance):
        number = len(problems)
        sentence = ngettext(
            "Dit voorstel breekt %(number)d regel.", "Dit voorstel breekt %(number)d regels.", number
        ) % {"number": number}
        raise Refusal(sentence + " " + _("Los dat eerst op, of bereken een nieuw voorstel."))
    found = proposed(seats_of(proposal), instance)
    entry = move(round_, "publish", actor=actor, chosen=proposal)
    _seat(round_, instance, found, projects, actor, found.seats)
    _answer(round_, instance, found)
    unplaced = [each.student for each in rounds.participants_of(round_) if each.student_id not in found.seats]
    notify(entry, [*unplaced, *coordinators_of(round_), *coaches_of(round_)], mail=True)
    _tell_sides(projects, set(found.seats.values()), actor)
    return round_


def _locked(round_: MatchingRound) -> dict[int, Project]:
    """The open projects of the round, locked in the order of their keys."""
    found = Project.objects.filter(entry__round=round_, status=ProjectStatus.OPEN).order_by("pk")
    return {project.pk: project for project in found.select_for_update(of=("self",))}


def _seat(round_, instance, found, projects, actor, seats: dict[int, int]) -> None:
    """An application that is placed for each of these seats, with its reason on the timeline and by mail."""
    users, names = User.objects.in_bulk(seats), {pk: project.title for pk, project in projects.items()}
    for student, project in sorted(seats.items()):
        with translation.override(users[student].language):
            rank = reasons.rank_words(instance, student, project)
            why = " ".join(reasons.answer_words(reasons.answer(instance, found, student), names))
            motivation = _("%(rank)s in %(round)s.") % {"rank": rank, "round": round_}
        application = Application.objects.create(
            project=projects[project], student=users[student], motivation=motivation, matching_round=round_,
        )  # fmt: skip
        entry = move(application, "match", actor=actor, remark=why, decided_at=clock.now())
        notify(entry, [users[student]], mail=True)


def _answer(round_: MatchingRound, instance: matching.Instance, found: matching.Proposal) -> None:
    """Keep for each participant why this answer, as it was on this day."""
    people = rounds.participants_of(round_)
    for each in people:
        each.answer = reasons.answer(instance, found, each.student_id)
    Participant.objects.bulk_update(people, ["answer"], batch_size=500)


def _tell_sides(projects: dict[int, Project], filled: set[int], actor: User | None) -> None:
    """Coaches and companies hear whether there is a team."""
    for pk, project in projects.items():
        event = "matched" if pk in filled else "unmatched"
        notify(record(project, event, actor=actor), [project.coach, *owners(project.challenge)])


# --- Stages by themselves ---------------------------------------------------------------------------------------
def publish_due(*, round_: MatchingRound) -> None:
    """On the publication date: the chosen proposal, else the newest good one; else the coordinators hear of it."""
    with transaction.atomic():
        lock(round_)
        if round_.status != RoundStatus.CLOSED or round_.publishes_on > clock.today():
            return
        proposal = _to_publish(round_)
        if proposal is not None:
            publish(round_=round_, proposal=proposal, actor=None)
            return
        told = timezone.make_aware(datetime.combine(clock.today(), datetime.min.time()))
        late = TimelineEntry.objects.filter(
            content_type__app_label="projects", content_type__model="matchinground", object_id=round_.pk,
            event="late", created_at__gte=told,
        )  # fmt: skip
        if not late.exists():
            notify(record(round_, "late", actor=None), coordinators_of(round_), mail=True)


def _to_publish(round_: MatchingRound) -> Proposal | None:
    """The chosen proposal, else the newest; None when it is not there or breaks a rule."""
    found = round_.chosen or round_.proposals.filter(state=State.DONE).first()
    if found is None:
        return None
    return None if problems_of(found, rounds.instance_of(round_)) else found


# --- Repair -----------------------------------------------------------------------------------------------------
@transaction.atomic
def drop_out(*, round_: MatchingRound, actor: User, student: User, remark: str = "") -> Proposal | None:
    """A student leaves; after publication the seat is free and a repair with the fewest moves is computed."""
    if not actor.has_perm("projects.edit_matchinground", round_):
        raise PermissionDenied
    lock(round_)
    participant = round_.participants.filter(student=student, left_at=None).first()
    if participant is None or round_.status == RoundStatus.CANCELLED:
        raise NotNow(_("Deze student doet niet mee."))
    participant.left_at = clock.now()
    participant.group = None
    participant.save(update_fields=["left_at", "group"])
    round_.pairs.filter(student=student).delete()
    for application in _seats_of(round_, student):
        move(application, "release", actor=actor, remark=remark, decided_at=clock.now())
    record(round_, "edit", actor=actor, remark=remark)
    return ask_proposal(round_=round_, actor=actor, kind=Proposal.Kind.REPAIR) if _published(round_) else None


def _published(round_: MatchingRound) -> bool:
    return round_.status == RoundStatus.PUBLISHED


def _seats_of(round_: MatchingRound, student: User):
    return Application.objects.filter(
        matching_round=round_, student=student, status=ApplicationStatus.PLACED, project__status=ProjectStatus.OPEN
    )


@transaction.atomic
def come_late(*, round_: MatchingRound, actor: User, student: User, projects: list[Project]) -> Proposal | None:
    """A student of the runs who missed the choosing: the coordinator writes down the choices, best first."""
    if not actor.has_perm("projects.edit_matchinground", round_):
        raise PermissionDenied
    lock(round_)
    if round_.status not in (RoundStatus.CLOSED, RoundStatus.PUBLISHED):
        raise NotNow(_("Zolang de ronde open is, kiest de student zelf."))
    run = round_.runs.filter(enrolments__student=student).order_by("starts").first()
    if run is None:
        raise Refusal(_("Deze student volgt geen module van deze ronde."))
    if Application.objects.filter(matching_round=round_, student=student, status=ApplicationStatus.PLACED).exists():
        raise Refusal(_("Deze student heeft al een plek in deze ronde."))
    participant, _made = Participant.objects.get_or_create(round=round_, student=student, defaults={"run": run})
    participant.left_at, participant.ranked_at = None, clock.now()
    participant.save(update_fields=["left_at", "ranked_at"])
    participant.preferences.all().delete()
    Preference.objects.bulk_create(
        Preference(participant=participant, project=project, rank=rank) for rank, project in enumerate(projects, 1)
    )
    record(round_, "edit", actor=actor)
    return ask_proposal(round_=round_, actor=actor, kind=Proposal.Kind.REPAIR) if _published(round_) else None


@transaction.atomic
def apply_repair(*, proposal: Proposal, actor: User) -> dict[int, tuple[int | None, int | None]]:
    """Carry out a repair: only who moves gets another answer. Returns {student: (from, to)}."""
    round_ = proposal.round
    if not actor.has_perm("projects.publish_matchinground", round_):
        raise PermissionDenied
    lock(round_)
    if not _published(round_) or proposal.kind != Proposal.Kind.REPAIR or proposal.state != State.DONE:
        raise NotNow(_("Dit herstel kan niet meer worden gebruikt."))
    projects, instance = _locked(round_), rounds.instance_of(round_)
    if problems_of(proposal, instance):
        raise Refusal(_("Er is intussen iets veranderd. Bereken het herstel opnieuw."))
    found = proposed(seats_of(proposal), instance)
    moves = moves_of(round_, instance, found)
    if not moves:
        raise Refusal(_("Er is niets te verplaatsen."))
    leaving = User.objects.filter(pk__in=[student for student, (had, _gets) in moves.items() if had is not None])
    for student in leaving.order_by("pk"):
        with translation.override(student.language):
            remark = _("De teams zijn hersteld: iemand viel uit of kwam erbij.")
        for application in _seats_of(round_, student):
            move(application, "release", actor=actor, remark=remark, decided_at=clock.now())
    gets = {student: gets for student, (_had, gets) in moves.items() if gets is not None}
    _seat(round_, instance, found, projects, actor, gets)
    _answer(round_, instance, found)
    round_.chosen = proposal
    round_.save(update_fields=["chosen"])
    lost = User.objects.filter(pk__in=[student for student, (_had, get) in moves.items() if get is None])
    entry = record(round_, "repair", actor=actor)
    notify(entry, [*lost, *coordinators_of(round_)], mail=True)
    notify(entry, coaches_of(round_))
    return moves


def moves_of(round_: MatchingRound, instance: matching.Instance, found: matching.Proposal) -> dict:
    """{student: (project that they have, project that they would get)} for who would move."""
    had, moves = rounds.placements(round_), defaultdict(tuple)
    for student in instance.student:
        before, after = had.get(student), found.seats.get(student)
        if before != after:
            moves[student] = (before, after)
    return dict(moves)
