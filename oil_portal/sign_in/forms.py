"""The shape of what people type when they come in."""

from allauth.mfa.base.forms import AuthenticateForm, ReauthenticateForm
from allauth.mfa.totp.forms import ActivateTOTPForm
from allauth.mfa.totp.internal.auth import validate_totp_code
from allauth.mfa.utils import decrypt
from allauth.mfa.webauthn.forms import (
    AddWebAuthnForm,
    AuthenticateWebAuthnForm,
    EditWebAuthnForm,
    LoginWebAuthnForm,
    ReauthenticateWebAuthnForm,
)
from cryptography.exceptions import InvalidSignature
from django import forms
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from oil_portal.core.workflow import Refusal
from oil_portal.sign_in import services
from oil_portal.sign_in.claims import read_kept
from partners.accounts import tell
from partners.forms import NewPersonForm

USED_TWICE = _("Iemand wilde inloggen met een code uit je app die net al was gebruikt. De tweede keer is geweigerd.")


class _Code(forms.Form):
    """The one field for a code of six digits, or a recovery code."""

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["code"]
        field.label, field.help_text = self.label, self.help_text
        field.error_messages["required"] = _("Vul de code in.")
        field.max_length = 20
        field.widget.attrs = {"autocomplete": "one-time-code", "inputmode": "numeric", "class": "short"}

    label = _("Code")
    help_text = _("De zes cijfers uit je app, of een van je herstelcodes.")


class _Answer(_Code):
    """A code that answers, once. Who sends it again read along, and so its owner hears it (ASVS 2.8.5)."""

    def _emit_authentication_failed(self, authenticator) -> None:
        super()._emit_authentication_failed(authenticator)
        right = authenticator.type == authenticator.Type.TOTP and validate_totp_code(
            decrypt(authenticator.data["secret"]), self.cleaned_data["code"]
        )
        if right:
            tell(user=self.user, title=_("Een code is twee keer gebruikt"), what=USED_TWICE)


class CodeForm(_Answer, AuthenticateForm):
    pass


class CodeAgainForm(_Answer, ReauthenticateForm):
    pass


class AppForm(_Code, ActivateTOTPForm):
    help_text = _("De zes cijfers die je app nu laat zien.")


class _Passkey(forms.Form):
    """What a browser says about a passkey: whatever shape it has, it is a passkey that fits or a sentence.

    allauth looks for most wrong shapes, not for all; each of these was a 500.
    """

    def clean_credential(self):
        parent = getattr(super(), "clean_credential", lambda: self.cleaned_data["credential"])
        return self._careful(parent)

    def clean(self):
        return self._careful(super().clean)

    @staticmethod
    def _careful(judge):
        try:
            return judge()
        except forms.ValidationError as error:
            if error.code != "incorrect_code":  # too many tries, say
                raise
        except (KeyError, TypeError, ValueError, AttributeError, InvalidSignature):
            pass
        raise forms.ValidationError(_("Deze passkey past niet bij dit account. Probeer het opnieuw."))


class PasskeyForm(_Passkey, AddWebAuthnForm):
    """A passkey always asks for the finger, face or PIN, so that it is enough by itself to log in."""

    name = forms.CharField(
        label=_("Naam"), max_length=60, required=False, help_text=_("Zodat je hem herkent, bijvoorbeeld: telefoon.")
    )
    passwordless = None
    field_order = ["name"]


class PasskeyLoginForm(_Passkey, LoginWebAuthnForm):
    pass


class PasskeyStepForm(_Passkey, AuthenticateWebAuthnForm):
    pass


class PasskeyAgainForm(_Passkey, ReauthenticateWebAuthnForm):
    pass


class PasskeyNameForm(EditWebAuthnForm):
    name = forms.CharField(label=_("Naam"), max_length=60)


class SchoolSignupForm(NewPersonForm):
    """The first time that somebody comes by their school: the same word as at any sign-up."""

    def __init__(self, *args, sociallogin, **kwargs) -> None:
        self.login = sociallogin
        self.says = read_kept(sociallogin.account.extra_data)
        self.school = services.school_of(self.says.organization)
        user = sociallogin.user
        super().__init__(*args, initial={"first_name": user.first_name, "last_name": user.last_name}, **{
            name: value for name, value in kwargs.items() if name != "initial"
        })  # fmt: skip

    def try_save(self, request):
        """allauth's word for making the account: (user, answer instead)."""
        if self.school is None:
            raise Refusal(_("Je school doet nu niet mee."))
        values = {name: self.cleaned_data[name] for name in ("first_name", "last_name", "digest")}
        language = (get_language() or "nl")[:2]
        user = services.welcome(login=self.login, school=self.school, says=self.says, language=language, **values)
        return user, None
