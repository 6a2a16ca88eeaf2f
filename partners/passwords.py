"""What a password must be, in our own words: Django's Dutch says u, and its newest sentences are English still."""

from django.contrib.auth import password_validation as django
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

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
