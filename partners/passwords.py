"""What a password must be, in our own words: Django's Dutch says u, and its newest sentences are English still."""

from itertools import pairwise

from django.contrib.auth import password_validation as django
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

KEYS = "qwertyuiop  asdfghjkl  zxcvbnm"
FEWEST = 8  # characters that cannot be told from the one before; static/password.js counts in the same way
MOST = 128  # characters; nobody types more, and what a machine sends would only cost us time


class LongEnough(django.MinimumLengthValidator):
    def validate(self, password: str, user=None) -> None:
        super().validate(password, user)
        if len(password) > MOST:
            raise ValidationError(_("Dit wachtwoord is te lang. Kies hoogstens %d tekens.") % MOST)

    def get_error_message(self) -> str:
        return _("Dit wachtwoord is te kort. Kies minstens %d tekens.") % self.min_length

    def get_help_text(self) -> str:
        return _("Minstens %d tekens.") % self.min_length


class NotCommon(django.CommonPasswordValidator):
    def get_error_message(self) -> str:
        return _("Dit wachtwoord is te bekend. Kies iets wat een ander niet raadt.")

    def get_help_text(self) -> str:
        return _("Kies iets wat een ander niet raadt.")


class NotAboutYou(django.UserAttributeSimilarityValidator):
    def get_error_message(self) -> str:
        return _("Dit wachtwoord lijkt te veel op je naam of je e-mailadres.")

    def get_help_text(self) -> str:
        return _("Gebruik niet je naam of je e-mailadres.")


def follows(one: str, other: str) -> bool:
    """Whether a character repeats the one before, counts on from it, or lies beside it on the keyboard."""
    here, there = KEYS.find(one), KEYS.find(other)
    return abs(ord(one) - ord(other)) < 2 or (here >= 0 and there >= 0 and abs(here - there) < 2)


def fresh(password: str) -> int:
    """How many characters of a password can't be told from the one before: no pair of them comes twice either."""
    letters, pairs = password.lower(), set()
    number = len(letters[:1])
    for one, other in pairwise(letters):
        number += not follows(one, other) and (one, other) not in pairs
        pairs.add((one, other))
    return number


class NoPattern:
    """Long passwords that leaked are mostly patterns, which stand in no list of ours: 123456789012, welkomwelkom."""

    def validate(self, password: str, user=None) -> None:
        if fresh(password[:MOST]) < FEWEST:
            raise ValidationError(_("Dit wachtwoord is te makkelijk te raden. Neem een paar losse woorden."))

    def get_help_text(self) -> str:
        return _("Geen rijtje of herhaling.")
