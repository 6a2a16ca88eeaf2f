"""The page behind the button in a mail: what is asked and by whom; a press answers. Reading it changes nothing."""

from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import override
from django.views.decorators.cache import never_cache

from oil_portal.answers import one_tap, token
from oil_portal.core.models import Promise
from oil_portal.core.workflow import Refusal
from oil_portal.sign_in import second_factor
from partners.limits import limited
from projects.models import Contribution


@login_not_required
@never_cache
@limited("answer")
def answer(request, token_: str):
    """Show (GET) or carry out (POST) an answer, as the person whom the mail was for."""
    found = token.read(token_)
    if found is None:
        raise Http404
    promise, user = found
    with override(user.language if user else request.LANGUAGE_CODE):
        return _answer(request, promise, user)


def _answer(request, promise: Promise, user) -> HttpResponse:
    if not promise.is_open:
        return _ended(request, promise, status=409 if request.method == "POST" else 200)
    if promise.kind not in one_tap.CHOICES or not second_factor.is_enough(request, user):
        return HttpResponseRedirect(promise.target.get_absolute_url())
    choices = one_tap.choices_for(promise, user)
    if not choices:
        raise PermissionDenied
    chosen = next((each for each in choices if each.action == request.POST.get("action")), None)
    if request.method != "POST" or chosen is None:
        return _page(request, promise, user, choices)
    form = chosen.fields(promise.target, request.POST)
    if form is not None and not form.is_valid():
        return _page(request, promise, user, choices, chosen, form)
    data = {"given": request.POST.getlist("given")} | (form.cleaned_data if form else {})
    return _carry_out(request, promise, user, choices, chosen, form, data)


def _carry_out(request, promise, user, choices, chosen, form, data) -> HttpResponse:
    """Who pressed twice, or was slower than a colleague, reads that it was answered."""
    try:
        chosen.service(promise.target, user, data)
    except Refusal as refusal:
        promise.refresh_from_db()
        if promise.is_open:
            return _page(request, promise, user, choices, chosen, form, refused=str(refusal))
        return _ended(request, promise, status=409)
    except ValidationError as error:
        if form is None:
            return _page(request, promise, user, choices, chosen, form, refused=" ".join(error.messages))
        form.add_error(None, error.messages)
        return _page(request, promise, user, choices, chosen, form)
    promise.refresh_from_db()
    return _ended(request, promise, done=True)


def _page(request, promise, user, choices, chosen=None, form=None, refused="") -> HttpResponse:
    obj = promise.target
    shown = [(each, form if each is chosen else each.fields(obj, None)) for each in choices]
    context = {
        "promise": promise,
        "object": obj,
        "reader": user,
        "choices": shown,
        "form": form,
        "refused": refused,
        "rows": list(one_tap.waiting_with(obj, user)) if isinstance(obj, Contribution) else [],
    }
    return render(request, "oil_portal/answer.html", context, status=422 if refused or form is not None else 200)


def _ended(request, promise: Promise, *, status: int = 200, done: bool = False) -> HttpResponse:
    """Why there is nothing to answer: it was answered, the term passed, or it was taken back."""
    if done:
        title = _("Dank je, je antwoord is binnen")
    elif promise.answered_at:
        title = _("Dit is al beantwoord")
    elif promise.lapsed_at:
        title = _("De termijn voor een antwoord is voorbij")
    else:
        title = _("Dit is niet meer nodig")
    return render(request, "oil_portal/answer_ended.html", {"promise": promise, "title": title}, status=status)
