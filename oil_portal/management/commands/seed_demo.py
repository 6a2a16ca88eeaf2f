"""manage.py seed_demo: the demo's data, made through the services; does nothing when it is there."""

from datetime import timedelta
from time import perf_counter

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import connection, transaction

from oil_portal.core import clock
from oil_portal.demo import business_case, mails, people, promises, report, round, story
from partners.models import User


class Command(BaseCommand):
    help = "Fill an empty portal with the demo's companies, people, challenges and projects."

    def handle(self, **options) -> None:
        if not settings.DEMO:
            raise CommandError("Only with DEMO=1: this makes accounts that anyone can log in with.")
        if User.objects.exists():
            self.stdout.write("The demo data is there.")
            return
        began = perf_counter()
        today = clock.today()
        world = story.World(monday=today - timedelta(days=today.weekday()))
        with transaction.atomic():
            for label, step in (
                ("partner network", people.network),
                ("companies", people.companies),
                ("teachers", people.teachers),
                ("learning goals and modules", people.curriculum),
                ("students", people.students),
                ("challenges and projects", story.all_challenges),
                ("a matching round", round.matching_round),
                ("promises", promises.kept_promises),
                ("the business case", business_case.business_case),
                ("a grant and two frozen quarters", report.report),
            ):
                self.stdout.write(f"  {label} …")
                self.stdout.flush()
                step(world)
            story.settle_news()
            mails.forget_the_past()
            mails.todays_mails(world)
            promises.todays_reminders()
            connection.run_on_commit.clear()  # the worker of the demo finds today's letters by itself
        with (
            connection.cursor() as cursor
        ):  # the database may have looked when there was nothing, and would plan for that
            cursor.execute("ANALYZE")
        self.stdout.write(f"Demo data made in {perf_counter() - began:.1f} s.")
