"""The verbs for what others do with a challenge: look, save it, remark on a passage, ask and answer."""

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import QuerySet
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from challenges.marks import find
from challenges.models import Assignment, Challenge, Interest, Question, Remark
from challenges.services.challenge import owners
from challenges.workflow import EDITABLE
from oil_portal.core import clock, promises
from oil_portal.core.prepared import prepared
from oil_portal.core.timeline import notify, record, take_back
from oil_portal.core.workflow import NotNow, Refusal, lock
from partners import roles
from partners.models import User

ASSIGNMENT_TEXTS = ("title", "summary", "text", "result")
REMARKED = ("title", "question", "why", "result")  # the texts of a challenge that a remark can be about
ASKABLE = ("accepted", "published", "running")
MOST_OPEN = 3  # questions of one person that wait at one challenge


@prepared
def interest_of(challenge: int, student: int) -> QuerySet[Interest]:
    return Interest.objects.filter(challenge=challenge, student=student)


# --- Interest ---------------------------------------------------------------------------------------------------
def look(*, challenge: Challenge, student: User) -> Interest | None:
    """Remember the first look of a student; returns their interest, None for who is no student.

    A count of looks is the one thing that reading a page writes.
    """
    if not roles.has(student, roles.STUDENT):
        return None
    if known := interest_of(challenge.pk, student.pk):
        return known[0]
    first = Interest(challenge=challenge, student=student)
    Interest.objects.bulk_create([first], ignore_conflicts=True)  # two windows may open at once
    return first


@transaction.atomic
def keep(*, challenge: Challenge, actor: User, saved: bool) -> None:
    """Save a challenge to come back to, or take it off the list."""
    if not roles.has(actor, roles.STUDENT):
        raise PermissionDenied
    look(challenge=challenge, student=actor)
    Interest.objects.filter(challenge=challenge, student=actor).update(saved_at=clock.now() if saved else None)


# --- Remarks ----------------------------------------------------------------------------------------------------
@transaction.atomic
def remark(*, challenge: Challenge, actor: User, field: str, text: str, quote: str = "") -> Remark:
    """A broker or the translator says something about a passage; the company finds it beside the field."""
    if not actor.has_perm("challenges.remark_challenge", challenge):
        raise PermissionDenied
    lock(challenge)
    if challenge.status not in EDITABLE:
        raise NotNow(_("De tekst ligt vast. Een opmerking helpt het bedrijf nu niet meer."))
    if field not in REMARKED:
        raise ValidationError({"field": _("Kies bij welke tekst je opmerking hoort.")})
    made = _remark(challenge, None, actor, field, text, quote)
    notify(record(challenge, "remark", actor=actor, remark=made.text), owners(challenge))
    return made


@transaction.atomic
def remark_on_assignment(*, assignment: Assignment, actor: User, field: str, text: str, quote: str = "") -> Remark:
    """The company, the translator or a broker says something about a passage of an assignment; both sides hear it."""
    if not actor.has_perm("challenges.remark_assignment", assignment):
        raise PermissionDenied
    lock(assignment)
    if assignment.status == "agreed":
        raise NotNow(_("Deze versie ligt vast. De docent kan een nieuwe versie maken."))
    if field not in ASSIGNMENT_TEXTS:
        raise ValidationError({"field": _("Kies bij welke tekst je opmerking hoort.")})
    made = _remark(assignment.challenge, assignment, actor, field, text, quote)
    people = [*owners(assignment.challenge), assignment.challenge.translator]
    notify(record(assignment, "remark", actor=actor, remark=made.text), people)
    return made


def _remark(challenge: Challenge, assignment: Assignment | None, actor: User, field: str, text: str, quote: str):
    """The remark on a passage that stands there; ValidationError when it does not."""
    quote = " ".join(quote.split())
    if quote and not find(getattr(assignment or challenge, field), quote):
        raise ValidationError({"quote": _("Deze woorden staan niet zo in de tekst. Kopieer ze, of laat dit leeg.")})
    made = Remark(challenge=challenge, assignment=assignment, author=actor, field=field, quote=quote, text=text.strip())
    made.full_clean()
    made.save()
    return made


@transaction.atomic
def handle_remark(*, remark: Remark, actor: User, done: bool = True) -> None:
    """Whose text it is says that something was done with a remark, or its writer takes it back; it may be undone."""
    if remark.assignment_id:
        handles = actor.has_perm("challenges.revise_assignment", remark.assignment)
    else:
        handles = actor.has_perm("challenges.withdraw_challenge", remark.challenge)
    if remark.author_id != actor.pk and not handles:
        raise PermissionDenied
    lock(remark)
    remark.done_at = clock.now() if done else None
    remark.save(update_fields=["done_at"])


# --- Questions --------------------------------------------------------------------------------------------------
@transaction.atomic
def ask(*, challenge: Challenge, actor: User, text: str) -> Question:
    """A student or teacher asks the company something; the company hears it at once."""
    if not actor.has_perm("challenges.ask_challenge", challenge):
        raise PermissionDenied
    lock(challenge)
    if challenge.status not in ASKABLE:
        raise NotNow(_("Bij dit vraagstuk kun je nu geen vragen stellen."))
    if challenge.partner.is_paused:
        day = date_format(challenge.partner.paused_until, "j F")
        raise Refusal(_("%(partner)s heeft het druk. Vragen kan weer na %(day)s.") % {
            "partner": challenge.partner, "day": day,
        })  # fmt: skip
    if challenge.questions.filter(asker=actor, answered_at=None).count() >= MOST_OPEN:
        raise Refusal(_("Er wachten al drie vragen van jou. Wacht eerst op een antwoord."))
    question = Question(challenge=challenge, asker=actor, text=text.strip())
    question.full_clean()
    question.save()
    record(challenge, "ask", actor=None, remark=question.text)  # the asker is nobody's business
    entry = record(question, "ask", actor=None, remark=question.text, to_status="asked")
    notify(entry, owners(challenge), mail=True, promise=promises.open_of(question))
    return question


@transaction.atomic
def answer_question(*, question: Question, actor: User, text: str, public: bool) -> Question:
    """The company answers, for everybody or for the asker alone; a later answer takes the place of the first."""
    if not actor.has_perm("challenges.answer_challenge", question.challenge):
        raise PermissionDenied
    lock(question)
    question.answer, question.public = text.strip(), public
    question.answered_by, question.answered_at = actor, clock.now()
    question.full_clean()
    question.save()
    if not question.answer:
        raise ValidationError({"answer": _("Schrijf je antwoord.")})
    promises.settle(question, "answer", actor=actor)
    take_back(question, "ask", "lapse")
    record(question.challenge, "answer", actor=actor, remark=question.answer if public else "")
    notify(record(question, "answer", actor=actor, remark=question.answer), [question.asker], mail=True)
    return question


@transaction.atomic
def let_question_lapse(*, question: Question) -> None:
    """The company let its term pass: it no longer waits on the company's list, and who asked hears whom to ask."""
    lock(question)
    if question.answered_at:
        return
    promises.settle(question, "lapse", actor=None)
    said = _("Het bedrijf antwoordde niet op tijd. Vraag het de begeleider van het project, of de docent.")
    notify(record(question, "lapse", actor=None, remark=said), [question.asker], mail=True)
    said = _("De student is naar de begeleider gestuurd. Een antwoord mag nog steeds.")
    notify(record(question, "late", actor=None, remark=said), owners(question.challenge))
