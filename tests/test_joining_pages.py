"""The pages on which people find their place: welcome, joining, members, invitations and signing up."""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from oil_portal.core.models import Promise
from partners import services
from partners.models import Invitation, Membership, User
from tests import factories as f
from tests.helpers import heard

pytestmark = pytest.mark.django_db

NUL = "na\0m"


def text(response) -> str:
    """The page without tags, in one line."""
    return " ".join(re.sub(r"<[^>]+>", " ", response.content.decode()).split())


def page(client, url_name: str, /, *args, **query):
    return client.get(reverse(f"partners:{url_name}", args=args), query)


def counted() -> CaptureQueriesContext:
    return CaptureQueriesContext(connection)


def send(client, url_name: str, /, *args, **data):
    return client.post(reverse(f"partners:{url_name}", args=args), data)


# --- Welcome and joining ----------------------------------------------------------------------------------------
def test_a_student_joins_with_one_button(login, region):
    person = f.UserFactory(email="yara@student.mborijnland.nl")
    client = login(person)
    shown = page(client, "welcome")
    assert "Ik ben student bij mboRijnland" in text(shown)
    assert send(client, "join", region.school.pk, role="student").url == reverse("start")
    assert person.memberships.get().status == "active"
    assert "Ik ben student" not in text(page(client, "welcome"))


def test_a_teacher_waits_and_sees_that(login, region):
    person = f.UserFactory(email="docent2@mborijnland.nl")
    client = login(person)
    assert "De coördinator bevestigt" in text(page(client, "welcome"))
    assert send(client, "join", region.school.pk, role="teacher").url == reverse("partners:welcome")
    shown = text(page(client, "welcome"))
    assert "Wacht op bevestiging" in shown and "geeft antwoord" in shown


def test_finding_an_organisation_by_name(login, region):
    f.PartnerFactory(name="Marewijk Nieuw", submitted=True)
    client = login(region.newcomer)
    shown = page(client, "welcome", q="marewijk")
    assert [partner.name for partner in shown.context["found"]] == ["Marewijk Bouw"]
    assert "Geen organisatie gevonden voor ‘zzz’" in text(page(client, "welcome", q="zzz"))
    assert "Staat je organisatie er niet bij" in text(page(client, "welcome"))


def test_a_declined_request_shows_the_reason(login, region):
    membership = f.MembershipFactory(user=region.newcomer, partner=region.company, requested=True)
    send(login(region.contact), "membership_act", membership.pk, "decline", remark="Je werkt hier niet.")
    assert "Je werkt hier niet." in text(page(login(region.newcomer), "welcome"))


def test_an_open_invitation_waits_on_the_welcome_page(login, region):
    invitation = f.InvitationFactory(partner=region.company, email=region.newcomer.email)
    assert invitation.get_absolute_url() in page(login(region.newcomer), "welcome").content.decode()


def test_the_welcome_page_costs_the_same_for_one_and_three(login, region):
    client, counts = login(region.newcomer), []
    for more in (1, 2):
        for _one in range(more):
            f.MembershipFactory(user=region.newcomer, requested=True)
            f.InvitationFactory(email=region.newcomer.email, invited_by=region.contact)
            f.PartnerFactory(name="Zoekbaar")
        with counted() as queries:
            page(client, "welcome", q="zoekbaar")
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_joining_twice_says_so_on_the_form(login, region):
    client = login(region.newcomer)
    send(client, "join", region.company.pk, role="contact")
    answer = send(client, "join", region.company.pk, role="contact")
    assert answer.status_code == 422 and "Je hebt dit al gevraagd" in text(answer)
    assert Membership.objects.filter(user=region.newcomer).count() == 1


@pytest.mark.parametrize("role", ["", "broker", "coordinator", "teacher", NUL])
def test_a_role_that_is_not_offered_is_refused(login, region, role):
    assert send(login(region.newcomer), "join", region.network.pk, role=role).status_code == 422
    assert not region.newcomer.memberships.exists()


# --- Members and invitations ------------------------------------------------------------------------------------
def test_the_people_page_puts_requests_first_and_hides_students_of_others(login, region):
    f.MembershipFactory(partner=region.school, role="student", requested=True, user__first_name="Zoltan")
    shown = text(page(login(region.coordinator), "members", region.school.pk))
    assert shown.index("Zoltan") < shown.index("docent@mborijnland.nl")
    assert "Zoltan" not in text(page(login(region.broker), "members", region.school.pk))


def test_the_people_page_costs_the_same_for_one_and_three(login, region):
    client, counts = login(region.coordinator), []
    for more in (1, 2):
        f.MembershipFactory.create_batch(more, partner=region.school, role="student", requested=True)
        with counted() as queries:
            page(client, "members", region.school.pk)
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_inviting_and_withdrawing(login, region, mailoutbox, django_capture_on_commit_callbacks):
    client = login(region.contact)
    with django_capture_on_commit_callbacks(execute=True):
        answer = send(client, "invite", region.company.pk, email="collega@mail.example", role="contact")
    assert answer.status_code == 302 and len(mailoutbox) == 1
    assert "collega@mail.example" in text(page(client, "invite", region.company.pk))
    send(client, "invitation_withdraw", Invitation.objects.get().pk)
    assert "Er staat geen uitnodiging open" in text(page(client, "invite", region.company.pk))


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        ({"email": "geen-adres", "role": "contact"}, "e-mailadres"),
        ({"email": "", "role": "contact"}, "Vul een e-mailadres in met een @"),
        ({"email": "a@mail.example", "role": "broker"}, "broker"),
        ({"email": "a@mail.example"}, "Kies een rol"),
        ({"email": "bedrijf@mail.example", "role": "contact"}, "Deze persoon hoort er al bij"),
        ({"email": f"a{NUL}@mail.example", "role": "contact"}, ""),
        ({"email": "x" * 100_000 + "@mail.example", "role": "contact"}, ""),
    ],
)
def test_a_bad_invitation_keeps_what_was_typed(login, region, data, sentence):
    answer = send(login(region.contact), "invite", region.company.pk, **data)
    assert answer.status_code == 422 and sentence in text(answer)
    assert data["email"] in answer.content.decode()
    assert not Invitation.objects.exists()


