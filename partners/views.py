"""People and organisations in the browser."""

from functools import partial

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from oil_portal.core import clock, views
from oil_portal.core.views import attempt
from partners import doubles, pdf, roles, services
from partners.card import collaboration_card
from partners.filters import PartnerFilter
from partners.forms import FindForm, InviteForm, JoinForm, MergeForm, NoteForm, PartnerForm
from partners.models import Collaboration, Invitation, Membership, Partner, ProjectCard
from partners.permissions import is_coordinator, roles_to_invite
from partners.workflow import LIVE_MEMBERSHIP, InvitationStatus, MembershipStatus, PartnerStatus

PAGE = 24
FOUND = 10


def _visible(request, pk: int) -> Partner:
    return get_object_or_404(Partner.objects.visible_to(request.user).select_related("parent"), pk=pk)


def _reviewer(request) -> None:
    if not roles.has(request.user, roles.BROKER) and not request.user.is_superuser:
        raise PermissionDenied


def _require(request, permission: str, obj=None) -> None:
    if not request.user.has_perm(permission, obj):
        raise PermissionDenied


# --- Partners ---------------------------------------------------------------------------------------------------
@login_not_required
def partner_list(request):
    """The accepted partners, and what they do together."""
    partners = Partner.objects.filter(status=PartnerStatus.ACCEPTED).select_related("parent").with_counts()
    found = PartnerFilter(request.GET, queryset=partners)
    context = {
        "filter": found,
        "page_obj": Paginator(found.results, PAGE).get_page(request.GET.get("page")),
        "collaborations": Collaboration.objects.for_cards(),
    }
    return render(request, "partners/partner_list.html", context)


@login_not_required
def detail(request, pk: int):
    """An organisation; its people and its course only for those who belong to it and for brokers."""
    partner = Partner.objects.visible_to(request.user).select_related("parent").filter(pk=pk).first()
    if partner is None:  # the old address of one that went up in another leads on
        return redirect(get_object_or_404(Partner.objects.visible_to(request.user), merged=pk))
    challenges = partner.challenges.public()
    context = {
        "partner": partner,
        "challenges": challenges[:PAGE],
        "challenges_total": challenges.count(),
        "collaborations": partner.collaborations.for_cards(),
        "labs": partner.labs.filter(status=PartnerStatus.ACCEPTED),
        "mine": request.user.has_perm("partners.change_details_partner", partner),
        "follows": request.user.has_perm("partners.follow_partner", partner),
    }
    if request.user.is_authenticated:
        context["own"] = _own(request.user, partner)
    if context["mine"] or context["follows"]:
        context |= _inside(request.user, partner)
    return render(request, "partners/partner_detail.html", context)


def _own(user, partner: Partner):
    """What `user` is here, or has asked to be."""
    return partner.memberships.filter(user=user, status__in=LIVE_MEMBERSHIP).select_related("user", "partner")


def _inside(user, partner: Partner) -> dict:
    """What only the people of the organisation and the brokers see. Students are a number, never names."""
    active = partner.memberships.active().select_related("user", "partner")
    return {
        "people": active.exclude(role=roles.STUDENT),
        "students": active.filter(role=roles.STUDENT).count(),
        "requests": Membership.objects.waiting_for(user).filter(partner=partner).select_related("user", "partner"),
        "may_invite": user.has_perm("partners.invite_partner", partner),
    } | (_for_brokers(user, partner) if user.has_perm("partners.note_partner", partner) else {})


def _for_brokers(user, partner: Partner) -> dict:
    return {
        "doubles": doubles.of([partner])[partner.pk],
        "notes": partner.notes.visible_to(user).count(),
        "may_note": True,
    }


def add(request):
    """Add an organisation that is not in the portal yet."""
    form = PartnerForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        partner = attempt(form, services.register_partner, actor=request.user, **form.details)
        if partner:
            messages.success(request, _("%s is aangemeld. Een makelaar kijkt ernaar. Je hoort het per mail.") % partner)
            return redirect(partner)
    context = {"form": form}
    return render(request, "partners/partner_form.html", context, status=422 if form.errors else 200)


def edit(request, pk: int):
    """Change the details of an organisation."""
    partner = _visible(request, pk)
    _require(request, "partners.change_details_partner", partner)
    form = PartnerForm(request.POST or None, instance=Partner.objects.get(pk=pk))
    if request.method == "POST" and form.is_valid():
        changed = attempt(form, services.change_partner, partner=partner, actor=request.user, **form.details)
        if changed:
            messages.success(request, _("De gegevens zijn opgeslagen."))
            return redirect(partner)
    context = {"form": form, "partner": partner}
    return render(request, "partners/partner_form.html", context, status=422 if form.errors else 200)


def act(request, pk: int, action: str):
    """One step in the life of an organisation: a broker reviews it or suspends it, a contact hands it in again."""
    partner = _visible(request, pk)
    verbs = {
        name: partial(services.review_partner, partner=partner, action=name)
        for name in ("accept", "return", "decline", "suspend", "resume")
    }
    verbs["resubmit"] = partial(services.resubmit_partner, partner=partner)
    return views.act(request, partner, action, verbs)


def queue(request):
    """What waits for a broker: new organisations, oldest first, and requests to join where nobody else can answer."""
    _reviewer(request)
    waiting = Partner.objects.filter(status=PartnerStatus.SUBMITTED).order_by("created_at", "pk")
    page = Paginator(waiting, PAGE).get_page(request.GET.get("page"))
    doubles.mark(page.object_list)
    context = {
        "page_obj": page,
        "requests": Membership.objects.waiting_for(request.user).select_related("user", "partner")[:PAGE],
        "now": clock.now(),
    }
    return render(request, "partners/partner_queue.html", context)


