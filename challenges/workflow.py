"""The life of a challenge and of an assignment. Only data; the mechanism is oil_portal.core.workflow."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from oil_portal.core.models import Side
from oil_portal.core.workflow import Term, Transition, Workflow


class ChallengeStatus(TextChoices):
    SUBMITTED = "submitted", _("Ingediend")
    RETURNED = "returned", _("Terug voor aanvulling")
    ACCEPTED = "accepted", _("Goedgekeurd")
    PUBLISHED = "published", _("Open voor studenten")
    RUNNING = "running", _("Team aan de slag")
    COMPLETED = "completed", _("Afgerond")
    DECLINED = "declined", _("Afgewezen")
    WITHDRAWN = "withdrawn", _("Ingetrokken")


PUBLIC = ("accepted", "published", "running", "completed")
EDITABLE = ("submitted", "returned", "accepted")
OPEN = ("submitted", "returned", "accepted", "published", "running")  # still ask something of their translator
WITH_PROJECTS = ("accepted", "published", "running", "completed")

ANSWER_DAYS = 5  # working days in which a company promises to answer a question


def _school_of(translator) -> tuple[str, object | None]:
    """The school where the translator teaches; nobody's as long as there is none."""
    taught = translator and translator.memberships.active().filter(role="teacher").select_related("partner__parent")
    found = taught.first() if taught is not None else None
    return Side.SCHOOL, found and found.partner.school


CHALLENGE = Workflow(
    "challenges.challenge",
    [
        Transition(
            "submit", ("returned",), "submitted", _("contactpersoon"), _("Dien in"),
            _("Vraagstuk ingediend"), "optional", _("Wil je de makelaar nog iets vertellen? Het hoeft niet."),
        ),
        Transition(
            "accept", ("submitted",), "accepted", _("makelaar"), _("Keur goed"), _("Vraagstuk goedgekeurd"),
            "optional", _("Het bedrijf leest dit."),
        ),
        Transition(
            "return", ("submitted",), "returned", _("makelaar"), _("Stuur terug"), _("Teruggestuurd met een opmerking"),
            "required", _("Schrijf wat er nog mist. Het bedrijf leest dit."),
        ),
        Transition(
            "decline", ("submitted", "returned", "accepted"), "declined", _("makelaar"), _("Wijs af"),
            _("Vraagstuk afgewezen"), "required", _("Schrijf waarom, en wat het bedrijf wel kan doen."),
        ),
        Transition(
            "withdraw", ("submitted", "returned", "accepted"), "withdrawn", _("contactpersoon"),
            _("Trek in"), _("Vraagstuk ingetrokken"), "optional", _("Wil je zeggen waarom? Het hoeft niet."),
        ),
        Transition(
            "publish", WITH_PROJECTS, "published", _("het portaal"), _("Open voor studenten"),
            _("Project geopend voor studenten"), system=True,
        ),
        Transition(
            "start", WITH_PROJECTS, "running", _("het portaal"), _("Start"), _("Een team is begonnen"), system=True
        ),
        Transition(
            "complete", WITH_PROJECTS, "completed", _("het portaal"), _("Rond af"), _("Vraagstuk afgerond"),
            system=True,
        ),
        Transition(
            "reopen", WITH_PROJECTS, "accepted", _("het portaal"), _("Heropen"), _("Terug naar goedgekeurd"),
            system=True,
        ),
    ],
    {
        "edit": _("Tekst gewijzigd"),
        "assign": _("Vertaler gekozen"),
        "hand_over": _("Vertaling overgedragen"),
        "remark": _("Opmerking bij de tekst"),
        "ask": _("Vraag aan het bedrijf"),
        "answer": _("Antwoord van het bedrijf"),
    },
    [
        (_("Ingediend"), ("submitted", "returned", "declined", "withdrawn")),
        (_("Goedgekeurd"), ("accepted",)),
        (_("Open voor studenten"), ("published",)),
        (_("Aan de slag"), ("running",)),
        (_("Afgerond"), ("completed",)),
    ],
    {
        "submitted": _("De makelaar kijkt of het vraagstuk past."),
        "returned": _("Het bedrijf vult het vraagstuk aan."),
        "accepted": _("Een docent maakt er een opdracht van."),
        "published": _("Studenten kunnen zich aanmelden."),
        "running": _("Een team werkt aan het antwoord."),
    },
    {
        "submitted": Term(lambda _challenge: (Side.BROKER, None), ("accept", "return", "decline"), 5),
        "returned": Term(lambda challenge: (Side.COMPANY, challenge.partner), ("submit", "withdraw"), 10),
        "accepted": Term(lambda challenge: _school_of(challenge.translator), ("write", "publish"), 10),
    },
)  # fmt: skip


