"""What a good assignment has before it goes to the company: advice for the translator, never a gate. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from challenges.writing import Point

LEAST_TEXT = 200  # characters
ROOM = 1.0  # of the study load of the module


@dataclass(frozen=True)
class Brief:
    """What the checklist looks at. `loads` are the study loads (hours) of modules that teach one of its goals."""

    title: str
    text: str
    result: str
    hours: int
    level: int
    goal_levels: Sequence[int]
    loads: Sequence[int]
    guidance_hours: int | None
    rights: str
    secrecy: bool
    confidential: bool


def points(brief: Brief) -> list[Point]:
    """The checklist in the order of the page: each point praises, or gives one tip."""
    checks = [
        ("one", brief.text.count("?") <= 1 and len(brief.text) >= LEAST_TEXT,
         _("De opdracht heeft één duidelijke vraag."), _question_tip(brief.text)),
        ("result", bool(brief.result.strip()), _("Er staat wat er aan het eind ligt."),
         _("Schrijf wat er aan het eind ligt. Iets dat je kunt laten zien.")),
        _hours(brief),
        _goals(brief),
        ("supervision", bool(brief.guidance_hours), ngettext(
            "Het bedrijf helpt %(hours)d uur per week.", "Het bedrijf helpt %(hours)d uur per week.",
            brief.guidance_hours or 0) % {"hours": brief.guidance_hours or 0},
         _("Vraag het bedrijf hoeveel uur per week iemand kan helpen.")),
        _terms(brief),
    ]  # fmt: skip
    return [Point(key, ok, good if ok else tip) for key, ok, good, tip in checks]


def _question_tip(text: str) -> str:
    if text.count("?") > 1:
        return _("Er staan meer vragen in. Kies er één: dan weet een team waar het aan begint.")
    return _("Schrijf wat meer: wat is het probleem, wat doet het team, en met wie?")


def _hours(brief: Brief) -> tuple[str, bool, str, str]:
    if not brief.loads:
        return ("hours", False, "", _("Geen enkele module heeft deze leerdoelen. Kijk of de uren kloppen."))
    most = max(brief.loads)
    good = _("%(hours)d uur past in een module van %(most)d uur.") % {"hours": brief.hours, "most": most}
    tip = _("%(hours)d uur past niet: de ruimste module met deze leerdoelen heeft %(most)d uur.")
    return ("hours", brief.hours <= ROOM * most, good, tip % {"hours": brief.hours, "most": most})


def _goals(brief: Brief) -> tuple[str, bool, str, str]:
    number, fitting = len(brief.goal_levels), sum(level == brief.level for level in brief.goal_levels)
    good = ngettext("Er is %(n)d leerdoel gekoppeld.", "Er zijn %(n)d leerdoelen gekoppeld.", number) % {"n": number}
    tip = _("Koppel leerdoelen. Drie tot acht is een goed aantal.")
    if number and not fitting:
        tip = _("Geen van de leerdoelen hoort bij het niveau van de opdracht. Controleer het niveau.")
    return ("goals", number > 0 and fitting > 0, good, tip)


def _terms(brief: Brief) -> tuple[str, bool, str, str]:
    """The company chose the terms; what needs a paper must be there before anybody applies."""
    needs = [_("een akte voor de rechten")] * (brief.rights == "deed")
    needs += [_("een verklaring van geheimhouding")] * brief.secrecy
    good = _("De afspraken over rechten en geheimhouding liggen vast.")
    tip = _("Regel dit voordat studenten zich aanmelden: %s.") % _(" en ").join(map(str, needs))
    return ("terms", not needs, good, tip)
