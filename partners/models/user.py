"""A person who can log in."""

import re

import pghistory
from django.contrib.auth.models import AbstractUser, BaseUserManager
from django.db import models
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _


class UserManager(BaseUserManager):
    """Users log in with their e-mail address, kept in lower case."""

    def create_user(self, email: str, password: str | None = None, **fields) -> "User":
        user = self.model(email=email.lower(), **fields)
        user.set_password(password)
        user.save()
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields) -> "User":
        return self.create_user(email, password, is_staff=True, is_superuser=True, **fields)


@pghistory.track(exclude=["password", "last_login"])
class User(AbstractUser):
    """A person. What they may do comes from their memberships, never from fields here."""

    class Digest(models.TextChoices):
        DAILY = "daily", _("Elke werkdag")
        WEEKLY = "weekly", _("Elke week, op maandag")
        NEVER = "never", _("Nooit")

    username = None
    email = models.EmailField(_("e-mailadres"), unique=True)
    language = models.CharField(
        _("taal"), max_length=2, choices=[("nl", "Nederlands"), ("en", "English")], default="nl"
    )
    digest = models.CharField(_("overzichtsmail"), max_length=6, choices=Digest.choices, default=Digest.WEEKLY)

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS = []
    objects = UserManager()

    class Meta:
        constraints = [models.UniqueConstraint(Lower("email"), name="one_user_per_email")]

    def __str__(self) -> str:
        return self.get_full_name() or self.email

    @property
    def first_and_initial(self) -> str:
        """'Yara B.', 'Ingrid de B.': all that is shown of a student to other sides, since students can be minors."""
        particles, name = re.match(r"((?:[a-z'’]+ )*)(.?)", self.last_name).groups()
        return f"{self.first_name} {particles}{name}.".strip() if name else self.first_name
