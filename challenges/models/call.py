"""An oproep: companies are asked for a challenge that works on a goal which no challenge covers."""

import pghistory
from django.conf import settings
from django.db import models

from challenges.workflow import CallStatus
from modules.models import LearningGoal, Module
from oil_portal.core import clock
from oil_portal.core.models import Worded
from oil_portal.core.prepared import address
from partners import roles
from partners.models import Partner


class CallQuerySet(models.QuerySet):
    def visible_to(self, user) -> "CallQuerySet":
        """For who teaches, for brokers, and for the partners that are asked."""
        if roles.has(user, roles.BROKER, roles.TEACHER, roles.COORDINATOR) or getattr(user, "is_superuser", False):
            return self
        return self.filter(partners__in=roles.partner_ids(user, roles.CONTACT)).distinct()


@pghistory.track()
class Call(Worded):
    """A teacher asks partners for a question that needs this goal."""

    goal = models.ForeignKey(LearningGoal, on_delete=models.PROTECT, related_name="calls")
    module = models.ForeignKey(Module, null=True, blank=True, on_delete=models.SET_NULL, related_name="calls")
    partners = models.ManyToManyField(Partner, related_name="calls")
    text = models.TextField(max_length=2000)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    status = models.CharField(max_length=10, choices=CallStatus.choices, default=CallStatus.SENT)
    created_at = models.DateTimeField(default=clock.now)

    objects = CallQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at", "-pk"]

    def __str__(self) -> str:
        return self.goal.title

    def get_absolute_url(self) -> str:
        return address("challenges:call", self.pk)
