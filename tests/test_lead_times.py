"""The stages of a challenge in working days, counted by the database."""

from datetime import date, timedelta

import pytest
from django.db import connection

from challenges.lead_times import working_days
from oil_portal.core import clock

pytestmark = pytest.mark.django_db
MONDAY = date(2026, 3, 2)


def counted(pairs: list[tuple[date | None, date | None]]) -> list[int | None]:
    """What the database answers for each pair of days."""
    days = working_days("first_day", "last_day")
    sql = (
        f"SELECT {days} FROM unnest(%s::date[], %s::date[]) WITH ORDINALITY AS pair(first_day, last_day, n) ORDER BY n"  # noqa: S608
    )
    with connection.cursor() as cursor:
        cursor.execute(sql, list(map(list, zip(*pairs, strict=True))))
        return [row[0] for row in cursor.fetchall()]


def test_working_days_count_back_what_the_clock_adds():
    starts = [MONDAY + timedelta(days=each) for each in range(7)]
    pairs = [(start, clock.working_days_after(start, count)) for start in starts for count in range(1, 30)]
    assert counted(pairs) == list(range(1, 30)) * 7


def test_working_days_are_those_of_the_clock_after_the_first_day():
    """Good Friday, Easter and King's Day are among them."""
    pairs = [
        (MONDAY + timedelta(days=start), MONDAY + timedelta(days=start + length))
        for start in range(7)
        for length in range(60)
    ]
    plain = [
        sum(clock.is_working_day(first + timedelta(days=each)) for each in range(1, (last - first).days + 1))
        for first, last in pairs
    ]
    assert counted(pairs) == plain


def test_a_stage_without_both_ends_or_that_turns_has_no_days():
    assert counted([(None, MONDAY), (MONDAY, None), (MONDAY, MONDAY - timedelta(days=1))]) == [None, None, None]
