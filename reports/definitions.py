"""Every figure of the report, declared once: what it is called, what counts, at which moment and from which rows.

Page, rows, CSV, XLSX, PDF and snapshot all draw what is declared here. A change in what counts is a new VERSION.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

from django.utils.functional import Promise
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from challenges.lead_times import STAGES
from reports.facts import (
    FOLLOW_UPS,
    KIND,
    SECTOR,
    SIDES,
    SIZE,
    WITHIN,
    Column,
)

VERSION = "1"

SECTIONS = {
    "partners": _("Partners en bedrijven"),
    "people": _("Studenten en docenten"),
    "challenges": _("Vraagstukken"),
    "lead_times": _("Doorlooptijd van vraagstukken"),
    "projects": _("Projecten"),
    "goals": _("Leerdoelen"),
    "money": _("Uren en cofinanciering"),
    "content": _("Tevredenheid"),
    "following": _("Vervolg"),
    "dropout": _("Uitval"),
}


@dataclass(frozen=True)
class Figure:
    """`measure` is count, sum:<column> or median:<column>; `unit` is "", days, hours, euros or percent.

    A figure without a fact is computed elsewhere: by `people`, which hides small numbers, or from other figures.
    `columns` are shown behind it after those of the fact.
    """

    key: str
    section: str
    label: Promise
    definition: Promise
    fact: str = ""
    where: str = "true"
    measure: str = "count"
    unit: str = ""
    columns: tuple[Column, ...] = ()
    opens: bool = True


@dataclass(frozen=True)
class Breakdown:
    """The rows of a figure by one column of its fact; a group opens to its rows. `words` say what a code means."""

    key: str
    figure: str
    by: str
    label: Promise
    words: Callable[[], dict] = dict


def _date(name: str, label) -> Column:
    return Column(name, label, kind="date")


PARTNERS = [
    Figure(
        "partners", "partners", _("partners aan het eind"),
        _("Organisaties die op de laatste dag van de periode partner waren. Een organisatie is partner vanaf de dag dat"
          " een makelaar haar goedkeurde, en anders vanaf de dag van aanmelding. Wie nu geschorst is, telt niet mee."),
        "partners", "status = 'accepted' AND joined <= %(last)s",
    ),
    Figure(
        "nieuwe-partners", "partners", _("nieuwe partners"),
        _("Partners die in de periode partner werden. Verder zoals bij de partners aan het eind."),
        "partners", f"status = 'accepted' AND joined {WITHIN}",
    ),
    Figure(
        "bedrijven", "partners", _("bedrijven die meededen"),
        _("Organisaties van de soort bedrijf die in de periode een vraagstuk indienden, of voor wie in de periode een"
          " team aan het werk was. Grootte, sector en gemeente zijn die van nu."),
        "partners", "kind = 'company' AND took_part",
    ),
]  # fmt: skip

_STAGE_WORDS = [
    ("ingediend", "submit", _("vraagstukken ingediend"),
     _("Vraagstukken die in de periode voor het eerst zijn ingediend.")),
    ("goedgekeurd", "accept", _("goedgekeurd"), _("Vraagstukken die een makelaar in de periode goedkeurde.")),
    ("akkoord", "agree", _("akkoord op de opdracht"),
     _("Vraagstukken waarvan het bedrijf in de periode voor het eerst akkoord ging met een opdracht.")),
    ("open", "publish", _("open voor studenten"),
     _("Vraagstukken waarvan in de periode voor het eerst een project openging voor studenten.")),
    ("begonnen", "start", _("team begonnen"),
     _("Vraagstukken waarvoor in de periode voor het eerst een team begon.")),
    ("afgerond", "complete", _("afgerond"), _("Vraagstukken die in de periode voor het eerst zijn afgerond.")),
]  # fmt: skip
CHALLENGES = [
    Figure(f"vraagstukken-{key}", "challenges", label, text, "challenges", f'"{event}" {WITHIN}',
           columns=(_date(event, _("Op")),))
    for key, event, label, text in _STAGE_WORDS
]  # fmt: skip
LEAD_TIMES = [
    Figure(
        f"doorlooptijd-{key}", "lead_times", label,
        _("De mediaan in werkdagen: de helft van de vraagstukken deed er korter over. Een vraagstuk telt als het de"
          " stap in de periode voltooide. Van elke stap telt de eerste keer. Werkdagen zijn maandag tot en met"
          " vrijdag, zonder feestdagen."),
        "challenges", f'"{last}" {WITHIN} AND days_to_{last} IS NOT NULL', f"median:days_to_{last}", "days",
        (_date(first, _("Van")), _date(last, _("Tot")), Column(f"days_to_{last}", _("Werkdagen"), kind="number")),
    )
    for key, (first, last, label) in zip(
        ("goedgekeurd", "akkoord", "open", "begonnen", "afgerond"), STAGES, strict=True
    )
]  # fmt: skip
PROJECTS = [
    Figure("projecten-begonnen", "projects", _("projecten begonnen"),
           _("Projecten waarvan het team in de periode begon."), "projects", f"begun {WITHIN}"),
    Figure("projecten-lopend", "projects", _("projecten bezig aan het eind"),
           _("Projecten waarvan het team op de laatste dag van de periode was begonnen en nog niet klaar was. Loopt de"
             " periode nog, dan is het de stand van vandaag."),
           "projects", "begun <= %(last)s AND coalesce(ended > %(last)s, true)"),
    Figure("projecten-afgerond", "projects", _("projecten afgerond"),
           _("Projecten die in de periode zijn afgerond, met een uitkomst."), "projects", f"ended {WITHIN}"),
]  # fmt: skip
GOALS = [
    Figure("leerdoelen-gedekt", "goals", _("leerdoelen gedekt"),
           _("Verschillende leerdoelen die gekoppeld zijn aan een project waarvan het team in de periode begon."),
           "goals", "covered"),
    Figure("leerdoelen-behaald", "goals", _("leerdoelen behaald"),
           _("Verschillende leerdoelen die minstens één student behaalde in een project dat in de periode is afgerond."
             " Student, docent en bedrijf zeggen alle drie dat het doel is behaald."),
           "goals", "achieved"),
]  # fmt: skip
_GIVEN = f"day {WITHIN}"
_CONFIRMED = f"{_GIVEN} AND status = 'confirmed'"
MONEY = [
    Figure("uren-opgegeven", "money", _("uren opgegeven"),
           _("Alle uren die partners in de periode gaven, ook als de andere kant ze nog niet bevestigde. Betwiste uren"
             " tellen niet mee."),
           "contributions", f"{_GIVEN} AND kind = 'hours' AND status <> 'disputed'", "sum:hours", "hours"),
    Figure("uren-bevestigd", "money", _("uren bevestigd"),
           _("De uren die de andere kant heeft bevestigd."),
           "contributions", f"{_CONFIRMED} AND kind = 'hours'", "sum:hours", "hours"),
    Figure("cofinanciering", "money", _("cofinanciering bevestigd"),
           _("De waarde van wat partners in de periode gaven en de andere kant bevestigde. Uren zijn waard wat de"
             " subsidie van die dag voor een uur rekent. Materiaal en geld tellen voor hun bedrag. Wat op een dag"
             " zonder subsidie viel, telt niet mee."),
           "contributions", f"{_CONFIRMED} AND value IS NOT NULL", "sum:value", "euros"),
    Figure("cofinanciering-onbevestigd", "money", _("nog niet bevestigd"),
           _("De waarde van wat is opgegeven en nog op een antwoord van de andere kant wacht. Dit telt nergens mee."),
           "contributions", f"{_GIVEN} AND status = 'stated' AND value IS NOT NULL", "sum:value", "euros"),
]  # fmt: skip
FOLLOWING = [
    Figure("vervolg", "following", _("afgeronde projecten met een vervolg"),
           _("Projecten die in de periode zijn afgerond en die verdergaan: in een lab, als nieuw vraagstuk of elders."),
           "projects", f"ended {WITHIN} AND follow_up <> 'none'",
           columns=(Column("follow_up", _("Vervolg"), kind="choice", words=lambda: FOLLOW_UPS),
                    Column("follow_up_lab", _("Lab")))),
]  # fmt: skip
DROPOUT = [
    Figure("projecten-gesloten", "dropout", _("projecten gesloten zonder team"),
           _("Projecten die in de periode sloten omdat er geen team kwam, of omdat de begeleider ze sloot."),
           "projects", f"closed {WITHIN}", columns=(_date("closed", _("Gesloten op")),)),
    Figure("vraagstukken-afgewezen", "dropout", _("vraagstukken afgewezen"),
           _("Vraagstukken die een makelaar in de periode afwees."),
           "challenges", f'"decline" {WITHIN}', columns=(_date("decline", _("Op")),)),
    Figure("vraagstukken-ingetrokken", "dropout", _("vraagstukken ingetrokken"),
           _("Vraagstukken die het bedrijf in de periode introk."),
           "challenges", f'"withdraw" {WITHIN}', columns=(_date("withdraw", _("Op")),)),
]  # fmt: skip

# --- People: counted by reports.people, which hides small numbers -----------------------------------------------------
_IN_GROUP = "school_id = coalesce(%(school)s, school_id) AND at_level = coalesce(%(level)s, at_level)"
PEOPLE = [
    Figure("studenten", "people", _("studenten"),
           _("Verschillende studenten met een plek in een team dat in de periode begon. Wie in twee teams zat, telt een"
             " keer."), "students"),
    Figure("plaatsingen", "people", _("plaatsingen"),
           _("Plekken van studenten in teams die in de periode begonnen. Wie in twee teams zat, telt twee keer. School"
             " en niveau zijn die van de module."), "seats", _IN_GROUP),
    Figure("docenten", "people", _("docenten"),
           _("Verschillende mensen die in de periode een team begeleidden of een vraagstuk vertaalden."), "teachers"),
    Figure("begeleiders", "people", _("begeleiders"),
           _("Begeleiders van een team dat op een dag in de periode aan het werk was."), "teachers", "coach"),
    Figure("vertalers", "people", _("vertalers"),
           _("Vertalers van een opdracht waar een bedrijf in de periode akkoord op gaf."), "teachers", "translator"),
]  # fmt: skip
SAID = {
    "student": (_("antwoorden van studenten"), _("studenten die het nog een keer zouden doen")),
    "company": (_("antwoorden van bedrijven"), _("bedrijven die het nog een keer zouden doen")),
    "teacher": (_("antwoorden van docenten"), _("docenten die het nog een keer zouden doen")),
}
for _side, (_answers, _again) in SAID.items():
    PEOPLE += [
        Figure(f"antwoorden-{_side}", "content", _answers,
               _("Hoe vaak deze kant in de periode na een project vertelde hoe het was."), opens=False),
        Figure(f"tevreden-{_side}", "content", _again,
               _("Van de antwoorden van deze kant het deel met ‘ja’ op de vraag: zou je dit nog een keer doen? Bij"
                 " minder dan vijf keer ja of nee tonen we het deel niet, want dan is een antwoord te herkennen."),
               "said", f"side = '{_side}'", unit="percent"),
    ]  # fmt: skip
PEOPLE += [
    Figure("plekken-opgegeven", "dropout", _("plekken die studenten opgaven"),
           _("Plekken van studenten die al geplaatst waren en zich in de periode terugtrokken."), "left"),
]  # fmt: skip

COUNTED = [*PARTNERS, *CHALLENGES, *LEAD_TIMES, *PROJECTS, *GOALS, *MONEY, *FOLLOWING, *DROPOUT]
BREAKDOWNS = [
    Breakdown("partners-soort", "partners", "kind", _("Partners per soort"), KIND.words),
    Breakdown("bedrijven-grootte", "bedrijven", "size", _("Bedrijven naar aantal medewerkers"), SIZE.words),
    Breakdown("bedrijven-gemeente", "bedrijven", "municipality", _("Bedrijven per gemeente")),
    Breakdown("bedrijven-sector", "bedrijven", "sector", _("Bedrijven per sector"), SECTOR.words),
    Breakdown("cofinanciering-kant", "cofinanciering", "side", _("Cofinanciering per kant"), lambda: SIDES),
    Breakdown("vervolg-soort", "projecten-afgerond", "follow_up", _("Hoe afgeronde projecten verdergaan"),
              lambda: FOLLOW_UPS),
]  # fmt: skip


def texts(figure: Figure) -> tuple[str, str]:
    """What a figure is called and what it counts, in the active language."""
    return _texts(get_language())[figure.key]


def group_words(breakdown: Breakdown) -> dict[str, str]:
    """What the codes of its groups mean, in the active language."""
    return _group_words(get_language())[breakdown.key]


@cache
def _texts(_language: str | None) -> dict[str, tuple[str, str]]:
    """Every figure is on the report, and its words are looked up once a language."""
    return {one.key: (str(one.label), str(one.definition)) for one in [*COUNTED, *PEOPLE]}


@cache
def _group_words(_language: str | None) -> dict[str, dict[str, str]]:
    return {one.key: {code: str(label) for code, label in one.words().items()} for one in BREAKDOWNS}
