"""The pages of hours and money: entered in seconds, confirmed with a tick, and nothing typed is lost."""

from decimal import Decimal

import pytest
from django.urls import reverse

from oil_portal.core import clock
from oil_portal.core.models import Notice
from projects import services
from projects.contributing import AT_ONCE, PER_PAGE
from projects.models import Contribution
from tests import factories as f
from tests.helpers import queries_of
from tests.test_contributions import PAGE, ago, give, make  # noqa: F401  its fixtures

# ruff: noqa: F811  a fixture is an argument


def test_a_contact_enters_hours_in_one_form(region, make, login):
    project, client = make(), login(region.contact)
    page = client.get(PAGE).content.decode()
    assert f'<option value="{project.pk}" selected>' in page  # the only one
    data = {"project": project.pk, "day": clock.today().isoformat(), "kind": "hours"}
    assert client.post(PAGE, data | {"quick": "4"}).url == PAGE
    client.post(PAGE, data | {"quick": "4", "hours": "1,5", "note": "Overleg"})  # the typed number wins
    client.post(PAGE, data | {"kind": "cash", "amount": "€ 1.250,50"})
    client.post(PAGE, data | {"kind": "in_kind", "amount": "99,95", "giver": "lab"})
    given = Contribution.objects.order_by("pk").values_list("kind", "hours", "amount", "partner__name", "side")
    assert list(given) == [
        ("hours", 4, None, "Marewijk Bouw", "company"),
        ("hours", Decimal("1.5"), None, "Marewijk Bouw", "company"),
        ("cash", None, Decimal("1250.5"), "Marewijk Bouw", "company"),
        ("in_kind", None, Decimal("99.95"), "CIV Smart Technology", "company"),
    ]
    assert Contribution.objects.filter(by=region.contact, status="stated").count() == 4


