"""Log-in by a school: the whole code flow against a real OpenID provider."""

import time
from urllib.parse import parse_qs, urlsplit

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from allauth.socialaccount.models import SocialAccount, SocialToken
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from django.core import mail
from django.test import Client
from django.urls import reverse

from oil_portal.sign_in.claims import address, read
from partners.models import Membership, User
from tests import factories as f
from tests.school_provider import CLIENT, STUDENT, long_ago, running

CONFIRM = {"first_name": "Noor", "last_name": "Smit", "old_enough": "on"}


@pytest.fixture(scope="module")
def running_provider():
    with running() as found:
        yield found


@pytest.fixture
def provider(running_provider, region, settings):
    settings.SOCIALACCOUNT_PROVIDERS = {"school": {"APPS": [running_provider.app_settings()]}}
    running_provider.reset()
    return running_provider


def come_in(provider, client, sub="noor", start="school_login", query="", **claims):
    """From our button to the provider and back; the answer to coming back."""
    provider.knows(sub, **(STUDENT | claims))
    away = client.get(reverse(start) + query)
    assert away.status_code == 302 and away["location"].startswith(provider.url), away.content
    back = urlsplit(provider.log_in(away["location"], sub))
    return client.get(f"{back.path}?{back.query}")


def sign_up(provider, client, **claims):
    """Come in for the first time and say yes; the person."""
    answer = come_in(provider, client, **claims)
    assert answer["location"] == reverse("socialaccount_signup"), answer.content
    answer = client.post(answer["location"], CONFIRM)
    assert answer.status_code == 302
    return User.objects.get(email=claims.get("email", STUDENT["email"]))


def roles_of(user) -> set[tuple[str, str, str]]:
    return set(user.memberships.values_list("role", "status", "partner__name"))


def is_in(client) -> bool:
    return "_auth_user_id" in client.session


# --- The flow ---------------------------------------------------------------------------------------------------
def test_a_student_comes_in_and_is_a_student_at_once(provider, client):
    page = client.get(reverse("account_login")).content.decode()
    assert reverse("school_login") in page and "Schoollogin" in page
    user = sign_up(provider, client)
    assert roles_of(user) == {("student", "active", "mboRijnland")} and is_in(client)
    assert user.get_full_name() == "Noor Smit" and not user.has_usable_password()
    assert EmailAddress.objects.get(user=user).verified and not mail.outbox
    asked = provider.asked[-1]
    assert asked["code_challenge_method"] == "S256" and asked["nonce"] and asked["state"]
    assert set(asked["scope"].split()) == {"openid", "profile", "email"}


def test_the_next_time_there_is_nothing_to_fill_in(provider, client):
    user = sign_up(provider, client)
    again = Client()
    assert come_in(provider, again)["location"] == reverse("start")
    assert again.session["_auth_user_id"] == str(user.pk)
    assert Membership.objects.filter(user=user).count() == 1


def test_only_what_is_needed_is_kept(provider, client):
    user = sign_up(provider, client, phone="0612345678", eduperson_entitlement="urn:x")
    account = SocialAccount.objects.get(user=user)
    assert account.uid == "noor"
    assert account.extra_data == {"organization": "mborijnland.nl", "affiliations": ["member", "student"]}
    assert not SocialToken.objects.exists()


def test_nothing_is_made_before_somebody_says_yes(provider, client):
    page = client.get(come_in(provider, client)["location"]).content.decode()
    assert "noor@student.mborijnland.nl" in page and "mboRijnland" in page
    assert not User.objects.filter(email=STUDENT["email"]).exists() and not is_in(client)
    refused = client.post(reverse("socialaccount_signup"), CONFIRM | {"old_enough": ""})
    assert "16 jaar" in refused.content.decode()
    assert not User.objects.filter(email=STUDENT["email"]).exists()


@pytest.mark.parametrize("affiliation", ["staff", ["employee", "member"]])
def test_an_employee_waits_for_the_coordinator(provider, client, region, affiliation):
    email = {"email": "docent2@mborijnland.nl", "eduperson_affiliation": affiliation}
    user = sign_up(provider, client, **email)
    assert roles_of(user) == {("teacher", "requested", "mboRijnland")}
    assert list(Membership.objects.waiting_for(region.coordinator)) == [user.memberships.get()]
    come_in(provider, Client(), **email)
    assert user.memberships.count() == 1


