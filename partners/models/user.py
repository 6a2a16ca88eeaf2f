"""A person who can log in."""

import re

import pghistory
import rules
from django.conf import settings
from django.contrib.auth.models import AbstractUser, BaseUserManager
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Lower
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from oil_portal.core import clock
from oil_portal.core.models import Worded
from partners import roles


class UserManager(BaseUserManager):
    """Users log in with their e-mail address, kept in lower case."""

    def create_user(self, email: str, password: str | None = None, **fields) -> "User":
        user = self.model(email=email.lower(), **fields)
        user.set_password(password)
        user.save()
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields) -> "User":
        return self.create_user(email, password, is_staff=True, is_superuser=True, **fields)


def default_hour() -> int:
    return settings.DIGEST_HOUR


@pghistory.track(exclude=["password", "last_login", "away_until"])
class User(Worded, AbstractUser):
    """A person. What they may do comes from their memberships, never from fields here."""

    class Digest(models.TextChoices):
        DAILY = "daily", _("Elke werkdag")
        WEEKLY = "weekly", _("Elke week")
        NEVER = "never", _("Nooit")

    class Topic(models.TextChoices):
        """What a digest tells; each can be left out."""

        WORK = "work", _("Wat op jou wacht")
        FITS = "fits", _("Nieuwe projecten en vraagstukken die bij je passen")
        DATES = "dates", _("Data die eraan komen")
        NEWS = "news", _("Nieuws over waar je aan meedoet")

    class Weekday(models.IntegerChoices):
        MONDAY = 0, _("maandag")
        TUESDAY = 1, _("dinsdag")
        WEDNESDAY = 2, _("woensdag")
        THURSDAY = 3, _("donderdag")
        FRIDAY = 4, _("vrijdag")

    username = None
    email = models.EmailField(_("e-mailadres"), unique=True)
    language = models.CharField(
        _("taal"), max_length=2, choices=[("nl", "Nederlands"), ("en", "English")], default="nl"
    )
    digest = models.CharField(_("overzichtsmail"), max_length=6, choices=Digest.choices, default=Digest.WEEKLY)
    digest_hour = models.PositiveSmallIntegerField(
        _("hoe laat"),
        default=default_hour,
        choices=[(hour, format_lazy(_("{hour}.00 uur"), hour=hour)) for hour in range(6, 21)],
    )
    digest_weekday = models.PositiveSmallIntegerField(
        _("op welke dag"), choices=Weekday.choices, default=Weekday.MONDAY
    )
    away_until = models.DateField(_("ik ben er niet tot en met"), null=True, blank=True)
    digest_off = ArrayField(models.CharField(max_length=5, choices=Topic.choices), default=list, blank=True)

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS = []
    objects = UserManager()

    class Meta:
        constraints = [models.UniqueConstraint(Lower("email"), name="one_user_per_email")]
        indexes = [models.Index(models.Func("email", function="mail_domain"), name="user_mail_domain")]

    def __str__(self) -> str:
        return self.get_full_name() or self.email

    @property
    def held(self) -> tuple[tuple[str, int, int | None], ...]:
        """The roles, as `roles.of` says them."""
        return roles.of(self)

    @held.setter
    def held(self, found: tuple) -> None:
        self._roles = found

    def has_perm(self, perm: str, obj=None) -> bool:
        """As Django's, which asks every way to log in; what people may do here are predicates on their roles."""
        if (self.is_active and self.is_superuser) or rules.has_perm(perm, self, obj):
            return True
        return self.is_staff and super().has_perm(perm, obj)

    @property
    def is_away(self) -> bool:
        """Whether this person said not to be there today: no digest comes, and reminders go to colleagues."""
        return self.away_until is not None and self.away_until >= clock.today()

    @property
    def first_and_initial(self) -> str:
        """'Yara B.', 'Ingrid de B.': all that is shown of a student to other sides, since students can be minors."""
        return first_and_initial(self.first_name, self.last_name)


def first_and_initial(first_name: str, last_name: str) -> str:
    """'Yara B.', of somebody with these names."""
    particles, name = re.match(r"((?:[a-z'’]+ )*)(.?)", last_name).groups()
    return f"{first_name} {particles}{name}.".strip() if name else first_name
