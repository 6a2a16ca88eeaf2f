"""Pages of challenges: fetch what the reader may see, validate, call one service, answer."""

from functools import partial
from itertools import starmap
from typing import NamedTuple

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied
from django.db.models import Exists, OuterRef, QuerySet
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from challenges import services
from challenges.filters import ChallengeFilter
from challenges.forms.challenge import AcceptForm, TranslatorForm
from challenges.forms.talk import AnswerForm, AskForm, RemarkForm
from challenges.marks import marked
from challenges.models import Assignment, Challenge, Question, Remark
from challenges.models.draft import attachments_of, read_attachments
from challenges.permissions import is_following, is_in_team, is_owner, is_teacher_somewhere
from challenges.services.talk import ASKABLE, look
from challenges.views.common import challenge_for, need, posted, read_goals_and_projects, taught, under
from challenges.workflow import EDITABLE, PUBLIC
from oil_portal.core import clock
from oil_portal.core import views as core
from oil_portal.core.models import words
from oil_portal.core.prepared import address, ahead, prepared
from oil_portal.core.promises import with_promise
from oil_portal.core.rows import join
from oil_portal.core.templatetags.course import waiting
from oil_portal.core.templatetags.parts import status_word
from oil_portal.core.timeline import course
from oil_portal.core.views import Leaves, Pages, attempt
from oil_portal.core.workflow import available
from partners import roles
from partners.filters import listed
from partners.models import Membership

CARDS, ROWS = 12, 25


# --- Lists ------------------------------------------------------------------------------------------------------
@login_not_required
def catalogue(request):
    """Every challenge that the brokers accepted, newest first or best match first."""
    found, page_obj = listed(ChallengeFilter, request, CARDS)
    return render(request, "challenges/challenge_list.html", {"filter": found, "page_obj": page_obj})


def queue(request):
    """What waits for a broker: the review, oldest first, and challenges that no teacher has yet."""
    need(request.user, "challenges.accept_challenge")
    pages = Pages(Leaves(_waiting, None, "submitted"), ROWS)
    pages.count = _all_waiting.count("submitted")  # brokers are told how many wait, however many
    page_obj = pages.asked(request)
    page_obj.object_list = tuple(starmap(waits, page_obj))
    context = {
        "page_obj": page_obj,
        "untranslated": tuple(starmap(waits, _waiting("unclaimed", 0, ROWS))),
        "untranslated_count": _all_waiting.count("unclaimed"),
    }
    return render(request, "challenges/challenge_queue.html", context)


class Waits(NamedTuple):
    """A challenge in a queue, as `_waiting` says; `days` are whole days since it was handed in, or else begun."""

    pk: int
    title: str
    question: str
    theme: str
    partner_pk: int
    partner: str
    standing: str
    days: int

    @property
    def url(self) -> str:
        return address("challenges:detail", self.pk)

    @property
    def partner_url(self) -> str:
        return address("partners:detail", self.partner_pk)

    @property
    def about(self) -> str:
        return words(Challenge, "theme")[self.theme]


def waits(*row) -> Waits:
    *told, submitted, created = row
    return Waits(*told, (clock.today() - clock.day_of(submitted or created)).days)  # as the work lists count


@prepared
def _waiting(queue: str, first: int, many: int) -> QuerySet:
    """Those of a queue, `submitted` or `unclaimed`."""
    found = getattr(Challenge.objects, queue)().values_list(
        "pk", "title", "question", "theme", "partner", "partner__name", "partner__status", "submitted_at", "created_at"
    )
    return found[first : first + many]


@prepared
def _all_waiting(queue: str) -> QuerySet:
    return getattr(Challenge.objects, queue)().order_by().values("pk")


# --- One challenge ----------------------------------------------------------------------------------------------
@login_not_required
def detail(request, pk: int):
    """The challenge for everybody; with the timeline, the assignments and what to do for the sides."""
    challenge = challenge_for(request.user, pk)
    look(challenge=challenge, student=request.user)
    return page(request, challenge)


def page(request, challenge: Challenge, *, status: int = 200, **forms):
    """The page of a challenge; `forms` are those that were refused, with what was typed in them."""
    with ahead(*reads(request.user, challenge)):
        return _page(request, challenge, status, forms)


def reads(user, challenge: Challenge) -> list[tuple]:
    """What the page of a challenge is going to ask for sure, for `ahead`."""
    pk = challenge.pk
    asks = [(_assignments, pk), (_questions, user, pk, Question.objects.all().sees_all(user, challenge))]
    if not challenge.confidential:
        asks.append((attachments_of, pk))
    if is_following(user, challenge):
        asks += [(_remarks, pk), course(challenge)]
    return asks


def _page(request, challenge: Challenge, status: int, forms: dict):
    user = request.user
    assignments = read_assignments(challenge)
    agreed = next((each for each in assignments if each.status == "agreed"), None)
    follows = is_following(user, challenge)
    newest = next(iter(assignments), None)
    context = {
        "challenge": challenge,
        "assignments": assignments if follows else [],
        "versions": tuple(map(Version.told, assignments)) if follows else (),
        "agreed": agreed,
        "goals": taught(agreed.links.all()) if agreed else (),
        "projects": under(assignments),
        "follows": follows,
        "owns": is_owner(user, challenge),
        "reads": user.has_perm("challenges.read_challenge", challenge) or is_in_team(user, challenge),
        "awaited": newest if challenge.status == "accepted" and newest else challenge,
    }
    if context["reads"]:
        read_attachments(challenge)
    context |= doors(user, challenge, assignments) | talk_of(user, challenge, follows=follows)
    return render(request, "challenges/challenge_detail.html", context | forms, status=status)


