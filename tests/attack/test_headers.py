"""What answers carry, whoever asks; test_fuzz.py asks the same of every answer at every address of the table."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import global_settings
from django.conf import settings as of_the_portal
from django.test import Client
from django.urls import reverse
from django.utils.module_loading import import_string

from tests.attack import ROOMS, Prey, faults, outsider_and_insider, rows


@pytest.mark.parametrize("role", ["visitor", "contact"])
def test_pages_and_what_leads_elsewhere_have_their_headers(role, world, login):
    client = login(None if role == "visitor" else world.contact)
    for address in (
        "/",
        "/start/",
        "/partners/",
        "/account/login/",
        "/account/email/",
        "/beheer/",
        world.card.get_absolute_url(),
    ):
        assert faults(client.get(address), known=role != "visitor") == [], address


@pytest.mark.parametrize("status", [400, 403, 404, 405, 413, 415])
def test_a_page_of_a_fault_has_them_too(status, region, login):
    client = login(region.newcomer)
    answer = {
        400: lambda: client.post("/weergave/", {f"f{n}": "" for n in range(1001)}),
        403: lambda: client.get("/partners/controle/"),
        404: lambda: client.get("/nergens/"),
        405: lambda: client.get("/weergave/"),
        413: lambda: client.post("/weergave/", CONTENT_LENGTH="999999999"),
        415: lambda: client.post("/weergave/", {"theme": "dark"}, content_type="application/json"),
    }[status]()
    assert answer.status_code == status
    assert faults(answer, known=True) == []


def test_what_is_for_a_script_is_no_page(region, login):
    answer = login(None).get(reverse("mfa_login_webauthn"), headers={"accept": "application/json"})
    for one in (answer, login(None).get("/readyz")):
        assert one["Content-Type"] == "application/json" and 'filename="api.json"' in one["Content-Disposition"]


# --- Forms of another site -------------------------------------------------------------------------------------
MAIL_PROGRAMS = {"unsubscribe"}  # RFC 8058: they post without cookies; the token says who, and what can be undone


@pytest.mark.parametrize("room", ROOMS)
def test_no_post_without_a_token_of_ours(room, world):
    wrong = []
    for row in rows(room):
        role = (outsider_and_insider(row) or ["admin"])[-1]
        client = Client(enforce_csrf_checks=True)
        if role != "visitor":
            client.force_login(getattr(world, role))
        answer = Prey(client, role).ask("post", row.url(world), row.data).status_code
        if answer != 403 and row.name not in MAIL_PROGRAMS:
            wrong.append(f"{row.name} {row.url(world)} as {role}: {answer}")
    assert not wrong, "\n".join(sorted(set(wrong)))


# --- Cookies and HTTPS -----------------------------------------------------------------------------------------
@pytest.fixture
def https(settings):
    """As in production, behind a proxy that speaks HTTPS."""
    settings.SECURE_SSL_REDIRECT = settings.SESSION_COOKIE_SECURE = settings.CSRF_COOKIE_SECURE = True
    settings.LANGUAGE_COOKIE_SECURE = settings.HTTPS = True
    settings.SECURE_HSTS_SECONDS, settings.SECURE_HSTS_INCLUDE_SUBDOMAINS = 31536000, True
    return Client(headers={"x-forwarded-proto": "https"})


def test_cookies_are_ours_alone(region, https):
    region.contact.set_password("een lang wachtwoord")
    region.contact.save()
    words = {"login": region.contact.email, "password": "een lang wachtwoord"}
    found = https.post("/account/login/", words, secure=True)
    assert found.status_code == 302
    assert found.headers["Strict-Transport-Security"] == "max-age=31536000; includeSubDomains"
    session = found.cookies["sessionid"]
    assert session["httponly"] and session["secure"] and session["samesite"] == "Lax" and not session["domain"]
    for address, words in (("/weergave/", {"theme": "dark"}), ("/taal/", {"language": "en"})):
        for cookie in https.post(address, words, secure=True).cookies.values():
            assert cookie["httponly"] and cookie["secure"] and cookie["samesite"] == "Lax", cookie.key
    https.get("/account/email/", secure=True)
    assert https.cookies["csrftoken"]["secure"] and https.cookies["csrftoken"]["samesite"] == "Lax"


def test_a_session_begins_anew_at_the_log_in_and_ends_at_the_log_out(region, client):
    region.contact.set_password("een lang wachtwoord")
    region.contact.save()
    client.get(f"/partners/uitnodiging/{'x' * 20}/")
    client.session.save()
    before = client.session.session_key
    client.post("/account/login/", {"login": region.contact.email, "password": "een lang wachtwoord"})
    inside = client.session.session_key
    assert inside != before
    client.post("/account/logout/")
    stale = Client()
    stale.cookies["sessionid"] = inside
    assert stale.get("/start/").status_code == 302


ROOT = Path(__file__).resolve().parents[2]
ASK = "from oil_portal import settings as s; print([getattr(s, name) for name in {names}])"
NAMES = ["HTTPS", "SECURE_SSL_REDIRECT", "SECURE_HSTS_SECONDS", "SESSION_COOKIE_SECURE", "CSRF_COOKIE_SECURE",
         "LANGUAGE_COOKIE_SECURE", "SESSION_COOKIE_NAME", "CSRF_COOKIE_NAME", "DEBUG", "DEMO"]  # fmt: skip


@pytest.mark.parametrize(
    ("site", "expected"),
    [("https://lab.example",
      [True, True, 31536000, True, True, True, "__Host-sessionid", "__Host-csrftoken", False, False]),
     ("http://localhost:8000", [False, False, 0, False, False, False, "sessionid", "csrftoken", False, False])],
)  # fmt: skip
def test_an_https_address_turns_all_of_it_on(site, expected):
    environment = {"SECRET_KEY": "x", "SITE_URL": site, "PATH": "/usr/bin"}
    code = ASK.format(names=NAMES)
    said = subprocess.run([sys.executable, "-c", code], cwd=ROOT, env=environment, capture_output=True, text=True)
    assert said.stdout.strip() == str(expected), said.stderr


def test_django_has_nothing_to_add():
    environment = {"SECRET_KEY": "k" * 60 + "ABCdef123!", "SITE_URL": "https://lab.example", "PATH": "/usr/bin"}
    command = [sys.executable, "manage.py", "check", "--deploy", "--fail-level", "WARNING"]
    said = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True)
    assert set(re.findall(r"W\d+", said.stderr)) <= {"W021"}, said.stderr  # preloading is for the owner of the domain


def test_the_csp_has_no_exception():
    policy = of_the_portal.CONTENT_SECURITY_POLICY["DIRECTIVES"]
    assert {word for words in policy.values() for word in words} == {"'none'", "'self'", "data:"}
    assert [name for name, words in policy.items() if "data:" in words] == ["img-src"]


def test_a_password_is_kept_slow_and_salted():
    from oil_portal import settings as everyday

    assert not hasattr(everyday, "PASSWORD_HASHERS")  # so Django's own, of which the first is used
    hasher = import_string(global_settings.PASSWORD_HASHERS[0])()
    assert (hasher.algorithm, hasher.iterations >= 310_000) == ("pbkdf2_sha256", True)
    assert hasher.salt_entropy >= 32
