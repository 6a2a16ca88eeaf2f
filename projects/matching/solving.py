"""From an instance to a proposal or a clash."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from projects.matching.answers import Clash, Proposal, Stage
from projects.matching.clash import first_seating, smallest_clash, without
from projects.matching.goals import Goal, fit, harm, moved, placed
from projects.matching.instance import Id, Instance
from projects.matching.mixing import mix
from projects.matching.rules import broken
from projects.matching.search import Report, Search


def solve(instance: Instance, *, progress: Report | None = None, previous: Proposal | None = None) -> Proposal | Clash:
    """The best proposal: most placed, least harm, most goals met, most even mixing; each before the next.

    Within settings.seconds; when they run out, the best so far with its honest bounds. The same instance in whatever
    order gives the same proposal. `previous` is where the search starts, if it still breaks no rule.
    """
    return best(instance, _standard(instance), previous.seats if previous else {}, progress) or clash(instance)


def repair(instance: Instance, previous_seats: Mapping[Id, Id], *, progress: Report | None = None) -> Proposal | Clash:
    """After a drop-out or a late student: most placed, then fewest students moved, least harm, most goals met.

    Moved is who has a seat in `previous_seats` and not in the proposal; who left the round does not count.
    """
    before = {s: p for s, p in previous_seats.items() if s in instance.student and p in instance.project}
    goals = [placed(), moved(before), *harm(instance), fit(instance)]
    return best(instance, goals, before, progress) or clash(instance)


def best(
    instance: Instance, goals: list[Goal], start: Mapping[Id, Id], report: Report | None = None, mixed: bool = True
) -> Proposal | None:
    """The lexicographically best proposal for these goals, then mixed well if asked; None when the rules clash."""
    if broken(instance, start):
        start = first_seating(instance)
        if start is None:
            return None
    search = Search(instance, goals, start, report)
    search.run()
    if not mixed:
        return seated(instance, search.seats, search.stages())
    seats, mixing = mix(search)
    return seated(instance, seats, [*search.stages(), mixing])


def _standard(instance: Instance) -> list[Goal]:
    return [placed(), *harm(instance), fit(instance)]


def seated(instance: Instance, seats: Mapping[Id, Id], stages: Sequence[Stage] = ()) -> Proposal:
    """Seats as a proposal; without stages one that was made by hand."""
    used = set(seats.values())
    closed = tuple(project for project in instance.project if project not in used)
    return Proposal(dict(sorted(seats.items())), closed, tuple(stages))


def clash(instance: Instance) -> Clash:
    """The clash, and what the round gives without each of its rules; the time is shared out evenly."""
    seconds = instance.settings.seconds / 2
    rules, smallest = smallest_clash(instance, seconds)
    hurried = replace(instance, settings=replace(instance.settings, seconds=seconds / len(rules)))
    eased = [(rule, without(hurried, rule)) for rule in rules]
    relaxed = tuple((rule, best(round_, _standard(round_), {})) for rule, round_ in eased)
    return Clash(rules, relaxed, smallest)
