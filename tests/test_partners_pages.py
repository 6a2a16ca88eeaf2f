"""The pages of people and organisations: what each role sees, and that nothing typed is lost."""

import re

import pytest
from django.contrib import admin
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from partners.models import Partner, User
from tests import factories as f

pytestmark = pytest.mark.django_db

HUGE = 10**30
NUL = "na\0m"
ODD = [NUL, "x" * 100_000, "<script>alert(1)</script>", "%00", "' OR 1=1 --", "🙂" * 50, "\u202e", "   "]


def text(response) -> str:
    """The page without tags, in one line."""
    return " ".join(re.sub(r"<[^>]+>", " ", response.content.decode()).split())


def page(client, url_name: str, /, *args, **query):
    return client.get(reverse(f"partners:{url_name}", args=args), query)


def counted() -> CaptureQueriesContext:
    return CaptureQueriesContext(connection)


def send(client, url_name: str, /, *args, **data):
    return client.post(reverse(f"partners:{url_name}", args=args), data)


# --- The list ---------------------------------------------------------------------------------------------------
def test_the_list_shows_accepted_partners_and_what_they_do_together(client, region):
    f.PartnerFactory(name="Nog niet", submitted=True)
    card = f.ProjectCardFactory(collaboration__name="Slim water")
    card.collaboration.members.add(region.company)
    shown = page(client, "list")
    assert "6 partners" in text(shown) and "Marewijk Bouw" in text(shown) and "Nog niet" not in text(shown)
    assert "Lab van mboRijnland" in text(shown)
    assert card.get_absolute_url() in shown.content.decode()


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"q": "marewijk"}, {"Marewijk Bouw"}),
        ({"kind": "lab"}, {"CIV Smart Technology"}),
        ({"kind": ["lab", "network"]}, {"CIV Smart Technology", "Economie071"}),
        ({"municipality": "Katwijk"}, {"Kasgroei"}),
        ({"kind": "company", "municipality": "Leiden"}, {"Marewijk Bouw"}),
        ({"q": "onvindbaar"}, set()),
    ],
)
def test_filters_narrow_the_list(client, region, query, found):
    Partner.objects.filter(name="Kasgroei").update(municipality="Katwijk")
    shown = page(client, "list", **query)
    assert {partner.name for partner in shown.context["page_obj"]} == found
    if not found:
        assert "Geen partner gevonden" in text(shown)


def test_a_choice_that_nobody_made_is_called_in_words(region, login):
    html = login(region.contact).get(reverse("partners:edit", args=[region.company.pk])).content.decode()
    assert '<option value="" selected>Kies</option>' in html and "----" not in html


def test_the_list_has_pages_that_keep_the_filters(client, region):
    f.PartnerFactory.create_batch(30)
    assert len(page(client, "list").context["page_obj"]) == 24
    assert "kind=company&amp;page=2" in page(client, "list", kind="company").content.decode()


@pytest.mark.parametrize("person", [None, "broker", "student"])
def test_one_query_count_for_any_list(region, login, person):
    client = login(getattr(region, person) if person else None)
    lab = f.CollaborationFactory()
    f.ProjectCardFactory(collaboration=lab)
    lab.members.add(region.company)
    counts = []
    for _more in range(2):
        with counted() as queries:
            page(client, "list")
        counts.append(len(queries))
        f.PartnerFactory.create_batch(3, lab=True, parent=region.school)
        for member in f.PartnerFactory.create_batch(2):
            f.ChallengeFactory(accepted=True, partner=member)
            more = f.ProjectCardFactory().collaboration
            more.members.add(member, region.company)
            more.continued_in.add(region.lab)
    assert counts[0] == counts[1]


# --- The detail page --------------------------------------------------------------------------------------------
def test_a_visitor_sees_the_organisation_but_not_its_people(client, region):
    Partner.objects.filter(pk=region.company.pk).update(kvk="12345678", description="Wij bouwen **mooi**.")
    f.ChallengeFactory(partner=region.company, accepted=True, title="Meet vocht")
    f.ChallengeFactory(partner=region.company, title="Nog geheim")
    shown = page(client, "detail", region.company.pk)
    assert "<strong>mooi</strong>" in shown.content.decode() and "Meet vocht" in text(shown)
    for hidden in ("Nog geheim", "12345678", str(region.contact), "Wat er is gebeurd", "Wijzig gegevens"):
        assert hidden not in text(shown)


