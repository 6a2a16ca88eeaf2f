"""Who belongs where, and as what."""

import pghistory
from django.db import models

from oil_portal.core import clock
from oil_portal.core.models import TimelineEntry, Worded
from oil_portal.core.prepared import address, prepared
from partners import roles
from partners.models.partner import Partner
from partners.models.user import User
from partners.workflow import LIVE_MEMBERSHIP, MembershipStatus


class MembershipQuerySet(models.QuerySet):
    def active(self) -> "MembershipQuerySet":
        return self.filter(status=MembershipStatus.ACTIVE)

    def waiting_for(self, user) -> "MembershipQuerySet":
        """Requests that `user` may confirm: contacts for their organisation, coordinators for their school."""
        wanted = models.Q(pk__in=[])
        for role in ANSWER_REQUESTS:
            if roles.has(user, role):
                wanted |= answered_by(role, roles.partner_ids(user, role))
        return self.filter(wanted, status=MembershipStatus.REQUESTED)

    def with_answers(self) -> "MembershipQuerySet":
        """Add `answer`: what was written when the request was declined."""
        told = TimelineEntry.objects.filter(
            content_type__app_label="partners",
            content_type__model="membership",
            object_id=models.OuterRef("pk"),
            event="decline",
        )
        return self.annotate(answer=models.Subquery(told.values("remark")[:1]))

    def visible_to(self, user) -> "MembershipQuerySet":
        """Your own, and those that you may confirm or stop."""
        if getattr(user, "is_superuser", False):
            return self
        contact, schools = roles.partner_ids(user, roles.CONTACT), roles.partner_ids(user, roles.COORDINATOR)
        seen = models.Q(user=user) | models.Q(role=roles.CONTACT, partner__in=contact)
        seen |= models.Q(partner__in=schools) | models.Q(partner__parent__in=schools)
        if roles.has(user, roles.BROKER):
            seen |= ~models.Q(role__in=[roles.TEACHER, roles.STUDENT])
        return self.filter(seen)


@prepared
def held_by(user: int) -> models.QuerySet:
    """(role, partner, the partner's parent) of each active membership."""
    return Membership.objects.active().filter(user=user).values_list("role", "partner_id", "partner__parent_id")


ANSWER_REQUESTS = (roles.CONTACT, roles.COORDINATOR, roles.BROKER)


def answered_by(role: str, partners) -> models.Q:
    """Requests that this role at these partners may confirm; a broker may everywhere but for schools."""
    of_school = models.Q(role__in=[roles.TEACHER, roles.STUDENT])
    return {
        roles.CONTACT: models.Q(role=roles.CONTACT, partner__among=partners),
        roles.COORDINATOR: of_school & (models.Q(partner__among=partners) | models.Q(partner__parent__among=partners)),
        roles.BROKER: ~of_school,
    }[role]


@pghistory.track()
class Membership(Worded):
    """A person's role at a partner."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="memberships")
    partner = models.ForeignKey(Partner, on_delete=models.CASCADE, related_name="memberships")
    role = models.CharField(max_length=12, choices=roles.CHOICES)
    status = models.CharField(max_length=10, choices=MembershipStatus.choices, default=MembershipStatus.REQUESTED)
    # How often its things are told, where that differs from what the person chose for all.
    digest = models.CharField(max_length=6, choices=User.Digest.choices, blank=True)
    created_at = models.DateTimeField(default=clock.now)

    objects = MembershipQuerySet.as_manager()

    class Meta:
        ordering = ["partner__name", "role", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["user", "partner", "role"],
                condition=models.Q(status__in=LIVE_MEMBERSHIP),
                name="one_live_membership_per_role",
            )
        ]
        indexes = [
            models.Index(fields=["user", "status"]),
            models.Index(
                fields=["created_at"],
                condition=models.Q(status=MembershipStatus.REQUESTED),
                name="membership_requested",
            ),
            models.Index(
                fields=["partner", "role", "id"],
                condition=models.Q(status="active") & ~models.Q(role="student"),
                name="people_of_partner",
            ),
            models.Index(
                fields=["partner", "id"],
                condition=models.Q(status="active", role="student"),
                name="students_of_partner",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user}, {self.get_role_display()} ({self.partner})"

    def get_absolute_url(self) -> str:
        return address("partners:detail", self.partner_id)
