"""The verbs for a proposal: ask, compute, change by hand, choose."""

import logging
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict

from django.core.exceptions import PermissionDenied
from django.db import connection, transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from oil_portal.core import clock
from oil_portal.core.workflow import NotNow, Refusal, lock
from partners.models import User
from projects import matching, rounds
from projects.models import MatchingRound, Project, Proposal, ProposedSeat
from projects.reasons import rule_data
from projects.workflow import RoundStatus

log = logging.getLogger(__name__)
HEARTBEAT = 5  # seconds
Kind, State, Problem = Proposal.Kind, Proposal.State, Proposal.Problem


# --- Asking -----------------------------------------------------------------------------------------------------
@transaction.atomic
def ask_proposal(*, round_: MatchingRound, actor: User | None, kind: str = Kind.BEST) -> Proposal:
    """Have a proposal computed; what was still being computed is let go. After publication only a repair."""
    if actor is not None and not actor.has_perm("projects.solve_matchinground", round_):
        raise PermissionDenied
    lock(round_)
    wanted = RoundStatus.PUBLISHED if kind == Kind.REPAIR else RoundStatus.CLOSED
    if round_.status != wanted:
        raise NotNow(_("Dit kan in dit stadium van de ronde niet."))
    unfinished = round_.proposals.filter(state__in=[State.WAITING, State.RUNNING])
    unfinished.update(state=State.FAILED, problem=Problem.REPLACED, finished_at=clock.now())
    made = Proposal.objects.create(round=round_, number=_next_number(round_), kind=kind, made_by=actor)
    _send(made)
    return made


def _send(proposal: Proposal) -> None:
    from projects.tasks import solve_proposal

    transaction.on_commit(lambda: solve_proposal.delay(proposal.pk))


def _next_number(round_: MatchingRound) -> int:
    return (round_.proposals.aggregate(last=Max("number"))["last"] or 0) + 1


# --- Computing --------------------------------------------------------------------------------------------------
def compute(*, proposal_id: int, again: bool = False) -> None:
    """What the worker does: solve and write down. `again` takes over from a worker that was killed.

    May run twice without harm: a proposal that is finished, or that another worker is busy with, is left alone. The
    solver runs outside a transaction, so that its progress is seen and nothing is locked.
    """
    proposal = _take(proposal_id, again)
    if proposal is None:
        return
    try:
        with heartbeat(proposal_id):
            found, inputs = _solve(proposal)
    except matching.BadInstance:
        log.warning("proposal %s: the round contradicts itself", proposal_id, exc_info=True)
        _give_up(proposal_id, Problem.RULES)
    except Exception:
        log.exception("proposal %s could not be computed", proposal_id)
        _give_up(proposal_id, Problem.ERROR)
    else:
        _finish(proposal_id, found, *inputs)


@transaction.atomic
def _take(proposal_id: int, again: bool) -> Proposal | None:
    found = Proposal.objects.select_for_update(of=("self",)).select_related("round").filter(pk=proposal_id).first()
    if found is None:
        return None
    if found.state != State.WAITING and not (found.state == State.RUNNING and (again or found.has_stopped)):
        return None
    found.state, found.heard_at = State.RUNNING, clock.now()
    found.save(update_fields=["state", "heard_at"])
    return found


def _solve(proposal: Proposal):
    """(what was found, (the instance, its fingerprint))."""
    tell = _teller(proposal.pk)
    if proposal.kind == Kind.REPAIR:
        had = rounds.placements(proposal.round)
        instance = rounds.instance_of(proposal.round)
        found = matching.repair(instance, had, progress=tell)
    else:
        instance = rounds.instance_of(proposal.round)
        stable = proposal.kind == Kind.STABLE
        found = matching.stable(instance) if stable else matching.solve(instance, progress=tell)
    return found, (instance, rounds.fingerprint(instance))


def _teller(proposal_id: int) -> Callable[[matching.Progress], None]:
    def tell(progress: matching.Progress) -> None:
        finite = {name: value for name, value in asdict(progress).items() if value not in (float("inf"), -float("inf"))}
        mine = Proposal.objects.filter(pk=proposal_id, state=State.RUNNING)
        mine.update(progress=finite, heard_at=clock.now())

    return tell


@contextmanager
def heartbeat(proposal_id: int) -> Iterator[None]:
    """Say every few seconds that the worker lives, also while the solver says nothing."""
    done = threading.Event()

    def beat() -> None:
        while not done.wait(HEARTBEAT):
            Proposal.objects.filter(pk=proposal_id, state=State.RUNNING).update(heard_at=clock.now())
        connection.close()  # this thread's own

    thread = threading.Thread(target=beat, daemon=True)
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join()


def _give_up(proposal_id: int, problem: str) -> None:
    mine = Proposal.objects.filter(pk=proposal_id, state=State.RUNNING)
    mine.update(state=State.FAILED, problem=problem, finished_at=clock.now())


@transaction.atomic
def _finish(proposal_id: int, found, instance: matching.Instance, inputs: str) -> None:
    """Write down a proposal or a clash, unless a newer one was asked for meanwhile."""
    proposal = Proposal.objects.select_for_update().filter(pk=proposal_id, state=State.RUNNING).first()
    if proposal is None:
        return
    proposal.inputs, proposal.finished_at, proposal.progress = inputs, clock.now(), {}
    if isinstance(found, matching.Clash):
        proposal.state, proposal.clash = State.CLASH, clash_data(instance, found)
    else:
        proposal.state = State.DONE
        proposal.stages = [stage_data(stage) for stage in found.stages]
        proposal.figures = figures_data(instance, found)
        write_seats(proposal, {student: found.seats.get(student) for student in instance.student})
    proposal.save()


