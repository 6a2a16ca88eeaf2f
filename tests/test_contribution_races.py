"""Two people at one contribution, with real connections to a real PostgreSQL at the same time."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError

from oil_portal.core import clock
from oil_portal.core.timeline import timeline_of
from oil_portal.core.workflow import NotNow, Refusal
from projects import services
from projects.models import Contribution
from tests import factories as f
from tests.test_last_seat import at_once, fresh

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def given(region) -> Contribution:
    day = clock.today() - timedelta(days=1)
    project = f.ProjectFactory(
        running=True, run=region.run, coach=region.teacher, assignment__challenge__partner=region.company,
        closing_date=day, starts=day,
    )  # fmt: skip
    words = {"partner": region.company, "day": day, "hours": Decimal(2)}
    return services.give(project=project, actor=region.contact, **words)


def mine(given: Contribution) -> Contribution:
    """The same row as another request would read it."""
    return Contribution.objects.get(pk=given.pk)


def test_ten_confirm_at_once_and_it_is_confirmed_once(region, given):
    people = [region.teacher.pk, region.coordinator.pk]

    def confirm(number: int):
        copy, person = mine(given), fresh(people[number % 2])
        return lambda: services.confirm_contributions(given=[copy], actor=person)

    results = at_once([confirm(number) for number in range(10)])
    assert results.count(1) == 1
    assert sum(isinstance(result, NotNow) for result in results) == 9
    assert timeline_of(given).filter(event="confirm").count() == 1


@pytest.mark.parametrize("turn", range(5))
def test_what_is_corrected_while_it_is_confirmed_is_one_or_the_other(region, given, turn):
    first, second = mine(given), mine(given)
    seen = {second.pk: second.fingerprint}
    contact, coach = fresh(region.contact.pk), fresh(region.teacher.pk)
    results = at_once([
        lambda: services.correct(given=first, actor=contact, hours=Decimal(8)),
        lambda: services.confirm_contributions(given=[second], actor=coach, seen=seen),
    ])  # fmt: skip
    assert sum(isinstance(result, NotNow) for result in results) == 1
    assert (mine(given).status, mine(given).hours) in (("confirmed", 2), ("stated", 8))


@pytest.mark.parametrize("turn", range(5))
def test_what_is_taken_away_while_it_is_confirmed_is_one_or_the_other(region, given, turn):
    first, second = mine(given), mine(given)
    contact, coach = fresh(region.contact.pk), fresh(region.teacher.pk)
    results = at_once([
        lambda: services.remove(given=first, actor=contact),
        lambda: services.confirm_contributions(given=[second], actor=coach),
    ])  # fmt: skip
    assert sum(isinstance(result, NotNow) for result in results) == 1
    assert list(Contribution.objects.values_list("status", flat=True)) in ([], ["confirmed"])


def test_ten_taps_write_it_down_once(region, given):
    def tap():
        copy, contact = mine(given), fresh(region.contact.pk)
        return lambda: services.give_again(given=copy, actor=contact)

    results = at_once([tap() for _number in range(10)])
    assert sum(isinstance(result, Refusal) for result in results) == 9
    assert Contribution.objects.count() == 2


def test_ten_windows_do_not_fill_a_day_twice(region, given):
    def write(number: int):
        contact = fresh(region.contact.pk)

        def act():
            try:
                return services.give(
                    project=mine(given).project, actor=contact, partner=region.company, day=clock.today(),
                    hours=Decimal(9), note=str(number),
                )  # fmt: skip
            except ValidationError as error:
                return error

        return act

    results = at_once([write(number) for number in range(10)])
    assert sum(isinstance(result, ValidationError) for result in results) == 8
