"""What every app writes down: who did what (timeline), who should hear it (notice), what was told (digest)."""

from django.conf import settings
from django.contrib.contenttypes.fields import GenericForeignKey
from django.contrib.contenttypes.models import ContentType
from django.db import models
from django.utils.translation import gettext_lazy as _

from oil_portal.core import clock
from oil_portal.core.workflow import event_label


class TimelineEntry(models.Model):
    """One thing that happened to one object, for its users; the staff's audit is pghistory's."""

    content_type = models.ForeignKey(ContentType, on_delete=models.CASCADE)
    object_id = models.PositiveBigIntegerField()
    target = GenericForeignKey()
    event = models.CharField(max_length=40)
    to_status = models.CharField(max_length=20, blank=True)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    remark = models.TextField(blank=True)
    changes = models.JSONField(default=dict, blank=True)  # {field: [before, after]}
    created_at = models.DateTimeField(default=clock.now)

    class Meta:
        ordering = ["-created_at", "-pk"]
        indexes = [models.Index(fields=["content_type", "object_id", "-created_at"])]

    def __str__(self) -> str:
        return f"{self.label}: {self.target}"

    @property
    def label(self) -> str:
        """What happened, in the reader's language: 'Vraagstuk ingediend'."""
        return event_label(self.content_type.model_class()._meta.label_lower, self.event)


class Notice(models.Model):
    """Somebody should hear of a timeline entry: on the start page, in the digest, and by mail when it can't wait."""

    recipient = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="notices")
    entry = models.ForeignKey(TimelineEntry, on_delete=models.CASCADE, related_name="notices")
    read_at = models.DateTimeField(null=True, blank=True)
    mailed_at = models.DateTimeField(null=True, blank=True)
    told_at = models.DateTimeField(null=True, blank=True)  # by a digest

    class Meta:
        ordering = ["-pk"]
        constraints = [models.UniqueConstraint(fields=["recipient", "entry"], name="one_notice_per_entry")]
        indexes = [
            models.Index(fields=["recipient"], condition=models.Q(told_at=None), name="notice_untold"),
        ]

    def __str__(self) -> str:
        return f"{self.entry_id} → {self.recipient_id}"


class DigestDelivery(models.Model):
    """One digest for one person and period: planned once, sent at most once, never forgotten."""

    class State(models.TextChoices):
        PLANNED = "planned", _("gepland")
        SENT = "sent", _("verstuurd")
        FAILED = "failed", _("mislukt")
        SKIPPED = "skipped", _("overgeslagen")

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="digests")
    period = models.CharField(max_length=10)  # a day, 2026-11-23, or a week, 2026-W48
    state = models.CharField(max_length=10, choices=State.choices, default=State.PLANNED)
    reason = models.CharField(max_length=200, blank=True)
    message_id = models.CharField(max_length=120, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    planned_at = models.DateTimeField(default=clock.now)
    sent_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name_plural = "digest deliveries"
        constraints = [models.UniqueConstraint(fields=["user", "period"], name="one_digest_per_period")]

    def __str__(self) -> str:
        return f"{self.user_id} {self.period} {self.state}"


class ToldItem(models.Model):
    """A work item that a digest has told somebody, so that it is never news twice."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    key = models.CharField(max_length=100)
    told_at = models.DateTimeField(default=clock.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "key"], name="told_once")]

    def __str__(self) -> str:
        return f"{self.user_id} {self.key}"