class AssignmentStatus(TextChoices):
    DRAFT = "draft", _("In de maak")
    SENT = "sent", _("Wacht op akkoord")
    CHANGE_REQUESTED = "change_requested", _("Wijziging gevraagd")
    AGREED = "agreed", _("Akkoord")


WRITABLE = ("draft", "change_requested")

ASSIGNMENT = Workflow(
    "challenges.assignment",
    [
        Transition(
            "send", WRITABLE, "sent", _("vertaler"), _("Stuur naar het bedrijf"), _("Opdracht gestuurd voor akkoord"),
            "optional", _("Het bedrijf leest dit bij de opdracht."),
        ),
        Transition(
            "agree", ("sent",), "agreed", _("contactpersoon"), _("Ga akkoord"), _("Bedrijf is akkoord"), "optional"
        ),
        Transition(
            "ask_change", ("sent",), "change_requested", _("contactpersoon"), _("Vraag een wijziging"),
            _("Bedrijf vraagt een wijziging"), "required", _("Schrijf wat er anders moet. De docent leest dit."),
        ),
        Transition(
            "revise", ("agreed",), "draft", _("vertaler"), _("Maak een nieuwe versie"), _("Nieuwe versie begonnen"),
            "optional", _("Na een nieuwe versie vraag je het bedrijf opnieuw om akkoord."),
        ),
        Transition(
            "lapse", ("sent",), "draft", _("het portaal"), _("Terug naar de docent"),
            _("Terug naar de docent: het bedrijf antwoordde niet"), system=True,
        ),
    ],
    {"write": _("Opdracht begonnen"), "edit": _("Opdracht gewijzigd"), "link": _("Leerdoel gekoppeld"),
     "unlink": _("Leerdoel losgemaakt"), "remark": _("Opmerking bij de opdracht")},
    [
        (_("In de maak"), ("draft", "change_requested")),
        (_("Wacht op akkoord"), ("sent",)),
        (_("Akkoord"), ("agreed",)),
    ],
    {
        "draft": _("De docent schrijft de opdracht."),
        "sent": _("Het bedrijf leest de opdracht."),
        "change_requested": _("De docent past de opdracht aan."),
        "agreed": _("De docent opent een project."),
    },
    {
        "draft": Term(lambda assignment: _school_of(assignment.challenge.translator), ("send",), 15),
        "sent": Term(lambda assignment: (Side.COMPANY, assignment.challenge.partner), ("agree", "ask_change"), 5),
        "change_requested": Term(lambda assignment: _school_of(assignment.challenge.translator), ("send",), 10),
    },
)  # fmt: skip

# A question has no status of its own: it is asked, and then it is answered.
QUESTION = Workflow(
    "challenges.question",
    [],
    {"ask": _("Vraag aan het bedrijf"), "answer": _("Antwoord van het bedrijf"),
     "lapse": _("Het bedrijf antwoordde niet op tijd")},
    terms={"asked": Term(lambda question: (Side.COMPANY, question.challenge.partner), ("answer",), ANSWER_DAYS)},
)  # fmt: skip


class CallStatus(TextChoices):
    SENT = "sent", _("Verstuurd")


CALL = Workflow("challenges.call", [], {"call": _("Oproep: jullie vraag is welkom")})
