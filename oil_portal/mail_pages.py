"""What a person chooses about the digest: preferences with a preview, and stopping it without a log-in."""

from csp.constants import NONE, SELF, UNSAFE_INLINE
from csp.decorators import csp_replace, csp_update
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core import signing
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.csrf import csrf_exempt

from oil_portal import digests
from oil_portal.core.mail import is_set_aside, took_mail
from oil_portal.forms import PreferencesForm
from partners.models import User
from partners.services import change_preferences

UNDO = "undo a stop"

# A mail carries its style in itself; in its own frame it may, and nothing in it may run.
as_mail = csp_replace({"style-src": [UNSAFE_INLINE], "script-src": [NONE], "frame-ancestors": [SELF]})


@csp_update({"frame-src": [SELF]})
def preferences(request):
    """Name, language and digest; beside it when the next mail leaves and what it says so far."""
    if request.method == "POST" and "address" in request.POST:
        took_mail([request.user.email])
        messages.success(request, _("We proberen je adres opnieuw."))
        return redirect("preferences")
    form = PreferencesForm(request.POST or None, instance=request.user)
    if request.method == "POST" and form.is_valid():
        change_preferences(user=request.user, **form.values)
        with translation.override(request.user.language):
            messages.success(request, _("Je voorkeuren zijn bewaard."))
        return redirect("preferences")
    if form.errors:  # the header shows the name as it is, not as it was mistyped
        request.user.refresh_from_db()
    context = {"form": form, "next": digests.preview(request.user), "set_aside": is_set_aside(request.user.email)}
    return render(request, "oil_portal/preferences.html", context, status=422 if form.errors else 200)


@never_cache
@xframe_options_sameorigin
@as_mail
def digest_preview(request):
    """The reader's own next digest, as their mail program would show it."""
    return HttpResponse(digests.preview(request.user).html)


@login_not_required
@csrf_exempt  # RFC 8058: mail programs post here without cookies; the token says who
def unsubscribe(request, token: str, topic: str = ""):
    """Ask (GET) or carry out (POST) the end of the digest, or of one topic; a button undoes it. Needs no log-in."""
    user, undo = _read(token), ""
    if topic and topic not in User.Topic.values:
        raise Http404
    if request.method == "POST" and "undo" in request.POST:
        _take_back(user, request.POST["undo"])
    elif request.method == "POST":
        undo = _stop(user, topic)
    stopped = topic in user.digest_off if topic else bool(undo)
    label = User.Topic(topic).label if topic else ""
    context = {"done": request.method == "POST", "stopped": stopped, "undo": undo, "reader": user, "topic": label}
    with translation.override(user.language):
        return render(request, "oil_portal/unsubscribe.html", context)


def _read(token: str) -> User:
    """Of whom a token is. Http404 when it says nothing sensible."""
    try:
        return User.objects.get(pk=signing.loads(token, salt=digests.SALT))
    except (signing.BadSignature, User.DoesNotExist, ValueError, TypeError) as error:
        raise Http404 from error


def _stop(user: User, topic: str) -> str:
    """Stop it, and return a token with what was chosen before."""
    chosen = {pk: digest for pk, digest in user.memberships.active().values_list("partner", "digest") if digest}
    before = {"user": user.pk, "digest": user.digest, "digest_off": user.digest_off, "by_partner": chosen}
    if topic:
        change_preferences(user=user, digest_off=sorted({*user.digest_off, topic}))
    else:
        change_preferences(user=user, digest=User.Digest.NEVER, by_partner=dict.fromkeys(chosen, ""))
    return signing.dumps(before, salt=UNDO)


def _take_back(user: User, token: str) -> None:
    """Set back what was chosen before a stop; Http404 when the token is not of this person."""
    try:
        before = signing.loads(token, salt=UNDO)
    except signing.BadSignature as error:
        raise Http404 from error
    if before.pop("user") != user.pk:
        raise Http404
    by_partner = {int(pk): digest for pk, digest in before.pop("by_partner").items()}
    change_preferences(user=user, by_partner=by_partner, **before)
