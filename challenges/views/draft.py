"""The four steps of a draft. Every answer keeps what was typed first, and judges it afterwards."""

from urllib.parse import urlencode

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import ValidationError
from django.core.signing import BadSignature
from django.db.models import QuerySet
from django.http import Http404, JsonResponse
from django.shortcuts import redirect
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from challenges.forms.draft import STEPS, errors_by_step
from challenges.models import Draft
from challenges.models.draft import new_token
from challenges.services import draft as drafts
from challenges.services.attachment import attach
from challenges.views.common import challenge_for, need
from challenges.views.draft_page import (
    FIRST,
    LAST,
    REVIEW_DAYS,
    WITH_FILES,
    aside_of,
    check_of,
    fresh,
    is_on_behalf,
    own_partners,
    saved_at,
    show,
    shown,
)
from challenges.workflow import EDITABLE
from oil_portal.core import clock
from oil_portal.core.prepared import Text, prepared
from partners.limits import limited

LEFT_HERE = "draft"  # in the session of a visitor: the draft that this browser last wrote in


def actor_of(request):
    return request.user if request.user.is_authenticated else None


def draft_for(request, token: str) -> Draft:
    """The draft behind a token; one that the page itself handed out and that nobody saved yet is begun.

    Http404 when the reader may not write it.
    """
    draft = known(token)
    if draft is None:
        try:
            begun = fresh.unsign(request.POST.get("fresh", "")) == token
        except BadSignature:
            begun = False
        if not begun:
            raise Http404
        draft = drafts.begin(actor=actor_of(request), token=token)
        if not request.user.is_authenticated:
            request.session[LEFT_HERE] = token
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
    left_here = Draft.objects.filter(token=request.session.get(LEFT_HERE, ""), author=None, written_by=None).first()
    return show(request, draft, FIRST, left_here=left_here)


def edit(request, pk: int):
    """Change a challenge that was handed in, in the same four steps."""
    challenge = challenge_for(request.user, pk)
    if challenge.status not in EDITABLE:
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
def door(request, found: Draft | None):
    """To the log-in, for who is no longer logged in or came by the mail to a company; None when all is well."""
    if request.user.is_authenticated or found is None or drafts.may_write(found, None):
        return None
    request.session["continue_at"] = found.get_absolute_url()  # a new account comes back here (partners.accounts)
    return redirect(f"{reverse('account_login')}?next={found.get_absolute_url()}")


def known(token: str) -> Draft | None:
    return next(iter(_with_token(Text(token))), None)


@prepared
def _with_token(token: Text) -> QuerySet[Draft]:
    return Draft.objects.filter(token=token).select_related("partner", "challenge", "author", "saved_by")


@login_not_required
@never_cache
def draft(request, token: str):
    """Go on where it stopped: the first step in which something is missing."""
    if away := door(request, known(token)):
        return away
    found = draft_for(request, token)
    request.session.pop("continue_at", None)
    wrong = errors_by_step(found.values)
    return redirect("challenges:draft_step", token, next(iter(wrong), LAST) if found.version else FIRST)


def as_sent(request) -> dict:
    """The arguments of `drafts.save` that stand in a POST."""
    return {"now": drafts.typed(request.POST), "was": drafts.typed(request.POST, prefix="initial-")}


@login_not_required
@never_cache
@limited("draft")
def step(request, token: str, step: str):
    """Show a step; on POST keep it, and go where the button leads when nothing clashes and nothing is wrong."""
    if step not in STEPS:
        raise Http404
    if away := door(request, known(token)):
        return away
    found = draft_for(request, token)
    if request.method != "POST":
        return show(request, found, step, judged="nagekeken" in request.GET)
    sent, go = as_sent(request), request.POST.get("go", "")
    for name in request.POST.getlist("take"):  # the other version wins: ours is left out
        sent["now"].pop(name, None)
    saved = drafts.save(draft=found, actor=actor_of(request), **sent)
    refused = attach_all(request, found) if step == WITH_FILES else []
    if saved.clashes or refused:
        return show(request, saved.draft, step, clashes=saved.clashes, refused=refused)
    if "take" in request.POST:
        go = step
    return leave(request, found, step, go)


def attach_all(request, found: Draft) -> list[str]:
    """Keep the files that came with a step; the sentences about those that were refused."""
    refused = []
    for upload in request.FILES.getlist("attachment"):
        try:
            attach(draft=found, actor=actor_of(request), upload=upload)
        except ValidationError as error:
            refused += [f"{upload.name}: {message}" for message in error.messages]
    return refused


