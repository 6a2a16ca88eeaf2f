"""Where somebody is logged in: the list, ending one or all others, and what a new password ends."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from oil_portal.core import clock
from oil_portal.privacy import retention
from oil_portal.sign_in import known
from oil_portal.sign_in.devices import in_words
from tests import factories as f

FIREFOX = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0"
IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 Version/18.0 Mobile Safari/604.1"
NEW = {"password1": "een-ander-geheim-9", "password2": "een-ander-geheim-9"}


def log_in(user, agent=FIREFOX, ip="192.0.2.7") -> Client:
    client = Client(headers={"user-agent": agent}, REMOTE_ADDR=ip)
    answer = client.post(reverse("account_login"), {"login": user.email, "password": "geheim-geheim"})
    assert answer.status_code == 302
    return client


def press(client, address):
    """Press a button that asks for the password once more, and give it."""
    asked = client.post(address)
    assert asked.status_code == 302 and reverse("account_reauthenticate") in asked.url
    return client.post(asked.url, {"password": "geheim-geheim", "next": address}, follow=True)


def is_in(client) -> bool:
    return client.get("/voorkeuren/").status_code == 200


def test_the_list_says_device_place_and_when(region):
    here, there = log_in(region.student), log_in(region.student, IPHONE, "198.51.100.9")
    log_in(region.teacher, ip="203.0.113.1")
    page = here.get(reverse("devices")).content.decode()
    assert "Firefox op Windows" in page and "dit apparaat" in page and "192.0.2.7" in page
    assert "Safari op iPhone" in page and "198.51.100.9" in page and "203.0.113.1" not in page
    assert is_in(there)


def test_one_device_is_ended(region):
    here, there, third = (log_in(region.student, ip=f"192.0.2.{n}") for n in (1, 2, 3))
    address = reverse("device_end", args=[UserSession.objects.get(ip="192.0.2.2").pk])
    here.post(address)
    assert is_in(there)  # until the password was given once more
    press(here, address)
    assert is_in(here) and not is_in(there) and is_in(third)
    assert UserSession.objects.filter(user=region.student).count() == 2


def test_all_others_are_ended(region):
    here, there, third = (log_in(region.student) for _ in range(3))
    answer = press(here, reverse("device_end_others"))
    assert "op 2 andere apparaten uitgelogd" in answer.content.decode()
    assert is_in(here) and not is_in(there) and not is_in(third)


def test_nobody_ends_somebody_elses(region):
    mine, theirs = log_in(region.student), log_in(region.teacher)
    answer = press(mine, reverse("device_end", args=[UserSession.objects.get(user=region.teacher).pk]))
    assert answer.status_code == 404 and is_in(theirs)
    mine.post(reverse("device_end_others"))  # within five minutes the password was given
    assert is_in(theirs)


def test_a_new_password_ends_the_others(region):
    here, there = log_in(region.student), log_in(region.student)
    here.post(
        reverse("account_change_password"),
        {"oldpassword": "geheim-geheim", "password1": "een-ander-geheim-9", "password2": "een-ander-geheim-9"},
    )
    assert is_in(here) and not is_in(there)
    assert UserSession.objects.get(user=region.student).session_key == here.session.session_key


def test_a_change_of_how_somebody_comes_in_is_told_by_mail(region, mailoutbox, django_capture_on_commit_callbacks):
    here = log_in(region.student)
    with django_capture_on_commit_callbacks(execute=True):
        here.post(reverse("account_change_password"), {"oldpassword": "geheim-geheim"} | NEW)
    (message,) = mailoutbox
    assert message.to == [region.student.email] and "Je wachtwoord is gewijzigd." in message.body
    assert reverse("devices") in message.body and "een-ander" not in message.body


@pytest.fixture
def long_ago(region):
    """A student whose account is older than a day."""
    region.student.date_joined -= timedelta(days=1)
    region.student.save()
    return region.student


def test_a_log_in_from_an_unknown_browser_is_told_once(
    region, long_ago, mailoutbox, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks(execute=True):
        here = log_in(long_ago)
    (message,) = mailoutbox
    assert message.to == [long_ago.email] and message.subject == "Er is ingelogd met je account"
    assert "Firefox op Windows" in message.body and reverse("devices") in message.body
    words = {"login": long_ago.email, "password": "geheim-geheim"}
    with django_capture_on_commit_callbacks(execute=True):
        here.post("/account/logout/")
        here.post(reverse("account_login"), words)
    assert is_in(here) and len(mailoutbox) == 1
    with django_capture_on_commit_callbacks(execute=True):  # another's cookie, or a made one, makes no browser known
        forged = Client()
        forged.cookies[known.COOKIE] = f"{known.mark_of(region.teacher)}.{long_ago.pk}.é"
        forged.post(reverse("account_login"), words)
    assert len(mailoutbox) == 2


def test_a_browser_remembers_a_few_accounts_and_an_own_first_log_in_is_not_told(region, mailoutbox, rf):
    here = log_in(region.student)
    assert mailoutbox == []
    cookie = here.cookies[known.COOKIE]
    assert cookie["httponly"] and cookie["samesite"] == "Lax" and str(region.student.pk) not in cookie.value.split(".")
    for _each in range(known.MOST):
        here.post("/account/logout/")
        here.post(reverse("account_login"), {"login": f.UserFactory().email, "password": "geheim-geheim"})
    kept = here.cookies[known.COOKIE].value.split(".")
    assert len(kept) == known.MOST and known.mark_of(region.student) not in kept


def test_a_new_password_by_mail_ends_all(region, mailoutbox):
    there = log_in(region.student)
    visitor = Client()
    visitor.post(reverse("account_reset_password"), {"email": region.student.email})
    path = next(word for word in mailoutbox[0].body.split() if "/password/reset/key/" in word)
    form = visitor.get(path[path.index("/account/") :], follow=True).redirect_chain[-1][0]
    visitor.post(form, NEW)
    assert not is_in(there) and not UserSession.objects.filter(user=region.student).exists()


def test_the_list_costs_the_same_for_one_and_three(region, django_assert_num_queries):
    here = log_in(region.student)
    here.get(reverse("devices"))
    with CaptureQueriesContext(connection) as one:
        here.get(reverse("devices"))
    number = len(one)
    log_in(region.student), log_in(region.student)
    with django_assert_num_queries(number):
        here.get(reverse("devices"))
    assert 0 < number < 8


@pytest.fixture
def seen(settings):
    settings.SESSION_SEEN_MINUTES = 15


def test_last_seen_is_written_once_in_a_while(region, seen, django_assert_num_queries):
    """A page costs no query for it, but for one in a quarter of an hour."""
    client = log_in(region.student)
    client.get("/healthz")
    with django_assert_num_queries(2):  # the session and the user
        client.get("/healthz")
    UserSession.objects.update(last_seen_at=clock.now() - timedelta(days=1), ip="192.0.2.99")
    client.get("/healthz")
    assert UserSession.objects.get().ip == "192.0.2.99"
    session = client.session
    session["seen"] -= 16 * 60
    session.save()
    client.get("/healthz")
    row = UserSession.objects.get()
    assert row.ip == "192.0.2.7" and row.last_seen_at > clock.now() - timedelta(minutes=1)


def test_a_session_that_came_another_way_is_listed_too(region, seen, login):
    client = login(region.student)  # as the demo's one click does
    assert "dit apparaat" in client.get(reverse("devices")).content.decode()


def test_an_address_that_cannot_be_read_refuses_no_page(region, seen, login):
    client = login(region.student)
    assert client.get("/voorkeuren/", REMOTE_ADDR="").status_code == 200


def test_what_ended_leaves_the_list_and_the_table(region):
    here, there = log_in(region.student), log_in(region.student, ip="198.51.100.9")
    Session.objects.filter(session_key=there.session.session_key).update(expire_date=clock.now() - timedelta(days=1))
    assert "198.51.100.9" not in here.get(reverse("devices")).content.decode()
    retention.forget_leftovers()
    assert UserSession.objects.filter(user=region.student).count() == 1


@pytest.mark.parametrize(
    ("agent", "words"),
    [
        (FIREFOX, "Firefox op Windows"),
        (IPHONE, "Safari op iPhone"),
        ("Mozilla/5.0 (Linux; Android 15) AppleWebKit/537.36 Chrome/140.0 Mobile Safari/537.36", "Chrome op Android"),
        ("Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/140.0 Safari/537.36 Edg/140.0", "Edge op Linux"),
        ("curl/8.5", "Onbekend apparaat"),
        ("", "Onbekend apparaat"),
    ],
)
def test_a_device_has_words(agent, words):
    assert in_words(agent) == words


# --- How long a log-in lasts ------------------------------------------------------------------------------------
DAY = 86400


def grow_older(client, seconds: int) -> None:
    session = client.session
    session["since"] -= seconds
    session.save()


@pytest.mark.parametrize("start", [datetime(2026, 11, 2, 9, tzinfo=UTC)])
def test_who_comes_every_week_logs_in_again_after_a_month(region, seen, start):
    with time_machine.travel(start, tick=False) as clocks:
        client = log_in(region.student)
        for day in (7, 14, 21, 28):
            clocks.move_to(start + timedelta(days=day))
            assert is_in(client), day
        clocks.move_to(start + timedelta(days=31))
        answer = client.get("/voorkeuren/?x=1")
        assert answer.url == "/account/login/?next=%2Fvoorkeuren%2F%3Fx%3D1"
        page = client.get(answer.url)
        assert "Je was lang ingelogd. Log opnieuw in." in page.text
        assert 'name="next" value="/voorkeuren/?x=1"' in page.text
        words = {"login": region.student.email, "password": "geheim-geheim", "next": "/voorkeuren/?x=1"}
        assert client.post("/account/login/", words).url == "/voorkeuren/?x=1"
        assert is_in(client)
        clocks.move_to(start + timedelta(days=40))
        assert is_in(client)


@pytest.mark.parametrize(
    ("name", "hours"),
    [("student", 720), ("contact", 720), ("teacher", 720), ("coordinator", 12), ("broker", 12), ("admin", 12)],
)
def test_who_decides_about_others_logs_in_every_day(world, login, name, hours):
    client = login(getattr(world, name))
    grow_older(client, hours * 3600 - 60)
    assert is_in(client)
    grow_older(client, 120)
    assert not is_in(client)
    assert "_auth_user_id" not in client.session


def test_an_end_costs_a_page_no_query(region, login, django_assert_num_queries):
    client = login(region.student)
    grow_older(client, 11 * 3600)
    with django_assert_num_queries(2):  # the session and the user
        client.get("/healthz")


def test_a_form_that_stood_open_is_still_taken(region, login):
    client = login(region.student)
    grow_older(client, 30 * DAY + 600)
    answer = client.post("/weergave/", {"theme": "dark"})
    assert answer.cookies["theme"].value == "dark"
    assert client.get("/voorkeuren/").url.startswith("/account/login/")
    later = login(region.student)
    grow_older(later, 30 * DAY + 3700)
    assert later.post("/weergave/", {"theme": "dark"}).url == "/account/login/?next=%2Fstart%2F"


def test_a_part_of_a_page_leads_the_whole_page_to_the_log_in(region, login):
    client = login(region.student)
    grow_older(client, 31 * DAY)
    sent = {"HX-Request": "true", "HX-Current-URL": "http://testserver/projecten/?q=kas"}
    answer = client.get("/projecten/", headers=sent)
    assert answer["HX-Redirect"] == "/account/login/?next=%2Fprojecten%2F%3Fq%3Dkas"


def test_a_draft_hears_that_the_log_in_ended_and_keeps_what_was_typed_on_the_device(region, login):
    draft, client = f.DraftFactory(author=region.contact), login(region.contact)
    grow_older(client, 31 * DAY)
    save = reverse("challenges:draft_save", args=[draft.token])
    answer = client.post(save, {"title": "Te laat", "here": "/x/"}, headers={"accept": "application/json"})
    assert answer.status_code == 401 and answer.json()["login"] == "/account/login/?next=/x/"
    draft.refresh_from_db()
    assert draft.values.get("title") != "Te laat"
    assert "Je was lang ingelogd." in client.get("/account/login/").text


def test_a_log_in_of_before_this_was_counted_begins_now(region, login):
    client = login(region.broker)
    session = client.session
    del session["since"]
    session.save()
    assert is_in(client) and client.session["since"] > 0
