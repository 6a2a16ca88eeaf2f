"""The verbs for invitations by mail."""

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext as _

from oil_portal.core.mail import absolute
from oil_portal.core.tasks import send_template
from oil_portal.core.timeline import notify, record
from oil_portal.core.workflow import NotNow, Refusal, lock
from partners.models import Invitation, Membership, Partner, User
from partners.permissions import roles_to_invite
from partners.services.membership import activate, proven_addresses
from partners.workflow import LIVE_MEMBERSHIP, InvitationStatus, MembershipStatus


@transaction.atomic
def invite(*, actor: User, partner: Partner, email: str, role: str) -> Invitation:
    """Invite an address to a role at a partner; the link goes out by mail. An open invitation is sent again."""
    if role not in roles_to_invite(actor, partner):
        raise PermissionDenied
    lock(partner)
    email = email.lower()
    if Membership.objects.filter(user__email=email, partner=partner, role=role, status="active").exists():
        raise Refusal(_("Deze persoon hoort er al bij."))
    Invitation.objects.filter(email__iexact=email, partner=partner, role=role, status=InvitationStatus.SENT).update(
        status=InvitationStatus.WITHDRAWN
    )
    invitation = Invitation.objects.create(partner=partner, email=email, role=role, invited_by=actor)
    record(partner, "invite", actor=actor)
    context = {
        "inviter": str(actor),
        "partner": str(partner),
        "role": role,
        "url": absolute(invitation.get_absolute_url()),
    }
    transaction.on_commit(lambda: send_template.delay("partners/email/invitation", email, actor.language, context))
    return invitation


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
