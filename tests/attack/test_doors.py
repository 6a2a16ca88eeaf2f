"""The doors of the portal: where they lead, what they give away of who is there, and links that act by being read."""

import re

import pytest
from allauth.account.models import EmailAddress
from django.contrib.auth.hashers import MD5PasswordHasher
from django.core import mail
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from tests import factories as f
from tests.attack import stays
from tests.attack.test_fuzz import AWAY

PASSWORD = "geheim-geheim"
NEW = {"first_name": "Bo", "last_name": "Vis", "password1": "fiets-in-de-regen-9", "old_enough": "on"}

AFTER = {"account_reset_password": "/account/password/reset/done/", "account_signup": "/account/confirm-email/"}


@pytest.fixture(autouse=True)
def _nothing_counted():
    cache.clear()


# --- Where they lead --------------------------------------------------------------------------------------------
@pytest.mark.parametrize("away", AWAY)
def test_no_door_leads_to_another_site(away, region, client):
    doors = [
        (reverse("account_login"), {"login": region.contact.email, "password": PASSWORD}),
        (reverse("account_reauthenticate"), {"password": PASSWORD}),
        (reverse("account_change_password"), {}),
        (reverse("account_logout"), {}),
    ]
    for address, words in doors:
        for answer in (
            client.get(address, {"next": away}),
            client.post(f"{address}?next={away}", words | {"next": away}, headers={"referer": away}),
        ):
            assert stays(answer.headers.get("Location", "")), (address, answer["Location"])
            assert f'href="{away}"' not in answer.text
    for address, words in (("/weergave/", {"theme": "dark"}), ("/taal/", {"language": "en"})):
        assert client.post(address, words, headers={"referer": away})["Location"] == "/"


def test_the_judge_knows_what_leads_away():
    assert [stays(away) for away in AWAY] == [False] * len(AWAY)
    assert stays("/start/") and stays("http://testserver/x/") and stays("")


@pytest.mark.parametrize(
    "host", ["evil.example", "testserver.evil.example", "testserver@evil.example", "evil.example:80"]
)
def test_another_host_is_refused_and_comes_in_no_mail(host, region):
    words = {"email": region.contact.email}
    answer = Client(headers={"host": host}).post(reverse("account_reset_password"), words)
    assert answer.status_code == 400 and "evil.example" not in answer.text and mail.outbox == []
    forwarded = Client(headers={"x-forwarded-host": host, "forwarded": f"host={host}"})
    assert forwarded.post(reverse("account_reset_password"), words).status_code == 302
    (message,) = mail.outbox
    assert "evil.example" not in message.message().as_string()


# --- What they give away ----------------------------------------------------------------------------------------
def said(answer, *addresses: str) -> tuple:
    """What an answer says, but for the address that was typed and what is drawn anew for each page."""
    text = re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", answer.text)
    for address in addresses:
        text = text.replace(address, "-")
    return answer.status_code, answer.headers.get("Location"), text


@pytest.mark.parametrize(
    ("door", "words"),
    [
        ("account_login", lambda email: {"login": email, "password": "fout-fout-fout"}),
        ("account_reset_password", lambda email: {"email": email}),
        ("account_signup", lambda email: NEW | {"email": email}),
    ],
)
def test_no_door_says_who_has_an_account(door, words, region):
    known, unknown = region.contact.email, "niemand@mail.example"
    left = f.UserFactory(email="weg@mail.example", is_active=False).email
    told = {
        email: said(Client().post(reverse(door), words(email), follow=True), email) for email in (known, unknown, left)
    }
    assert told[known] == told[unknown] == told[left]
    led = reverse(door) if door == "account_login" else AFTER[door]
    assert Client().post(reverse(door), words(unknown), follow=True).request["PATH_INFO"] == led  # it was taken


def test_a_log_in_takes_as_long_without_an_account(region, monkeypatch):
    """The slow part of a log-in is the hash: it is made once, whoever is asked for."""
    made = []
    real = MD5PasswordHasher.encode
    monkeypatch.setattr(MD5PasswordHasher, "encode", lambda self, *given: made.append(1) or real(self, *given))
    counts = []
    for email in (region.contact.email, "niemand@mail.example"):
        Client().post(reverse("account_login"), {"login": email, "password": "fout-fout-fout"})
        counts.append(len(made))
        made.clear()
    assert counts[0] == counts[1] > 0


def test_what_opens_a_door_cannot_be_guessed(region):
    """Each word of an address is drawn, never twice the same, with at least 128 bits."""
    people = f.UserFactory.create_batch(3, student=region.school)
    drawn = {
        "invitation": [f.InvitationFactory(partner=region.company).token for _each in range(3)],
        "draft": [f.DraftFactory(author=region.contact).token for _each in range(3)],
        "calendar": [f.ProfileFactory(student=person).calendar_token for person in people],
    }
    for name, words in drawn.items():
        assert len(set(words)) == 3 and min(len(word) for word in words) >= 22, name


# --- Links that act by being read -------------------------------------------------------------------------------
def test_a_link_in_a_mail_that_a_scanner_opens_does_nothing(region):
    """Mail programs open every link before its reader does; tests/test_promises.py has the buttons of promises."""
    visitor = Client()
    visitor.post(reverse("account_reset_password"), {"email": region.contact.email})
    Client().post(reverse("account_signup"), NEW | {"email": "nieuw.hier@mail.example"})
    row = EmailAddress.objects.get(email="nieuw.hier@mail.example")
    links = [re.search(r"http://\S+?(/account/\S+)", message.body).group(1) for message in mail.outbox]
    assert len(links) == 2
    before = region.contact.password
    for link in links:
        assert Client().get(link, follow=True).status_code == 200
    row.refresh_from_db()
    region.contact.refresh_from_db()
    assert not row.verified and region.contact.password == before
    Client().post(links[1])
    row.refresh_from_db()
    assert row.verified
