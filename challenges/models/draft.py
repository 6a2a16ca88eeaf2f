"""What somebody is still writing: a draft keeps every letter as it was typed, valid or not."""

import secrets

from django.conf import settings
from django.db import models
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from challenges.models.challenge import Challenge
from oil_portal.core import clock
from oil_portal.core.models import Worded
from oil_portal.core.prepared import address, prepared
from oil_portal.core.rows import join
from partners import roles
from partners.models import Partner


def new_token() -> str:
    return secrets.token_urlsafe(18)


class Upload(models.Model):
    """One spreadsheet with challenges; every row of it became a draft."""

    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    name = models.CharField(max_length=200)
    created_at = models.DateTimeField(default=clock.now)

    class Meta:
        ordering = ["-created_at", "-pk"]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return address("challenges:upload", self.pk)


class DraftQuerySet(models.QuerySet):
    def open_to(self, user) -> "DraftQuerySet":
        """Drafts that `user` may read and write: their own, and those that are shared with their organisation."""
        if not getattr(user, "pk", None):
            return self.none()
        shared = models.Q(shared=True, partner__in=roles.partner_ids(user, roles.CONTACT))
        edits = models.Q(challenge__partner__in=roles.partner_ids(user, roles.CONTACT))
        behalf = models.Q(author=None, written_by=user)
        return self.filter(models.Q(author=user) | shared | edits | behalf)


class Draft(models.Model):
    """A challenge that is not handed in, or a change to one that is (`challenge`).

    Without an author, whoever holds the token may write; a proven `email` makes it theirs (`drafts.adopt`).
    `values` maps the name of a form field to the text in the browser, or to a list of texts where several may be
    chosen. `version` counts the savings.
    """

    token = models.CharField(max_length=40, unique=True, default=new_token, editable=False)
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.CASCADE, related_name="drafts"
    )
    email = models.EmailField(blank=True)
    partner = models.ForeignKey(Partner, null=True, blank=True, on_delete=models.CASCADE, related_name="drafts")
    shared = models.BooleanField(default=False)
    challenge = models.OneToOneField(Challenge, null=True, blank=True, on_delete=models.CASCADE, related_name="draft")
    copied_from = models.ForeignKey(
        Challenge, null=True, blank=True, on_delete=models.SET_NULL, related_name="copies_begun"
    )
    # Written by a broker or teacher for a company, which claims it by proving `email`.
    written_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    invited_at = models.DateTimeField(null=True, blank=True)
    upload = models.ForeignKey(Upload, null=True, blank=True, on_delete=models.SET_NULL, related_name="drafts")
    row = models.PositiveIntegerField(null=True, blank=True)  # of the spreadsheet, as its program numbers it
    values = models.JSONField(default=dict)
    version = models.PositiveIntegerField(default=0)
    created_at = models.DateTimeField(default=clock.now)
    saved_at = models.DateTimeField(default=clock.now)
    saved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )

    objects = DraftQuerySet.as_manager()

    class Meta:
        ordering = ["-saved_at", "-pk"]
        indexes = [models.Index(fields=["email"], condition=models.Q(author=None), name="unclaimed_drafts")]

    def __str__(self) -> str:
        return self.values.get("title", "").strip() or _("Concept zonder titel")

    def get_absolute_url(self) -> str:
        return address("challenges:draft", self.token)

    @property
    def all_attachments(self) -> list["Attachment"]:
        """The files beside the challenge that is being changed, and those that wait for it beside the draft."""
        if self.pk is None:
            return []
        kept = list(self.challenge.attachments.all()) if self.challenge_id else []
        return kept + list(self.attachments.all())


@prepared
def attachments_of(challenge: int) -> models.QuerySet["Attachment"]:
    return Attachment.objects.filter(challenge=challenge)


def read_attachments(challenge: Challenge) -> None:
    """Read its files by a query that is composed once."""
    join([challenge], "attachments", attachments_of(challenge.pk), "challenge_id")


class Attachment(Worded):
    """A file beside a draft, and from handing in on beside its challenge; checked by content, never by its name."""

    class Kind(models.TextChoices):
        PDF = "pdf", "PDF"
        JPEG = "jpeg", "JPEG"
        PNG = "png", "PNG"

    draft = models.ForeignKey(Draft, null=True, blank=True, on_delete=models.CASCADE, related_name="attachments")
    challenge = models.ForeignKey(
        Challenge, null=True, blank=True, on_delete=models.CASCADE, related_name="attachments"
    )
    name = models.CharField(max_length=120)
    kind = models.CharField(max_length=4, choices=Kind.choices)
    size = models.PositiveIntegerField(gettext_lazy("grootte in bytes"))  # as kept
    file = models.FileField(upload_to="attachments/%Y/%m/")
    thumbnail = models.ImageField(upload_to="attachments/%Y/%m/", blank=True)
    added_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField(default=clock.now)

    class Meta:
        ordering = ["created_at", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(draft__isnull=True) ^ models.Q(challenge__isnull=True),
                name="attachment_has_one_holder",
            )
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return address("challenges:attachment", self.pk)