def test_a_teacher_who_was_declined_is_not_asked_for_again(provider, client):
    claims = {"email": "docent2@mborijnland.nl", "eduperson_affiliation": "employee"}
    user = sign_up(provider, client, **claims)
    user.memberships.update(status="declined")
    come_in(provider, Client(), **claims)
    assert roles_of(user) == {("teacher", "declined", "mboRijnland")}


@pytest.mark.parametrize(
    "claims",
    [
        {"eduperson_affiliation": ["contact", "broker", "coordinator", "admin", "library-walk-in", "alum"]},
        {"eduperson_affiliation": [], "role": "broker", "roles": ["admin", "coordinator"], "is_staff": True},
        {"eduperson_affiliation": None, "groups": ["staff"], "eduperson_entitlement": ["coordinator"]},
    ],
)
def test_no_claim_gives_another_role(provider, client, claims):
    user = sign_up(provider, client, **claims)
    assert roles_of(user) == set() and not user.is_staff and not user.is_superuser


def test_a_student_whose_school_says_otherwise_is_none_any_more(provider, client):
    user = sign_up(provider, client)
    come_in(provider, Client(), eduperson_affiliation=[])  # says nothing: takes nothing
    assert roles_of(user) == {("student", "active", "mboRijnland")}
    come_in(provider, Client(), eduperson_affiliation=["alum"])
    assert {status for _role, status, _where in roles_of(user)} == {"ended"}
    come_in(provider, Client())
    assert ("student", "active", "mboRijnland") in roles_of(user)


# --- Which school -----------------------------------------------------------------------------------------------
def test_a_school_that_nobody_knows_gets_words_and_no_account(provider, client):
    before = User.objects.count()
    for home in ("elders.nl", "student.elders.nl", "", None, ["mborijnland.nl", "hsleiden.nl"], 7):
        answer = come_in(provider, client, schac_home_organization=home)
        assert answer.status_code == 403 and "maakten we geen account" in answer.content.decode(), home
        assert User.objects.count() == before and not is_in(client) and not SocialAccount.objects.exists()


def test_a_domain_of_two_schools_is_of_none(provider, client, region):
    f.PartnerFactory(school=True, email_domains=["mborijnland.nl"])
    assert come_in(provider, client).status_code == 403


def test_a_school_that_is_no_partner_brings_nobody(provider, client, region):
    for status in ("submitted", "declined", "suspended"):
        type(region.school).objects.filter(pk=region.school.pk).update(status=status)
        assert come_in(provider, client).status_code == 403, status


# --- Whose account ----------------------------------------------------------------------------------------------
def test_an_account_with_the_same_proven_address_is_the_same_person(provider, client, region):
    come_in(provider, client, email="Student@Student.mborijnland.nl")
    assert client.session["_auth_user_id"] == str(region.student.pk)
    assert SocialAccount.objects.get().user == region.student
    assert region.student.memberships.count() == 1


def test_an_account_that_never_proved_the_address_is_not_taken_over(provider, client, region):
    """Nor does its maker come along: they could have typed somebody else's address and wait."""
    waiting = f.UserFactory(email=STUDENT["email"], verified=False)
    answer = come_in(provider, client)
    assert answer.status_code == 403 and STUDENT["email"] in answer.content.decode()
    assert not is_in(client) and not SocialAccount.objects.exists()
    waiting.refresh_from_db()
    assert waiting.check_password("geheim-geheim")


def test_somebody_elses_claim_on_an_address_falls_away(provider, client, region):
    """A second, unproven address of another account keeps nobody out, and cannot be proven any more."""
    EmailAddress.objects.create(user=region.newcomer, email=STUDENT["email"], verified=False)
    user = sign_up(provider, client)
    assert user != region.newcomer
    assert EmailAddress.objects.get(email=STUDENT["email"]).user == user


def test_a_school_answers_for_its_own_addresses_only(provider, client):
    for claims in (
        {"email": "bedrijf@mail.example"},  # not the school's to answer for
        {"email": "docent@hsleiden.nl"},  # another school's
        {"email": "docent@mborijnland.nl", "email_verified": False},
        {"email": "docent@mborijnland.nl", "email_verified": "false"},
    ):
        assert come_in(provider, client, **claims).status_code == 403, claims
        assert not is_in(client) and not SocialAccount.objects.exists()


def test_an_address_that_the_school_does_not_answer_for_is_proven_by_mail(provider, client):
    user = sign_up(provider, client, email="noor@thuis.example")
    assert not EmailAddress.objects.get(user=user).verified and not is_in(client)
    assert [message.to for message in mail.outbox] == [["noor@thuis.example"]]


