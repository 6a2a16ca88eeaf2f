"""Numbers of people: counted over the whole year at once, since its quarters and the year give each other away."""

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import product

from django.db.models import QuerySet

from modules.models import Level
from oil_portal.core.prepared import Many, prepared
from oil_portal.core.views import number as read_number
from partners.models import Partner
from reports.counting import ask
from reports.facts import DAYS, WITHIN
from reports.people_facts import AGREED, COACHED, LEFT, SAID, SAYING, SEATS
from reports.period import Period
from reports.suppression import SHOWN, Ties, protect

SEAT, STUDENT = "plaatsingen", "studenten"
TEACHER, COACH, TRANSLATOR = "docenten", "begeleiders", "vertalers"
LEFT_KEY = "plekken-opgegeven"
QUARTERS = (1, 2, 3, 4)


@lru_cache(maxsize=8192)
def name(what: str, quarter: int, school: int = 0, level: int = 0) -> str:
    """How a number is called in what a snapshot keeps: 0 is the whole year, all schools, all levels."""
    return f"{what}/{quarter}/{school}/{level}"


def asked(side: str) -> str:
    return f"antwoorden-{side}"


@dataclass
class People:
    """The numbers of a year by name, which of them are hidden, and the schools and levels they go by."""

    year: int
    numbers: dict[str, int] = field(default_factory=dict)
    schools: dict[int, str] = field(default_factory=dict)
    levels: list[int] = field(default_factory=list)
    marks: dict[str, str] = field(default_factory=dict)

    def count(self, what: str, quarter: int, school: int = 0, level: int = 0) -> int:
        return self.numbers.get(name(what, quarter, school, level), 0)

    def mark(self, what: str, quarter: int, school: int = 0, level: int = 0) -> str:
        return self.marks.get(name(what, quarter, school, level), SHOWN)

    def marks_of(self, quarter: int) -> dict[str, str]:
        """What a snapshot of that quarter publishes: every number of people in it that is not zero, and its mark."""
        return {
            key: self.marks[key] for key, count in self.numbers.items() if count and key.split("/")[1] == str(quarter)
        }

    def cells(self) -> Iterator[tuple[int, int]]:
        """Each school with each level, without totals."""
        return ((school, level) for school in self.schools for level in self.levels)

    def open_cells(self, quarter: int) -> list[str]:
        """The cells whose rows may say where they belong: neither number of them is hidden."""
        return [
            f"{school}-{level}"
            for school, level in self.cells()
            if not self.mark(SEAT, quarter, school, level) and not self.mark(STUDENT, quarter, school, level)
        ]

    def asking(self, quarter: int, group: str) -> dict:
        """The parameters of the facts about people; `group` is "school-level", where 0 is all."""
        open_ = self.open_cells(quarter)
        school, _dash, level = group.partition("-")
        return {
            "salt": f"{self.year}-{quarter}",
            "open": open_,
            "all_open": len(open_) == len(self.schools) * len(self.levels),
            "school": read_number(school) or None,
            "level": read_number(level) or None,
        }


def count_people(year: int, given: dict[str, str] | None = None, fixed: frozenset[str] = frozenset()) -> People:
    """Every number of people of a year, and which are hidden. `given` and `fixed`: what snapshots published before."""
    return protected(tell(year), given, fixed)


def tell(year: int) -> People:
    """Every number of people of a year, before anything is hidden."""
    people = People(year)
    _tell(people)
    return people


def protected(people: People, given: dict[str, str] | None = None, fixed: frozenset[str] = frozenset()) -> People:
    """The same with what must be hidden hidden."""
    worth = {key: _worth(key) + 10 * (key in fixed) for key in people.numbers}
    people.marks = protect(people.numbers, _ties(tuple(people.schools), tuple(people.levels)), given, worth)
    return people


# --- Counting ------------------------------------------------------------------------------------------------------
Cell = tuple[int, int, int]  # quarter, school and level


def _tell(people: People) -> None:
    """Fill in every number. Of different people each cell comes as a list, so that a total of them is a union."""
    who, counted = _cells(people.year)
    _seats(people, who[SEAT])
    for quarter in (0, *QUARTERS):
        parts = [(part, 0, 0) for part in ([quarter] if quarter else QUARTERS)]
        for what, kinds in ((COACH, [COACH]), (TRANSLATOR, [TRANSLATOR]), (TEACHER, [COACH, TRANSLATOR])):
            found = (who[kind].get(part, ()) for kind in kinds for part in parts)
            people.numbers[name(what, quarter)] = len(set().union(*found))
        for what in (LEFT_KEY, *(f"{side}-{word}" for side in SAYING for word in ("ja", "nee"))):
            people.numbers[name(what, quarter)] = sum(counted[what].get(part, 0) for part in parts)
        for side in SAYING:
            both = people.count(f"{side}-ja", quarter) + people.count(f"{side}-nee", quarter)
            people.numbers[name(asked(side), quarter)] = both


