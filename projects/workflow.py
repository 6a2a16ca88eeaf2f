"""The life of a project and of all that belongs to one. Only data; the mechanism is oil_portal.core.workflow."""

from datetime import timedelta

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from oil_portal.core.models import Side
from oil_portal.core.workflow import Term, Transition, Workflow

DECISION_DAYS = 14  # after the closing date; then the portal answers in the teacher's place


class ProjectStatus(TextChoices):
    OPEN = "open", _("Open voor aanmelding")
    RUNNING = "running", _("Aan de slag")
    CONFIRMING = "confirming", _("Wordt afgerond")
    COMPLETED = "completed", _("Afgerond")
    CANCELLED = "cancelled", _("Gesloten zonder team")


LED = ("open", "running", "confirming")  # still ask something of their coach
OVER = ("completed", "cancelled")
WITH_TEAM = ("running", "confirming", "completed")
AT_WORK = ("running", "confirming")
WRAPPING_UP = ("confirming", "completed")  # goals are confirmed, what came of it is told

PROJECT = Workflow(
    "projects.project",
    [
        Transition(
            "start", ("open",), "running", _("docent"), _("Start met dit team"), _("Team begonnen"), "optional",
            _("Aanmelden kan daarna niet meer. Wie nog geen antwoord heeft, krijgt nu bericht."),
        ),
        Transition(
            "cancel", ("open",), "cancelled", _("docent"), _("Sluit zonder team"), _("Gesloten zonder team"),
            "required", _("Alle aanmelders en het bedrijf lezen dit."),
        ),
        Transition(
            "wrap_up", ("running",), "confirming", _("docent"), _("Begin met afronden"), _("Afronden begonnen"),
            "optional", _("Student, docent en bedrijf zeggen daarna welke leerdoelen zijn behaald."),
        ),
        Transition(
            "complete", ("confirming",), "completed", _("docent"), _("Rond af"), _("Project afgerond"), "optional",
            _("Iedereen kan dan de uitkomst lezen. Leerdoelen bevestigen kan daarna nog."),
        ),
    ],
    {
        "open": _("Project geopend"),
        "edit": _("Project gewijzigd"),
        "hand_over": _("Begeleiding overgedragen"),
        "confirm": _("Leerdoelen bevestigd"),
        "outcome": _("Uitkomst vastgelegd"),
        "matched": _("Team uit de matchronde"),
        "unmatched": _("Geen team in de matchronde"),
        "open_contact": _("Contact met het team geopend"),
        "member_left": _("Een teamlid is vertrokken"),
        "feedback": _("Feedback gegeven"),
        "thank": _("Bedankt door het bedrijf"),
        "ask_later": _("Wat is ervan geworden?"),
        "answer_later": _("Het bedrijf vertelt wat ervan werd"),
    },
    [
        (_("Open"), ("open", "cancelled")),
        (_("Aan de slag"), ("running",)),
        (_("Afronden"), ("confirming",)),
        (_("Afgerond"), ("completed",)),
    ],
    {
        "open": _("Studenten melden zich aan. De docent kiest het team."),
        "running": _("Het team werkt aan het antwoord."),
        "confirming": _("Student, docent en bedrijf bevestigen de leerdoelen."),
    },
)  # fmt: skip


class ApplicationStatus(TextChoices):
    SUBMITTED = "submitted", _("Ingediend")
    PLACED = "placed", _("Geplaatst")
    DECLINED = "declined", _("Niet geplaatst")
    WITHDRAWN = "withdrawn", _("Ingetrokken")


LIVE_APPLICATION = ("submitted", "placed")

APPLICATION = Workflow(
    "projects.application",
    [
        Transition(
            "place", ("submitted",), "placed", _("docent"), _("Plaats in het team"), _("Geplaatst in het team"),
            "optional", _("De student leest dit."),
        ),
        Transition(
            "decline", ("submitted",), "declined", _("docent"), _("Wijs af"), _("Niet geplaatst"), "required",
            _("Schrijf waarom, en wat de student nu kan doen. De student leest dit."),
        ),
        Transition(
            "unseat", ("placed",), "declined", _("docent"), _("Haal uit het team"), _("Uit het team gehaald"),
            "required", _("Schrijf waarom, en wat de student nu kan doen. De student leest dit."),
        ),
        Transition(
            "withdraw", LIVE_APPLICATION, "withdrawn", _("student"), _("Trek je aanmelding in"),
            _("Aanmelding ingetrokken"), "optional", _("Wil je zeggen waarom? Het hoeft niet."),
        ),
        Transition(
            "match", ("submitted",), "placed", _("het portaal"), _("Plaats"), _("Geplaatst in de matchronde"),
            system=True,
        ),
        Transition(
            "release", LIVE_APPLICATION, "declined", _("het portaal"), _("Beantwoord"), _("Niet geplaatst"),
            system=True,
        ),
    ],
    {"apply": _("Aangemeld")},
    [
        (_("Ingediend"), ("submitted", "withdrawn")),
        (_("Antwoord"), ("placed", "declined")),
    ],
    {"submitted": _("De docent kiest het team.")},
    {
        "submitted": Term(
            lambda application: (Side.SCHOOL, application.project.run.module.school),
            ("place", "decline", "match", "release"),
            until=lambda application: application.project.closing_date + timedelta(days=DECISION_DAYS),
        )
    },
)  # fmt: skip


