"""How django-allauth meets our house."""

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.auth_backends import AuthenticationBackend
from django.urls import reverse
from django.utils.translation import get_language

from oil_portal.core.models import Consent


class AccountBackend(AuthenticationBackend):
    """Who logs in by address and password. Django's own permissions are for its admin pages, so for staff alone.

    What people may do in the portal are predicates on their roles (django-rules): a no of those asks no table.
    """

    def has_perm(self, user_obj, perm, obj=None) -> bool:
        return user_obj.is_staff and super().has_perm(user_obj, perm, obj)


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

    def get_login_redirect_url(self, request):
        return self.came_from(request) or super().get_login_redirect_url(request)

    def get_signup_redirect_url(self, request):
        return self.came_from(request) or super().get_signup_redirect_url(request)

    @staticmethod
    def came_from(request) -> str:
        """Where the person was before making an account, or "": the address check in between can forget `next`."""
        token = request.session.get("invitation")
        return reverse("partners:invitation", args=[token]) if token else request.session.get("continue_at", "")
