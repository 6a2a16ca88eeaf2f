"""The log-in of a school: OpenID Connect as SURFconext speaks it, with one provider for all schools.

django-allauth does the code flow with PKCE and `state`. This adds what it leaves out: a nonce, the signature of the ID
token (allauth trusts the line it came over), and the rule that user info is about the same person.
"""

import secrets

from allauth.account.models import EmailAddress
from allauth.socialaccount.providers.openid_connect.provider import OpenIDConnectProvider, _pick_data
from django.urls import reverse

from oil_portal.sign_in import claims
from oil_portal.sign_in.oidc import SchoolOAuth2Adapter


class SchoolProvider(OpenIDConnectProvider):
    """What a school's answer means to us. Of all claims only `sub`, home organisation and affiliations are kept."""

    id = "school"
    name = "School"
    oauth2_adapter_class = SchoolOAuth2Adapter
    pkce_enabled_default = True
    supports_token_authentication = False

    def get_login_url(self, request, **kwargs) -> str:
        return reverse("school_login", query=kwargs or None)

    def get_callback_url(self) -> str:
        return reverse("school_callback")

    def get_oauth2_adapter(self, request):
        return self.oauth2_adapter_class(request, self.app.provider_id)

    # What we ask is not for the address bar to change.
    def get_scope_from_request(self, request) -> list[str]:
        return self.get_scope()

    def get_auth_params_from_request(self, request, action) -> dict:
        return self.get_auth_params()

    def redirect(self, request, process, next_url=None, data=None, **kwargs):
        nonce = secrets.token_urlsafe(24)
        kwargs["auth_params"] = {**(kwargs.get("auth_params") or self.get_auth_params()), "nonce": nonce}
        return super().redirect(request, process, next_url=next_url, data=data, nonce=nonce, **kwargs)

    def extract_common_fields(self, data) -> dict:
        told = _pick_data(data)
        return {
            "email": claims.address(told)[0],
            "first_name": _name(told, "given_name"),
            "last_name": _name(told, "family_name"),
        }

    def extract_email_addresses(self, data) -> list[EmailAddress]:
        email, stands = claims.address(_pick_data(data))
        return [EmailAddress(email=email, verified=stands, primary=True)] if email else []

    def extract_extra_data(self, data) -> dict:
        return claims.read(data.get("id_token", {}) | data.get("userinfo", {})).kept()


def _name(told: dict, claim: str) -> str:
    value = told.get(claim)
    return value.replace("\0", "").strip()[:60] if isinstance(value, str) else ""


provider_classes = [SchoolProvider]
