"""The verbs for invitations by mail."""

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext as _

from oil_portal.core import clock
from oil_portal.core.mail import absolute
from oil_portal.core.tasks import send_template
from oil_portal.core.timeline import notify, record
from oil_portal.core.workflow import NotNow, Refusal, lock
from partners.models import Invitation, Membership, Partner, User
from partners.permissions import roles_to_invite
from partners.services.leaving import let_go
from partners.services.membership import activate, proven_addresses
from partners.workflow import LIVE_MEMBERSHIP, InvitationStatus, MembershipStatus


@transaction.atomic
def invite(*, actor: User, partner: Partner, email: str, role: str, leaver: Membership | None = None) -> Invitation:
    """Invite an address to a role at a partner; the link goes out by mail. An open invitation is sent again.

    `leaver` is the membership that ends when this is accepted.
    """
    if leaver and not (
        (leaver.partner_id, leaver.role) == (partner.pk, role) and actor.has_perm("partners.end_membership", leaver)
    ):
        raise PermissionDenied
    if role not in roles_to_invite(actor, partner):
        raise PermissionDenied
    lock(partner)
    email = email.lower()
    if Membership.objects.filter(user__email=email, partner=partner, role=role, status="active").exists():
        raise Refusal(_("Deze persoon hoort er al bij."))
    Invitation.objects.filter(email__iexact=email, partner=partner, role=role, status=InvitationStatus.SENT).update(
        status=InvitationStatus.WITHDRAWN
    )
    invitation = Invitation.objects.create(partner=partner, email=email, role=role, invited_by=actor, leaver=leaver)
    _send(invitation, actor)
    return invitation


def _send(invitation: Invitation, actor: User) -> None:
    """Write it down and mail the link on commit."""
    record(invitation.partner, "invite", actor=actor)
    context = {
        "inviter": str(actor),
        "partner": str(invitation.partner),
        "role": invitation.role,
        "url": absolute(invitation.get_absolute_url()),
    }
    mail = ("partners/email/invitation", invitation.email, actor.language, context)
    transaction.on_commit(lambda: send_template.delay(*mail))


@transaction.atomic
def resend_invitation(*, invitation: Invitation, actor: User) -> Invitation:
    """Mail the same link again, also when it had expired: it is open for 30 days from now on. Once a day at most."""
    if invitation.role not in roles_to_invite(actor, invitation.partner):
        raise PermissionDenied
    lock(invitation)
    if invitation.status != InvitationStatus.SENT:
        raise NotNow(_("Deze uitnodiging staat niet meer open."))
    if not invitation.may_resend:
        raise Refusal(_("Deze uitnodiging is net verstuurd. Wacht een dag voor je hem opnieuw stuurt."))
    invitation.sent_at = clock.now()
    invitation.save(update_fields=["sent_at"])
    _send(invitation, actor)
    return invitation


def open_invitation(*, invitation: Invitation, reader: User | None) -> None:
    """Keep when the link was first opened by somebody else than who sent it; `reader` None is a visitor."""
    if invitation.is_open and (reader is None or reader.pk != invitation.invited_by_id):
        Invitation.objects.filter(pk=invitation.pk, opened_at=None).update(opened_at=clock.now())


def invitations_for(user: User) -> list[Invitation]:
    """The open invitations that were sent to one of the user's proven addresses."""
    addresses = [email.lower() for email in proven_addresses(user)]
    sent = Invitation.objects.filter(email__in=addresses, status=InvitationStatus.SENT)
    return [invitation for invitation in sent.select_related("partner", "invited_by") if invitation.is_open]


@transaction.atomic
def accept_invitation(*, invitation: Invitation, actor: User) -> Membership:
    """Take the role that the invitation gives; whoever holds the link and is logged in may, once."""
    lock(invitation)
    if not invitation.is_open:
        raise NotNow(_("Deze uitnodiging is niet meer geldig. Vraag om een nieuwe."))
    invitation.status = InvitationStatus.ACCEPTED
    invitation.save(update_fields=["status"])
    same = Membership.objects.filter(
        user=actor, partner=invitation.partner, role=invitation.role, status__in=LIVE_MEMBERSHIP
    ).first()
    membership = same or Membership(user=actor, partner=invitation.partner, role=invitation.role)
    if membership.status != MembershipStatus.ACTIVE:
        activate(membership, actor=actor)
        notify(record(membership, "accept", actor=actor), [invitation.invited_by])
    if invitation.leaver:
        let_go(leaver=invitation.leaver, successor=actor)
    return membership


@transaction.atomic
def withdraw_invitation(*, invitation: Invitation, actor: User) -> None:
    """Make an open invitation worthless."""
    if invitation.role not in roles_to_invite(actor, invitation.partner):
        raise PermissionDenied
    lock(invitation)
    if invitation.status == InvitationStatus.SENT:
        invitation.status = InvitationStatus.WITHDRAWN
        invitation.save(update_fields=["status"])
