"""A real OpenID provider on loopback, in a thread: oidc-provider-mock (Authlib), which also holds PKCE here.

`provider.knows(sub, **claims)` is who may log in there; `provider.spoil` changes what comes back, as an attacker or a
broken provider would.
"""

import base64
import hashlib
import time
from collections.abc import Callable
from contextlib import contextmanager
from dataclasses import dataclass, field
from urllib.parse import parse_qs, urlsplit

import flask
import jwt
import oidc_provider_mock
import requests
from oidc_provider_mock._server import _threaded_server

CLIENT = "portal"
STUDENT = {
    "email": "noor@student.mborijnland.nl", "email_verified": True, "given_name": "Noor", "family_name": "Smit",
    "schac_home_organization": "mborijnland.nl", "eduperson_affiliation": ["student", "member"],
}  # fmt: skip


@dataclass
class Provider:
    url: str = ""
    spoil: Callable[[dict], dict] = lambda claims: claims  # the claims of the ID token, before they are signed
    about: Callable[[dict], dict] = lambda claims: claims  # the user info
    key: str | bytes | None = None  # another key than the one that is published
    alg: str = "RS256"
    asked: list[dict] = field(default_factory=list)  # what came to the authorization endpoint
    challenges: dict[str, str] = field(default_factory=dict)

    def reset(self) -> None:
        fresh = Provider()
        self.spoil, self.about, self.key, self.alg = fresh.spoil, fresh.about, fresh.key, fresh.alg

    def app_settings(self) -> dict:
        """What the environment would say of it."""
        settings = {"server_url": self.url}
        return {"provider_id": "school", "name": "Schoollogin", "client_id": CLIENT, "secret": "geheim",
                "settings": settings}  # fmt: skip

    def knows(self, sub: str, **claims) -> None:
        requests.put(f"{self.url}/users/{sub}", json=claims, timeout=5).raise_for_status()

    def log_in(self, authorize: str, sub: str) -> str:
        """What a person does there: choose who they are; the address that they are sent back to."""
        answer = requests.post(authorize, data={"sub": sub}, allow_redirects=False, timeout=5)
        assert answer.status_code == 302, answer.text
        return answer.headers["location"]

    def app(self) -> flask.Flask:
        app = oidc_provider_mock.app(require_nonce=True)
        app.before_request(self._before)
        app.after_request(self._after)
        return app

    def _before(self):
        request = flask.request
        if request.path == "/oauth2/authorize" and request.method == "POST":
            self.asked.append(request.args.to_dict())
        if request.path == "/oauth2/token":
            verifier = request.form.get("code_verifier", "").encode()
            digest = base64.urlsafe_b64encode(hashlib.sha256(verifier).digest()).rstrip(b"=").decode()
            if self.challenges.pop(request.form.get("code"), None) != digest:
                return {"error": "invalid_grant"}, 400
        return None

    def _after(self, response):
        if flask.request.path == "/oauth2/authorize" and response.status_code == 302:
            code = parse_qs(urlsplit(response.headers["location"]).query).get("code", [""])[0]
            assert flask.request.args["code_challenge_method"] == "S256"
            self.challenges[code] = flask.request.args["code_challenge"]
        if flask.request.path == "/oauth2/token" and response.status_code == 200:
            answer = response.get_json()
            response.set_data(flask.json.dumps(answer | {"id_token": self._sign(answer["id_token"])}))
        if flask.request.path == "/userinfo" and response.status_code == 200:
            response.set_data(flask.json.dumps(self.about(response.get_json())))
        return response

    def _sign(self, token: str) -> str:
        """The same token, spoiled and signed again."""
        own = flask.g.oidc_provider_mock_storage.jwk
        claims = self.spoil(jwt.decode(token, options={"verify_signature": False}))
        key = self.key if self.alg != "RS256" else self.key or own.as_pem(is_private=True)
        return jwt.encode(claims, key, self.alg)


def long_ago(claims: dict) -> dict:
    """A token that ended an hour ago."""
    return claims | {"iat": int(time.time()) - 7200, "exp": int(time.time()) - 3600}


@contextmanager
def running():
    provider = Provider()
    with _threaded_server(provider.app()) as server:
        provider.url = f"http://localhost:{server.server_port}"
        yield provider
