"""The four steps of a draft. Every answer keeps what was typed first, and judges it afterwards."""

from dataclasses import dataclass
from functools import partial

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.signing import BadSignature, Signer
from django.http import Http404, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from challenges.forms.draft import JUDGES, SENDER, STEPS, SenderForm, as_data, errors_by_step
from challenges.models import Challenge, Draft
from challenges.models.draft import new_token
from challenges.services import draft as drafts
from challenges.views.common import challenge_for, need
from oil_portal.core.views import attempt
from partners import roles
from partners.models import Partner
from partners.workflow import LIVE_PARTNER

FIRST, LAST = next(iter(STEPS)), list(STEPS)[-1]
fresh = Signer(salt="challenges.draft")  # signs the token of a draft that is only begun when something is typed


def actor_of(request):
    return request.user if request.user.is_authenticated else None


def draft_for(request, token: str) -> Draft:
    """The draft behind a token; one that the page itself handed out and that nobody saved yet is begun.

    Http404 when the reader may not write it.
    """
    draft = Draft.objects.select_related("partner", "challenge", "author", "saved_by").filter(token=token).first()
    if draft is None:
        try:
            begun = fresh.unsign(request.POST.get("fresh", "")) == token
        except BadSignature:
            begun = False
        if not begun:
            raise Http404
        draft = drafts.begin(actor=actor_of(request), token=token)
    elif draft.author_id is None and request.user.is_authenticated:
        drafts.take(draft=draft, actor=request.user)
    if not drafts.may_write(draft, actor_of(request)):
        raise Http404
    return draft


# --- Beginning --------------------------------------------------------------------------------------------------
@login_not_required
@never_cache
def add(request):
    """The first step of a draft that is begun when something is typed; nothing is written before."""
    draft = drafts.begin(actor=actor_of(request), token=new_token())
    return show(request, draft, FIRST)


def edit(request, pk: int):
    """Change a challenge that was handed in, in the same four steps."""
    challenge = challenge_for(request.user, pk)
    if challenge.status not in ("submitted", "returned", "accepted"):
        need(request.user, "challenges.withdraw_challenge", challenge)
        messages.error(request, _("Er loopt een project. De tekst kan nu niet meer veranderen."))
        return redirect(challenge)
    need(request.user, "challenges.edit_challenge", challenge)
    return redirect(drafts.begin_edit(challenge=challenge, actor=request.user))


@require_POST
def copy(request, pk: int):
    """Ask the next question, filled in from this one."""
    draft = drafts.begin_copy(challenge=challenge_for(request.user, pk), actor=request.user)
    messages.success(request, _("Dit is een kopie. Pas aan wat anders is."))
    return redirect(draft)


# --- The steps --------------------------------------------------------------------------------------------------
@login_not_required
@never_cache
def draft(request, token: str):
    """Go on where it stopped: the first step in which something is missing."""
    found = draft_for(request, token)
    wrong = errors_by_step(found.values)
    return redirect("challenges:draft_step", token, next(iter(wrong), LAST) if found.version else FIRST)


def as_sent(request) -> dict:
    """The arguments of `drafts.save` that stand in a POST."""
    return {"now": drafts.typed(request.POST), "was": drafts.typed(request.POST, prefix="initial-")}


@login_not_required
@never_cache
def step(request, token: str, step: str):
    """Show a step; on POST keep it and go where the button leads, when nothing clashes and nothing is wrong."""
    if step not in STEPS:
        raise Http404
    found = draft_for(request, token)
    if request.method != "POST":
        return show(request, found, step)
    saved = drafts.save(draft=found, actor=actor_of(request), **as_sent(request))
    if saved.clashes:
        return show(request, saved.draft, step, clashes=saved.clashes)
    goal = request.POST.get("go", "")
    if goal in STEPS and list(STEPS).index(goal) <= list(STEPS).index(step):
        return redirect("challenges:draft_step", found.token, goal)  # back, or stay: nothing is judged
    if goal == "later":
        return left(request, found)
    if step == LAST:
        return finish(request, found)
    if errors_by_step(found.values).get(step):
        return show(request, found, step, judged=True)
    return redirect("challenges:draft_step", found.token, after(step))


def after(step: str) -> str:
    return list(STEPS)[list(STEPS).index(step) + 1]
