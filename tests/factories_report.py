"""A year in which much happened, with its timeline, for the report."""

from datetime import UTC, datetime, timedelta
from random import Random

from oil_portal.core import clock
from oil_portal.core.timeline import record
from projects.models import Contribution, Feedback
from tests import factories as f

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)


def day(month: int, number: int = 10, hour: int = 12) -> datetime:
    return datetime(2026, month, number, hour, tzinfo=UTC)


def tell(obj, event: str, moment: datetime, actor=None) -> None:
    with clock.at(moment):
        record(obj, event, actor=actor)


def told(challenge, assignment, project, began: datetime, completed: datetime | None) -> None:
    """The timeline of a challenge that became a project, from its submission on."""
    for days, obj, event in (
        (-60, challenge, "submit"), (-52, challenge, "accept"), (-40, assignment, "agree"),
        (-30, challenge, "publish"), (-30, project, "open"), (0, challenge, "start"), (0, project, "start"),
    ):  # fmt: skip
        tell(obj, event, began + timedelta(days=days))
    if completed:
        tell(project, "complete", completed)
        tell(challenge, "complete", completed)


def project(region, began: datetime, completed: datetime | None = None, run=None, students=(), partner=None, **traits):
    """A project of the region with its team, and all that was told of it."""
    run = run or region.run
    made = f.ProjectFactory(
        run=run,
        coach=traits.pop("coach", region.teacher),
        assignment__goals=region.goals,
        assignment__challenge__partner=partner or region.company,
        assignment__challenge__translator=region.teacher,
        status="completed" if completed else "running",
        assignment__challenge__status="completed" if completed else "running",
        **traits,
    )
    told(made.challenge, made.assignment, made, began, completed)
    for student in students:
        f.ApplicationFactory(project=made, student=student, placed=True)
    return made


def lively(region, seed: int = 1):
    """Projects in every quarter of 2026, in two schools and two levels, with all that can be counted. Months that end
    a quarter have some on their last evening, which is another day in the time zone of the portal."""
    dice = Random(seed)
    runs = [region.run, f.ModuleRunFactory(module__school=region.other_school, module__level=6, module__lab=None)]
    students = [[f.UserFactory() for _each in range(size)] for size in (30, 9)]
    for number in range(24):
        month, place = 1 + number % 10, int(number % 4 == 3)
        began = day(month, 28 if number % 5 else 3) + timedelta(days=3 * (month == 3), hours=11)
        ended = began + timedelta(days=60) if number % 3 and began + timedelta(days=60) < NOW else None
        team = dice.sample(students[place], 2 + number % 3)
        partner = (region.company, region.other_company)[number % 2]
        made = project(region, began, ended, runs[place], team, partner)
        if ended:
            _look_back(region, made, team, ended, number)
        _give(region, made, began, number)
    for number in range(7):
        _leave(region, students[0][number], day(2 + number, 5))
    for month in (2, 5, 9):
        cancelled = f.ProjectFactory(cancelled=True, run=region.run)
        tell(cancelled, "open", day(month - 1))
        tell(cancelled, "cancel", day(month))
        for event in ("decline", "withdraw"):
            tell(f.ChallengeFactory(), event, day(month, 12))
    newer = f.PartnerFactory(name="Nieuwkomer", municipality="Katwijk", size="2-9", created_at=day(1))
    tell(newer, "accept", day(8))
    return region


def _look_back(region, made, team, ended: datetime, number: int) -> None:
    follow = ("none", "lab", "elsewhere")[number % 3]
    f.OutcomeFactory(project=made, follow_up=follow, follow_up_lab=region.lab if follow == "lab" else None)
    for student in team:
        for goal in region.goals[: 1 + number % 3]:
            f.AchievementFactory(project=made, student=student, goal=goal, reached=number % 4 > 0)
    sides = [("company", None, region.contact), ("teacher", None, region.teacher)]
    sides += [("student", student, student) for student in team]
    for side, student, author in sides:
        if (number + len(side)) % 7:
            Feedback.objects.create(project=made, side=side, student=student, author=author, good="Goed",
                                    again=number % 6 > 0, created_at=ended)  # fmt: skip


def _give(region, made, began: datetime, number: int) -> None:
    """Hours of the company, and now and then material of the school or money, in each state."""
    for week in range(3):
        status = ("confirmed", "stated", "confirmed", "disputed")[(number + week) % 4]
        kind = "hours" if week < 2 else ("in_kind", "cash")[number % 2]
        answer = {} if status == "stated" else {"answered_at": began + timedelta(weeks=week)}
        if status == "disputed":
            answer["reason"] = "Dat was minder."
        Contribution.objects.create(
            project=made, partner=region.lab if kind == "in_kind" else made.challenge.partner, kind=kind,
            day=(began + timedelta(weeks=week)).date(), hours="1.25" if kind == "hours" else None,
            amount=None if kind == "hours" else "99.95", side="company", status=status, **answer,
        )  # fmt: skip


def _leave(region, student, moment: datetime) -> None:
    """A placed student who gave the seat up again, and one who withdrew before an answer, which is no loss."""
    left = f.ApplicationFactory(
        project=f.ProjectFactory(run=region.run), student=student, status="withdrawn", decided_at=moment
    )
    tell(left, "withdraw", moment)
    never = f.ApplicationFactory(project=left.project, student=f.UserFactory(), status="withdrawn")
    tell(never, "withdraw", moment)
