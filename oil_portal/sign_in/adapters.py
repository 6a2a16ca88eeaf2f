"""How allauth's second factors and social accounts meet our house."""

import base64
import hashlib

from allauth.account.models import EmailAddress
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter, _build_apps_from_settings
from allauth.socialaccount.providers.base.constants import AuthProcess
from cryptography.fernet import Fernet, MultiFernet
from django.conf import settings
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from oil_portal.sign_in import services
from oil_portal.sign_in.claims import read_kept
from partners.models import User


def _box() -> MultiFernet:
    """Locks what gives entry, so that a copy of the database alone gives none."""
    keys = (
        hashlib.sha256(f"mfa:{key}".encode()).digest() for key in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)
    )
    return MultiFernet([Fernet(base64.urlsafe_b64encode(key)) for key in keys])


class SecondFactorAdapter(DefaultMFAAdapter):
    """Words in our language, our name on the key, and secrets that are kept locked."""

    error_messages = DefaultMFAAdapter.error_messages | {
        "add_email_blocked": gettext_lazy("Haal eerst je tweede stap weg. Dan kun je een adres toevoegen."),
        "cannot_delete_authenticator": gettext_lazy("Je kunt deze stap niet weghalen."),
        "cannot_generate_recovery_codes": gettext_lazy("Zet eerst een passkey of een app aan."),
        "incorrect_code": gettext_lazy("Deze code klopt niet, of is al gebruikt. Probeer de volgende."),
        "unverified_email": gettext_lazy("Bevestig eerst al je e-mailadressen, of haal weg wat je niet gebruikt."),
    }

    def encrypt(self, text: str) -> str:
        return _box().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        return _box().decrypt(encrypted_text.encode()).decode()

    def generate_authenticator_name(self, user, type) -> str:
        number = Authenticator.objects.filter(user=user, type=type).count()
        return _("Passkey %d") % (number + 1)

    def _get_site_name(self) -> str:
        return settings.MFA_TOTP_ISSUER


class SchoolAdapter(DefaultSocialAccountAdapter):
    """Who may come in by a school, and as whom."""

    error_messages = DefaultSocialAccountAdapter.error_messages | {
        "no_password": gettext_lazy("Kies eerst een wachtwoord. Anders kun je niet meer inloggen."),
        "no_verified_email": gettext_lazy("Bevestig eerst je e-mailadres. Anders kun je niet meer inloggen."),
    }

    def list_apps(self, request, provider=None, client_id=None) -> list:
        """Only what the environment says: none that somebody put in a table, and no query to look for it."""
        found = _build_apps_from_settings(provider=provider, client_id=client_id)
        return [app for apps in found.values() for app in apps]

    def pre_social_login(self, request, sociallogin) -> None:
        """Turn away who cannot come in, with words, and find the account that is theirs already."""
        if sociallogin.is_existing:
            return
        school = services.school_of(read_kept(sociallogin.account.extra_data).organization)
        if school is None:
            self.turn_away(request, "unknown_school", organization=sociallogin.account.extra_data["organization"])
        if sociallogin.state.get("process") == AuthProcess.CONNECT:
            return
        if not sociallogin.email_addresses:
            self.turn_away(request, "no_address")
        address = sociallogin.email_addresses[0]
        holder = EmailAddress.objects.filter(email=address.email, verified=True).select_related("user").first()
        if holder and services.proves(school, address):
            sociallogin.connect(request, holder.user)
        elif holder or User.objects.filter(email=address.email).exists():
            self.turn_away(request, "known_address", email=address.email)

    @staticmethod
    def turn_away(request, why: str, **context) -> None:
        """Say why not; nothing was made."""
        page = render(request, "socialaccount/turned_away.html", {"why": why, **context}, status=403)
        raise ImmediateHttpResponse(page)