@pytest.mark.parametrize("person", ["contact", "broker"])
def test_who_belongs_sees_people_and_course(region, login, person):
    f.MembershipFactory(partner=region.company, requested=True, user__first_name="Nadia")
    shown = text(page(login(getattr(region, person)), "detail", region.company.pk))
    for seen in (str(region.contact), "Wat er is gebeurd", "Willen meedoen", "Nadia", "Bevestig", "Wijzig gegevens"):
        assert seen in shown


@pytest.mark.parametrize("person", ["teacher", "coordinator", "student", "broker", "admin"])
def test_students_are_a_number_on_the_page_of_their_school(region, login, person):
    region.admin = User.objects.create_superuser("beheer@mail.example")
    User.objects.filter(pk=region.other_student.pk).update(first_name="Zoltan")
    shown = text(page(login(getattr(region, person)), "detail", region.school.pk))
    assert "2 studenten horen hierbij" in shown and "Zoltan" not in shown


def test_a_coordinator_answers_for_the_labs_of_the_school(region, login):
    f.MembershipFactory(partner=region.lab, role="teacher", requested=True, user__first_name="Nadia")
    assert "Nadia" in text(page(login(region.coordinator), "detail", region.lab.pk))


def test_a_school_shows_its_labs_and_a_lab_its_school(client, region):
    assert region.lab.get_absolute_url() in page(client, "detail", region.school.pk).content.decode()
    assert region.school.get_absolute_url() in page(client, "detail", region.lab.pk).content.decode()


def test_a_returned_organisation_says_what_waits_for_whom(region, login):
    Partner.objects.filter(pk=region.company.pk).update(status="submitted")
    client = login(region.broker)
    send(client, "act", region.company.pk, "return", remark="Welke gemeente?")
    shown = text(page(login(region.contact), "detail", region.company.pk))
    for seen in ("Terug voor aanvulling", "De contactpersoon vult de gegevens aan", "Welke gemeente?", "Dien opnieuw"):
        assert seen in shown
    send(login(region.contact), "act", region.company.pk, "resubmit", remark="Leiden")
    assert Partner.objects.get(pk=region.company.pk).status == "submitted"


def test_the_page_costs_the_same_for_few_and_many(region, login):
    client, counts = login(region.broker), []
    for _more in range(2):
        with counted() as queries:
            page(client, "detail", region.company.pk)
        counts.append(len(queries))
        f.ChallengeFactory.create_batch(3, partner=region.company, accepted=True)
        f.MembershipFactory.create_batch(3, partner=region.company)
        f.MembershipFactory.create_batch(3, partner=region.company, requested=True)
        for collaboration in f.CollaborationFactory.create_batch(3):
            collaboration.members.add(region.company, region.school)
    assert abs(counts[0] - counts[1]) <= 2  # the two prefetches of the collaborations, when there are any


# --- Adding and changing ----------------------------------------------------------------------------------------
GOOD = {"kind": "company", "name": "Rijnstroom", "kvk": "12 34 56.78", "municipality": "Leiden", "sector": "industry",
        "size": "10-49", "website": "rijnstroom.example", "description": "Wij maken robots."}  # fmt: skip


def test_adding_an_organisation(region, login):
    answer = send(login(region.newcomer), "add", **GOOD)
    partner = Partner.objects.get(name="Rijnstroom")
    assert answer.status_code == 302 and answer.url == partner.get_absolute_url()
    assert (partner.kvk, partner.website, partner.status) == ("12345678", "https://rijnstroom.example", "submitted")


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("kvk", "1234", "Een KvK-nummer heeft acht cijfers"),
        ("kvk", "١٢٣٤٥٦٧٨", "Een KvK-nummer heeft acht cijfers"),
        ("name", "", "Vul de naam van de organisatie in"),
        ("website", "geen adres", "Vul een webadres in"),
        ("kind", "planeet", "planeet"),
        ("kind", "lab", "lab"),
        ("name", NUL, ""),
        ("description", NUL, ""),
        ("name", "x" * 100_000, ""),
        ("description", "x" * 100_000, ""),
    ],
)
def test_bad_input_is_said_at_the_field_and_nothing_is_lost(region, login, field, value, sentence):
    answer = send(login(region.newcomer), "add", **GOOD | {field: value})
    assert answer.status_code == 422
    assert sentence in text(answer) and 'role="alert"' in answer.content.decode()
    assert "Er is 1 ding nog niet goed" in text(answer)
    for name, kept in GOOD.items():
        if name not in (field, "kind"):
            assert kept in answer.content.decode()
    assert not Partner.objects.filter(municipality="Leiden", sector="industry").exists()


