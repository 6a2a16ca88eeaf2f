"""`python -m tests.bench.network`: milliseconds of the network's page for 400 partners and 5,000 ties.

Starts a database of its own and cleans up after itself. Beside it stands a page that reads nothing, asked for in the
same run: the ratio says more than the milliseconds of one machine.
"""

import os
import random
import statistics
import sys
import time
from datetime import date, datetime, timedelta, timezone

PARTNERS, TIES, TIMES = 400, 5_000, 9
MOST = 300  # milliseconds for reading and drawing the picture
TOWNS = ("Leiden", "Leiden", "Katwijk", "Oegstgeest", "Leiderdorp", "Voorschoten", "Noordwijk", "Zoeterwoude")
SECTORS = ("building", "care", "energy", "industry", "food")


def fill(partners: int = PARTNERS, ties: int = TIES) -> None:
    """Companies in eight towns, two schools with three labs, and a completed project for each tie with its history."""
    from django.db import connection

    from challenges.models import Assignment, Challenge
    from partners.models import Partner
    from projects.models import Project
    from tests import factories as f

    chance = random.Random(1)
    first = f.ProjectFactory(completed=True, run__module__school=f.PartnerFactory(school=True))
    school = first.run.module.school
    labs = [f.PartnerFactory(lab=True, parent=school) for _number in range(3)]
    made = Partner.objects.bulk_create(
        Partner(name=f"Bedrijf {number} BV", municipality=chance.choice(TOWNS), sector=chance.choice(SECTORS),
                status="accepted", created_at=moment(2020 + number % 6))
        for number in range(partners - Partner.objects.count())
    )  # fmt: skip
    challenges = Challenge.objects.bulk_create(
        Challenge(partner=chance.choice(made), title=f"Vraag {number}", question="Hoe?", theme="energy",
                  location="lab", status="completed", submitted_at=moment(2020 + number % 6))
        for number in range(ties - 1)
    )  # fmt: skip
    assignments = Assignment.objects.bulk_create(
        Assignment(challenge=each, title=each.title, summary="-", text="-", status="agreed") for each in challenges
    )
    plan = {"run": first.run, "coach": first.coach, "summary": "-", "text": "-", "status": "completed"}
    days = [date(2020 + number % 6, 3, 1) for number in range(len(assignments))]
    Project.objects.bulk_create(
        Project(assignment=each, title=each.title, lab=chance.choice([*labs, None]), closing_date=day,
                starts=day, ends=day + timedelta(weeks=10), **plan)
        for each, day in zip(assignments, days, strict=True)
    )  # fmt: skip
    history(challenges, assignments)
    with connection.cursor() as cursor:  # as the database does by itself once rows are committed
        cursor.execute("ANALYZE")


def moment(year: int) -> datetime:
    return datetime(year, 2, 1, tzinfo=timezone.utc)  # noqa: UP017


def history(challenges: list, assignments: list) -> None:
    """Seven entries of the timeline for each challenge."""
    from django.contrib.contenttypes.models import ContentType

    from oil_portal.core.models import TimelineEntry

    rows = []
    for objects, events in (
        (challenges, ("submit", "accept", "publish", "start", "complete")),
        (assignments, ("send", "agree")),
    ):
        kind = ContentType.objects.get_for_model(objects[0])
        rows += [
            TimelineEntry(
                content_type=kind, object_id=each.pk, event=event, created_at=moment(2024) + timedelta(days=n)
            )
            for each in objects
            for n, event in enumerate(events)
        ]
    TimelineEntry.objects.bulk_create(rows, batch_size=5000)


def median_ms(act, times: int = TIMES) -> float:
    """The median of some runs in milliseconds, after one that warms up."""
    act()
    taken = []
    for _time in range(times):
        begun = time.perf_counter()
        act()
        taken.append((time.perf_counter() - begun) * 1000)
    return statistics.median(taken)


def measure() -> dict[str, float]:
    """Median milliseconds of a bare page, of the picture (read, choose, draw), and of the whole page."""
    from django.test import Client

    from oil_portal import network

    client = Client(headers={"host": "localhost"})

    def page(path: str) -> None:
        if client.get(path).status_code != 200:
            raise SystemExit(f"{path} does not answer.")

    def picture() -> None:
        network.picture(network.choose(network.network_of(network.read(False)), {}))

    return {
        "a bare page": median_ms(lambda: page("/contact/")),
        "the picture": median_ms(picture),
        "the network's page": median_ms(lambda: page("/partners/netwerk/")),
    }


def run() -> bool:
    """Fill, measure and print; whether the picture is drawn in time."""
    import django

    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    fill()
    found = measure()
    bare = found["a bare page"]
    for name, taken in found.items():
        sys.stdout.write(f"{name:20} {taken:7.1f} ms {taken / bare:6.1f} times a bare page\n")
    return found["the picture"] < MOST


if __name__ == "__main__":
    from tests.bench.search import stack

    os.environ |= {
        "DEMO": "0",
        "SECRET_KEY": "only-for-the-bench",
        "DJANGO_SETTINGS_MODULE": "oil_portal.settings_test",
    }
    with stack():
        ok = run()
    raise SystemExit(0 if ok else f"The picture takes more than {MOST} ms.")
