"""How django-allauth meets our house."""

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.auth_backends import AuthenticationBackend
from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef, QuerySet
from django.db.models.functions import JSONObject
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import get_language, override
from django.utils.translation import gettext_lazy as _

from oil_portal.core import clock
from oil_portal.core.mail import absolute
from oil_portal.core.models import Consent
from oil_portal.core.prepared import prepared
from oil_portal.core.tasks import post
from partners.models import Membership, User


@prepared
def account(user: int) -> QuerySet:
    """The account with the roles that it holds, which every page asks for."""
    roles = Membership.objects.active().filter(user=OuterRef("pk")).order_by()
    role = JSONObject(role="role", partner="partner_id", parent="partner__parent_id")
    return User.objects.filter(pk=user).annotate(memberships_held=ArraySubquery(roles.values(one=role)))


class AccountBackend(AuthenticationBackend):
    """Who logs in by address and password. Django's own permissions are for its admin pages, so for staff alone.

    What people may do in the portal are predicates on their roles (django-rules): a no of those asks no table.
    """

    def get_user(self, user_id: int):
        """As Django's own, which composes it for every page of who is logged in."""
        user = next(iter(account(user_id)), None)
        if user is None or not self.user_can_authenticate(user):
            return None
        user.held = tuple((one["role"], one["partner"], one["parent"]) for one in user.memberships_held)
        return user

    def has_perm(self, user_obj, perm, obj=None) -> bool:
        return user_obj.is_staff and super().has_perm(user_obj, perm, obj)


# What somebody hears of by mail, so that a change which they did not make does not stay unseen.
CHANGED = {
    "account/email/password_changed": _("Je wachtwoord is gewijzigd."),
    "account/email/password_reset": _("Je wachtwoord is gewijzigd."),
    "account/email/password_set": _("Je hebt nu een wachtwoord."),
    "account/email/email_changed": _("Je hoofdadres is gewijzigd."),
    "account/email/email_deleted": _("Een e-mailadres is weggehaald."),
    "mfa/email/totp_activated": _("Inloggen met een app met codes staat aan."),
    "mfa/email/totp_deactivated": _("Inloggen met een app met codes staat uit."),
    "mfa/email/webauthn_added": _("Er is een passkey gemaakt."),
    "mfa/email/webauthn_removed": _("Er is een passkey weggehaald."),
    "mfa/email/recovery_codes_generated": _("Er zijn nieuwe herstelcodes gemaakt."),
    "socialaccount/email/account_connected": _("Je schoolaccount is gekoppeld."),
    "socialaccount/email/account_disconnected": _("Je schoolaccount is losgemaakt."),
}


def tell(*, user: User, title, what, to: str | None = None, **named) -> None:
    """Mail somebody about their account, beside the request as all our mail; `named` goes into what is said."""
    with override(user.language):
        told = {"title": str(title), "what": str(what) % named}
        told["when"] = date_format(timezone.localtime(clock.now()), "j F Y, H.i")
    told["url"] = absolute(reverse("devices"))
    post("partners/email/account_changed", to=to or user.email, language=user.language, context=told)


class AccountAdapter(DefaultAccountAdapter):
    """Takes the name from the sign-up form and remembers the language the person signed up in."""

    def save_user(self, request, user, form, commit=True):
        user = super().save_user(request, user, form, commit=False)
        user.language = (get_language() or "nl")[:2]
        wants = form.cleaned_data.get("digest")
        user.digest = user.Digest.WEEKLY if wants else user.Digest.NEVER
        if commit:
            user.save()
            Consent.objects.say(user=user, kind=Consent.Kind.DIGEST, yes=bool(wants))
        return user

    def send_notification_mail(self, template_prefix, user, context=None, email=None) -> None:
        """One mail for every change of how somebody comes in."""
        if said := CHANGED.get(template_prefix):
            tell(user=user, title=_("Er is iets veranderd aan je account"), what=said, to=email)

    def get_login_redirect_url(self, request):
        return self.came_from(request) or super().get_login_redirect_url(request)

    def get_signup_redirect_url(self, request):
        return self.came_from(request) or super().get_signup_redirect_url(request)

    @staticmethod
    def came_from(request) -> str:
        """Where the person was before making an account, or "": the address check in between can forget `next`."""
        token = request.session.get("invitation")
        return reverse("partners:invitation", args=[token]) if token else request.session.get("continue_at", "")
