"""The pages that allauth has none of: why a second step, and where somebody is logged in."""

from allauth.account.decorators import reauthentication_required
from allauth.mfa.utils import is_mfa_enabled
from allauth.usersessions.models import UserSession
from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from oil_portal.sign_in import second_factor, services
from oil_portal.sign_in.devices import devices


@require_safe
def second_factor_page(request):
    """Why a second step is needed, and the ways to set one up."""
    if is_mfa_enabled(request.user):
        return redirect("mfa_index")
    return render(request, "oil_portal/second_factor.html", {"needed": second_factor.is_needed(request.user)})


@require_safe
def device_list(request):
    """Where the reader is logged in."""
    found = devices(request.user, request.session.session_key)
    return render(
        request, "oil_portal/devices.html", {"devices": found, "others": [one for one in found if not one.here]}
    )


@reauthentication_required(allow_get=True)
@require_POST
def device_end(request, pk: int):
    """Log out on one other device."""
    session = get_object_or_404(UserSession, user=request.user, pk=pk)
    if session.session_key == request.session.session_key:
        return redirect("account_logout")
    services.end_sessions(user=request.user, sessions=[session])
    messages.success(request, _("Je bent daar uitgelogd."))
    return redirect("devices")


@reauthentication_required(allow_get=True)
@require_POST
def device_end_others(request):
    """Log out everywhere but here."""
    number = services.end_sessions(user=request.user, besides=request.session.session_key)
    said = ngettext("Je bent op %d ander apparaat uitgelogd.", "Je bent op %d andere apparaten uitgelogd.", number)
    messages.success(request, said % number)
    return redirect("devices")
