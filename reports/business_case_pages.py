"""What the business case says: sentences, tables and pictures, in the reader's language.

The page and the PDF only draw it, so they cannot differ.
"""

from dataclasses import dataclass, field
from decimal import Decimal

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from reports import business_case_words as words
from reports.business_case import CARRIERS, CONDITIONS, EXPECTED, SCENARIOS, Assumptions, Case, Run
from reports.business_case import chart as charts
from reports.business_case_figures import Figure, source
from reports.forms.business_case import written

DASHES = {"careful": "3 6", "expected": "", "favourable": "12 5"}  # as in the stylesheet


@dataclass(frozen=True)
class Table:
    """`rows` are (label, cells, kind), where kind is "" or "total"."""

    title: str
    heads: list[str]
    rows: list[tuple[str, list[str], str]]
    note: str = ""


@dataclass(frozen=True)
class Picture:
    title: str
    conclusion: str
    plot: charts.Plot
    ticks: list[tuple[float, str]]


@dataclass(frozen=True)
class Scenario:
    """One scenario in full: its years, and who carries what."""

    key: str
    title: str
    tables: list[Table] = field(default_factory=list)


@dataclass(frozen=True)
class Told:
    """The whole case in words and tables."""

    lead: list[str]
    figures: list[tuple[str, str]]  # (label, number)
    pictures: list[Picture]
    comparison: Table
    to_find: Table
    scenarios: list[Scenario]
    conditions: Table
    margin: Table


def euro(amount: int, sign: bool = False) -> str:
    """Whole euros as people read them: € 12.500, −€ 300; with `sign` also +€ 300."""
    text = f"{abs(amount):,}"
    if get_language() != "en":
        text = text.replace(",", ".")
    before = "−" if amount < 0 else "+" if sign and amount > 0 else ""
    return f"{before}€ {text}"


def break_even(run: Run, with_value: bool = False) -> str:
    """When the run pays for itself, and whether that lasts."""
    year, sinks = run.break_even(with_value), run.sinks(with_value)
    if year is None:
        return _("niet binnen vijf jaar")
    if sinks:
        return _("in %(year)s, maar vanaf %(sinks)s weer onder nul") % {"year": year, "sinks": sinks}
    return _("in %(year)s") % {"year": year}


def tell(case: Case, assumed: Assumptions) -> Told:
    """All of it."""
    expected = case.expected
    return Told(
        lead=lead(case),
        figures=[
            (_("kosten in vijf jaar"), euro(expected.total("cost"))),
            (_("geld dat binnenkomt"), euro(expected.total("income"))),
            (_("saldo in geld"), euro(expected.total("balance"))),
            (_("waarde (geen geld)"), euro(expected.total("worth"))),
        ],
        pictures=[picture(case, False), picture(case, True)],
        comparison=comparison(case),
        to_find=to_find(expected),
        scenarios=[scenario(case, key) for key in (EXPECTED, *(each for each in SCENARIOS if each != EXPECTED))],
        conditions=conditions(case, assumed),
        margin=margin(case),
    )


def lead(case: Case) -> list[str]:
    """The conclusion in four sentences at most."""
    run, one = case.expected, case.margin
    short = -run.total("balance")
    said = [
        _("Break-even in geld: %(money)s. Met waarde erbij: %(value)s.")
        % {"money": break_even(run), "value": break_even(run, True)},
    ]
    if short > 0:
        said.append(
            _("In het verwachte scenario komt het lab in vijf jaar %s tekort. Dat moeten de dragers samen vinden.")
            % euro(short)
        )
    else:
        said.append(_("In het verwachte scenario houdt het lab in vijf jaar %s over.") % euro(-short))
    if one.balance < 0:
        said.append(
            _("Elk extra project kost %s meer geld dan het binnenbrengt. Groei maakt het saldo dus lager.")
            % euro(-one.balance)
        )
    else:
        said.append(_("Elk extra project brengt %s meer geld binnen dan het kost.") % euro(one.balance))
    return said