def test_a_school_without_an_address_gets_words(provider, client):
    for email in (None, "", "geen adres", ["x"], 5):
        answer = come_in(provider, client, email=email)
        assert answer.status_code == 403 and "geen e-mailadres" in answer.content.decode(), email


def test_who_is_logged_in_stays_who_they_are(provider, login, region):
    client = login(region.broker)
    assert client.get(reverse("school_login"))["location"] == reverse("start")
    assert client.session["_auth_user_id"] == str(region.broker.pk)


def test_an_account_is_connected_after_the_password_once_more(provider, login, region):
    client = login(region.newcomer)
    answer = come_in(provider, client, query="?process=connect", email="nieuw@mail.example")
    assert answer["location"].startswith(reverse("account_reauthenticate"))
    assert not SocialAccount.objects.exists()
    client.post(answer["location"], {"password": "geheim-geheim"})
    assert SocialAccount.objects.get().user == region.newcomer
    assert ("student", "active", "mboRijnland") in roles_of(region.newcomer)
    page = client.get(reverse("socialaccount_connections")).content.decode()
    assert "mborijnland.nl" in page
    client.post(reverse("socialaccount_connections"), {"account": SocialAccount.objects.get().pk})
    assert not SocialAccount.objects.exists()


def test_the_schools_word_is_no_second_step(provider, client, region, settings):
    settings.MFA_REQUIRED = True
    claims = {"email": region.coordinator.email, "eduperson_affiliation": "employee"}
    assert come_in(provider, client, **claims)["location"] == reverse("start")
    assert client.get(reverse("start"))["location"] == reverse("second_factor")
    TOTP.activate(region.coordinator, generate_totp_secret())
    other = Client()
    assert come_in(provider, other, **claims)["location"] == reverse("mfa_authenticate") and not is_in(other)


def test_an_account_that_is_off_stays_off(provider, client):
    user = sign_up(provider, client)
    User.objects.filter(pk=user.pk).update(is_active=False)
    other = Client()
    assert come_in(provider, other)["location"] == reverse("account_inactive") and not is_in(other)


# --- What must not be believed ----------------------------------------------------------------------------------
def another_key() -> bytes:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


SPOILED = {
    "another key": {"key": another_key()},
    "no signature": {"alg": "none"},
    "a shared key": {"alg": "HS256", "key": b"0123456789abcdef0123456789abcdef"},
    "expired": {"spoil": long_ago},
    "from the future": {"spoil": lambda claims: claims | {"nbf": int(time.time()) + 3600}},
    "no end": {"spoil": lambda claims: {k: v for k, v in claims.items() if k != "exp"}},
    "another party": {"spoil": lambda claims: claims | {"aud": "elders"}},
    "another issuer": {"spoil": lambda claims: claims | {"iss": "https://elders.example"}},
    "another nonce": {"spoil": lambda claims: claims | {"nonce": "van-gisteren"}},
    "no nonce": {"spoil": lambda claims: {k: v for k, v in claims.items() if k != "nonce"}},
    "for somebody else's use": {"spoil": lambda claims: claims | {"aud": [CLIENT, "b"], "azp": "b"}},
    "a sub that is too long": {
        "spoil": lambda claims: claims | {"sub": "n" * 300}, "about": lambda claims: claims | {"sub": "n" * 300},
    },
    "an empty sub": {"spoil": lambda claims: claims | {"sub": ""}, "about": lambda claims: claims | {"sub": ""}},
    "user info of another": {"about": lambda claims: claims | {"sub": "iemand-anders"}},
    "user info of another shape": {"about": lambda claims: ["noor"]},
}  # fmt: skip


def test_a_token_that_does_not_hold_is_refused(provider, client):
    before = User.objects.count()
    for why, changed in SPOILED.items():
        provider.reset()
        for name, value in changed.items():
            setattr(provider, name, value)
        answer = come_in(provider, client)
        assert answer.status_code == 401 and "lukte niet" in answer.content.decode(), why
        assert User.objects.count() == before and not is_in(client), why
    provider.reset()
    assert come_in(provider, client).status_code == 302  # and whole it is believed


