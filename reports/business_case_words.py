"""The assumptions of the business case in words: label, unit, what they are when nobody changed them, and why.

A default is an assumption, never a measured figure: its reason says so, and what nobody knows yet is zero.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from django.utils.functional import Promise
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from oil_portal.core import clock
from reports.business_case import CARRIERS, CONDITIONS, COSTS, HORIZON

EURO, HOURS, DAYS, PERCENT, NUMBER, YEAR = _("euro"), _("uur"), _("dagen"), "%", _("aantal"), _("jaar")
SCENARIO = {"careful": _("Voorzichtig"), "expected": _("Verwacht"), "favourable": _("Gunstig")}
COST = {
    "broker": _("Makelaar"),
    "translator": _("Vertaler"),
    "coaching": _("Begeleiding"),
    "lab": _("Lab"),
    "platform": _("Platform"),
    "start": _("Eenmalige kosten"),
}
INCOME = {"fee": _("Eigen bijdrage van bedrijven"), "cash": _("Extra geld van bedrijven"), "subsidy": _("Subsidie")}
WORTH = {
    "hours": _("Uren van bedrijven"),
    "in_kind": _("Materiaal en ruimte van bedrijven"),
    "follow_ups": _("Vervolg van projecten"),
}
CARRIER = {
    "economie071": _("Gemeente en Economie071"),
    "mborijnland": "mboRijnland",
    "hsleiden": "Hogeschool Leiden",
    "companies": _("Bedrijven"),
    "subsidy": _("Subsidie"),
}
CONDITION = {
    "curriculum": _("Ruimte in het curriculum"),
    "broker": _("Makelaar"),
    "translator": _("Vertaler"),
    "coaching": _("Begeleiding"),
}
GROUP = {
    "scale": _("Omvang"),
    "people": _("Mensen"),
    "place": _("Lab en platform"),
    "companies": _("Wat bedrijven bijdragen"),
    "after": _("Vervolg en subsidie"),
}


@dataclass(frozen=True)
class Assumed:
    """One assumption: what a reader must know to judge its number. `own` says that the portal can know it."""

    name: str
    label: str | Promise
    unit: str | Promise
    default: str
    reason: str | Promise
    group: str = ""
    lowest: int = 0
    highest: int = 1000
    places: int = 2
    own: bool = False

    @property
    def start(self) -> Decimal:
        """What stands there before anybody changed it: a plain number, or a year counted from this one."""
        return Decimal(clock.today().year + int(self.default)) if self.unit is YEAR else Decimal(self.default)


def _money(name, label, default, reason, group, highest=100_000, **more) -> Assumed:
    return Assumed(name, label, EURO, default, reason, group, highest=highest, **more)


PLAIN = [
    Assumed(
        "first_year",
        _("Eerste jaar"),
        YEAR,
        "1",
        _("Het eerste hele jaar dat nog begint."),
        "scale",
        lowest=2020,
        highest=2100,
        places=0,
    ),
    Assumed(
        "projects",
        _("Projecten per jaar nu"),
        NUMBER,
        "10",
        _("Vul in hoeveel teams er nu per jaar beginnen."),
        "scale",
        places=0,
        own=True,
    ),
    Assumed(
        "students",
        _("Studenten per project"),
        NUMBER,
        "3",
        _("Een klein team."),
        "scale",
        lowest=1,
        highest=50,
        own=True,
    ),
    Assumed(
        "indexation",
        _("Prijzen stijgen per jaar"),
        PERCENT,
        "2.5",
        _("Geldt voor alle bedragen behalve de subsidie en de eenmalige kosten."),
        "scale",
        lowest=-10,
        highest=25,
    ),
    Assumed(
        "broker_hours",
        _("Makelaar, uren per project"),
        HOURS,
        "6",
        _("Intake, controle en twee gesprekken."),
        "people",
    ),
    _money(
        "broker_rate",
        _("Makelaar, tarief per uur"),
        "75",
        _("Loonkosten met opslag. Vraag het bij Economie071 na."),
        "people",
        500,
    ),
    Assumed(
        "translator_hours",
        _("Vertaler, uren per project"),
        HOURS,
        "8",
        _("Van vraagstuk naar opdracht met leerdoelen."),
        "people",
    ),
    _money(
        "translator_rate",
        _("Vertaler, tarief per uur"),
        "65",
        _("Loonkosten van een docent. Vraag het bij de school na."),
        "people",
        500,
    ),
    Assumed(
        "coaching_hours",
        _("Begeleiding, uren per project"),
        HOURS,
        "30",
        _("Anderhalf uur per week, twintig weken."),
        "people",
    ),
    _money(
        "coaching_rate",
        _("Begeleiding, tarief per uur"),
        "65",
        _("Loonkosten van een docent. Vraag het bij de school na."),
        "people",
        500,
    ),
    Assumed(
        "lab_days",
        _("Dagen in het lab per project"),
        DAYS,
        "4",
        _("Niet elk project gebruikt het lab."),
        "place",
        highest=250,
    ),
    _money(
        "lab_day_cost",
        _("Kosten van een dag in het lab"),
        "100",
        _("Ruimte en materiaal. Vraag het bij het lab na."),
        "place",
    ),
    _money(
        "platform",
        _("Platform, per jaar"),
        "6000",
        _("Hosting, beheer en hulp aan gebruikers."),
        "place",
        10_000_000,
    ),
    _money(
        "start",
        _("Eenmalige kosten, in het eerste jaar"),
        "5000",
        _("Inrichten en mensen inwerken."),
        "place",
        10_000_000,
    ),
    _money(
        "fee",
        _("Eigen bijdrage van het bedrijf, per project"),
        "0",
        _("Nul zolang er niets is afgesproken. Kies een bedrag met de stuurgroep."),
        "companies",
    ),
    _money(
        "cash",
        _("Extra geld van het bedrijf, per project"),
        "0",
        _("Nul zolang er niets is bevestigd. Dit komt boven op de eigen bijdrage."),
        "companies",
        own=True,
    ),
    Assumed(
        "company_hours",
        _("Uren van het bedrijf, per project"),
        HOURS,
        "8",
        _("Een startgesprek en drie bijeenkomsten."),
        "companies",
        own=True,
    ),
    _money(
        "company_rate",
        _("Waarde van een uur van het bedrijf"),
        "50",
        _("Voorzichtig gekozen. Vraag bedrijven wat zij zelf rekenen."),
        "companies",
        500,
    ),
    _money(
        "in_kind",
        _("Materiaal en ruimte van het bedrijf, per project"),
        "0",
        _("Nul zolang er niets is bevestigd."),
        "companies",
        own=True,
    ),
    Assumed(
        "follow_up_share",
        _("Projecten met een vervolg"),
        PERCENT,
        "25",
        _("Een op de vier gaat ergens verder."),
        "after",
        highest=100,
        own=True,
    ),
    _money(
        "follow_up_value",
        _("Waarde van een vervolg"),
        "0",
        _("Dit weten we nog niet. Vul pas iets in als je het kunt onderbouwen."),
        "after",
        10_000_000,
    ),
    _money(
        "subsidy",
        _("Subsidie per jaar"),
        "0",
        _("Nul zolang er niets is toegezegd. Vul alleen in wat zeker is."),
        "after",
        10_000_000,
    ),
    Assumed(
        "subsidy_until",
        _("Laatste jaar met subsidie"),
        YEAR,
        "1",
        _("Telt alleen als er subsidie is."),
        "after",
        lowest=2020,
        highest=2100,
        places=0,
    ),
]

COLUMN = {  # of the tables: label, unit, lowest, highest, why
    "growth": (_("Groei van projecten per jaar"), PERCENT, -50, 100, _("Niet groeien, een beetje of flink.")),
    "cost_level": (
        _("Kosten, in % van de aannames"),
        PERCENT,
        10,
        300,
        _("Voorzichtig valt tien procent tegen."),
    ),
    "yield_level": (
        _("Bijdragen en vervolg, in % van de aannames"),
        PERCENT,
        0,
        300,
        _("Voorzichtig komt driekwart. De subsidie verandert niet."),
    ),
    "stay": (
        _("Projecten die blijven"),
        PERCENT,
        0,
        100,
        _("Het eindverslag noemt de voorwaarde; hoeveel projecten blijven is niet gemeten."),
    ),
    "falls": (_("Valt weg vanaf jaar"), _("jaar 1 tot en met 5"), 1, HORIZON, _("Na het eerste jaar.")),
}
CELL = {
    "growth": {"careful": "0", "expected": "5", "favourable": "10"},
    "cost_level": {"careful": "110", "expected": "100", "favourable": "95"},
    "yield_level": {"careful": "75", "expected": "100", "favourable": "110"},
    "stay": {"curriculum": "30", "broker": "50", "translator": "40", "coaching": "50"},
    "falls": dict.fromkeys(CONDITIONS, "2"),
}
SHARE = {  # who carries a cost, when nobody said otherwise
    "broker": {"economie071": "100"},
    "translator": {"mborijnland": "50", "hsleiden": "50"},
    "coaching": {"mborijnland": "50", "hsleiden": "50"},
    "lab": {"mborijnland": "100"},
    "platform": {"economie071": "50", "mborijnland": "25", "hsleiden": "25"},
    "start": {"economie071": "100"},
}
SHARE_REASON = _("Wie iemand in dienst heeft of het lab beheert, draagt die kosten.")


def _joined(first: str | Promise, second: str | Promise):
    return format_lazy("{}: {}", first, second)


def _table(table: str, rows: dict) -> list[Assumed]:
    label, unit, lowest, highest, reason = COLUMN[table]
    places = 0 if table == "falls" else 2
    return [
        Assumed(f"{table}_{row}", _joined(rows[row], label), unit, default, reason, table, lowest, highest, places)
        for row, default in CELL[table].items()
    ]


SCENARIO_CELLS = [one for table in ("growth", "cost_level", "yield_level") for one in _table(table, SCENARIO)]
CONDITION_CELLS = [one for table in ("stay", "falls") for one in _table(table, CONDITION)]
SHARES = [
    Assumed(
        f"share_{post}_{who}",
        _joined(COST[post], CARRIER[who]),
        PERCENT,
        SHARE[post].get(who, "0"),
        SHARE_REASON,
        "shares",
        0,
        100,
    )
    for post in COSTS
    for who in CARRIERS
]
ALL = {one.name: one for one in [*PLAIN, *SCENARIO_CELLS, *CONDITION_CELLS, *SHARES]}


def starting(own: Mapping) -> dict[str, Decimal]:
    """Every assumption as the page starts with it: what the portal knows (`own_figures`), else what we assume."""
    return {name: own[name].value if name in own else one.start for name, one in ALL.items()}
