"""What the lab costs and yields in five years, per scenario, per carrier, and when a condition falls away.

Two lines are kept apart everywhere. *Money* is what somebody pays: all costs, and the fees, cash and subsidy that come
in. *Value* never reaches an account: hours and things that companies give, and what follow-ups are worth. A balance is
money only; with value it says so in its name.

Rounding happens in one place: each post of each year becomes whole euros (`euros`), and every total is the sum of
those. Projects are whole projects. So what stands on a page adds up.
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from decimal import ROUND_FLOOR, ROUND_HALF_UP, Decimal
from itertools import accumulate

HORIZON = 5  # years
SCENARIOS = ("careful", "expected", "favourable")
EXPECTED = "expected"
COSTS = ("broker", "translator", "coaching", "lab", "platform", "start")
MONEY = ("fee", "cash", "subsidy")
VALUE = ("hours", "in_kind", "follow_ups")
CARRIERS = ("economie071", "mborijnland", "hsleiden", "companies", "subsidy")
CONDITIONS = ("curriculum", "broker", "translator", "coaching")
PAYS = {"companies": ("fee", "cash"), "subsidy": ("subsidy",)}  # which money comes from which carrier
TABLES = {  # the assumptions that stand in a table: field -> names of its rows
    "growth": SCENARIOS,
    "cost_level": SCENARIOS,
    "yield_level": SCENARIOS,
    "stay": CONDITIONS,
    "falls": CONDITIONS,
}


@dataclass(frozen=True, kw_only=True)
class Assumptions:
    """All that the case is computed from. Euros at the price level of the first year, percentages as 0 to 100.

    Raises ValueError when the shares of a cost do not add up to 100.
    """

    first_year: int
    projects: Decimal  # in the year before the first
    students: Decimal  # per project
    broker_hours: Decimal  # per project, as the other hours, days and amounts of one project
    broker_rate: Decimal
    translator_hours: Decimal
    translator_rate: Decimal
    coaching_hours: Decimal
    coaching_rate: Decimal
    lab_days: Decimal
    lab_day_cost: Decimal
    platform: Decimal  # per year
    start: Decimal  # once, in the first year
    indexation: Decimal  # per year, on everything but the subsidy and the start
    fee: Decimal
    cash: Decimal
    company_hours: Decimal
    company_rate: Decimal
    in_kind: Decimal
    follow_up_share: Decimal
    follow_up_value: Decimal
    subsidy: Decimal  # per year
    subsidy_until: int  # the last year with subsidy
    growth: Mapping[str, Decimal]  # per scenario, in projects per year
    cost_level: Mapping[str, Decimal]  # per scenario, of the costs above
    yield_level: Mapping[str, Decimal]  # per scenario, of what companies and follow-ups bring
    stay: Mapping[str, Decimal]  # per condition: how many of the projects stay without it
    falls: Mapping[str, int]  # per condition: from which of the five years
    shares: Mapping[str, Mapping[str, Decimal]]  # per cost post, per carrier

    def __post_init__(self) -> None:
        for post in COSTS:
            if sum(self.shares[post].values()) != 100:
                raise ValueError(f"the shares of {post} do not add up to 100")

    @classmethod
    def from_flat(cls, values: Mapping[str, Decimal | int | str]) -> "Assumptions":
        """From one value per name, as a form or a stored version has them: `growth_careful`, `share_lab_companies`."""
        numbers = {name: Decimal(str(value)) for name, value in values.items()}
        made = {each.name: numbers[each.name] for each in fields(cls) if each.name in numbers}
        made |= {table: {row: numbers[f"{table}_{row}"] for row in rows} for table, rows in TABLES.items()}
        made["shares"] = {post: {who: numbers[f"share_{post}_{who}"] for who in CARRIERS} for post in COSTS}
        made["falls"] = {name: int(year) for name, year in made["falls"].items()}
        return cls(**made | {"first_year": int(made["first_year"]), "subsidy_until": int(made["subsidy_until"])})

    def flat(self) -> dict[str, str]:
        """One text per name, which can be written as JSON; `from_flat` reads it back."""
        return {name: str(value) for name, value in self.numbers().items()}

    def numbers(self) -> dict[str, Decimal]:
        """One number per name."""
        plain = {each.name: getattr(self, each.name) for each in fields(self)}
        shares = plain.pop("shares")
        for table in TABLES:
            plain |= {f"{table}_{row}": value for row, value in plain.pop(table).items()}
        plain |= {f"share_{post}_{who}": share for post, all_ in shares.items() for who, share in all_.items()}
        return {name: Decimal(value) for name, value in plain.items()}


@dataclass(frozen=True)
class Year:
    """One year in whole euros by post; `carried` is the costs again, by who carries them."""

    year: int
    projects: int
    students: int
    costs: dict[str, int]
    money: dict[str, int]
    value: dict[str, int]
    carried: dict[str, int]

    @property
    def cost(self) -> int:
        return sum(self.costs.values())

    @property
    def income(self) -> int:
        return sum(self.money.values())

    @property
    def worth(self) -> int:
        return sum(self.value.values())

    @property
    def balance(self) -> int:
        """In money."""
        return self.income - self.cost

    @property
    def balance_with_value(self) -> int:
        return self.balance + self.worth

    def paid(self, carrier: str) -> int:
        """The money that comes in from a carrier by the assumptions; what it carries beyond that is to be found."""
        return sum(self.money[post] for post in PAYS.get(carrier, ()))


@dataclass(frozen=True)
class Run:
    """Five years of one scenario, or of the expected one without a condition."""

    years: tuple[Year, ...]

    def total(self, what: str) -> int:
        """The five years of `cost`, `income`, `worth`, `balance`, `projects` or another figure of a year together."""
        return sum(getattr(year, what) for year in self.years)

    def cumulated(self, with_value: bool = False) -> list[int]:
        return list(accumulate(year.balance_with_value if with_value else year.balance for year in self.years))

    def break_even(self, with_value: bool = False) -> int | None:
        """The first year at whose end all years so far together cost nothing on balance; None within the five."""
        sofar = zip(self.years, self.cumulated(with_value), strict=True)
        return next((year.year for year, amount in sofar if amount >= 0), None)

    def sinks(self, with_value: bool = False) -> int | None:
        """The first year after the break-even that is below zero again, such as when a subsidy ends."""
        first = self.break_even(with_value)
        sofar = zip(self.years, self.cumulated(with_value), strict=True)
        return next((year.year for year, amount in sofar if first and year.year > first and amount < 0), None)


@dataclass(frozen=True)
class Margin:
    """What one more project costs and brings in the first year of the expected scenario."""

    cost: int
    income: int
    worth: int

    @property
    def balance(self) -> int:
        return self.income - self.cost


@dataclass(frozen=True)
class Case:
    scenarios: dict[str, Run]
    without: dict[str, Run]  # the expected scenario when a condition falls away
    margin: Margin

    @property
    def expected(self) -> Run:
        return self.scenarios[EXPECTED]

    def plain(self) -> dict:
        """As JSON can hold it; `from_plain` reads it back."""
        runs = {
            part: {name: [vars(year) for year in run.years] for name, run in getattr(self, part).items()}
            for part in ("scenarios", "without")
        }
        return runs | {"margin": vars(self.margin)}

    @classmethod
    def from_plain(cls, kept: Mapping) -> "Case":
        runs = {
            part: {name: Run(tuple(Year(**year) for year in years)) for name, years in kept[part].items()}
            for part in ("scenarios", "without")
        }
        return cls(**runs, margin=Margin(**kept["margin"]))


# --- The arithmetic ----------------------------------------------------------------------------------------------
def euros(amount: Decimal) -> int:
    """The one place where rounding happens: to whole units, half up."""
    return int(amount.quantize(Decimal(1), ROUND_HALF_UP))


def part(percent: Decimal) -> Decimal:
    return Decimal(percent) / 100


def split(amount: int, shares: Mapping[str, Decimal]) -> dict[str, int]:
    """Whole euros per carrier that add up to the amount: what is left over goes to the largest remainders."""
    exact = {who: amount * part(share) for who, share in shares.items()}
    found = {who: int(one.to_integral_value(ROUND_FLOOR)) for who, one in exact.items()}
    by_rest = sorted(exact, key=lambda who: found[who] - exact[who])  # stable: a tie goes by the order of carriers
    for who in by_rest[: amount - sum(found.values())]:
        found[who] += 1
    return found


def compute(a: Assumptions) -> Case:
    """The whole case."""
    return Case(
        scenarios={name: run(a, name) for name in SCENARIOS},
        without={name: run(a, EXPECTED, missing=name) for name in CONDITIONS},
        margin=margin(a),
    )


def run(a: Assumptions, scenario: str, missing: str = "") -> Run:
    """Five years; `missing` is a condition that falls away, with its own costs, in the year that is assumed."""
    return Run(tuple(_year(a, scenario, number, missing) for number in range(1, HORIZON + 1)))


def margin(a: Assumptions) -> Margin:
    """One project at the first year's prices, without what does not depend on projects."""
    costs, level = _per_project_costs(a), part(a.cost_level[EXPECTED])
    money, value = _per_project_yields(a)
    worth = part(a.yield_level[EXPECTED])
    return Margin(
        cost=sum(euros(amount * level) for amount in costs.values()),
        income=sum(euros(amount * worth) for amount in money.values()),
        worth=sum(euros(amount * worth) for amount in value.values()),
    )


