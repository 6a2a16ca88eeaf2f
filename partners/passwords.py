"""What a password must be, in our own words: Django's Dutch says u, and its newest sentences are English still."""

from django.contrib.auth import password_validation as django
from django.utils.translation import gettext as _


class LongEnough(django.MinimumLengthValidator):
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
