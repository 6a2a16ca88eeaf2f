"""The verbs for invitations by mail."""

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext as _

from oil_portal.core import clock, promises
from oil_portal.core.mail import absolute
from oil_portal.core.models import Letter
from oil_portal.core.tasks import post
from oil_portal.core.timeline import notify, record
from oil_portal.core.workflow import NotNow, Refusal, lock
from partners.models import Invitation, Membership, Partner, User
from partners.permissions import roles_to_invite
from partners.services.leaving import let_go
from partners.services.membership import activate, proven_addresses
from partners.workflow import LIVE_MEMBERSHIP, InvitationStatus, MembershipStatus

MAIL = "partners/email/invitation"


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
    for earlier in Invitation.objects.filter(
        email__iexact=email, partner=partner, role=role, status=InvitationStatus.SENT
    ):
        _close(earlier, InvitationStatus.WITHDRAWN, "withdraw", actor)
    invitation = Invitation.objects.create(partner=partner, email=email, role=role, invited_by=actor, leaver=leaver)
    _send(invitation, actor)
    return invitation


def _send(invitation: Invitation, actor: User) -> None:
    """Write it down, ask for an answer and mail the link on commit."""
    record(invitation.partner, "invite", actor=actor)
    promises.settle(invitation, "resend", actor=actor)
    promises.make(invitation, InvitationStatus.SENT)
    context = {
        "inviter": str(actor),
        "partner": str(invitation.partner),
        "role": invitation.role,
        "url": absolute(invitation.get_absolute_url()),
    }
    post(MAIL, to=invitation.email, language=actor.language, context=context)


def _close(invitation: Invitation, status: str, event: str, actor: User | None) -> None:
    """End what was asked, and keep back a mail with its link that did not leave yet; call under a lock."""
    invitation.status = status
    invitation.save(update_fields=["status"])
    promises.settle(invitation, event, actor=actor)
    url = absolute(invitation.get_absolute_url())
    Letter.objects.filter(template=MAIL, to=invitation.email, context__url=url).delete()


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
    _close(invitation, InvitationStatus.ACCEPTED, "accept", actor)
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
        _close(invitation, InvitationStatus.WITHDRAWN, "withdraw", actor)


@transaction.atomic
def refuse_invitation(*, invitation: Invitation) -> None:
    """Whoever holds the link says no; who invited hears it. Nobody need log in to be left alone."""
    lock(invitation)
    if not invitation.is_open:
        raise NotNow(_("Deze uitnodiging is niet meer geldig."))
    _close(invitation, InvitationStatus.WITHDRAWN, "refuse", invitation.invited_by)
    notify(record(invitation, "refuse", actor=None), [invitation.invited_by])


@transaction.atomic
def expire_invitation(*, invitation: Invitation) -> None:
    """Nobody answered in its thirty days; who invited hears it and may send it once more."""
    lock(invitation)
    if invitation.is_open or invitation.status != InvitationStatus.SENT:
        return
    promises.settle(invitation, "expire", actor=None)
    said = _("Bel even, of stuur de uitnodiging opnieuw.")
    notify(record(invitation, "expire", actor=None, remark=said), [invitation.invited_by])


@transaction.atomic
def remind_of_invitation(*, invitation: Invitation, url: str) -> None:
    """Mail the guest once more, with a link that also says no."""
    inviter = invitation.invited_by
    context = {"inviter": str(inviter or invitation.partner), "partner": str(invitation.partner),
               "role": invitation.role, "url": absolute(url)}  # fmt: skip
    post(MAIL, to=invitation.email, language=inviter.language if inviter else "nl", context=context)
