"""How often somebody may write, search, invite, log in and sign up, with the counters on."""

import re
import uuid
from collections import Counter

import pytest
from django.conf import settings as of_the_portal
from django.core.cache import cache
from django.urls import reverse

from oil_portal import settings as everyday
from tests import factories as f


@pytest.fixture
def counted(settings):
    """The portal's own limits, on counters that no other test has touched."""
    cache.clear()
    settings.RATE_LIMITS = dict(everyday.RATE_LIMITS)
    settings.ACCOUNT_RATE_LIMITS = dict(everyday.ACCOUNT_RATE_LIMITS)
    return settings


def statuses(ask, times: int) -> list[int]:
    return [ask().status_code for _number in range(times)]


def test_writing_has_a_limit_per_account_and_says_when_it_ends(region, login, counted):
    counted.RATE_LIMITS["write"] = (3600, 3, 0)
    one, other = login(region.contact), login(region.teacher)
    assert statuses(lambda: one.post("/weergave/", {"theme": "dark"}), 4) == [302, 302, 302, 429]
    answer = one.post("/weergave/", {"theme": "dark"})
    assert 0 < int(answer["Retry-After"]) <= 3600
    assert re.search(r"Vanaf (\d+ \w+ om )?\d\d:\d\d uur kan het weer", answer.text)
    assert 'class="btn' in answer.text  # a page of ours
    assert other.post("/weergave/", {"theme": "dark"}).status_code == 302  # from the same address
    assert one.get("/start/").status_code == 200  # reading goes on


def test_the_page_says_it_in_english(region, login, counted):
    counted.RATE_LIMITS["write"] = (60, 0, 0)
    region.contact.language = "en"
    region.contact.save()
    page = login(region.contact).post("/weergave/").text
    assert re.search(r"from \d\d:\d\d", page)


def test_searching_has_a_limit_and_reading_lists_has_none(client, db, counted):
    counted.RATE_LIMITS["search"] = (3600, 0, 2)
    assert statuses(lambda: client.get("/partners/", {"q": "bouw"}), 3) == [200, 200, 429]
    assert client.get("/partners/").status_code == 200
    assert client.get("/partners/", {"q": ""}).status_code == 200


def test_inviting_has_a_limit(region, login, counted):
    counted.RATE_LIMITS["invite"] = (3600, 2, 0)
    client, address = login(region.contact), reverse("partners:invite", args=[region.company.pk])
    sent = [
        client.post(address, {"role": "contact", "email": f"gast{number}@mail.example"}).status_code
        for number in range(3)
    ]
    assert sent == [302, 302, 429]
    assert region.company.invitations.count() == 2


def test_visitors_share_the_limit_of_an_address_and_members_have_their_own(region, login, counted):
    counted.RATE_LIMITS |= {"draft": (3600, 1, 1), "school": (3600, 1, 1)}
    visitor, save = login(None), reverse("challenges:draft_save", args=[f.DraftFactory(author=region.contact).token])
    assert statuses(lambda: visitor.get(reverse("school_login")), 2)[1] == 429  # a link leads there: reading counts
    others = [login(None), login(region.contact), login(region.other_contact)]
    first, second = ([client.post(save, {"title": "x"}).status_code for client in others] for _round in range(2))
    assert 429 not in first and second == [429, 429, 429]


def test_a_school_behind_one_address_comes_in(db, client, counted):
    """A hundred students, one address, nine o'clock: each has an account and logs in within the minute."""
    people = f.UserFactory.create_batch(100)
    answers = Counter(
        type(client)().post("/account/login/", {"login": person.email, "password": "geheim-geheim"}).status_code
        for person in people
    )
    assert answers == {302: 100}


def test_guessing_one_password_stops_after_five_and_another_person_still_comes_in(region, client, counted):
    region.teacher.set_password("het echte wachtwoord")
    region.teacher.save()

    def guess(login: str, word: str):
        return client.post("/account/login/", {"login": login, "password": word})

    assert {guess(region.contact.email, f"gok{number}").status_code for number in range(5)} == {200}
    region.contact.set_password("het goede woord")
    region.contact.save()
    assert guess(region.contact.email, "het goede woord").status_code == 200  # right, and too late
    assert guess(region.teacher.email, "het echte wachtwoord").status_code == 302


def test_signing_up_and_resetting_have_a_limit_per_address(db, client, counted):
    counted.ACCOUNT_RATE_LIMITS |= {"signup": "2/m/ip", "reset_password": "2/m/ip"}
    assert statuses(lambda: client.post("/account/signup/", {"email": "x"}), 3) == [200, 200, 429]
    everybody = iter(range(3))
    ask = lambda: client.post("/account/password/reset/", {"email": f"{next(everybody)}@mail.example"})
    assert statuses(ask, 3) == [302, 302, 429]


def test_resetting_one_address_over_and_over_stops_and_says_when(db, client, counted):
    words = {"email": f"{uuid.uuid4().hex}@mail.example"}
    answers = [client.post("/account/password/reset/", words) for _number in range(4)]
    assert [answer.status_code for answer in answers] == [302, 302, 302, 429]
    assert answers[-1]["Retry-After"] == "600"


def test_allauths_own_limits_hold_as_well(counted):
    from allauth.account import app_settings

    held = app_settings.RATE_LIMITS
    assert {"change_password", "manage_email", "reauthenticate", "confirm_email"} <= set(held)
    assert "/key" in held["login_failed"]


@pytest.mark.parametrize(("proxies", "counted_as"), [(0, "192.0.2.1"), (1, "198.51.100.7"), (2, "203.0.113.9")])
def test_behind_a_proxy_the_visitor_counts_and_not_what_they_say(rf, settings, proxies, counted_as):
    from allauth.core.internal.ratelimit import get_ip

    settings.ALLAUTH_TRUSTED_PROXY_COUNT = proxies
    forged = "10.9.9.9, 203.0.113.9, 198.51.100.7"
    assert get_ip(rf.get("/", REMOTE_ADDR="192.0.2.1", HTTP_X_FORWARDED_FOR=forged)) == counted_as


def test_a_request_that_is_too_large_is_not_read(region, login):
    answer = login(region.contact).post("/weergave/", CONTENT_LENGTH=str(of_the_portal.MOST_REQUEST_BYTES + 1))
    assert answer.status_code == 413
    assert "10 MB" in answer.text