def picture(case: Case, with_value: bool) -> Picture:
    rows = [(key, str(words.SCENARIO[key]), case.scenarios[key].cumulated(with_value)) for key in SCENARIOS]
    plot = charts.plot(rows, [year.year for year in case.expected.years])
    title = _("Saldo tot en met elk jaar, met waarde") if with_value else _("Saldo tot en met elk jaar, in geld")
    ends = "; ".join(f"{label} {euro(amounts[-1])}" for _key, label, amounts in rows)
    conclusion = _("%(title)s. Na vijf jaar: %(ends)s.") % {"title": title, "ends": ends}
    return Picture(title, conclusion, plot, [(height, euro(amount)) for height, amount in plot.ticks])


def comparison(case: Case) -> Table:
    runs = [case.scenarios[key] for key in SCENARIOS]
    worse = runs[-1].total("balance") < runs[0].total("balance")
    note = _("Gunstig heeft hier een lager saldo in geld, omdat meer projecten meer kosten dan ze binnenbrengen.")
    last = case.expected.years[-1].year

    def row(label: str, *, kind: str = "", of) -> tuple:
        return label, [of(run) for run in runs], kind

    return Table(
        _("De drie scenario’s naast elkaar"),
        [str(words.SCENARIO[key]) for key in SCENARIOS],
        [
            row(_("Projecten in %s") % last, of=lambda run: str(run.years[-1].projects)),
            row(_("Studenten in vijf jaar"), of=lambda run: str(run.total("students"))),
            row(_("Kosten in vijf jaar"), of=lambda run: euro(run.total("cost"))),
            row(_("Geld dat binnenkomt"), of=lambda run: euro(run.total("income"))),
            row(_("Saldo in geld"), kind="total", of=lambda run: euro(run.total("balance"))),
            row(_("Waarde (geen geld)"), of=lambda run: euro(run.total("worth"))),
            row(_("Saldo met waarde"), kind="total", of=lambda run: euro(run.total("balance_with_value"))),
            row(_("Kosten per student"), of=lambda run: per_student(run)),
            row(_("Break-even in geld"), of=break_even),
            row(_("Break-even met waarde"), of=lambda run: break_even(run, True)),
        ],
        note if worse else "",
    )


def per_student(run: Run) -> str:
    students = run.total("students")
    return euro(round(run.total("cost") / students)) if students else "–"


# --- One scenario ------------------------------------------------------------------------------------------------
def scenario(case: Case, key: str) -> Scenario:
    run = case.scenarios[key]
    return Scenario(
        key, str(words.SCENARIO[key]), [years(run), carried(run)] + ([] if key == EXPECTED else [to_find(run)])
    )


def _heads(run: Run) -> list[str]:
    return [str(year.year) for year in run.years] + [_("Samen")]


def _row(label, amounts: list[int], kind: str = "") -> tuple[str, list[str], str]:
    return str(label), [*map(euro, amounts), euro(sum(amounts))], kind


def years(run: Run) -> Table:
    """Costs and yields by post; the value stands below the balance in money, so that nobody reads it as income."""
    counts = [
        (_("Projecten"), [*(str(y.projects) for y in run.years), str(run.total("projects"))], ""),
        (_("Studenten"), [*(str(y.students) for y in run.years), str(run.total("students"))], ""),
    ]

    def block(posts: dict, part: str, total: str, label: str) -> list:
        found = [_row(posts[post], [getattr(y, part)[post] for y in run.years]) for post in posts]
        return [*found, _row(label, [getattr(y, total) for y in run.years], "total")]

    def sofar(label: str, with_value: bool) -> tuple:
        amounts = run.cumulated(with_value)
        return label, [*map(euro, amounts), ""], ""

    return Table(
        _("Kosten en opbrengsten per jaar"),
        _heads(run),
        [
            *counts,
            *block(words.COST, "costs", "cost", _("Kosten samen")),
            *block(words.INCOME, "money", "income", _("Geld dat binnenkomt")),
            _row(_("Saldo in geld"), [y.balance for y in run.years], "total"),
            sofar(_("Saldo in geld tot en met dit jaar"), False),
            *block(words.WORTH, "value", "worth", _("Waarde samen (geen geld)")),
            _row(_("Saldo met waarde"), [y.balance_with_value for y in run.years], "total"),
            sofar(_("Saldo met waarde tot en met dit jaar"), True),
        ],
    )