def leave(request, found: Draft, step: str, go: str):
    """Where the button of a step leads; only going on judges what was typed."""
    steps = list(STEPS)
    if go == "later":
        return left(request, found)
    straight = found.challenge_id and go == LAST  # a change of one field does not walk through all steps
    if go in steps and (straight or steps.index(go) <= steps.index(step)):
        return redirect("challenges:draft_step", found.token, go)
    if step == LAST:
        return finish(request, found)
    if errors_by_step(found.values).get(step):
        return show(request, found, step, judged=True)
    return redirect("challenges:draft_step", found.token, steps[steps.index(step) + 1])


def left(request, found: Draft):
    """Later: say where the draft waits."""
    if request.user.is_authenticated:
        messages.success(request, _("Je concept is bewaard. Je vindt het op je startpagina."))
        return redirect("start")
    address = request.build_absolute_uri(found.get_absolute_url())
    told = _(
        "Je concept is bewaard. Op dit apparaat vind je het terug bij ‘Plaats een vraagstuk’. "
        "Op een ander apparaat gebruik je dit adres: %(address)s"
    )
    messages.success(request, told % {"address": address})
    return redirect("challenges:draft_step", found.token, FIRST)


# --- Saving in the background -----------------------------------------------------------------------------------
@login_not_required
@require_POST
@limited("draft")
def save(request, token: str):
    """Keep what was typed and answer JSON: when, what stands beside the form now, and what clashes.

    401 when the reader is no longer logged in: the page then keeps the text itself.
    """
    if door(request, known(token)):
        return JsonResponse({"login": f"{reverse('account_login')}?next={request.POST.get('here', '')}"}, status=401)
    found = draft_for(request, token)
    saved = drafts.save(draft=found, actor=actor_of(request), **as_sent(request))
    answer = {
        "saved": saved_at(saved.draft),
        "version": saved.draft.version,
        "aside": render_to_string("challenges/draft_aside.html", {"draft": found, **aside_of(found)}, request),
        "clashes": {name: shown(theirs) for name, (theirs, _ours) in saved.clashes.items()},
    }
    return JsonResponse(answer, status=409 if saved.clashes else 200)


# --- Handing in, sharing, throwing away -------------------------------------------------------------------------
def finish(request, found: Draft):
    """Hand in what is complete; a visitor makes an account first, a broker or teacher sends it to the company."""
    chosen_partner(request, found)
    if errors_by_step(found.values) or not sender_is_known(request, found):
        return show(request, found, LAST, judged=True)
    if is_on_behalf(found, request.user):
        drafts.invite_company(draft=found, actor=request.user)
        messages.success(request, _("Het bedrijf krijgt een mail. Daar dient iemand het vraagstuk in."))
        return redirect("challenges:draft_step", found.token, LAST)
    if not request.user.is_authenticated:
        request.session["continue_at"] = found.get_absolute_url()
        return redirect(f"{reverse('account_signup')}?{urlencode({'email': found.email})}")
    had_challenge = found.challenge_id
    challenge = drafts.finish(draft=found, actor=request.user)
    if had_challenge and challenge.status != "submitted":
        messages.success(request, _("Je tekst is gewijzigd."))
    else:
        until = date_format(clock.working_days_after(clock.today(), REVIEW_DAYS), "j F")
        messages.success(
            request, _("Je vraagstuk is ingediend. Je hoort uiterlijk %(day)s van de makelaar.") % {"day": until}
        )
    return redirect(challenge)


def chosen_partner(request, found: Draft) -> None:
    """Keep the organisation that somebody with several chose on the last step."""
    wanted = request.POST.get("partner", "")
    for partner in own_partners(request.user):
        if str(partner.pk) == wanted:
            drafts.choose_partner(draft=found, actor=request.user, partner=partner)


def sender_is_known(request, found: Draft) -> bool:
    """Whether it is clear for whom this is, or can be made so from what was typed."""
    if found.challenge_id or found.partner_id:
        return True
    form = check_of(request, found, judged=True)["form"]
    return form is not None and form.is_valid()


@require_POST
def share(request, token: str):
    """Let colleagues write along, or no longer."""
    found = draft_for(request, token)
    shared = request.POST.get("shared") == "1"
    drafts.share(draft=found, actor=request.user, shared=shared)
    told = _("Je collega's kunnen nu meeschrijven.") if shared else _("Alleen jij ziet dit concept nu.")
    messages.success(request, told)
    return redirect("challenges:draft_step", token, LAST)


@login_not_required
@require_POST
def discard(request, token: str):
    """Throw a draft away, after a second press (the page's <details>)."""
    drafts.discard(draft=draft_for(request, token), actor=actor_of(request))
    messages.success(request, _("Het concept is weggegooid."))
    return redirect("start" if request.user.is_authenticated else "home")