def test_a_known_kvk_number_names_the_organisation_and_offers_to_join(region, login):
    known = f.PartnerFactory(name="Rijnstroom Techniek", kvk="12345678")
    answer = send(login(region.newcomer), "add", **GOOD)
    assert answer.status_code == 422 and "Rijnstroom Techniek" in text(answer)
    assert reverse("partners:join", args=[known.pk]) in answer.content.decode()


def test_a_known_number_that_waits_for_review_gives_no_name_away(region, login):
    f.PartnerFactory(name="Rijnstroom Techniek", kvk="12345678", submitted=True)
    answer = send(login(region.newcomer), "add", **GOOD)
    assert answer.status_code == 422 and "wacht op controle" in text(answer)
    assert "Rijnstroom Techniek" not in text(answer)


def test_changing_shows_what_there_is_and_keeps_its_own_number(region, login):
    Partner.objects.filter(pk=region.company.pk).update(kvk="12345678", municipality="Leiden")
    client = login(region.contact)
    assert 'value="12345678"' in page(client, "edit", region.company.pk).content.decode()
    answer = send(client, "edit", region.company.pk, **GOOD | {"name": "Marewijk Groep", "kvk": "12345678"})
    assert answer.status_code == 302
    shown = text(page(client, "detail", region.company.pk))
    assert "Gegevens gewijzigd" in shown and "Marewijk Bouw" in shown and "Marewijk Groep" in shown


def test_a_refused_change_changes_nothing(region, login):
    answer = send(login(region.contact), "edit", region.company.pk, **GOOD | {"name": "Groep", "kvk": "1"})
    assert (
        answer.status_code == 422 and "Wijzig Marewijk Bouw" in text(answer) and 'value="Groep"' in str(answer.content)
    )
    assert Partner.objects.get(pk=region.company.pk).name == "Marewijk Bouw"


def test_the_kind_of_an_organisation_is_not_changed_by_its_contact(region, login):
    send(login(region.contact), "edit", region.company.pk, **GOOD | {"kind": "school", "status": "declined"})
    changed = Partner.objects.get(pk=region.company.pk)
    assert (changed.kind, changed.status, changed.name) == ("company", "accepted", "Rijnstroom")


# --- The broker's queue -----------------------------------------------------------------------------------------
def test_the_queue_has_the_oldest_first_and_says_what_is_missing(region, login):
    f.PartnerFactory(submitted=True, name="Later")
    f.PartnerFactory(submitted=True, name="Eerder", created_at="2020-01-02T09:00Z", kvk="12345678", sector="building",
                     description="Wij bouwen")  # fmt: skip
    f.PartnerFactory(submitted=True, name="kasgroei")
    f.MembershipFactory(partner=f.PartnerFactory(), requested=True, user__first_name="Nadia")
    shown = page(login(region.broker), "queue")
    assert [partner.name for partner in shown.context["page_obj"]] == ["Eerder", "Later", "kasgroei"]
    for seen in ("Gegevens compleet", "Nog leeg: sector, omschrijving, KvK-nummer", "dezelfde naam",
                 "Aangemeld 2 januari", "Nadia"):  # fmt: skip
        assert seen in text(shown)


def test_an_empty_queue_says_so(region, login):
    assert "Er wacht geen organisatie op controle" in text(page(login(region.broker), "queue"))


