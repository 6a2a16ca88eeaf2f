"""The second step: who needs one, what waits until it was shown, and that there is no way round."""

import re
import time

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, generate_totp_secret, hotp_value
from allauth.usersessions.models import UserSession
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from oil_portal.core import promises
from oil_portal.core.promises import answer_url
from partners.models import User
from tests import factories as f

SECRET = generate_totp_secret()
PAGE = "/account/tweede-stap/"


def code(steps: int = 0, secret: str = SECRET) -> str:
    """What an app shows now, or so many half minutes later."""
    return format_hotp_value(hotp_value(secret, int(time.time()) // 30 + steps))


@pytest.fixture(autouse=True)
def _required(settings):
    settings.MFA_REQUIRED = True
    cache.clear()  # codes that were used


@pytest.fixture
def boss(region):
    made = User.objects.create_superuser("beheer@mail.example", "geheim-geheim")
    made.emailaddress_set.create(email=made.email, verified=True, primary=True)
    return made


@pytest.fixture
def with_app(region):
    """The broker, who has an app."""
    TOTP.activate(region.broker, SECRET)
    RecoveryCodes.activate(region.broker)
    return region.broker


def log_in(user, client=None) -> Client:
    client = client or Client()
    client.post(reverse("account_login"), {"login": user.email, "password": "geheim-geheim"})
    return client


def again(client, address) -> None:
    """The password once more."""
    client.post(f"{reverse('account_reauthenticate')}?next={address}", {"password": "geheim-geheim"})


# --- Who needs one ----------------------------------------------------------------------------------------------
@pytest.mark.parametrize("who", ["broker", "coordinator"])
def test_brokers_and_coordinators_are_led_to_a_page_that_says_why(region, login, who):
    client = login(getattr(region, who))
    answer = client.get("/start/")
    assert answer["location"] == PAGE
    assert "Een wachtwoord alleen is dan te weinig" in client.get(PAGE).content.decode()


def test_staff_is_too(boss, login):
    assert login(boss).get("/beheer/")["location"] == PAGE
    User.objects.filter(pk=boss.pk).update(is_superuser=False)
    assert login(boss).get("/beheer/")["location"] == PAGE


@pytest.mark.parametrize("who", ["contact", "teacher", "student", "newcomer"])
def test_others_go_on_and_may_set_one_up(region, login, who):
    client = login(getattr(region, who))
    assert client.get("/voorkeuren/").status_code == 200
    page = client.get(PAGE).content.decode()
    assert "Een wachtwoord alleen is dan te weinig" not in page and reverse("mfa_activate_totp") in page


def test_the_demo_and_who_says_so_do_without(region, login, settings):
    settings.MFA_REQUIRED = False
    assert login(region.broker).get("/start/").status_code == 200


def test_it_is_on_unless_it_is_a_demo():
    from tests.test_deploy import EXAMPLE

    assert EXAMPLE["MFA_REQUIRED"] == "1"


def test_everything_waits_but_help_and_the_way_out(region, login):
    client = login(region.broker)
    for path in ("/", "/partners/", "/voorkeuren/", "/account/gegevens/meenemen/", "/account/apparaten/", "/rapport/"):
        assert client.get(path)["location"] == PAGE, path
    for path in (
        PAGE,
        "/contact/",
        "/privacy/",
        "/toegankelijkheid/",
        "/account/logout/",
        "/account/email/",
        "/healthz",
    ):
        assert client.get(path).status_code == 200, path
    assert client.post("/taal/", {"language": "en"})["location"] != PAGE
    assert client.post(reverse("account_logout"))["location"] == "/"
    assert client.get("/").status_code == 200


def test_who_becomes_a_coordinator_is_asked_from_then_on(region, login):
    client = login(region.teacher)
    assert client.get("/start/").status_code == 200
    f.MembershipFactory(user=region.teacher, partner=region.school, role="coordinator")
    assert client.get("/start/")["location"] == PAGE


def test_nothing_is_asked_of_the_database_once_it_was_shown(region, with_app, django_assert_num_queries):
    client = log_in(with_app)
    client.post(reverse("mfa_authenticate"), {"code": code()})
    with django_assert_num_queries(2):  # the session and the user, as of any page
        client.get("/healthz")


# --- An app with codes ------------------------------------------------------------------------------------------
@pytest.mark.django_db(transaction=True)  # allauth says on commit that it was set up
def test_an_app_is_set_up_after_the_password_once_more(region):
    client = log_in(region.broker)
    address = reverse("mfa_activate_totp")
    assert client.get(address)["location"].startswith(reverse("account_reauthenticate"))
    again(client, address)
    page = client.get(address).content.decode()
    secret = re.search(r'id="sleutel"[^>]*>(\w+)<', page)[1]
    assert "data:image/svg+xml;base64," in page
    wrong = client.post(address, {"code": "000000"})
    assert "klopt niet" in wrong.content.decode() and not Authenticator.objects.exists()
    answer = client.post(address, {"code": code(secret=secret)})
    assert answer["location"] == reverse("mfa_view_recovery_codes")
    page = client.get(answer["location"]).content.decode()
    assert page.count("<li>") >= 10
    assert client.get("/start/").status_code == 200  # setting it up was showing it


def test_secrets_are_kept_locked(region, with_app):
    kept = str(list(Authenticator.objects.values_list("data", flat=True)))
    assert SECRET not in kept and Authenticator.objects.get(type="totp").wrap().validate_code(code())


def test_a_key_that_was_replaced_still_opens(region, with_app, settings):
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "a new key", [settings.SECRET_KEY]
    assert Authenticator.objects.get(type="totp").wrap().validate_code(code())


def test_a_log_in_asks_for_a_code_which_works_once(with_app):
    client = log_in(with_app)
    assert client.get("/start/")["location"].startswith(reverse("account_login"))  # not in yet
    assert "klopt niet" in client.post(reverse("mfa_authenticate"), {"code": "123"}).content.decode()
    assert client.post(reverse("mfa_authenticate"), {"code": code()})["location"] == reverse("start")
    assert client.get("/start/").status_code == 200
    other = log_in(with_app)
    assert "al gebruikt" in other.post(reverse("mfa_authenticate"), {"code": code()}).content.decode()


def test_a_code_that_is_used_twice_is_told_to_its_owner(with_app, mailoutbox, django_capture_on_commit_callbacks):
    used = code()
    log_in(with_app).post(reverse("mfa_authenticate"), {"code": used})
    other = log_in(with_app)
    with django_capture_on_commit_callbacks(execute=True):
        other.post(reverse("mfa_authenticate"), {"code": "000000" if used != "000000" else "111111"})
    assert mailoutbox == []
    with django_capture_on_commit_callbacks(execute=True):
        other.post(reverse("mfa_authenticate"), {"code": used})
    (message,) = mailoutbox
    assert message.to == [with_app.email] and "De tweede keer is geweigerd." in message.body
    assert used not in message.body and used not in message.subject


def test_a_code_of_long_ago_is_refused(with_app):
    client = log_in(with_app)
    for steps in (-3, 3):
        assert client.post(reverse("mfa_authenticate"), {"code": code(steps)}).status_code == 200
    assert "_auth_user_id" not in client.session


def test_a_recovery_code_works_once(with_app):
    spare = Authenticator.objects.get(type="recovery_codes").wrap().get_unused_codes()[0]
    assert log_in(with_app).post(reverse("mfa_authenticate"), {"code": spare})["location"] == reverse("start")
    assert log_in(with_app).post(reverse("mfa_authenticate"), {"code": spare}).status_code == 200


def test_guessing_codes_is_limited(with_app, settings):
    settings.ACCOUNT_RATE_LIMITS = {}
    client = log_in(with_app)
    for _time in range(10):
        client.post(reverse("mfa_authenticate"), {"code": "000000"})
    assert client.post(reverse("mfa_authenticate"), {"code": code()}).status_code == 200
    assert "_auth_user_id" not in client.session


def test_no_code_breaks_the_page(with_app):
    client = log_in(with_app)
    for typed in ("", "\0", "9" * 5000, "１２３４５６", "-1"):
        cache.clear()  # this is not about too many tries
        answer = client.post(reverse("mfa_authenticate"), {"code": typed})
        assert answer.status_code == 200 and "error-summary" in answer.content.decode(), typed


def test_no_passkey_breaks_the_page(with_app):
    client = log_in(with_app)
    for typed in ["", "{}", "[]", "null", "1", '{"response": {"userHandle": 3}}', "\0", '{"id": "a"}']:
        cache.clear()
        assert client.post(reverse("mfa_authenticate"), {"credential": typed}).status_code == 200, typed
        answer = Client().post(reverse("mfa_login_webauthn"), {"credential": typed})
        assert answer["location"] == reverse("account_login"), typed


# --- No way round -----------------------------------------------------------------------------------------------
def test_a_session_without_proof_shows_what_there_is_and_sets_nothing_up(with_app, login):
    """Somebody who has only the password cannot add an app of their own to it."""
    client = login(with_app)
    assert client.get("/start/")["location"] == f"{reverse('mfa_reauthenticate')}?next=%2Fstart%2F"
    again(client, "/start/")
    for name in ("mfa_add_webauthn", "mfa_activate_totp", "mfa_deactivate_totp", "mfa_generate_recovery_codes",
                 "mfa_view_recovery_codes", "mfa_index", "account_email", "second_factor"):  # fmt: skip
        assert client.get(reverse(name))["location"].startswith(reverse("mfa_reauthenticate")), name
    assert client.post(f"{reverse('mfa_reauthenticate')}?next=/start/", {"code": code()})["location"] == "/start/"
    assert client.get("/start/").status_code == 200


def test_a_proof_is_of_one_person(region, with_app):
    """Who showed it as one person, and then logs in as another, has shown nothing."""
    client = log_in(with_app)
    client.post(reverse("mfa_authenticate"), {"code": code()})
    session = client.session
    assert session["second_factor"] == with_app.pk
    other = Client()
    other.force_login(region.coordinator)
    carried = other.session
    carried["second_factor"] = with_app.pk
    carried.save()
    assert other.get("/start/")["location"] == PAGE


def proven_elsewhere(client, user) -> None:
    """A log-in of some other place that showed the factor."""
    client.force_login(user)
    session = client.session
    session["second_factor"] = user.pk
    session.save()
    UserSession.objects.create(user=user, session_key=session.session_key, ip="192.0.2.9", user_agent="x")
    assert client.get("/start/").status_code == 200


def test_the_last_one_taken_away_is_set_up_anew(with_app):
    client, lost = log_in(with_app), Client()
    client.post(reverse("mfa_authenticate"), {"code": code()})
    proven_elsewhere(lost, with_app)
    again(client, reverse("mfa_deactivate_totp"))
    client.post(reverse("mfa_deactivate_totp"))
    assert not Authenticator.objects.exists()
    assert client.get("/start/")["location"] == PAGE
    assert "_auth_user_id" not in lost.session  # what the lost one opened is shut


def test_the_admin_site_has_no_door_of_its_own(boss):
    TOTP.activate(boss, SECRET)
    client = Client()
    answer = client.post("/beheer/login/", {"username": boss.email, "password": "geheim-geheim"})
    assert answer["location"].startswith(reverse("account_login")) and "_auth_user_id" not in client.session
    assert log_in(boss, client).get("/beheer/").status_code == 302
    client.post(reverse("mfa_authenticate"), {"code": code()})
    assert client.get("/beheer/").status_code == 200


def test_a_new_password_by_mail_is_no_way_round(with_app, mailoutbox):
    client = Client()
    client.post(reverse("account_reset_password"), {"email": with_app.email})
    path = next(word for word in mailoutbox[0].body.split() if "/password/reset/key/" in word)
    form = client.get(path[path.index("/account/") :], follow=True).redirect_chain[-1][0]
    client.post(form, {"password1": "een-ander-geheim-9", "password2": "een-ander-geheim-9"})
    client.post(reverse("account_login"), {"login": with_app.email, "password": "een-ander-geheim-9"})
    assert client.get("/start/")["location"].startswith(reverse("account_login"))


def test_staff_can_take_a_lost_one_away_and_reads_no_secret(with_app, boss):
    TOTP.activate(boss, generate_totp_secret())
    client = Client()
    client.force_login(boss)
    session = client.session
    session["second_factor"] = boss.pk
    session.save()
    lost = Client()
    proven_elsewhere(lost, with_app)
    row = Authenticator.objects.get(user=with_app, type="totp")
    page = client.get(f"/beheer/mfa/authenticator/{row.pk}/change/").content.decode()
    assert page and row.data["secret"] not in page
    client.post(f"/beheer/mfa/authenticator/{row.pk}/delete/", {"post": "yes"})
    assert not Authenticator.objects.filter(pk=row.pk).exists()
    assert "_auth_user_id" not in lost.session and client.get("/beheer/").status_code == 200


def test_the_button_of_a_mail_is_no_way_round(region, with_app, settings):
    """A coordinator who confirms a teacher from a mail is logged in with the second step, else logs in first."""
    TOTP.activate(region.coordinator, SECRET)
    asked = f.MembershipFactory(user=region.newcomer, partner=region.school, role="teacher", requested=True)
    address = answer_url(promises.make(asked, "requested"), region.coordinator)
    for client in (Client(), log_in(with_app)):
        assert client.get(address)["location"] == asked.get_absolute_url()
        assert client.post(address, {"action": "confirm"})["location"] == asked.get_absolute_url()
    asked.refresh_from_db()
    assert asked.status == "requested"
    proven = log_in(region.coordinator)
    proven.post(reverse("mfa_authenticate"), {"code": code()})
    assert proven.get(address).status_code == 200
    proven.post(address, {"action": "confirm"})
    asked.refresh_from_db()
    assert asked.status == "active"
