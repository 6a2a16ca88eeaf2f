"""A password is shown at a press and weighed while it is typed; without JavaScript there is a field and no more."""

import re

from playwright.sync_api import expect

from tests.browser.conftest import PHONE, check

WEAK = ["korter", "aaaaaaaaaaaaaaaa", "abcdefghijklmnop", "qwertyuiopasdf", "Welkom123456", "welkomwelkomwelkom"]


def test_a_new_password_is_shown_and_weighed(db, as_user):
    page = as_user(**PHONE)
    page.goto("/account/signup/")
    field, words = page.get_by_label("Wachtwoord", exact=True), page.locator("[data-words]")
    for password in WEAK:
        field.fill(password)
        expect(words).to_have_text(
            "Nog te kort." if len(password) < 12 else "Makkelijk te raden. Neem een paar losse woorden."
        )
    field.fill("fiets onder de brug bij regen")
    expect(words).to_have_text("Sterk.")
    assert page.locator(".meter progress").evaluate("bar => bar.value") == 4
    eye = page.get_by_role("button", name=re.compile("Toon wat je typt ?: Wachtwoord"))
    assert field.get_attribute("type") == "password" and eye.get_attribute("aria-pressed") == "false"
    eye.focus()
    page.keyboard.press("Space")
    assert field.get_attribute("type") == "text" and eye.get_attribute("aria-pressed") == "true"
    check(page)
    page.get_by_role("button", name="Maak een account").click()  # refused: the rest is empty
    expect(page.locator(".error-summary")).to_be_focused()
    assert page.get_by_label("Wachtwoord", exact=True).get_attribute("type") == "password"


def test_each_field_has_its_button_and_only_the_new_one_is_weighed(region, as_user):
    page = as_user(region.student)
    page.goto("/account/password/change/")
    eyes = page.get_by_role("button", name="Toon wat je typt")
    fields = page.locator("input[type=password]")
    assert eyes.count() == fields.count() == 3
    assert page.locator(".meter").count() == 1
    assert len(set(eyes.all_text_contents())) == 3
    check(page)
    page.goto("/account/login/")
    assert eyes.count() == 0  # who is in has no log-in page


def test_without_scripts_there_is_nothing_to_press(db, as_user):
    page = as_user(java_script_enabled=False)
    page.goto("/account/signup/")
    expect(page.get_by_label("Wachtwoord", exact=True)).to_be_visible()
    expect(page.get_by_role("button", name="Toon wat je typt")).to_have_count(0)
    assert page.locator(".meter").count() == 0