def notes(request, pk: int):
    """What brokers tell each other about an organisation, newest first, and a form to add to it."""
    partner = _visible(request, pk)
    _require(request, "partners.note_partner", partner)
    form = NoteForm(request.POST if request.method == "POST" else None)
    if form.is_valid() and attempt(
        form, services.note_partner, partner=partner, actor=request.user, text=form.cleaned_data["text"]
    ):
        messages.success(request, _("De notitie is opgeslagen."))
        return redirect("partners:notes", pk)
    written = partner.notes.visible_to(request.user).select_related("by")
    page = Paginator(written, PAGE).get_page(request.GET.get("page"))
    context = {"form": form, "partner": partner, "page_obj": page}
    return render(request, "partners/partner_notes.html", context, status=422 if form.errors else 200)


def merge(request, pk: int, other: int):
    """Side by side what two organisations have, which values stay, and what moves from the other to the first."""
    keep, gone = _visible(request, pk), _visible(request, other)
    _require(request, "partners.merge_partner", keep)
    data = request.POST if request.method == "POST" else None
    form = MergeForm(data, keep=keep, gone=gone, names=services.MERGE_CHOICES)
    told = {"gone": str(gone), "keep": str(keep)}  # as they were called before
    merged = form.is_valid() and attempt(
        form, services.merge_partner, keep=keep, gone=gone, actor=request.user, **form.decided
    )
    if merged:
        messages.success(request, _("%(gone)s is opgegaan in %(keep)s.") % told)
        return redirect(keep)
    context = {
        "form": form,
        "keep": keep,
        "gone": gone,
        "sides": doubles.side_by_side(keep, gone),
        "moves": services.what_moves(gone),
        "refusal": services.merge_refusal(keep, gone),
    }
    return render(request, "partners/partner_merge.html", context, status=422 if form.errors else 200)


def _card(pk: int) -> ProjectCard:
    cards = ProjectCard.objects.select_related("collaboration__started_from__card").prefetch_related(
        "collaboration__members", "collaboration__continued_in", "collaboration__offshoots__card"
    )
    return get_object_or_404(cards, pk=pk)


@login_not_required
def card(request, pk: int):
    """The *projectkaart* of a collaboration, on one A4."""
    found = _card(pk)
    return render(request, "partners/card_detail.html", {"card": found, "sheet": collaboration_card(found)})


@login_not_required
def card_pdf(request, pk: int):
    """The same card as a PDF."""
    sheet = collaboration_card(_card(pk))
    return pdf.sheet("typst/card.typ", sheet.printed(request.build_absolute_uri), kind=_("Projectkaart"))


# --- Joining ----------------------------------------------------------------------------------------------------
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
    context = {"form": form, "partner": partner, "own": _own(request.user, partner)}
    return render(request, "partners/partner_join.html", context, status=422 if form.errors else 200)


def members(request, pk: int):
    """Everybody who belongs to an organisation, with what there is to confirm or to stop."""
    partner = _visible(request, pk)
    _require(request, "partners.change_details_partner", partner)
    live = partner.memberships.filter(status__in=LIVE_MEMBERSHIP).select_related("user", "partner")
    if not is_coordinator(request.user, partner):  # students can be minors: only their own school sees names
        live = live.exclude(role=roles.STUDENT)
    order = live.order_by("-status", "role", "user__first_name", "user__last_name", "pk")
    context = {
        "partner": partner,
        "page_obj": Paginator(order, PAGE).get_page(request.GET.get("page")),
        "may_invite": request.user.has_perm("partners.invite_partner", partner),
    }
    return render(request, "partners/partner_members.html", context)


def membership_act(request, pk: int, action: str):
    """Confirm, decline or end a membership."""
    everyone = Membership.objects.visible_to(request.user).select_related("user", "partner")
    membership = get_object_or_404(everyone, pk=pk)
    answer = {
        name: partial(services.answer_membership, membership=membership, action=name) for name in ("confirm", "decline")
    }
    verbs = answer | {"end": partial(services.end_membership, membership=membership)}
    return views.act(request, membership, action, verbs)


# --- Invitations ------------------------------------------------------------------------------------------------
def invite(request, pk: int):
    """Invite somebody by mail; below the form what was sent and not used yet."""
    partner = _visible(request, pk)
    may = roles_to_invite(request.user, partner)
    if not may:
        raise PermissionDenied
    form = InviteForm(request.POST or None, roles_to_give=may)
    if request.method == "POST" and form.is_valid():
        sent = attempt(form, services.invite, actor=request.user, partner=partner, **form.cleaned_data)
        if sent:
            messages.success(request, _("De uitnodiging aan %s is verstuurd.") % sent.email)
            return redirect("partners:invite", pk)
    sent = partner.invitations.filter(status=InvitationStatus.SENT, role__in=may).select_related("invited_by")
    context = {"form": form, "partner": partner, "sent": sent}
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
    if request.user.is_authenticated:
        request.session.pop("invitation", None)
    elif found.is_open:
        request.session["invitation"] = token  # so that a new account comes back here (partners.accounts)
    return render(request, "partners/invitation.html", {"invitation": found})


@require_POST
def invitation_withdraw(request, pk: int):
    """Make an invitation worthless before it is used."""
    found = get_object_or_404(Invitation.objects.select_related("partner"), pk=pk)
    if found.role not in roles_to_invite(request.user, found.partner):
        raise Http404
    services.withdraw_invitation(invitation=found, actor=request.user)
    messages.success(request, _("De uitnodiging is ingetrokken."))
    return redirect("partners:invite", found.partner_id)
