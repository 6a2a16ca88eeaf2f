"""The lexicographic order of a round: what each goal counts per placed student."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from projects.matching.instance import TOP_FAVOURITE, Id, Instance, choices

# A favourite of 3 at weight 100 is one step of harm: one step in 3 x 100 parts.
PARTS = TOP_FAVOURITE * 100


@dataclass(frozen=True)
class Goal:
    """The sum of `worth` over the placed students, plus `constant`; as low as possible, or high if `most`."""

    name: str
    worth: Callable[[Id, Id], int]
    most: bool = False
    constant: int = 0

    def value(self, seats: Mapping[Id, Id]) -> int:
        return self.constant + sum(self.worth(student, project) for student, project in seats.items())

    @property
    def sign(self) -> int:
        return -1 if self.most else 1


def placed() -> Goal:
    return Goal("placed", lambda _student, _project: 1, most=True)


def harm(instance: Instance) -> list[Goal]:
    """One goal, or one per rank with worst_first: rank_5 counts who gets their fifth choice."""
    settings = instance.settings
    weight = settings.favourite_weight
    if settings.harm == "worst_first":
        goals = [_at(instance, place) for place in range(_last(instance), 0, -1)]
        return goals + ([Goal("favourites", instance.favour, most=True)] if weight else [])
    power = {"linear": 1, "quadratic": 2}[settings.harm]
    if not weight:
        return [Goal("harm", lambda student, project: instance.position(student, project) ** power)]

    def shifted(student: Id, project: Id) -> int:
        return PARTS * instance.position(student, project) ** power - weight * instance.favour(student, project)

    return [Goal("harm", shifted)]


def fit(instance: Instance) -> Goal:
    return Goal("fit", instance.fit, most=True)


def moved(previous: Mapping[Id, Id]) -> Goal:
    """How many students with a seat no longer have it."""
    return Goal("moved", lambda student, project: -(previous.get(student) == project), constant=len(previous))


def _at(instance: Instance, place: int) -> Goal:
    return Goal(f"rank_{place + 1}", lambda student, project: int(instance.position(student, project) == place))


def _last(instance: Instance) -> int:
    places = (instance.position(s, p) for s in instance.student for p in choices(instance, s)[-1:])
    return max(places, default=0)
