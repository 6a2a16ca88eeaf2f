"""Hours, goods and money: stated by one side, confirmed by the other, and then left alone."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, ProgrammingError, transaction
from django.db.models import ProtectedError
from django.urls import reverse

from oil_portal.core import clock
from oil_portal.core.models import Notice, TimelineEntry
from oil_portal.core.timeline import timeline_of
from oil_portal.core.workflow import NotNow, Refusal
from oil_portal.digests import collect
from oil_portal.worklists import work_items
from projects import services
from projects.models import Contribution, Project
from tests import factories as f
from tests.helpers import heard, queries_of

PAGE = "/projecten/bijdragen/"


def ago(days: int):
    return clock.today() - timedelta(days=days)


@pytest.fixture
def make(region):
    """A project of the region whose team began five weeks ago."""

    def project(**fields) -> Project:
        dates = {"closing_date": ago(40), "starts": ago(35), "ends": ago(-35)}
        return f.ProjectFactory(
            run=region.run, coach=region.teacher, assignment__challenge__partner=region.company,
            assignment__challenge__translator=region.teacher,
            **dates | {"running": "status" not in fields, "lab": region.lab} | fields,
        )  # fmt: skip

    return project


@pytest.fixture
def give(region, make):
    """give(hours, by=...) -> what a contact, or somebody else, wrote down for one and the same project."""
    project = make()

    def given(hours="2", *, by=None, days=3, **fields) -> Contribution:
        by = by or region.contact
        partner = region.company if by == region.contact else region.school
        words = {"partner": partner, "day": ago(days), "hours": Decimal(hours) if hours else None} | fields
        return services.give(**{"project": project} | words, actor=by)

    return given


def refused(error, *fields) -> bool:
    return set(error.value.message_dict) == set(fields)


# --- Who gives, who says so, and who answers ----------------------------------------------------------------------
def test_a_side_states_and_the_other_confirms(region, give):
    by_company, by_school = give("1.5"), give("3", by=region.coordinator)
    assert (by_company.side, by_school.side) == ("company", "school")
    assert set(Contribution.objects.waiting_for(region.teacher)) == {by_company}
    assert set(Contribution.objects.waiting_for(region.contact)) == {by_school}
    for mine, person in ((by_company, region.contact), (by_school, region.teacher), (by_school, region.coordinator)):
        with pytest.raises(PermissionDenied):
            services.confirm_contributions(given=[mine], actor=person)
    services.confirm_contributions(given=[by_company], actor=region.teacher)
    services.confirm_contributions(given=[by_school], actor=region.contact)
    assert Contribution.objects.confirmed().count() == 2
    assert by_company.answered_by == region.teacher and by_company.answered_at
    assert heard(region.contact, "confirm") and heard(region.coordinator, "confirm")


@pytest.mark.parametrize("person", ["other_contact", "other_teacher", "student", "broker", "newcomer"])
def test_only_the_sides_write_and_answer(region, make, give, person):
    stranger, given = getattr(region, person), give()
    with pytest.raises(PermissionDenied):
        services.give(
            project=given.project, actor=stranger, partner=region.company, day=clock.today(), hours=Decimal(1)
        )
    for act in (services.dispute, services.reopen):
        with pytest.raises((PermissionDenied, NotNow)):
            act(given=given, actor=stranger, remark="Nee.")
    for act in (services.remove, services.give_again, services.correct):
        with pytest.raises(PermissionDenied):
            act(given=given, actor=stranger)
    seen = Contribution.objects.visible_to(stranger).exists()
    assert seen == (person == "broker")
    assert not Contribution.objects.waiting_for(stranger).exists()


def test_who_is_on_both_sides_never_confirms_their_own(region, give):
    f.MembershipFactory(user=region.teacher, partner=region.company, role="contact")
    given = give(by=region.teacher)
    assert given.side == "company"
    assert not Contribution.objects.waiting_for(region.teacher).exists()
    with pytest.raises(PermissionDenied):
        services.confirm_contributions(given=[given], actor=region.teacher)
    services.confirm_contributions(given=[given], actor=region.coordinator)


def test_any_partner_of_the_project_may_give_and_no_other(region, give):
    for partner in (region.company, region.school, region.lab):
        assert give(partner=partner).partner == partner
    with pytest.raises(ValidationError) as error:
        give(partner=region.other_company)
    assert refused(error, "partner")


# --- What can be written down -------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("words", "field"),
    [
        ({"hours": Decimal("0.1")}, "hours"), ({"hours": Decimal(25)}, "hours"), ({"hours": None}, "hours"),
        ({"hours": Decimal("1.333")}, "hours"), ({"kind": "cash", "hours": None}, "amount"),
        ({"kind": "cash", "hours": None, "amount": Decimal(0)}, "amount"),
        ({"kind": "in_kind", "hours": None, "amount": Decimal("100000.01")}, "amount"),
        ({"kind": "cash", "hours": None, "amount": Decimal("9999999999")}, "amount"),
        ({"kind": "gold", "amount": Decimal(5)}, "kind"), ({"note": "x" * 121}, "note"),
        ({"day": ago(-1)}, "day"), ({"day": ago(36)}, "day"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused_by_field(give, words, field):
    with pytest.raises(ValidationError) as error:
        give(**words)
    assert field in error.value.message_dict


def test_hours_are_hours_and_money_is_money(give):
    with pytest.raises(ValidationError):
        give("2", amount=Decimal(5))
    assert give(None, kind="cash", amount=Decimal("250.5")).what == "€ 250,50"
    assert give(None, kind="in_kind", amount=Decimal(1250)).what == "€ 1.250,00 in natura"
    assert give("1.50").what == "1,5 uur"
    assert str(give("10", days=0)).startswith("10 uur op ")


def test_a_team_that_began_early_counts_from_then(region, make):
    project = make(status="open", starts=ago(2))
    f.ApplicationFactory(project=project, placed=True)
    with clock.at(clock.now() - timedelta(days=8)):
        services.start_project(project=project, actor=region.teacher)
    words = {"project": project, "actor": region.contact, "partner": region.company, "hours": Decimal(1)}
    services.give(**words, day=ago(8))
    with pytest.raises(ValidationError):
        services.give(**words, day=ago(9))


@pytest.mark.parametrize("status", ["open", "cancelled"])
def test_a_project_without_a_team_gets_nothing(region, make, give, status):
    with pytest.raises(NotNow):
        give(project=make(status=status))


def test_a_day_has_24_hours_over_all_projects(region, make, give):
    give("20")
    with pytest.raises(ValidationError) as error:
        give("5", project=make())
    assert refused(error, "hours")
    give("5", project=make(), days=4)
    give("5", partner=region.lab)  # somebody else's day


def test_the_same_twice_is_one(region, give):
    give("2", note="Overleg")
    with pytest.raises(Refusal):
        give("2", note="Overleg")
    give("2", note="Rondleiding")


@pytest.mark.parametrize(
    "change",
    [
        {"hours": None}, {"amount": 5}, {"kind": "cash"}, {"hours": 25}, {"status": "confirmed"}, {"reason": "Nee."},
        {"status": "disputed", "answered_at": clock.now()}, {"status": "gone"}, {"side": "lab"},
    ],
)  # fmt: skip
def test_the_database_keeps_what_no_service_writes(give, change):
    with pytest.raises(IntegrityError), transaction.atomic():
        Contribution.objects.filter(pk=give().pk).update(**change)


# --- Mending --------------------------------------------------------------------------------------------------------
def test_what_is_confirmed_stands(region, give):
    given = give()
    services.confirm_contributions(given=[given], actor=region.teacher)
    for act in (services.remove, services.correct):
        with pytest.raises(NotNow):
            act(given=given, actor=region.contact)
    for change in ({"hours": 8}, {"day": ago(9)}, {"note": "Anders"}, {"kind": "cash", "hours": None, "amount": 8}):
        with pytest.raises(ProgrammingError, match="Cannot update"), transaction.atomic():
            Contribution.objects.filter(pk=given.pk).update(**change)


def test_a_dispute_is_mended_and_answered_anew(region, give):
    given = give("8")
    services.dispute(given=given, actor=region.teacher, remark="Het waren er vier.")
    assert (given.status, given.reason, given.answered_by) == ("disputed", "Het waren er vier.", region.teacher)
    assert heard(region.contact, "dispute")
    assert not Contribution.objects.given().exists()
    services.correct(given=given, actor=region.contact, hours=Decimal(4))
    given.refresh_from_db()
    assert (given.status, given.reason, given.answered_by, given.hours) == ("stated", "", None, 4)
    assert heard(region.teacher, "correct")
    assert timeline_of(given).first().changes == {"hours": ["8.00", "4"]}
    services.confirm_contributions(given=[given], actor=region.teacher)
    assert Contribution.objects.confirmed().get().hours == 4


def test_a_confirmation_is_taken_back_by_who_gave_it(region, give):
    given = give()
    with pytest.raises(NotNow):
        services.reopen(given=given, actor=region.teacher, remark="Nog niets bevestigd.")
    services.confirm_contributions(given=[given], actor=region.teacher)
    with pytest.raises(PermissionDenied):
        services.reopen(given=given, actor=region.contact, remark="Ik vergiste me.")
    services.reopen(given=given, actor=region.teacher, remark="Verkeerde dag.")
    services.confirm_contributions(given=[given], actor=region.coordinator)  # or was it right after all
    assert [entry.event for entry in timeline_of(given)] == ["confirm", "reopen", "confirm", "give"]


@pytest.mark.parametrize("reason", ["", "  ", "x" * 401])
def test_a_dispute_needs_words(region, give, reason):
    with pytest.raises(ValidationError) as error:
        services.dispute(given=give(), actor=region.teacher, remark=reason)
    assert refused(error, "remark")


def test_what_is_taken_away_leaves_no_news(region, give):
    given = give()
    services.dispute(given=given, actor=region.teacher, remark="Dit klopt niet.")
    services.remove(given=given, actor=region.contact)
    assert not Contribution.objects.exists()
    assert not TimelineEntry.objects.filter(content_type__model="contribution").exists()
    assert not Notice.objects.filter(entry__event="dispute").exists()
    for act in (services.dispute, services.reopen):  # in another window
        given.pk = 999
        with pytest.raises(NotNow, match="weggehaald"):
            act(given=given, actor=region.teacher, remark="Te laat.")
    with pytest.raises(NotNow, match="weggehaald"):
        services.confirm_contributions(given=[given], actor=region.teacher)


def test_what_was_corrected_in_between_is_not_confirmed_unseen(region, give, login):
    client, given = login(region.teacher), give("2")
    seen = f"{given.pk}:{given.fingerprint}"
    services.correct(given=given, actor=region.contact, hours=Decimal(8))
    answer = client.post(f"{PAGE}bevestig/", {"given": seen}, follow=True)
    assert "net verbeterd" in answer.content.decode()
    given.refresh_from_db()
    assert given.status == "stated"


def test_a_partner_that_gave_is_not_deleted(region, give):
    give()
    with pytest.raises(ProtectedError):
        region.company.contributions.get().partner.delete()


# --- What waits -----------------------------------------------------------------------------------------------------
def items(person) -> list[str]:
    return [item.text for item in work_items(person)]


def test_the_other_side_is_asked_to_confirm_once_per_project(region, give):
    give("1"), give("2"), give("3", by=region.teacher)
    assert "Bevestig 2 bijdragen." in items(region.teacher)
    assert "Bevestig 1 bijdrage." in items(region.contact)
    assert not any(
        "Bevestig" in text for person in ("other_contact", "broker") for text in items(getattr(region, person))
    )
    services.dispute(given=Contribution.objects.get(hours=1), actor=region.teacher, remark="Nee.")
    assert "Bevestig 1 bijdrage." in items(region.teacher)
    assert "1 bijdrage is betwist. Verbeter die of haal die weg." in items(region.contact)


def test_a_silent_company_is_reminded_after_three_weeks(region, give):
    with clock.at(clock.now() - timedelta(days=20)):
        give(days=1)
    assert not any("Nog geen uren sinds" in text for text in items(region.contact))
    with clock.at(clock.now() + timedelta(days=1)):
        assert sum("Nog geen uren sinds" in text for text in items(region.contact)) == 1
        give("1", days=2)
        assert not any("Nog geen uren sinds" in text for text in items(region.contact))


def test_a_coach_is_reminded_of_the_schools_own_hours_a_month_on(region, make, give):
    text = "Nog geen uren van de school"
    give()  # the company's own
    assert sum(words.startswith(text) for words in items(region.teacher)) == 1
    give(by=region.coordinator)
    assert not any(words.startswith(text) for words in items(region.teacher))


def test_what_ended_is_not_asked_about(region, make):
    make(status="completed")
    assert not any("Nog geen uren" in text for person in (region.contact, region.teacher) for text in items(person))


def test_the_digest_tells_it_once_by_name(region, give, mailoutbox):
    given = give("1")
    services.dispute(given=given, actor=region.teacher, remark="Dit was een andere dag.")
    assert not mailoutbox
    digest = collect(region.contact)
    assert [entry.title for entry in digest.entries if entry.key.startswith("notice:")] == [str(given)]
    assert [entry.by for entry in digest.entries if "betwist" in entry.by] == [
        "1 bijdrage is betwist. Verbeter die of haal die weg.", "Bijdrage betwist",
    ]  # fmt: skip


def test_news_of_three_costs_as_much_as_of_one(region, give, login):
    client = login(region.contact)
    services.dispute(given=give("1"), actor=region.teacher, remark="Nee.")
    few = queries_of(client, reverse("notices"))
    for hours in ("2", "3"):
        services.dispute(given=give(hours), actor=region.teacher, remark="Nee.")
    assert queries_of(client, reverse("notices")) == few