def write_seats(proposal: Proposal, seats: dict[int, int | None]) -> None:
    """Replace the seats of a proposal."""
    proposal.seats.all().delete()
    ProposedSeat.objects.bulk_create(
        ProposedSeat(proposal=proposal, student_id=student, project_id=project)
        for student, project in sorted(seats.items())
    )


def stage_data(stage: matching.Stage) -> dict:
    """A stage as it is kept; a bound that is not finite is not known."""
    kept = asdict(stage)
    return kept | {"bound": stage.bound if abs(stage.bound) < 1e15 else None, "gap": stage.gap}


def figures_data(instance: matching.Instance, found: matching.Proposal) -> dict:
    """The figures as they are kept: ranks by name ("0" for what was not chosen), and what there was to cover."""
    counted = matching.figures(instance, found)
    kept = {name: getattr(counted, name) for name in counted.__dataclass_fields__}
    running = [instance.project[pk].goals for pk in set(found.seats.values())]
    return kept | {
        "ranks": {str(rank or 0): number for rank, number in counted.ranks.items()},
        "goals_of": len(frozenset().union(*running)),
        "teams": len(running),
        "mean_rank": dict(counted.mean_rank),
        "unplaced_of": dict(counted.unplaced_of),
    }


def able(instance: matching.Instance, project: int) -> int:
    """How many students can get a project: those who chose it and may, or who may without having chosen it."""
    return sum(project in matching.choices(instance, student) for student in instance.student)


def clash_data(instance: matching.Instance, clash: matching.Clash) -> dict:
    """The rules that clash, and per rule what dropping it gives (None: the others still clash)."""
    return {
        "rules": [rule_data(rule) for rule in clash.rules],
        "able": {str(rule.project): able(instance, rule.project) for rule in clash.rules if rule.project is not None},
        "smallest": clash.smallest,
        "relaxed": [
            {"rule": rule_data(rule), "figures": figures_data(instance, found) if found else None}
            for rule, found in clash.relaxed
        ],
    }


# --- By hand ----------------------------------------------------------------------------------------------------
@transaction.atomic
def move_student(*, proposal: Proposal, actor: User, student: User, project: Project | None) -> Proposal:
    """Give a student another seat, or none, in a proposal made by hand: a computed one is copied first.

    A move may break rules: the board says which, and publishing refuses as long as one is broken.
    """
    round_ = proposal.round
    if not actor.has_perm("projects.solve_matchinground", round_):
        raise PermissionDenied
    lock(round_)
    if round_.status != RoundStatus.CLOSED or proposal.state != State.DONE:
        raise NotNow(_("Verplaatsen kan alleen in een voorstel, zolang de ronde niet gepubliceerd is."))
    seats = dict(proposal.seats.values_list("student", "project"))
    if student.pk not in seats:
        raise Refusal(_("Deze student doet niet mee in dit voorstel."))
    if seats[student.pk] == (project.pk if project else None):
        raise Refusal(_("Deze student zit daar al."))
    if project is not None and not round_.entries.filter(project=project).exists():
        raise Refusal(_("Dit project zit niet in deze ronde."))
    if proposal.kind != Kind.HAND:
        proposal = Proposal.objects.create(
            round=round_, number=_next_number(round_), kind=Kind.HAND, state=State.DONE, based_on=proposal,
            made_by=actor, finished_at=clock.now(),
        )  # fmt: skip
    seats[student.pk] = project.pk if project else None
    write_seats(proposal, seats)
    recount(proposal)
    return proposal


def recount(proposal: Proposal) -> None:
    """The figures of a proposal made by hand, from the choices and rules of now."""
    instance = rounds.instance_of(proposal.round)
    proposal.figures = figures_data(instance, proposed(seats_of(proposal), instance))
    proposal.inputs, proposal.stages = rounds.fingerprint(instance), []
    proposal.save(update_fields=["figures", "inputs", "stages"])


def proposed(seats: Mapping[int, int | None], instance: matching.Instance) -> matching.Proposal:
    """Kept {student: project} as the solver knows it; who has no seat or has left the round since is left out."""
    kept = {
        student: project
        for student, project in seats.items()
        if student in instance.student and project in instance.project
    }
    return matching.Proposal(seats=kept, closed=tuple(sorted(instance.project.keys() - set(kept.values()))))


def seats_of(proposal: Proposal) -> dict[int, int | None]:
    """{student: project} as it was kept."""
    return dict(proposal.seats.values_list("student", "project"))


@transaction.atomic
def choose(*, proposal: Proposal, actor: User) -> None:
    """This one is published on the publication date, unless another is chosen."""
    round_ = proposal.round
    if not actor.has_perm("projects.publish_matchinground", round_):
        raise PermissionDenied
    lock(round_)
    if round_.status != RoundStatus.CLOSED or proposal.state != State.DONE:
        raise NotNow(_("Kies een voorstel dat klaar is, zolang de ronde niet gepubliceerd is."))
    round_.chosen = proposal
    round_.save(update_fields=["chosen"])