class RoundStatus(TextChoices):
    DRAFT = "draft", _("In voorbereiding")
    OPEN = "open", _("Studenten kiezen")
    CLOSED = "closed", _("Teams worden gemaakt")
    PUBLISHED = "published", _("Gepubliceerd")
    CANCELLED = "cancelled", _("Gaat niet door")


LIVE_ROUND = ("draft", "open", "closed")

ROUND = Workflow(
    "projects.matchinground",
    [
        Transition(
            "open", ("draft",), "open", _("coördinator"), _("Laat studenten kiezen"), _("Kiezen is begonnen"), "",
            _("Alle studenten die mogen meedoen krijgen bericht."),
        ),
        Transition(
            "close", ("open",), "closed", _("coördinator"), _("Sluit het kiezen"), _("Kiezen is gesloten"), "optional",
            _("Studenten kunnen hun keuzes daarna niet meer wijzigen. Het portaal berekent meteen een voorstel."),
        ),
        Transition(
            "reopen", ("closed",), "open", _("coördinator"), _("Laat studenten weer kiezen"), _("Kiezen is heropend"),
            "optional", _("Zet eerst een nieuwe sluitdatum. Studenten krijgen bericht."),
        ),
        Transition(
            "publish", ("closed",), "published", _("coördinator"), _("Publiceer"), _("Teams gepubliceerd"), system=True,
        ),
        Transition(
            "cancel", LIVE_ROUND, "cancelled", _("coördinator"), _("Blaas de ronde af"), _("Ronde afgeblazen"),
            "required", _("Studenten die mogen meedoen lezen dit. De projecten staan daarna weer gewoon open."),
        ),
    ],
    {
        "make": _("Ronde gemaakt"),
        "edit": _("Ronde gewijzigd"),
        "rules": _("Regels gewijzigd"),
        "choices_changed": _("Een project is gewijzigd"),
        "remind": _("Kies je projecten"),
        "repair": _("Teams hersteld"),
        "late": _("De teams zijn vandaag niet gepubliceerd"),
    },
    [
        (_("Voorbereiden"), ("draft", "cancelled")),
        (_("Kiezen"), ("open",)),
        (_("Voorstel"), ("closed",)),
        (_("Gepubliceerd"), ("published",)),
    ],
    {
        "draft": _("De coördinator kiest projecten en regels."),
        "open": _("Studenten kiezen hun projecten."),
        "closed": _("De coördinator kiest een voorstel en publiceert."),
        "published": _("De teams zijn bekend. Iedereen heeft antwoord."),
    },
)  # fmt: skip


class ContributionStatus(TextChoices):
    STATED = "stated", _("Opgegeven")
    CONFIRMED = "confirmed", _("Bevestigd")
    DISPUTED = "disputed", _("Betwist")


def _other_side(given) -> tuple[str, object]:
    """Who answers what was given: the school what the company states, and the other way round."""
    if given.side == Side.COMPANY:
        return Side.SCHOOL, given.project.run.module.school
    return Side.COMPANY, given.project.challenge.partner


CONTRIBUTION = Workflow(
    "projects.contribution",
    [
        Transition(
            "confirm", ("stated", "disputed"), "confirmed", _("de andere kant"), _("Bevestig"), _("Bijdrage bevestigd"),
        ),
        Transition(
            "dispute", ("stated",), "disputed", _("de andere kant"), _("Dit klopt niet"), _("Bijdrage betwist"),
            "required", _("Wat klopt er niet? Wie het opgaf leest dit, en kan het verbeteren of weghalen."),
        ),
        Transition(
            "reopen", ("confirmed",), "disputed", _("de andere kant"), _("Toch niet goed"),
            _("Bevestiging teruggenomen"), "required",
            _("Wat klopt er niet? Wie het opgaf leest dit, en kan het verbeteren of weghalen."),
        ),
        Transition(
            "correct", ("stated", "disputed"), "stated", _("wie het opgaf"), _("Verbeter"), _("Bijdrage verbeterd")
        ),
    ],
    {"give": _("Bijdrage opgegeven")},
    [
        (_("Opgegeven"), ("stated", "disputed")),
        (_("Bevestigd"), ("confirmed",)),
    ],
    {
        "stated": _("De andere kant bevestigt dit."),
        "disputed": _("Wie het opgaf verbetert dit of haalt het weg."),
    },
    {"stated": Term(_other_side, ("confirm", "dispute"), 10)},
)  # fmt: skip