def _cells(year: int) -> tuple[dict[str, dict[Cell, list[int]]], dict[str, dict[Cell, int]]]:
    """Of each kind who is in a cell, and how many there are, in one query; only seats have a school and a level."""
    quarters = ", ".join(f"({each.quarter}, DATE '{each.first}', DATE '{each.last}')" for each in _begun(year))
    of_day = "extract(quarter FROM day)::int"
    sql = f"""
        SELECT '{SEAT}', {of_day}, school_id, level::int, array_agg(person), count(*)
        FROM ({SEATS}) AS seat WHERE day {WITHIN} GROUP BY 2, 3, 4
        UNION ALL
        SELECT '{COACH}', number, 0, 0, array_agg(DISTINCT person), 0 FROM ({COACHED}) AS team
        JOIN (VALUES {quarters}) AS quarter (number, first, last) ON begun <= last AND coalesce(ended >= first, true)
        GROUP BY 2
        UNION ALL
        SELECT '{TRANSLATOR}', {of_day}, 0, 0, array_agg(DISTINCT person), 0
        FROM ({AGREED}) AS yes WHERE day {WITHIN} GROUP BY 2
        UNION ALL
        SELECT '{LEFT_KEY}', {of_day}, 0, 0, NULL, count(*) FROM ({LEFT}) AS seat WHERE day {WITHIN} GROUP BY 2
        UNION ALL
        SELECT side || CASE WHEN again THEN '-ja' ELSE '-nee' END, {of_day}, 0, 0, NULL, count(*)
        FROM ({SAID}) AS said WHERE day {WITHIN} GROUP BY 1, 2
    """  # noqa: S608  names of our own
    who, counted = defaultdict(dict), defaultdict(dict)
    for what, quarter, school, level, members, number in ask(DAYS + sql, Period(year).days):
        who[what][quarter, school, level] = members
        counted[what][quarter, school, level] = number
    return who, counted


def _seats(people: People, cells: dict[Cell, list[int]]) -> None:
    """Placements and different students, by quarter, school and level, with every total."""
    people.schools = dict(_named(Many({school for _quarter, school, _level in cells})))
    people.levels = [level for level in Level.values if any(cell[2] == level for cell in cells)]
    seats, students = Counter(), defaultdict(set)
    for cell, members in cells.items():
        for whole in product(*((0, part) for part in cell)):
            seats[whole] += len(members)
            students[whole].update(members)
    for whole in product((0, *QUARTERS), (0, *people.schools), (0, *people.levels)):
        people.numbers[name(SEAT, *whole)] = seats[whole]
        people.numbers[name(STUDENT, *whole)] = len(students[whole])


@prepared
def _named(schools: Many) -> QuerySet:
    return Partner.objects.filter(pk__among=schools).order_by("name", "pk").values_list("pk", "name")


def _begun(year: int) -> list[Period]:
    """The quarters that have begun: a team that goes on coaches no quarter to come."""
    return [each for each in Period(year).quarters if Period.read(str(each))] or Period(year).quarters[:1]


@lru_cache(maxsize=4096)
def _worth(key: str) -> int:
    """What to show rather: totals before parts, and a year before its quarters."""
    _what, quarter, school, level = key.split("/")
    return 2 * (school == level == "0") + (quarter == "0")


# --- How they hang together ------------------------------------------------------------------------------------------
@lru_cache(maxsize=16)
def _ties(schools: tuple[int, ...], levels: tuple[int, ...]) -> Ties:
    sums, unions, within = [], [], []
    for quarter in (0, *QUARTERS):
        _tie_table(schools, levels, quarter, sums, unions, within)
        unions.append((name(TEACHER, quarter), (name(COACH, quarter), name(TRANSLATOR, quarter))))
        for side in SAYING:
            sums.append((name(asked(side), quarter), (name(f"{side}-ja", quarter), name(f"{side}-nee", quarter))))
    for school in (0, *schools):
        for level in (0, *levels):
            sums.append(_over_quarters(SEAT, school, level))
            unions.append(_over_quarters(STUDENT, school, level))
    unions += [_over_quarters(what) for what in (TEACHER, COACH, TRANSLATOR)]
    sums += [_over_quarters(f"{side}-{word}") for side in SAYING for word in ("ja", "nee")]
    sums += [_over_quarters(what) for what in (LEFT_KEY, *map(asked, SAYING))]
    return Ties(tuple(sums), tuple(unions), tuple(within))


def _over_quarters(what: str, school: int = 0, level: int = 0) -> tuple[str, tuple[str, ...]]:
    return name(what, 0, school, level), tuple(name(what, quarter, school, level) for quarter in QUARTERS)


def _tie_table(schools: tuple, levels: tuple, quarter: int, sums: list, unions: list, within: list) -> None:
    """The table of schools by levels of a quarter or of the year, for placements and for students."""
    for what, ties in ((SEAT, sums), (STUDENT, unions)):
        for school in (0, *schools):
            if levels:
                ties.append(
                    (name(what, quarter, school), tuple(name(what, quarter, school, level) for level in levels))
                )
        for level in (0, *levels):
            if schools:
                parts = tuple(name(what, quarter, school, level) for school in schools)
                ties.append((name(what, quarter, 0, level), parts))
    for school in (0, *schools):
        for level in (0, *levels):
            within.append((name(STUDENT, quarter, school, level), name(SEAT, quarter, school, level)))