def _per_project_costs(a: Assumptions) -> dict[str, Decimal]:
    return {
        "broker": a.broker_hours * a.broker_rate,
        "translator": a.translator_hours * a.translator_rate,
        "coaching": a.coaching_hours * a.coaching_rate,
        "lab": a.lab_days * a.lab_day_cost,
    }


def _per_project_yields(a: Assumptions) -> tuple[dict[str, Decimal], dict[str, Decimal]]:
    money = {"fee": a.fee, "cash": a.cash}
    follow_ups = part(a.follow_up_share) * a.follow_up_value
    return money, {"hours": a.company_hours * a.company_rate, "in_kind": a.in_kind, "follow_ups": follow_ups}


def _projects(a: Assumptions, scenario: str, number: int, missing: str) -> int:
    found = euros(a.projects * (1 + part(a.growth[scenario])) ** number)
    if missing and number >= a.falls[missing]:
        return euros(found * part(a.stay[missing]))
    return found


def _year(a: Assumptions, scenario: str, number: int, missing: str) -> Year:
    projects = _projects(a, scenario, number, missing)
    price = (1 + part(a.indexation)) ** (number - 1)
    level, worth = part(a.cost_level[scenario]), part(a.yield_level[scenario])
    year = a.first_year + number - 1
    costs = {post: projects * amount * price * level for post, amount in _per_project_costs(a).items()}
    costs |= {"platform": a.platform * price * level, "start": a.start * level if number == 1 else Decimal(0)}
    if missing in costs and number >= a.falls[missing]:
        costs[missing] = Decimal(0)  # who is not there is not paid
    money, value = (
        {post: projects * amount * price * worth for post, amount in each.items()} for each in _per_project_yields(a)
    )
    money["subsidy"] = a.subsidy if year <= a.subsidy_until else Decimal(0)
    whole = {post: euros(amount) for post, amount in costs.items()}
    parts = [split(whole[post], a.shares[post]) for post in COSTS]
    return Year(
        year=year,
        projects=projects,
        students=euros(projects * a.students),
        costs=whole,
        money={post: euros(amount) for post, amount in money.items()},
        value={post: euros(amount) for post, amount in value.items()},
        carried={who: sum(each[who] for each in parts) for who in CARRIERS},
    )
