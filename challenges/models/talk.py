"""What others do with a challenge: look at it, remark on its passages, ask about it."""

import pghistory
from django.conf import settings
from django.db import models

from challenges.models.assignment import Assignment
from challenges.models.challenge import Challenge
from oil_portal.core import clock
from partners import roles


@pghistory.track()
class Remark(models.Model):
    """What somebody says about a passage: of a challenge, which the company handles, or of its assignment, which the
    translator handles."""

    challenge = models.ForeignKey(Challenge, on_delete=models.CASCADE, related_name="remarks")
    assignment = models.ForeignKey(Assignment, null=True, blank=True, on_delete=models.CASCADE, related_name="remarks")
    field = models.CharField(max_length=20)  # of Challenge or Assignment: title, question, summary, …
    quote = models.CharField(max_length=500, blank=True)  # the passage as it stood; "" for the whole field
    text = models.TextField(max_length=2000)
    author = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField(default=clock.now)
    done_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["created_at", "pk"]

    def __str__(self) -> str:
        return self.text[:60]

    def get_absolute_url(self) -> str:
        return (self.assignment or self.challenge).get_absolute_url()


class QuestionQuerySet(models.QuerySet):
    def visible_to(self, user, challenge: Challenge) -> "QuestionQuerySet":
        """Public answers for who reads the challenge; the rest for the asker, the company and the brokers."""
        asked = self.filter(challenge=challenge)
        return asked if self.sees_all(user, challenge) else asked.public_or_of(user)

    @staticmethod
    def sees_all(user, challenge: Challenge) -> bool:
        """The company and the brokers."""
        if roles.has(user, roles.BROKER) or getattr(user, "is_superuser", False):
            return True
        return challenge.partner_id in roles.partner_ids(user, roles.CONTACT)

    def public_or_of(self, user) -> "QuestionQuerySet":
        public = models.Q(public=True, answered_at__isnull=False)
        return self.filter(public | models.Q(asker=user) if getattr(user, "pk", None) else public)


@pghistory.track()
class Question(models.Model):
    """What a student or teacher asks the company about a challenge, and the answer."""

    challenge = models.ForeignKey(Challenge, on_delete=models.CASCADE, related_name="questions")
    asker = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    text = models.TextField(max_length=1000)
    answer = models.TextField(max_length=2000, blank=True)
    public = models.BooleanField(default=True)
    created_at = models.DateTimeField(default=clock.now)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    answered_at = models.DateTimeField(null=True, blank=True)

    objects = QuestionQuerySet.as_manager()

    class Meta:
        ordering = ["created_at", "pk"]

    def __str__(self) -> str:
        return self.text[:60]

    def get_absolute_url(self) -> str:
        return f"{self.challenge.get_absolute_url()}#vraag-{self.pk}"


class Interest(models.Model):
    """A student's first look at a challenge or its projects, and since when it is saved. Others see counts only."""

    challenge = models.ForeignKey(Challenge, on_delete=models.CASCADE, related_name="interests")
    student = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="interests")
    seen_at = models.DateTimeField(default=clock.now)
    saved_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["challenge", "student"], name="one_interest")]

    def __str__(self) -> str:
        return f"{self.student_id}: {self.challenge_id}"