def test_a_coach_enters_for_the_school(region, make, login):
    project = make()
    login(region.teacher).post(PAGE, {"project": project.pk, "day": ago(1), "kind": "hours", "quick": "2"})
    given = Contribution.objects.get()
    assert (given.partner, given.side, given.hours) == (region.school, "school", 2)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"hours": "veel"}, "Vul een getal in"), ({"hours": "0"}, "kwartier"), ({"hours": "25"}, "24 uur"),
        ({"hours": "1,333"}, "Rond af"), ({"hours": "NaN"}, "Vul een getal in"), ({"hours": "9" * 400}, "24 uur"),
        ({"hours": "1\x002"}, "Vul een getal in"), ({"note": "a\x00b"}, "Null"), ({"hours": ""}, "hoeveel uur"),
        ({"project": ""}, "Kies een project"), ({"project": "999999"}, "Kies een project uit de lijst"),
        ({"project": "²"}, "Kies een project uit de lijst"), ({"day": "morgen"}, "Vul een datum in"),
        ({"day": "0001-01-01"}, "nog niet begonnen"), ({"day": ago(-1)}, "al is geweest"),
        ({"kind": "gold"}, "Kies wat je gaf"), ({"giver": "me"}, "Kies wie het gaf"), ({"quick": "3"}, "uit de lijst"),
        ({"kind": "cash", "amount": "1.2.3"}, "Vul een bedrag in"), ({"kind": "cash"}, "hoeveel euro"),
        ({"kind": "cash", "amount": "-5"}, "boven nul"), ({"kind": "cash", "amount": "1e99"}, "hoogstens 100.000"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_and_what_was_typed_stays(region, make, login, change, words):
    project = make()
    data = {"project": project.pk, "day": ago(1), "kind": "hours", "hours": "2", "note": "Overleg met de ploeg"}
    page = login(region.contact).post(PAGE, data | change)
    assert page.status_code == 422
    assert words in page.content.decode()
    assert "note" in change or 'value="Overleg met de ploeg"' in page.content.decode()
    assert not Contribution.objects.exists()


def test_a_project_without_a_lab_says_so(region, make, login):
    data = {"project": make(lab=None).pk, "day": ago(1), "kind": "hours", "quick": "1", "giver": "lab"}
    assert "geen lab" in login(region.contact).post(PAGE, data).content.decode()


def test_the_same_as_last_time_is_one_tap(region, give, login):
    given, client = give("1.5", note="Overleg"), login(region.contact)
    again = reverse("projects:contribution_again", args=[given.pk])
    assert again in client.get(PAGE).content.decode()
    client.post(again)
    assert list(Contribution.objects.values_list("day", "hours", "note")) == [
        (ago(0), given.hours, "Overleg"), (ago(3), given.hours, "Overleg"),
    ]  # fmt: skip
    assert "nogmaals" not in client.get(PAGE).content.decode()  # once a day
    assert "staat er al" in client.post(again, follow=True).content.decode()
    assert Contribution.objects.count() == 2


def test_a_coach_confirms_all_but_what_is_unticked(region, give, login):
    client = login(region.teacher)
    three = [give("1"), give("2"), give("4")]
    page = client.get(PAGE).content.decode()
    ticks = [f"{given.pk}:{given.fingerprint}" for given in three]
    assert all(f'value="{tick}" checked' in page for tick in ticks)
    client.post(f"{PAGE}bevestig/", {"given": ticks[:2]})
    assert sorted(Contribution.objects.confirmed().values_list("hours", flat=True)) == [1, 2]
    assert Notice.objects.filter(recipient=region.contact, entry__event="confirm").count() == 1
    for nonsense in ([], ["x"], ["²:3"], ["9" * 30], [f"{three[2].pk}"], [f"{three[2].pk}:0"]):
        assert client.post(f"{PAGE}bevestig/", {"given": nonsense}).status_code == 303
    assert Contribution.objects.confirmed().count() == 2
    stranger = login(region.other_teacher)
    assert stranger.post(f"{PAGE}bevestig/", {"given": ticks[2]}).status_code == 303
    assert login(region.broker).post(f"{PAGE}bevestig/", {"given": ticks[2]}).status_code == 403


def test_a_dispute_is_read_and_mended_on_its_page(region, give, login):
    given, coach, company = give("8", note="Rondleiding"), login(region.teacher), login(region.contact)
    address = given.get_absolute_url()
    dispute = reverse("projects:contribution_act", args=[given.pk, "dispute"])
    assert dispute in coach.get(PAGE).content.decode()
    assert coach.post(dispute, {"remark": ""}).status_code == 422
    assert coach.post(dispute, {"remark": "x" * 500}).status_code == 422
    assert coach.post(dispute, {"remark": "Het was een halve dag."}).url == address
    page = company.get(address).content.decode()
    assert "Het was een halve dag." in page and "Betwist" in page
    correct = reverse("projects:contribution_correct", args=[given.pk])
    assert 'value="Rondleiding"' in company.get(correct).content.decode()
    data = {"day": ago(3), "kind": "hours", "hours": "99", "note": "Rondleiding", "giver": "company"}
    assert company.post(correct, data).status_code == 422
    given.refresh_from_db()
    assert given.status == "disputed"
    assert company.post(correct, data | {"hours": "4"}).url == address
    given.refresh_from_db()
    assert (given.status, given.hours) == ("stated", 4)
    coach.post(f"{PAGE}bevestig/", {"given": f"{given.pk}:{given.fingerprint}"})
    assert company.get(correct).status_code == 303
    assert company.post(reverse("projects:contribution_remove", args=[given.pk])).status_code == 303
    assert "Bevestigd" in company.get(address).content.decode()


def test_totals_say_what_is_given_and_what_is_confirmed(region, make, give, login):
    sure, sad = give("2"), give("4")
    give("8", by=region.teacher)
    give(None, kind="cash", amount=Decimal(1250))
    services.confirm_contributions(given=[sure], actor=region.teacher)
    services.dispute(given=sad, actor=region.teacher, remark="Nee.")
    rows = login(region.broker).get(PAGE).context["totals"]
    said = [(row.who, row.given_hours, row.confirmed_hours, row.given_amount) for row in rows]
    assert said == [("Marewijk Bouw", 2, 2, 1250), ("mboRijnland", 8, None, None)]
    project = login(region.contact).get(sure.project.get_absolute_url()).content.decode()
    assert "waarvan 2 bevestigd" in project and "1 bijdrage wacht op jou" in project
    company = login(region.contact).get(reverse("company")).content.decode()
    assert "2 uur in totaal" in company and "Daarnaast € 1.250" in company


def test_a_student_reads_nothing_of_it(region, make, give, login):
    given = give()
    f.ApplicationFactory(project=given.project, student=region.student, placed=True)
    client = login(region.student)
    assert "bijdragen" not in client.get(given.project.get_absolute_url()).content.decode()
    assert client.get(f"{PAGE}?project={given.project_id}").status_code == 403
    assert client.get(given.get_absolute_url()).status_code == 404


@pytest.mark.parametrize("wanted", ["²", "x", "999999", "9" * 60, "-1", ""])
def test_no_project_in_the_address_is_a_fault(region, give, login, wanted):
    give()
    assert login(region.contact).get(PAGE, {"project": wanted, "page": wanted}).status_code == 200


def test_a_page_has_a_limit_and_costs_the_same(region, make, give, login):
    client, coach = login(region.contact), login(region.teacher)
    give("0.25", note="eerst")
    give("1", by=region.teacher)
    few = [queries_of(who, PAGE) for who in (client, coach)]
    make()
    for number in range(PER_PAGE + AT_ONCE):
        give("0.25", note=str(number), days=number % 30)
        give("0.5", by=region.teacher, note=str(number), days=number % 30)
    many = [queries_of(who, PAGE) for who in (client, coach)]
    assert many == few and max(many) < 15
    page = coach.get(PAGE)
    assert len(page.context["waiting"]) == AT_ONCE and len(page.context["page_obj"]) == PER_PAGE
    assert "Er zijn er nog meer" in page.content.decode()
