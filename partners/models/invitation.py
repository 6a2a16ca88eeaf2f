"""An invitation by mail."""

import secrets
from datetime import datetime, timedelta

import pghistory
from django.db import models
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from oil_portal.core import clock
from oil_portal.core.models import Worded
from oil_portal.core.prepared import address
from partners import roles
from partners.models.membership import Membership
from partners.models.partner import Partner
from partners.models.user import User
from partners.workflow import InvitationStatus

INVITATION_DAYS = 30
RESEND_AFTER = timedelta(days=1)


def new_token() -> str:
    return secrets.token_urlsafe(24)


class InvitationQuerySet(models.QuerySet):
    def for_rows(self, wanted: list[str]) -> "InvitationQuerySet":
        """Those for roles that the reader may give, with all that a row shows."""
        return self.filter(role__in=wanted).select_related("invited_by", "leaver__user")


@pghistory.track(exclude=["token"])
class Invitation(Worded):
    """An invitation by mail to take a role at a partner; the link in it works once and for 30 days."""

    partner = models.ForeignKey(Partner, on_delete=models.CASCADE, related_name="invitations")
    email = models.EmailField(_("e-mailadres"))
    role = models.CharField(_("rol"), max_length=12, choices=roles.CHOICES)
    token = models.CharField(max_length=40, default=new_token, unique=True, editable=False)
    invited_by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    status = models.CharField(max_length=10, choices=InvitationStatus.choices, default=InvitationStatus.SENT)
    created_at = models.DateTimeField(default=clock.now)
    sent_at = models.DateTimeField(default=clock.now)  # the last time: from here on it is open for 30 days
    opened_at = models.DateTimeField(null=True, blank=True)
    leaver = models.ForeignKey(  # whose membership ends when this is accepted
        Membership, null=True, blank=True, on_delete=models.SET_NULL, related_name="handovers"
    )

    objects = InvitationQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                Lower("email"), "partner", "role", condition=models.Q(status="sent"), name="one_open_invitation"
            )
        ]

    def __str__(self) -> str:
        return f"{self.email} ({self.partner})"

    def get_absolute_url(self) -> str:
        return address("partners:invitation", self.token)

    @property
    def open_until(self) -> datetime:
        return self.sent_at + timedelta(days=INVITATION_DAYS)

    @property
    def is_open(self) -> bool:
        return self.status == InvitationStatus.SENT and clock.now() < self.open_until

    @property
    def may_resend(self) -> bool:
        """Not more often than once a day: the other's mailbox is not ours."""
        return self.status == InvitationStatus.SENT and clock.now() >= self.sent_at + RESEND_AFTER

    @property
    def state(self) -> str:
        """Its status, or what follows from the dates of one that was sent: opened, expired."""
        if self.status != InvitationStatus.SENT:
            return self.status
        if not self.is_open:
            return "expired"
        return "opened" if self.opened_at else self.status

    @property
    def state_words(self) -> str:
        words = {"opened": _("Geopend"), "expired": _("Verlopen")}
        return words.get(self.state) or self.get_status_display()
