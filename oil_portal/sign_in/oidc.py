"""The two addresses of the code flow, and the check of what comes back over them."""

import json

import jwt
from allauth.socialaccount import app_settings
from allauth.socialaccount.adapter import get_adapter
from allauth.socialaccount.helpers import render_authentication_error
from allauth.socialaccount.models import SocialApp
from allauth.socialaccount.providers.base.constants import AuthProcess
from allauth.socialaccount.providers.oauth2.client import OAuth2Error
from allauth.socialaccount.providers.oauth2.views import OAuth2CallbackView, OAuth2LoginView
from allauth.socialaccount.providers.openid_connect.views import OpenIDConnectOAuth2Adapter
from allauth.utils import build_absolute_uri
from django.contrib.auth.decorators import login_not_required
from django.http import Http404
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.cache import never_cache
from requests import RequestException

from partners.limits import limited

SIGNED = (
    "RS256",
    "RS384",
    "RS512",
    "PS256",
    "PS384",
    "PS512",
    "ES256",
    "ES384",
    "ES512",
    "EdDSA",
)  # never a shared key
PROVIDER = "school"
NEEDED = ("issuer", "authorization_endpoint", "token_endpoint", "userinfo_endpoint", "jwks_uri")
LEEWAY = 30  # seconds that two clocks may differ


class SchoolOAuth2Adapter(OpenIDConnectOAuth2Adapter):
    """Reads what the provider answers, and believes it only when every check holds."""

    nonce = ""

    @property
    def openid_config(self) -> dict:
        config = super().openid_config
        if not isinstance(config, dict) or not all(isinstance(config.get(name), str) for name in NEEDED):
            raise OAuth2Error("This is no OpenID provider.")
        return config

    def get_callback_url(self, request, app) -> str:
        return build_absolute_uri(request, reverse("school_callback"), self.redirect_uri_protocol)

    def complete_login(self, request, app, token, **kwargs):
        try:
            told = check(
                kwargs["response"].get("id_token"), self.openid_config, self._keys(), app.client_id, self.nonce
            )
            about = self._fetch_user_info(token.token)
            if about["sub"] != told["sub"]:
                raise OAuth2Error("The user info is about somebody else.")
        except (KeyError, TypeError, ValueError, AttributeError, jwt.PyJWTError) as error:  # an answer of another shape
            raise OAuth2Error("The provider's answer cannot be read.") from error
        return self.get_provider().sociallogin_from_response(request, {"userinfo": about, "id_token": told})

    def get_access_token_data(self, request, app, client, pkce_code_verifier=None):
        data = super().get_access_token_data(request, app, client, pkce_code_verifier)
        if not isinstance(data, dict) or not isinstance(data.get("access_token"), str):
            raise OAuth2Error("No access token.")
        return {name: data.get(name) for name in ("access_token", "id_token")}

    def _keys(self) -> list[dict]:
        with get_adapter().get_requests_session() as session:
            answer = session.get(self.openid_config["jwks_uri"])
            answer.raise_for_status()
        return answer.json()["keys"]


def check(id_token: str, config: dict, keys: list[dict], client_id: str, nonce: str) -> dict:
    """The claims of an ID token that is signed by the provider, for us, now, and for this log-in.

    Raises OAuth2Error or jwt.PyJWTError otherwise. OpenID Connect Core 1.0, 3.1.3.7.
    """
    header = jwt.get_unverified_header(id_token)
    if header.get("alg") not in SIGNED:
        raise OAuth2Error("The ID token has no signature that counts.")
    name = header.get("kid")  # may be left out where the provider has one key
    fitting = [key for key in keys if key.get("use", "sig") == "sig" and name in (None, key.get("kid"))]
    if len(fitting) != 1:
        raise OAuth2Error("Unknown key.")
    claims = jwt.decode(
        id_token, jwt.PyJWK.from_json(json.dumps(fitting[0]), header["alg"]), algorithms=[header["alg"]],
        audience=client_id, issuer=config["issuer"], leeway=LEEWAY,
        options={"require": ["iss", "sub", "aud", "exp", "iat"]},
    )  # fmt: skip
    if not nonce or claims.get("nonce") != nonce:
        raise OAuth2Error("Another nonce.")
    if claims.get("azp", client_id) != client_id:
        raise OAuth2Error("A token for another party.")
    if not isinstance(claims["sub"], str) or not 0 < len(claims["sub"]) <= app_settings.UID_MAX_LENGTH:
        raise OAuth2Error("No usable sub.")
    return claims


class CallbackView(OAuth2CallbackView):
    """Hands the nonce of this log-in to the check; `state` belongs to one session and works once."""

    def _get_state(self, request, provider):
        state, answer = super()._get_state(request, provider)
        self.adapter.nonce = (state or {}).get("nonce", "")
        return state, answer


def _view(kind, request):
    adapter = SchoolOAuth2Adapter(request, PROVIDER)
    try:
        provider = adapter.get_provider()
    except SocialApp.DoesNotExist:
        raise Http404 from None
    try:
        return kind.adapter_view(adapter)(request)
    except (RequestException, OAuth2Error) as error:  # down, or something else than a provider
        return render_authentication_error(request, provider, exception=error)


@login_not_required
@never_cache
@limited("school", ("GET", "POST"))
def school_login(request):
    """Go to the school. Who is logged in already only goes there to connect a school account to this one."""
    if request.user.is_authenticated and request.GET.get("process") != AuthProcess.CONNECT:
        return redirect("start")
    return _view(OAuth2LoginView, request)


@login_not_required
@never_cache
@limited("school", ("GET", "POST"))
def school_callback(request):
    """Come back from the school."""
    return _view(CallbackView, request)