def carried(run: Run) -> Table:
    rows = [_row(words.CARRIER[who], [y.carried[who] for y in run.years]) for who in CARRIERS]
    return Table(
        _("Wie welk deel van de kosten draagt"),
        _heads(run),
        [*rows, _row(_("Kosten samen"), [y.cost for y in run.years], "total")],
    )


def to_find(run: Run) -> Table:
    """What each carries, what it already pays by the assumptions, and what it still has to find."""
    rows, totals = [], [0, 0, 0]
    for who in CARRIERS:
        borne = sum(year.carried[who] for year in run.years)
        paid = sum(year.paid(who) for year in run.years)
        row = [borne, paid, borne - paid]
        totals = [total + one for total, one in zip(totals, row, strict=True)]
        rows.append((str(words.CARRIER[who]), [euro(one) for one in row], ""))
    given = sum(year.value["hours"] + year.value["in_kind"] for year in run.years)
    note = _(
        "Vijf jaar samen. Nog te vinden is wat een partij draagt min wat zij volgens de aannames betaalt. Staat er een "
        "minteken, dan betaalt zij meer dan haar deel. Samen is het precies het tekort in geld. Bedrijven geven "
        "daarnaast %s aan uren, materiaal en ruimte."
    )
    return Table(
        _("Wat er nog te vinden is"),
        [_("Draagt"), _("Betaalt volgens de aannames"), _("Nog te vinden")],
        [*rows, (_("Samen"), [euro(one) for one in totals], "total")],
        note % euro(given),
    )


# --- Conditions and one project ----------------------------------------------------------------------------------
def conditions(case: Case, assumed: Assumptions) -> Table:
    """What is lost without each condition, against the expected scenario."""
    base, rows = case.expected, []
    for key in CONDITIONS:
        run = case.without[key]
        lost = {what: base.total(what) - run.total(what) for what in ("projects", "students")}
        stays = _("%(stay)s%% vanaf %(year)s") % {
            "stay": written(assumed.stay[key]),
            "year": assumed.first_year + assumed.falls[key] - 1,
        }
        cells = [stays, str(lost["projects"]), str(lost["students"])]
        cells += [euro(run.total("balance") - base.total("balance"), sign=True)]
        cells += [euro(run.total("balance_with_value") - base.total("balance_with_value"), sign=True)]
        rows.append((str(words.CONDITION[key]), [*cells, break_even(run), break_even(run, True)], ""))
    return Table(
        _("Als een voorwaarde wegvalt"),
        [
            _("Projecten die blijven"), _("Projecten minder"), _("Studenten minder"), _("Saldo in geld, verschil"),
            _("Saldo met waarde, verschil"), _("Break-even in geld"), _("Break-even met waarde"),
        ],
        rows,
        _("In vijf jaar, tegenover het verwachte scenario. De kosten van wie wegvalt vervallen ook. Een saldo dat "
          "hoger wordt is hier geen winst: er zijn minder projecten en minder studenten."),
    )  # fmt: skip


def margin(case: Case) -> Table:
    one = case.margin
    return Table(
        _("Wat één project kost en oplevert"),
        [_("Bedrag")],
        [
            (_("Kosten die met elk project meegroeien"), [euro(one.cost)], ""),
            (_("Geld dat binnenkomt"), [euro(one.income)], ""),
            (_("Saldo in geld"), [euro(one.balance)], "total"),
            (_("Waarde (geen geld)"), [euro(one.worth)], ""),
        ],
        _("In het eerste jaar van het verwachte scenario, zonder platform, eenmalige kosten en subsidie."),
    )