def test_the_queue_costs_the_same_for_one_and_three(region, login):
    client, counts = login(region.broker), []
    for more in (1, 2):
        f.PartnerFactory.create_batch(more, submitted=True)
        f.MembershipFactory.create_batch(more, partner=region.company, requested=True)
        with counted() as queries:
            page(client, "queue")
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_declining_asks_why(region, login):
    partner, client = f.PartnerFactory(submitted=True), login(region.broker)
    answer = send(client, "act", partner.pk, "decline", remark=" ")
    assert answer.status_code == 422 and "Schrijf op waarom" in text(answer)
    send(client, "act", partner.pk, "decline", remark="Geen bedrijf.")
    assert Partner.objects.get(pk=partner.pk).status == "declined"


# --- The project card -------------------------------------------------------------------------------------------
def test_the_project_card(client, region):
    card = f.ProjectCardFactory(collaboration__name="Slim water", collaboration__state="completed",
                                structure=[["Projectleider", ["gemeente Leiden", "mboRijnland"]]])  # fmt: skip
    card.collaboration.members.add(region.company, region.school)
    f.CollaborationFactory(name="Vervolgproject", started_from=card.collaboration)
    shown = text(page(client, "card", card.pk))
    for seen in ("Slim water", "Een netwerk", "Projectleider", "gemeente Leiden, mboRijnland", "Vervolgproject"):
        assert seen in shown
    assert "2 partners" in " ".join(re.sub("partners 2", "2 partners", shown).split())


# --- No input gives a 500 ---------------------------------------------------------------------------------------
@pytest.mark.parametrize("name", ["detail", "edit", "invite", "join", "members", "card"])
def test_a_number_that_is_too_big_is_not_found(region, login, name):
    assert page(login(region.broker), name, HUGE).status_code == 404


def test_other_numbers_that_are_too_big(region, login):
    client = login(region.broker)
    assert page(client, "act", HUGE, "accept").status_code == 404
    assert page(client, "membership_act", HUGE, "confirm").status_code == 404
    assert send(client, "invitation_withdraw", HUGE).status_code == 404
    assert page(client, "act", region.company.pk, "verzonnen").status_code == 404


@pytest.mark.parametrize("value", ODD)
@pytest.mark.parametrize("key", ["q", "kind", "municipality", "page"])
def test_odd_queries_give_a_page(client, region, key, value):
    assert page(client, "list", **{key: value}).status_code == 200


@pytest.mark.parametrize("value", [*ODD, "abc", "-1", "0", str(HUGE), "9" * 5000])
def test_odd_page_numbers_give_a_page(region, login, value):
    client = login(region.broker)
    for path in (
        reverse("partners:list"),
        reverse("partners:queue"),
        reverse("partners:members", args=[region.company.pk]),
    ):
        assert client.get(path, {"page": value}).status_code == 200


@pytest.mark.parametrize("value", ODD)
def test_odd_words_on_the_welcome_page(region, login, value):
    client = login(region.newcomer)
    shown = page(client, "welcome", q=value)
    assert shown.status_code == 200 and "<script>alert" not in shown.content.decode()
    assert page(client, "join", region.company.pk, role=value).status_code == 200


@pytest.mark.parametrize("value", ODD)
def test_odd_remarks(region, login, value):
    partner, client = f.PartnerFactory(submitted=True), login(region.broker)
    assert send(client, "act", partner.pk, "return", remark=value).status_code in (302, 422)


# --- Support work -----------------------------------------------------------------------------------------------
@pytest.mark.parametrize("app", ["partners", "modules"])
def test_the_staffs_pages_open(region, login, app):
    """Every list, and every form that staff may open, with an object in it."""
    f.InvitationFactory(partner=region.company)
    f.ProjectCardFactory()
    client = login(User.objects.create_superuser("beheer@mail.example"))
    for model in admin.site._registry:
        if model._meta.app_label == app:
            place = f"admin:{app}_{model._meta.model_name}"
            assert client.get(reverse(f"{place}_changelist"), {"q": "a"}).status_code == 200, model
            if first := model.objects.first():
                assert client.get(reverse(f"{place}_change", args=[first.pk])).status_code == 200, model
            assert client.get(reverse(f"{place}_add")).status_code in (200, 403), model
