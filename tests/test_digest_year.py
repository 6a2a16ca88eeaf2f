"""A year of beats: whatever the calendar and the outages do, everything is told once and in time."""

from collections import Counter
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.core import mail

from oil_portal.core import clock
from oil_portal.core.models import DigestDelivery, Notice, ToldItem
from oil_portal.digests import plan, send_planned
from partners.models import User
from tests import factories as f

AMSTERDAM = ZoneInfo("Europe/Amsterdam")


def test_a_year_of_beats(region, news):
    """2028, a leap year: summer time, holidays, two outages, late and double beats; all is told once, in time."""
    people = {
        "daily": {"digest": "daily", "digest_hour": 7},
        "late": {"digest": "daily", "digest_hour": 16},
        "weekly": {"digest": "weekly", "digest_weekday": 0, "digest_hour": 7},
        "friday": {"digest": "weekly", "digest_weekday": 4, "digest_hour": 15},
        "never": {"digest": "never"},
    }
    start = datetime(2028, 1, 1, tzinfo=AMSTERDAM)
    User.objects.update(digest="never")
    users = {name: f.UserFactory(date_joined=start - timedelta(days=90), **chosen) for name, chosen in people.items()}
    outages = [
        (datetime(2028, 3, 24, 12), datetime(2028, 3, 28, 11)),
        (datetime(2028, 10, 27, 20), datetime(2028, 11, 1, 9)),
    ]
    outages = [(begin.replace(tzinfo=AMSTERDAM), end.replace(tzinfo=AMSTERDAM)) for begin, end in outages]
    sent = []
    for day in range(366):
        # At night nothing is due: every third of them, which comes on each day of the week, shows that nothing leaves.
        for hour in (7, 9, 15, 17) if day % 3 else (5, 7, 9, 15, 17, 23):
            # Wall time: the sum of a date and an hour, so that a day of 23 or 25 hours is one day.
            moment = (start + timedelta(days=day)).replace(hour=hour, minute=(day * 7 + hour) % 60)
            down = any(begin <= moment <= end for begin, end in outages)
            with clock.at(moment):
                if hour == 9 and day % 3 == 0:
                    for user in users.values():
                        news(user)
                if not down:
                    plan()
                    if day % 5 == 0:
                        plan()  # a double beat
                    send_planned()
                sent += [(moment, message.to[0]) for message in mail.outbox]
                mail.outbox.clear()
    check_year(users, sent)


def check_year(users, sent) -> None:
    names = {user.email: name for name, user in users.items()}
    by_name = {name: [moment for moment, email in sent if names[email] == name] for name in users}
    assert by_name["never"] == []
    for name in ("daily", "late", "weekly", "friday"):
        moments = by_name[name]
        assert all(clock.is_working_day(moment.date()) for moment in moments), name
        if name in ("daily", "late"):
            assert all(moment.hour >= users[name].digest_hour for moment in moments), name
        assert set(Counter(moment.date() for moment in moments).values()) == {1}, name
        assert len(moments) <= (53 if name in ("weekly", "friday") else 253), name
        notices = list(Notice.objects.filter(recipient=users[name]).order_by("entry__created_at"))
        longest = timedelta(days=11 if name in ("weekly", "friday") else 6)
        for notice in notices:
            made = Notice.objects.filter(pk=notice.pk).values_list("entry__created_at", flat=True).get()
            if made > datetime(2028, 12, 20, tzinfo=AMSTERDAM):
                continue  # the year ends before its mail is due
            assert notice.told_at, (name, made)
            assert notice.told_at - made <= longest, (name, made, notice.told_at)
        told = DigestDelivery.objects.filter(user=users[name], state="sent").values_list("items", flat=True)
        assert sum(told) == sum(1 for notice in notices if notice.told_at), name
    for name in ("daily", "late"):  # every working day that had news, outages aside
        assert len(by_name[name]) > 85
    assert not ToldItem.objects.exists()
    assert not DigestDelivery.objects.filter(state__in=["sending", "failed"]).exists()