def test_the_invitation_page_for_visitor_and_user(client, login, region):
    invitation = f.InvitationFactory(partner=region.company, invited_by=region.contact)
    path = invitation.get_absolute_url()
    shown = client.get(path)
    assert str(region.contact) in text(shown) and "Marewijk Bouw" in text(shown)
    assert f"{reverse('account_signup')}?next={path}" in shown.content.decode()
    assert f"{reverse('account_login')}?next={path}" in shown.content.decode()
    inside = login(region.newcomer)
    assert "Neem de uitnodiging aan" in text(inside.get(path))
    assert inside.post(path).url == reverse("start")
    assert region.newcomer.memberships.get().role == "contact"
    assert "al gebruikt" in text(inside.get(path))
    assert inside.post(path).status_code == 303  # said in words on the next page
    assert region.newcomer.memberships.count() == 1


@pytest.mark.parametrize(("change", "sentence"), [
    ({"status": "withdrawn"}, "ingetrokken"), ({"sent_at": "2020-01-01T00:00Z"}, "verlopen"),
])  # fmt: skip
def test_a_worthless_invitation_says_why(client, region, change, sentence):
    invitation = f.InvitationFactory(partner=region.company)
    Invitation.objects.filter(pk=invitation.pk).update(**change)
    shown = client.get(invitation.get_absolute_url())
    assert shown.status_code == 200 and sentence in text(shown)


def test_a_visitor_with_an_invitation_comes_back_to_it_after_signing_up(client, region, mailoutbox):
    """Through the address check, which forgets where the person came from."""
    invitation = f.InvitationFactory(partner=region.company, email="gast@mail.example")
    client.get(invitation.get_absolute_url())
    answer = client.post(reverse("account_signup"), SIGNUP | {"email": "gast@mail.example"})
    assert answer.status_code == 302, text(answer)
    link = re.search(r"https?://\S+(/account/\S+)", mailoutbox[-1].body)[1]
    shown = client.get(link)
    if shown.status_code == 200:
        shown = client.post(link)
    assert shown.url == invitation.get_absolute_url()
    assert "Neem de uitnodiging aan" in text(client.get(shown.url))


# --- Signing up -------------------------------------------------------------------------------------------------
SIGNUP = {"first_name": "Yara", "last_name": "Bakker", "email": "yara@mail.example", "password1": "geheim-geheim-9",
          "old_enough": "on"}  # fmt: skip


def test_signing_up_keeps_the_name_and_the_language(client, db):
    client.cookies["django_language"] = "en"
    assert client.post(reverse("account_signup"), SIGNUP).status_code == 302
    person = User.objects.get()
    assert (person.first_name, person.last_name, person.language) == ("Yara", "Bakker", "en")


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("old_enough", "", "Zet een vinkje als je 16 jaar of ouder bent"),
        ("first_name", "", "Vul je voornaam in"),
        ("last_name", "", "Vul je achternaam in"),
        ("email", "", "Vul je e-mailadres in"),
        ("email", "geen", "Vul een e-mailadres in met een @"),
        ("first_name", NUL, ""),
        ("email", f"a{NUL}@mail.example", ""),
        ("password1", "kort", "Dit wachtwoord is te kort. Kies minstens 12 tekens."),
        ("password1", "1234567890", "Dit wachtwoord is te bekend"),
        ("password1", "yara@mail.example", "lijkt te veel op je naam of je e-mailadres"),
        ("last_name", "x" * 100_000, ""),
    ],
)
def test_a_refused_sign_up_keeps_what_was_typed(client, db, field, value, sentence):
    answer = client.post(reverse("account_signup"), SIGNUP | {field: value})
    assert answer.status_code in (200, 422) and sentence in text(answer)
    assert 'role="alert"' in answer.content.decode()
    for name in ("first_name", "last_name", "email"):
        if name != field:
            assert f'value="{SIGNUP[name]}"' in answer.content.decode()
    assert not User.objects.exists()


# --- Taking back ------------------------------------------------------------------------------------------------
def test_who_asked_takes_it_back_and_nobody_hears_of_it(login, region):
    asked = services.request_membership(actor=region.newcomer, partner=region.company, role="contact")
    assert heard(region.contact, "request")
    client = login(region.newcomer)
    assert "Trek je verzoek in" in text(page(client, "welcome"))
    send(client, "membership_act", asked.pk, "take_back")
    asked.refresh_from_db()
    assert asked.status == "ended" and not heard(region.contact, "request")
    assert Promise.objects.of(asked).get().dropped_at  # counts for nobody's rate
    assert "Trek je verzoek in" not in text(page(client, "welcome"))
    assert services.request_membership(actor=region.newcomer, partner=region.company, role="contact").pk != asked.pk


def test_nobody_else_takes_a_request_back_and_an_answer_stands(login, region):
    asked = services.request_membership(actor=region.newcomer, partner=region.company, role="contact")
    assert send(login(region.contact), "membership_act", asked.pk, "take_back").status_code == 403
    services.answer_membership(membership=asked, actor=region.contact, action="confirm")
    send(login(region.newcomer), "membership_act", asked.pk, "take_back")
    asked.refresh_from_db()
    assert asked.status == "active"