def test_an_answer_belongs_to_one_browser_and_works_once(provider, client):
    provider.knows("noor", **STUDENT)
    back = urlsplit(provider.log_in(client.get(reverse("school_login"))["location"], "noor"))
    stranger = Client()
    assert stranger.get(f"{back.path}?{back.query}").status_code == 401  # another session's state
    assert client.get(f"{back.path}?{back.query}").status_code == 302
    assert client.get(f"{back.path}?{back.query}").status_code == 401


def test_a_code_without_its_verifier_is_worth_nothing(provider, client):
    """Somebody's stolen code put into one's own answer: the provider refuses, since PKCE ties it to its browser."""
    provider.knows("noor", **STUDENT)
    stolen = parse_qs(urlsplit(provider.log_in(client.get(reverse("school_login"))["location"], "noor")).query)["code"]
    thief = Client()
    own = parse_qs(urlsplit(thief.get(reverse("school_login"))["location"]).query)["state"]
    answer = thief.get(reverse("school_callback"), {"code": stolen[0], "state": own[0]})
    assert answer.status_code == 401 and not is_in(thief)


def test_what_is_asked_cannot_be_changed_by_a_link(provider, client):
    away = client.get(reverse("school_login") + "?scope=admin&auth_params=nonce%3Dx%26redirect_uri%3Dhttps://elders")
    asked = parse_qs(urlsplit(away["location"]).query)
    assert "admin" not in asked["scope"][0] and asked["nonce"] != ["x"]
    assert asked["redirect_uri"] == ["http://testserver" + reverse("school_callback")]


def test_nobody_is_sent_elsewhere_afterwards(provider, client):
    sign_up(provider, client)
    for next_ in ("https://elders.example/", "//elders.example", "javascript:alert(1)"):
        assert come_in(provider, Client(), query=f"?next={next_}")["location"] == reverse("start"), next_


def test_cancelling_and_errors_have_words(provider, client):
    state = parse_qs(urlsplit(client.get(reverse("school_login"))["location"]).query)["state"][0]
    answer = client.get(reverse("school_callback"), {"error": "access_denied", "state": state}, follow=True)
    assert answer.status_code == 200 and "Er is niets veranderd" in answer.content.decode()
    for query in ({}, {"state": "\0"}, {"state": "x", "code": "y" * 5000}, {"error": "server_error"}):
        assert client.get(reverse("school_callback"), query).status_code == 401


def test_a_provider_that_is_down_or_something_else_gives_words(provider, client, settings):
    app = settings.SOCIALACCOUNT_PROVIDERS["school"]["APPS"][0]
    for url in ("http://localhost:9", f"{provider.url}/jwks?/.well-known/", f"{provider.url}/bestaat-niet"):
        app["settings"] = {"server_url": url}
        assert client.get(reverse("school_login")).status_code == 401, url


def test_without_a_provider_there_is_no_button(client, db):
    assert reverse("school_login") not in client.get(reverse("account_login")).content.decode()
    assert client.get(reverse("school_login")).status_code == 404


# --- The claims -------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("home", "affiliation"),
    [
        ("schac_home_organization", "eduperson_affiliation"),
        ("schacHomeOrganization", "eduPersonAffiliation"),
        ("urn:mace:terena.org:attribute-def:schacHomeOrganization", "urn:mace:dir:attribute-def:eduPersonAffiliation"),
        ("urn:oid:1.3.6.1.4.1.25178.1.2.9", "urn:oid:1.3.6.1.4.1.5923.1.1.1.1"),
        ("schac_home_organization", "edu_person_affiliations"),
    ],
)
@pytest.mark.parametrize("listed", [True, False])
def test_every_spelling_is_read_as_string_or_list(home, affiliation, listed):
    claims = {home: "MboRijnland.nl", affiliation: "Student"}
    says = read({name: [value] if listed else value for name, value in claims.items()})
    assert says.organization == "mborijnland.nl" and says.student and not says.teacher


def test_every_word_for_who_works_at_a_school_is_read():
    for word in ("employee", "faculty", "staff"):
        assert read({"eduperson_affiliation": word}).teacher and not read({"eduperson_affiliation": word}).student
    assert not read({"eduperson_affiliation": ["member", "affiliate", "alum", "library-walk-in"]}).teacher


def test_claims_of_any_shape_are_no_claims():
    says = read({"schac_home_organization": {"a": 1}, "eduperson_affiliation": [None, 3, "", "stu\0dent", ["student"]]})
    assert says.organization == "" and not says.affiliations
    assert address({"email": "a\0@b.nl"})[0] == "" and address({})[0] == ""
