"""Ten thousand people with things to hear: made in bulk, the same every time."""

from datetime import timedelta

NOTICES, TO_DO = 14, 6  # for each


def fill(people: int, *, notices: int = NOTICES, to_do: int = TO_DO) -> int:
    """Contacts of companies with two people each, who have `notices` to hear and `to_do` assignments to sign.

    Returns how many things there are to tell. Remarks hold a mark `#n#` per notice, so that a mail can be checked.
    """
    from django.db import connection

    companies, users = organisations(people)
    ask_for_signatures(companies, to_do)
    tell(companies, users, notices)
    with connection.cursor() as cursor:  # as the database does by itself once rows are committed
        cursor.execute("ANALYZE")
    return people * (notices + to_do)


def organisations(people: int) -> tuple[list, list]:
    """(companies, their contacts)."""
    from oil_portal.core import clock
    from partners.models import Membership, Partner, User

    companies = Partner.objects.bulk_create(
        (Partner(name=f"Bedrijf {n} BV", status="accepted", created_at=long_ago()) for n in range(people // 2)),
        batch_size=5000,
    )
    users = User.objects.bulk_create(
        (
            User(email=f"p{n}@bedrijf{n // 2}.example", first_name=f"Sam{n}", last_name="Vermeer",
                 date_joined=clock.now(), language="nl" if n % 5 else "en")
            for n in range(people)
        ),
        batch_size=5000,
    )  # fmt: skip
    Membership.objects.bulk_create(
        (Membership(user=user, partner=companies[n // 2], role="contact", status="active")
         for n, user in enumerate(users)),
        batch_size=5000,
    )  # fmt: skip
    return companies, users


def ask_for_signatures(companies: list, to_do: int) -> None:
    """Each company has so many assignments to sign, sent long ago."""
    from django.contrib.contenttypes.models import ContentType

    from challenges.models import Assignment, Challenge
    from oil_portal.core.models import TimelineEntry

    challenges = Challenge.objects.bulk_create(
        (
            Challenge(partner=companies[n % len(companies)], title=f"Vraag {n}", question="Hoe?", theme="energy",
                      location="lab", status="accepted", submitted_at=long_ago())
            for n in range(len(companies) * to_do)
        ),
        batch_size=5000,
    )  # fmt: skip
    assignments = Assignment.objects.bulk_create(
        (Assignment(challenge=c, title=f"Opdracht {c.pk}", summary="-", text="-", status="sent") for c in challenges),
        batch_size=5000,
    )
    kind = ContentType.objects.get_for_model(Assignment)
    TimelineEntry.objects.bulk_create(
        (TimelineEntry(content_type=kind, object_id=a.pk, event="send", to_status="sent", created_at=long_ago())
         for a in assignments),
        batch_size=5000,
    )  # fmt: skip


def tell(companies: list, users: list, notices: int) -> None:
    """Each person has so many pieces of news, no two with the same remark."""
    from django.contrib.contenttypes.models import ContentType

    from oil_portal.core.models import Notice, TimelineEntry
    from partners.models import Partner

    kind = ContentType.objects.get_for_model(Partner)
    entries = TimelineEntry.objects.bulk_create(
        (TimelineEntry(content_type=kind, object_id=companies[n // notices // 2].pk, event="accept",
                       remark=f"Mooi #{n}#")
         for n in range(len(users) * notices)),
        batch_size=5000,
    )  # fmt: skip
    Notice.objects.bulk_create(
        (Notice(recipient=users[n // notices], entry=entry) for n, entry in enumerate(entries)), batch_size=5000
    )


def long_ago():
    from oil_portal.core import clock

    return clock.now() - timedelta(days=60)