class Version(NamedTuple):
    """An assignment as the page of its challenge tells it; `waits` is who is to act now, "" once it has a project."""

    url: str
    title: str
    status: str
    version: int
    waits: str

    @classmethod
    def told(cls, one: Assignment) -> "Version":
        waits = "" if one.status == "agreed" and one.projects.all() else waiting(one)
        return cls(one.get_absolute_url(), one.title, status_word(one), one.version, str(waits))


def read_assignments(challenge: Challenge) -> list[Assignment]:
    """Its assignments with their goals and projects; three queries."""
    assignments = _assignments(challenge.pk)
    join([challenge], "assignments", assignments, "challenge_id")
    read_goals_and_projects(assignments)
    return assignments


@prepared
def _assignments(challenge: int) -> QuerySet[Assignment]:
    return Assignment.objects.filter(challenge=challenge)


@prepared
def _remarks(challenge: int) -> QuerySet[Remark]:
    return Remark.objects.filter(challenge=challenge, assignment=None).select_related("author")


@prepared
def _questions(user, challenge: int, sees_all: bool) -> QuerySet[Question]:
    teaching = Membership.objects.active().filter(user=OuterRef("asker"), role=roles.TEACHER)
    asked = Question.objects.filter(challenge=challenge)
    seen = asked if sees_all else asked.public_or_of(user)
    return with_promise(seen).annotate(by_teacher=Exists(teaching)).select_related("asker", "answered_by")


def talk_of(user, challenge: Challenge, *, follows: bool) -> dict:
    """Remarks with the texts they mark, questions with their answers, and the forms that this reader has."""
    may = partial(user.has_perm, obj=challenge)
    remarks = _remarks(challenge.pk) if follows else []
    for each in remarks:
        each.challenge = challenge
    quotes = {name: {each.pk: each.quote for each in remarks if each.field == name and not each.done_at}
              for name in ("question", "why")}  # fmt: skip
    questions = _questions(user, challenge.pk, Question.objects.all().sees_all(user, challenge))
    return {
        "remarks": remarks,
        "marked": {name: marked(getattr(challenge, name), found) for name, found in quotes.items()},
        "questions": questions,
        "remark_form": RemarkForm() if challenge.status in EDITABLE and may("challenges.remark_challenge") else None,
        "ask_form": AskForm() if challenge.status in ASKABLE and may("challenges.ask_challenge") else None,
        "answer_forms": {each.pk: AnswerForm(number=each.pk) for each in questions if not each.answered_at}
        if may("challenges.answer_challenge") else {},
    }  # fmt: skip


def doors(user, challenge: Challenge, assignments: list[Assignment]) -> dict:
    """What `user` can do now on the challenge's page."""
    status, may = challenge.status, partial(user.has_perm, obj=challenge)
    return {
        "signs": next((each for each in assignments if is_owner(user, challenge) and each.status == "sent"), None),
        "claims": is_teacher_somewhere(user) and may("challenges.claim_challenge"),
        "translates": status in PUBLIC and may("challenges.translate_challenge"),
        "assigns": status == "accepted" and may("challenges.assign_challenge"),
        "edits": status in EDITABLE and may("challenges.edit_challenge"),
        "hands_in": status == "returned",
        "acts": available(challenge, user),
        "accept_form": AcceptForm() if status == "submitted" and may("challenges.accept_challenge") else None,
    }


def act(request, pk: int, action: str):
    """Carry out one transition of a challenge."""
    challenge = challenge_for(request.user, pk)
    verbs = {
        "submit": partial(services.submit_challenge, challenge=challenge),
        "withdraw": partial(services.withdraw_challenge, challenge=challenge),
        "accept": partial(services.accept_challenge, challenge=challenge),
        "return": partial(services.turn_down_challenge, challenge=challenge, action="return"),
        "decline": partial(services.turn_down_challenge, challenge=challenge, action="decline"),
    }
    return core.act(request, challenge, action, verbs)


def accept(request, pk: int):
    """A broker accepts and may name the translator at once."""
    challenge = challenge_for(request.user, pk)
    need(request.user, "challenges.accept_challenge", challenge)
    form = AcceptForm(posted(request))
    if request.method == "POST" and form.is_valid():
        service = partial(services.accept_challenge, challenge=challenge, actor=request.user)
        if attempt(form, service, **form.cleaned_data):
            messages.success(request, _("Vraagstuk goedgekeurd."))
            return redirect("challenges:queue")
    context = {"form": form, "challenge": challenge}
    return render(request, "challenges/challenge_accept.html", context, status=422 if form.errors else 200)


def translator(request, pk: int):
    """A broker names the teacher who translates."""
    challenge = challenge_for(request.user, pk)
    need(request.user, "challenges.assign_challenge", challenge)
    form = TranslatorForm(posted(request), initial={"translator": challenge.translator_id})
    if request.method == "POST" and form.is_valid():
        service = partial(services.assign_translator, challenge=challenge, actor=request.user)
        if attempt(form, service, **form.cleaned_data):
            messages.success(request, _("De vertaler is gekozen."))
            return redirect(challenge)
    context = {"form": form, "challenge": challenge}
    return render(request, "challenges/challenge_translator.html", context, status=422 if form.errors else 200)


@require_POST
def claim(request, pk: int):
    """A teacher takes a challenge that nobody translates yet."""
    challenge = challenge_for(request.user, pk)
    if not is_teacher_somewhere(request.user):
        raise PermissionDenied
    services.assign_translator(challenge=challenge, actor=request.user, translator=request.user)
    messages.success(request, _("Je vertaalt dit vraagstuk. Begin maar met de opdracht."))
    return redirect(challenge)
