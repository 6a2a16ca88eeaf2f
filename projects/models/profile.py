"""What a student tells of itself, only as far as it chose."""

import pghistory
from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from challenges.models import Theme
from oil_portal.core import clock
from oil_portal.core.models import Worded
from oil_portal.core.prepared import address
from projects.models.round import new_token


@pghistory.track(exclude=["calendar_token"])
class Profile(Worded):
    """Interests, which rank projects, and a few words that others read as far as the student shows them."""

    class Shown(models.TextChoices):
        NOBODY = "nobody", _("Niemand. Alleen ik zie dit.")
        TEAM = "team", _("Mijn team en mijn docenten, als ik geplaatst ben.")
        COMPANY = "company", _("Mijn team, mijn docenten en het bedrijf, als ik geplaatst ben.")

    student = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="profile")
    interests = ArrayField(
        models.CharField(max_length=30, choices=Theme.choices), default=list, blank=True,
        verbose_name=_("wat vind je leuk?"),
    )  # fmt: skip
    about = models.TextField(_("over mij"), max_length=600, blank=True)
    skills = models.CharField(_("wat kan ik goed?"), max_length=200, blank=True)
    shown = models.CharField(_("wie mag dit lezen?"), max_length=7, choices=Shown.choices, default=Shown.NOBODY)
    calendar_token = models.CharField(max_length=40, default=new_token, unique=True, editable=False)
    changed_at = models.DateTimeField(default=clock.now)

    def __str__(self) -> str:
        return str(self.student)

    def get_absolute_url(self) -> str:
        return reverse("projects:profile")

    @property
    def calendar_path(self) -> str:
        """The secret address of the student's calendar."""
        return address("projects:calendar", self.calendar_token)