# --- Where the numbers come from ---------------------------------------------------------------------------------
@dataclass(frozen=True)
class Source:
    """An assumption with its number, whether the portal knows it or somebody assumes it, and on what ground."""

    label: str
    value: str
    kind: str
    why: str


def sources(assumed: Assumptions, own: dict[str, Figure]) -> list[tuple[str, list[Source]]]:
    """(title, assumptions) of what is no table."""
    numbers = assumed.numbers()
    return [
        (str(title), [_source(one, numbers[one.name], own.get(one.name)) for one in words.PLAIN if one.group == group])
        for group, title in words.GROUP.items()
    ]


def _source(one: words.Assumed, value: Decimal, figure: Figure | None) -> Source:
    unit = "" if one.unit is words.YEAR else one.unit
    shown = " ".join(filter(None, [written(value), str(unit)]))
    if figure is None:
        usual = one.unit is words.YEAR or value == one.start
        return Source(
            str(one.label), shown, _("Aanname"), str(one.reason) if usual else _("Ingevuld door de makelaar.")
        )
    told = source(one.name, figure)
    if figure.value == value:
        return Source(str(one.label), shown, _("Eigen cijfer"), f"{told[:1].upper()}{told[1:]}.")
    instead = _("Het eigen cijfer is %(value)s: %(source)s.") % {"value": written(figure.value), "source": told}
    return Source(str(one.label), shown, _("Aanname"), instead)


def assumed_tables(assumed: Assumptions) -> list[Table]:
    """The assumptions per scenario, per condition and per carrier."""

    def table(title: str, columns: tuple, rows: dict) -> Table:
        heads = [str(words.COLUMN[column][0]) for column in columns]
        cells = [
            (str(label), [_percent(column, getattr(assumed, column)[row]) for column in columns], "")
            for row, label in rows.items()
        ]
        return Table(title, heads, cells, _("Allemaal aannames."))

    shares = [
        (str(label), [_percent("", assumed.shares[post][who]) for who in CARRIERS], "")
        for post, label in words.COST.items()
    ]
    return [
        table(_("Aannames per scenario"), ("growth", "cost_level", "yield_level"), words.SCENARIO),
        table(_("Aannames per voorwaarde"), ("stay", "falls"), words.CONDITION),
        Table(
            _("Wie draagt welk deel"), [str(words.CARRIER[who]) for who in CARRIERS], shares, _("Allemaal aannames.")
        ),
    ]


def _percent(column: str, value) -> str:
    return str(value) if column == "falls" else f"{written(value)}%"


# --- Two versions ------------------------------------------------------------------------------------------------
def differ(one, other) -> dict:
    """Of two versions: the assumptions that are not the same, and what comes out of both per scenario."""
    before, after = one.assumed.numbers(), other.assumed.numbers()
    changed = [
        (str(words.ALL[name].label), written(before[name]), written(after[name]), str(words.ALL[name].unit))
        for name in words.ALL
        if before[name] != after[name]
    ]
    return {"changed": changed, "tables": [_beside(key, one, other) for key in words.SCENARIO]}


def _beside(key: str, one, other) -> Table:
    first, second = one.case.scenarios[key], other.case.scenarios[key]
    labels = {
        "cost": _("Kosten in vijf jaar"),
        "income": _("Geld dat binnenkomt"),
        "balance": _("Saldo in geld"),
        "worth": _("Waarde (geen geld)"),
        "balance_with_value": _("Saldo met waarde"),
    }
    rows = []
    for what, label in labels.items():
        amounts = first.total(what), second.total(what)
        cells = [euro(amounts[0]), euro(amounts[1]), euro(amounts[1] - amounts[0], sign=True)]
        rows.append((label, cells, "total" if what.startswith("balance") else ""))
    rows.append((_("Break-even in geld"), [break_even(first), break_even(second), ""], ""))
    rows.append((_("Break-even met waarde"), [break_even(first, True), break_even(second, True), ""], ""))
    return Table(str(words.SCENARIO[key]), [str(one), str(other), _("Verschil")], rows)
