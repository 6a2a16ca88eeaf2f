"""A random walk over one matching round: whoever tries whatever, and however the days pass; what must hold after it."""

from datetime import timedelta

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from hypothesis import HealthCheck, Phase, event, given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from oil_portal.core import clock
from oil_portal.core.models import Notice, TimelineEntry
from oil_portal.core.workflow import Refusal
from projects import matching, rounds, tasks
from projects.models import Application, MatchingRound, Proposal
from projects.services import proposal as proposals
from projects.services import publication, ranking
from projects.services import round as services
from tests import factories as f

STUDENTS = ["student0", "student1", "student2", "student3", "student4"]
ACTORS = ["coordinator", "teacher", "stranger", *STUDENTS]
RUNS = {"open", "close", "reopen", "cancel", "solve", "stable", "move", "lock", "choose", "publish", "out", "late",
        "repair"}  # fmt: skip
NEXT = {
    "draft": ["open", "open", "cancel"],
    "open": ["rank", "rank", "rank", "rank", "friend", "close", "late"],
    "closed": ["publish", "solve", "stable", "move", "lock", "choose", "publish", "reopen"],
    "published": ["out", "late", "repair", "rank", "out"],
    "cancelled": ["open"],
}
NUMBER = st.integers(0, 4)
MOVE = st.tuples(st.integers(0, 9), st.integers(0, 9), st.sampled_from(ACTORS), NUMBER, NUMBER)


class Region:
    """A round with three projects and five students, and the time that passes."""

    def __init__(self) -> None:
        school = f.PartnerFactory(school=True)
        self.moment, self.run = clock.now(), f.ModuleRunFactory(module__school=school)
        self.people = {
            "coordinator": f.UserFactory(coordinator=school),
            "teacher": f.UserFactory(teacher=school),
            "stranger": f.UserFactory(coordinator=f.PartnerFactory(school=True)),
            **{name: f.UserFactory(student=school) for name in STUDENTS},
        }
        for name in STUDENTS:
            f.EnrolmentFactory(student=self.people[name], run=self.run)
        far = clock.today() + timedelta(days=80)
        self.projects = [
            f.ProjectFactory(run=self.run, coach=self.people["teacher"], min_size=least, max_size=most,
                             closing_date=far, starts=far, ends=far + timedelta(days=70))
            for least, most in ((1, 2), (2, 2), (2, 3))
        ]  # fmt: skip
        today = clock.today()
        self.round = services.make_round(
            actor=self.people["coordinator"], school=school, runs=[self.run], title="Walk", opens_on=today,
            closes_on=today + timedelta(days=7), publishes_on=today + timedelta(days=14),
        )  # fmt: skip
        services.set_projects(round_=self.round, actor=self.people["coordinator"], projects=self.projects)
        self.first_seats: dict[int, int] | None = None

    def verbs(self, actor, one: int, other: int) -> dict:
        """Every act, by name; what it is about follows from two numbers."""
        here, who = {"round_": self.round, "actor": actor}, self.people[STUDENTS[one]]
        found = self.round.proposals.filter(state="done").first() or Proposal(round=self.round, state="failed")
        project = [*self.projects, None, None][other]
        ranks = {self.projects[(one + at) % 3].pk: at + 1 for at in range(1 + other % 3)}
        repair = self.round.proposals.filter(kind="repair", state="done").first() or found
        return {
            "open": lambda: services.open_round(**here),
            "close": lambda: services.close_round(**here),
            "reopen": lambda: services.reopen_round(**here),
            "cancel": lambda: services.cancel_round(**here, remark="Te klein."),
            "solve": lambda: proposals.ask_proposal(**here),
            "stable": lambda: proposals.ask_proposal(**here, kind="stable"),
            "move": lambda: proposals.move_student(proposal=found, actor=actor, student=who, project=project),
            "lock": lambda: services.lock_pair(**here, student=who, project=project),
            "choose": lambda: proposals.choose(proposal=found, actor=actor),
            "publish": lambda: publication.publish(**here, proposal=found),
            "out": lambda: publication.drop_out(**here, student=who),
            "late": lambda: publication.come_late(**here, student=who, projects=self.projects[: 1 + other % 3]),
            "repair": lambda: publication.apply_repair(proposal=repair, actor=actor),
            "rank": lambda: ranking.rank(**here, ranks=ranks),
            "friend": lambda: ranking.join_group(
                token=ranking.make_group(round_=self.round, actor=self.people["student0"]).token, actor=actor
            ),
        }

    def step(self, dice: int, which: int, name: str, one: int, other: int) -> None:
        if dice == 0:
            self.moment += timedelta(days=which)
            with clock.at(self.moment):
                self.settle(tasks.advance_rounds)
            return
        if dice < 8:  # what would come next, by who does it
            usual = NEXT[self.round.status]
            verb = usual[which % len(usual)]
            name = "coordinator" if verb in RUNS else STUDENTS[one]
        else:
            verb = sorted([*RUNS, "rank", "friend"])[which % (len(RUNS) + 2)]
        with clock.at(self.moment):
            before = TimelineEntry.objects.count()
            try:
                with transaction.atomic():
                    self.settle(self.verbs(self.people[name], one, other)[verb])
            except (Refusal, PermissionDenied, ValidationError):
                assert TimelineEntry.objects.count() == before
                return
        assert verb not in RUNS or name == "coordinator", (verb, name)

    def settle(self, act) -> None:
        """Act, and let the worker compute what was asked."""
        act()
        for waiting in Proposal.objects.filter(state="waiting"):
            proposals.compute(proposal_id=waiting.pk)
        self.round.refresh_from_db()

    def check(self) -> None:
        """What must hold at any moment."""
        placed = Application.objects.filter(status="placed", matching_round=self.round)
        seats = dict(placed.values_list("student", "project"))
        assert len(seats) == placed.count(), "somebody sits twice"
        if self.round.status != "published":
            assert not seats
            return
        instance = rounds.instance_of(self.round)
        gone = set(self.round.participants.exclude(left_at=None).values_list("student", flat=True))
        assert not gone & seats.keys()
        kinds = {rule.kind for rule in matching.broken(instance, seats)}
        # Who leaves can leave a team too small or friends apart, until the repair is carried out.
        assert kinds <= {"minimum", "friends", "locked"} and (not kinds or gone), kinds
        for part in self.round.participants.filter(left_at=None):
            assert part.answer or part.created_at > self.moment - timedelta(days=1) or part.ranked_at
        assert MatchingRound.objects.get().chosen is not None
        for student in seats:
            assert Notice.objects.filter(recipient=student, entry__event="match").exists()


class RoundWalk(TestCase):
    @settings(
        max_examples=18, phases=[Phase.explicit, Phase.generate], suppress_health_check=list(HealthCheck), deadline=None
    )
    @given(st.lists(MOVE, min_size=12, max_size=30))
    def test_whatever_anybody_tries(self, moves):
        region = Region()
        for move in moves:
            region.step(*move)
            region.check()
        event(f"ended {region.round.status}")
