"""A broker sets up a passkey and an app, and comes in with each; a real browser with a virtual key."""

import re
import time

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.core.cache import cache
from django.urls import reverse
from playwright.sync_api import Page, expect

from tests.browser.conftest import NARROW, PHONE, check
from tests.school_provider import STUDENT, running

START = re.compile(r"/start/$")


@pytest.fixture(autouse=True)
def _required(settings):
    settings.MFA_REQUIRED = True
    settings.SESSION_SEEN_MINUTES = 15
    cache.clear()


def with_key(page: Page) -> None:
    """Give the browser a key that knows its owner."""
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True,
        "isUserVerified": True, "automaticPresenceSimulation": True,
    }  # fmt: skip
    session.send("WebAuthn.addVirtualAuthenticator", {"options": options})


def log_in(page: Page, email: str) -> None:
    page.goto("/account/login/")
    page.get_by_label("E-mailadres").fill(email)
    page.get_by_label("Wachtwoord").fill("geheim-geheim")
    page.get_by_role("button", name="Inloggen", exact=True).click()


def password_again(page: Page) -> None:
    expect(page.get_by_role("heading", name="Vul je wachtwoord nog een keer in")).to_be_visible()
    page.get_by_label("Wachtwoord").fill("geheim-geheim")
    page.get_by_role("button", name="Ga verder").click()


def log_out(page: Page) -> None:
    page.context.clear_cookies()


@pytest.mark.django_db(transaction=True)
def test_a_broker_comes_in_by_a_passkey(region, as_user):
    page = as_user()
    with_key(page)
    log_in(page, region.broker.email)
    check(page, "Zet een tweede stap aan")
    page.get_by_role("link", name="Maak een passkey").click()
    password_again(page)
    check(page, "Voeg een passkey toe")
    page.get_by_role("button", name="Maak de passkey").click()
    check(page, "Herstelcodes")
    assert page.locator(".codes li").count() == 10
    page.get_by_role("link", name="ga verder").click()
    expect(page).to_have_url(START)

    log_out(page)
    page.goto("/account/login/")
    check(page, "Inloggen")
    page.get_by_role("button", name="Inloggen met een passkey").click()
    expect(page).to_have_url(START)

    log_out(page)
    log_in(page, region.broker.email)
    check(page, "De tweede stap")
    page.get_by_role("button", name="Gebruik je passkey").click()
    expect(page).to_have_url(START)

    page.goto(reverse("mfa_index"))
    check(page, "Inloggen met een tweede stap")
    page.get_by_role("link", name="Bekijk je passkeys").click()
    check(page, "Passkeys")
    page.goto(reverse("devices"))
    check(page, "Waar je bent ingelogd")
    expect(page.get_by_text("Chrome op Linux").first).to_be_visible()
    page.get_by_role("button", name="Log overal uit, behalve hier").click()
    password_again(page)
    expect(page.locator("ul.rows > li")).to_have_count(1)


@pytest.mark.django_db(transaction=True)
def test_without_a_key_the_page_says_what_to_do(region, as_user):
    page = as_user()
    page.goto("/account/login/")
    with_no_answer = page.context.new_cdp_session(page)
    with_no_answer.send("WebAuthn.enable")
    options = {"protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True}
    with_no_answer.send("WebAuthn.addVirtualAuthenticator", {"options": options | {"isUserVerified": False}})
    page.get_by_role("button", name="Inloggen met een passkey").click()
    expect(page.get_by_role("alert").get_by_text("Dat lukte niet")).to_be_visible()
    check(page)


@pytest.mark.django_db(transaction=True)
def test_a_coordinator_uses_an_app_without_scripts_on_a_phone(region, as_user):
    page = as_user(java_script_enabled=False, **PHONE)
    log_in(page, region.coordinator.email)
    check(page, "Zet een tweede stap aan")
    page.get_by_role("link", name="Zet een app aan").click()
    password_again(page)
    check(page, "Zet een app aan")
    secret = page.get_by_label("Sleutel").input_value()
    page.get_by_label("Code").fill("000000")
    page.get_by_role("button", name="Zet de app aan").click()
    expect(page.locator(".error-summary")).to_contain_text("klopt niet")
    page.get_by_label("Code").fill(format_hotp_value(hotp_value(secret, int(time.time()) // 30)))
    page.get_by_role("button", name="Zet de app aan").click()
    check(page, "Herstelcodes")
    spare = page.locator(".codes li").first.inner_text()
    page.get_by_role("link", name="ga verder").click()
    expect(page).to_have_url(START)
    log_out(page)
    log_in(page, region.coordinator.email)
    check(page, "De tweede stap")
    expect(page.get_by_role("button", name="Gebruik je passkey")).to_be_hidden()
    page.get_by_label("Code").fill(spare)
    page.get_by_role("button", name="Ga verder").click()
    expect(page).to_have_url(START)
    assert Authenticator.objects.filter(user=region.coordinator).count() == 2


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_its_pages_are_for_everybody(region, as_user, scheme, settings):
    """axe and 320 px on what the journeys do not open."""
    settings.MFA_REQUIRED = False
    page = as_user(region.student, color_scheme=scheme, viewport=NARROW)
    for name in ("second_factor", "devices", "mfa_index", "socialaccount_connections", "socialaccount_login_cancelled"):
        page.goto(reverse(name))
        check(page)
    page.goto(reverse("mfa_activate_totp"))
    password_again(page)
    check(page, "Zet een app aan")


@pytest.mark.django_db(transaction=True)
def test_a_student_comes_in_by_the_school(region, new_context, live_server, settings):
    """Over there and back in a real browser, under our own content policy."""
    with running() as provider:
        settings.SOCIALACCOUNT_PROVIDERS = {"school": {"APPS": [provider.app_settings()]}}
        provider.knows("noor", **STUDENT)
        page = new_context(base_url=live_server.url, locale="nl-NL").new_page()
        page.goto("/account/login/")
        check(page, "Inloggen")
        page.get_by_role("link", name="Inloggen met je school (Schoollogin)").click()
        expect(page).to_have_url(re.compile(re.escape(provider.url)))
        page.locator("input[name=sub]").first.fill("noor")
        page.locator("button[type=submit], input[type=submit]").first.click()
        check(page, "Maak een account")
        expect(page.get_by_text("noor@student.mborijnland.nl")).to_be_visible()
        page.get_by_role("button", name="Maak een account").click()
        check(page, "Maak een account")  # not without the word that one is old enough
        page.get_by_label("Ik ben 16 jaar of ouder").check()
        page.get_by_role("button", name="Maak een account").click()
        expect(page).to_have_url(START)
