"""Pages of invitations: sending, withdrawing, and what whoever holds the link sees."""

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from oil_portal.core.views import attempt
from partners import services
from partners.forms import InviteForm
from partners.limits import limited
from partners.models import Invitation
from partners.permissions import roles_to_invite
from partners.views.found import PAGE, visible
from partners.workflow import InvitationStatus


@limited("invite")
def invite(request, pk: int):
    """Invite somebody by mail; below the form what was sent and not used yet."""
    partner = visible(request, pk)
    may = roles_to_invite(request.user, partner)
    if not may:
        raise PermissionDenied
    form = InviteForm(request.POST or None, roles_to_give=may)
    if request.method == "POST" and form.is_valid():
        sent = attempt(form, services.invite, actor=request.user, partner=partner, **form.cleaned_data)
        if sent:
            messages.success(request, _("De uitnodiging aan %s is verstuurd.") % sent.email)
            return redirect("partners:invite", pk)
    sent = partner.invitations.for_rows(may).filter(status=InvitationStatus.SENT)
    context = {"form": form, "partner": partner, "sent": sent[:PAGE]}
    return render(request, "partners/partner_invite.html", context, status=422 if form.errors else 200)


@login_not_required
def invitation(request, token: str):
    """What whoever holds the link sees: who invites for what, and one button."""
    found = get_object_or_404(Invitation.objects.select_related("partner", "invited_by"), token=token)
    if request.method == "POST":
        if not request.user.is_authenticated:
            return redirect("account_login")
        membership = services.accept_invitation(invitation=found, actor=request.user)
        messages.success(request, _("Je hoort nu bij %s.") % membership.partner)
        return redirect("start")
    services.open_invitation(invitation=found, reader=request.user if request.user.is_authenticated else None)
    if request.user.is_authenticated:
        request.session.pop("invitation", None)
    elif found.is_open:
        request.session["invitation"] = token  # so that a new account comes back here (partners.accounts)
    return render(request, "partners/invitation.html", {"invitation": found})


def _sent(request, pk: int) -> Invitation:
    """An invitation that the reader could have sent."""
    found = get_object_or_404(Invitation.objects.select_related("partner"), pk=pk)
    if found.role not in roles_to_invite(request.user, found.partner):
        raise Http404
    return found


@require_POST
@limited("invite")
def invitation_resend(request, pk: int):
    """Mail the link again."""
    found = _sent(request, pk)
    services.resend_invitation(invitation=found, actor=request.user)
    messages.success(request, _("De uitnodiging aan %s is opnieuw verstuurd.") % found.email)
    return redirect("partners:members" if "members" in request.POST else "partners:invite", found.partner_id)


@require_POST
def invitation_withdraw(request, pk: int):
    """Make an invitation worthless before it is used."""
    found = _sent(request, pk)
    services.withdraw_invitation(invitation=found, actor=request.user)
    messages.success(request, _("De uitnodiging is ingetrokken."))
    return redirect("partners:members" if "members" in request.POST else "partners:invite", found.partner_id)
