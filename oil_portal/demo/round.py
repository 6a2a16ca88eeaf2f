"""The demo's matching round: thirty projects, all students, and what most of them chose, through the services."""

from datetime import timedelta
from random import Random

from modules.models import Level
from oil_portal.core import clock
from oil_portal.demo.story import FAVOURITE, Story, World, days_ago, load
from partners.models import User
from projects.models import MatchingRound, Participant, RoundProject, SeatRule
from projects.rounds import open_goals
from projects.services import ranking
from projects.services import round as rounds

OPENED, PROJECTS_OPENED = 6, 16  # days ago
CLOSES, PUBLISHES = 5, 9  # days from now
NEXT_TO = {2: [2, 3], 3: [2, 3, 4], 4: [3, 4, 6], 6: [4, 6]}  # levels that work well in one team
SILENT = 8  # students who did not choose yet
SIZES = (2, 2, 3, 2, 3, 2)  # groups of friends


class RoundStory(Story):
    """A challenge whose project stood open before the round began; nobody applies to it directly."""

    def __init__(self, world: World, row: dict, number: int) -> None:
        super().__init__(world, row, number)
        self.opened = max(days_ago(PROJECTS_OPENED), self.began + timedelta(days=9))


def matching_round(world: World) -> None:
    """A round in which students are choosing; the coordinator closes it, computes and publishes in the demo itself."""
    stories = [RoundStory(world, row, number) for number, row in enumerate(load("round"))]
    for story in stories:
        story.tell()
    coordinator = world.coordinators["mboRijnland"]
    with clock.at(days_ago(OPENED + 1)):
        round_ = rounds.make_round(
            actor=coordinator,
            school=stories[0].run.module.school,
            runs=[runs[-1] for runs in world.runs.values()],
            title="Matchronde voorjaar",
            opens_on=days_ago(OPENED).date(),
            closes_on=clock.today() + timedelta(days=OPENED + 1 + CLOSES),
            publishes_on=clock.today() + timedelta(days=OPENED + 1 + PUBLISHES),
            harm=MatchingRound.Harm.QUADRATIC,
            favourite_weight=30,
        )
        rounds.set_projects(round_=round_, actor=coordinator, projects=[story.project for story in stories])
        for entry in round_.entries.select_related("round", "project__assignment"):
            levels = NEXT_TO[entry.project.assignment.level]
            rounds.edit_entry(entry=entry, actor=coordinator, levels=levels)
        mixed = round_.entries.filter(project__assignment__level=Level.HBO).first()
        if mixed:
            rule = SeatRule(round=round_, entry=mixed, tag=f"level:{Level.HBO}", minimum=1)
            rounds.add_rule(rule=rule, actor=coordinator)
    with clock.at(days_ago(OPENED)):
        rounds.open_round(round_=round_, actor=coordinator)
    choose(round_, Random("lente"))  # noqa: S311  the same demo each time


def choose(round_: MatchingRound, dice: Random) -> None:
    """Most students rank three to five projects: what they can learn from, and what everybody wants."""
    entries = list(round_.entries.prefetch_related("project__assignment__links"))
    parts = list(round_.participants.select_related("student", "run__module"))
    dice.shuffle(parts)
    parts = [part for part in parts if part.student.email != FAVOURITE][: -(SILENT - 1)]
    fame = {entry.pk: dice.random() ** 2 for entry in entries}
    goals = open_goals(part.student_id for part in parts)
    for number, part in enumerate(parts):
        with clock.at(days_ago(OPENED - 0.5 - 4 * number / len(parts))):
            if number % 15 == 7:
                ranking.set_load(round_=round_, actor=part.student, load=Participant.Load.HALF)
            chosen = wished(part, entries, fame, goals[part.student_id], dice)
            ranking.rank(round_=round_, actor=part.student, ranks=chosen)
    befriend(round_, [part.student for part in parts])


def wished(part: Participant, entries: list[RoundProject], fame: dict, goals: frozenset, dice: Random) -> dict:
    """{project: rank} of three to five projects that are open to this student; now and then two are equal."""
    allowed = [entry for entry in entries if part.run.module.level in entry.levels]

    def worth(entry: RoundProject) -> float:
        fit = sum(link.goal_id in goals for link in entry.project.assignment.links.all())
        return fit / 5 + fame[entry.pk] + 1.5 * dice.random()

    best = sorted(allowed, key=worth, reverse=True)[: dice.choice((3, 4, 5, 5))]
    ranks = {entry.project_id: rank for rank, entry in enumerate(best, 1)}
    if len(best) > 3 and dice.random() < 0.2:
        ranks[best[2].project_id] = 2
    return ranks


def befriend(round_: MatchingRound, students: list[User]) -> None:
    """Some groups of friends, who share the choices of the first."""
    by_level: dict[int, list[User]] = {}
    for part in round_.participants.filter(student__in=students).select_related("student", "run__module"):
        by_level.setdefault(part.run.module.level, []).append(part.student)
    pool = sorted(by_level[Level.MBO4], key=lambda student: student.pk)
    for size in SIZES:
        first, *others = (pool.pop() for _place in range(size))
        with clock.at(days_ago(1)):
            group = ranking.make_group(round_=round_, actor=first)
            for friend in others:
                ranking.join_group(token=group.token, actor=friend)
                ranking.take_over(round_=round_, actor=friend, friend=first)
