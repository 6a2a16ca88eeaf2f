"""`manage.py prepare_demo`: what the demo needs before its first page, in one process because each start costs time."""

from django.core.management import call_command
from django.core.management.base import BaseCommand
from django.db import connection

from oil_portal.core.tasks import send_letters
from oil_portal.demo.mails import somebody_at_the_door
from oil_portal.demo.tables import compose_models_once
from oil_portal.tasks import plan_digests


class Command(BaseCommand):
    """Texts, static files, tables and data; quick when they are there."""

    help = "Make the demo's texts, static files, tables and data ready."
    requires_system_checks = ()

    def add_arguments(self, parser):
        """--static collects the static files; the launcher knows when that is needed."""
        parser.add_argument("--static", action="store_true", help="collect the static files too")
        parser.add_argument("--anew", action="store_true", help="throw the demo's own tables away first")

    def handle(self, *args, static, anew, **options):
        """Run the steps in order; each says what it does."""
        if anew:
            self.stdout.write("The demo's tables are of an older version: making them anew")
            with connection.cursor() as cursor:
                cursor.execute("DROP SCHEMA public CASCADE; CREATE SCHEMA public")
        call_command("messages", compile=True, stdout=self.stdout)
        if static:
            self.stdout.write("Collecting static files")
            call_command("collectstatic", interactive=False, clear=True, verbosity=0)
        self.stdout.write("Migrating the database")
        compose_models_once()
        call_command("migrate", interactive=False, verbosity=0)
        self.stdout.write("Demo data")
        call_command("seed_demo", stdout=self.stdout)
        somebody_at_the_door()
        # What beat would do within five minutes: then *Postvak* has something to show at once.
        for task in (send_letters, plan_digests):
            task.delay()
