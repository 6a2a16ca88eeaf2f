"""Pages on which people find their place: welcome, joining, and who belongs to an organisation."""

from functools import partial

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Prefetch
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from oil_portal.core import views
from oil_portal.core.views import attempt, need
from partners import roles, services
from partners.forms import FindForm, JoinForm
from partners.models import Invitation, Membership, Partner
from partners.permissions import is_coordinator, roles_to_invite
from partners.views.found import PAGE, own_here, visible
from partners.workflow import LIVE_MEMBERSHIP, InvitationStatus, MembershipStatus, PartnerStatus

FOUND = 10


def welcome(request):
    """The doors for somebody who does not belong anywhere yet, and how their requests stand."""
    user = request.user
    form = FindForm(request.GET or None)
    found = Partner.objects.none()
    if form.is_bound and form.is_valid():
        found = Partner.objects.filter(status=PartnerStatus.ACCEPTED).search_name(form.cleaned_data["q"])
    context = {
        "form": form,
        "found": found[:FOUND],
        "more": found.count() > FOUND,
        "schools": services.schools_by_address(user),
        "invitations": services.invitations_for(user),
        "memberships": user.memberships.exclude(status=MembershipStatus.ENDED).select_related("partner").with_answers(),
    }
    return render(request, "partners/welcome.html", context)


def join(request, pk: int):
    """Ask to join an organisation."""
    partner = get_object_or_404(Partner, pk=pk, status=PartnerStatus.ACCEPTED)
    form = JoinForm(request.POST or None, partner=partner, initial={"role": request.GET.get("role")})
    if request.method == "POST" and form.is_valid():
        membership = attempt(
            form, services.request_membership, actor=request.user, partner=partner, **form.cleaned_data
        )
        if membership and membership.status == MembershipStatus.ACTIVE:
            messages.success(request, _("Je hoort nu bij %s.") % partner)
            return redirect("start")
        if membership:
            messages.success(request, _("Je vraag is verstuurd. Je krijgt het antwoord per mail."))
            return redirect("partners:welcome")
    context = {"form": form, "partner": partner, "own": own_here(request.user, partner)}
    return render(request, "partners/partner_join.html", context, status=422 if form.errors else 200)


def members(request, pk: int):
    """Everybody who belongs to an organisation, with what there is to confirm or to stop."""
    partner = visible(request, pk)
    need(request.user, "partners.change_details_partner", partner)
    live = partner.memberships.filter(status__in=LIVE_MEMBERSHIP).select_related("user", "partner")
    live = live.prefetch_related(Prefetch("handovers", Invitation.objects.filter(status=InvitationStatus.SENT)))
    if not is_coordinator(request.user, partner):  # students can be minors: only their own school sees names
        live = live.exclude(role=roles.STUDENT)
    order = live.order_by("-status", "role", "user__first_name", "user__last_name", "pk")
    may = roles_to_invite(request.user, partner)
    context = {
        "partner": partner,
        "invitations": partner.invitations.for_rows(may)[:PAGE],
        "page_obj": Paginator(order, PAGE).get_page(request.GET.get("page")),
        "may_invite": bool(may),
    }
    return render(request, "partners/partner_members.html", context)


def membership_act(request, pk: int, action: str):
    """Confirm, decline, take back or end a membership."""
    everyone = Membership.objects.visible_to(request.user).select_related("user", "partner")
    membership = get_object_or_404(everyone, pk=pk)
    if action == "end" and services.is_last_contact(membership):  # said with the way out beside it
        messages.warning(
            request,
            _("Zonder jou is er geen contactpersoon meer. Draag het eerst over aan een collega.")
            if membership.user == request.user
            else _("Dit is de laatste contactpersoon. Draag de rol eerst over aan een collega."),
        )
        return redirect("handover", pk)
    answer = {
        name: partial(services.answer_membership, membership=membership, action=name) for name in ("confirm", "decline")
    }
    verbs = answer | {
        "end": partial(services.end_membership, membership=membership),
        "take_back": partial(services.take_back_request, membership=membership),
    }
    return views.act(request, membership, action, verbs)
