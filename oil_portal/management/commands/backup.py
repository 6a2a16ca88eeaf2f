"""manage.py backup DIR: database and attachments in a new folder, with a manifest; the portal may go on meanwhile."""

from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from oil_portal.ops.backup import BackupError, back_up


class Command(BaseCommand):
    """See oil_portal/ops/backup.py."""

    help = "Write a backup of database and attachments into a new folder."

    def add_arguments(self, parser):
        """Where to."""
        parser.add_argument("folder", type=Path)

    def handle(self, *args, folder: Path, **options):
        """Make it, and say what is in it."""
        try:
            manifest = back_up(folder)
        except (BackupError, OSError) as error:
            raise CommandError(str(error)) from error
        tables = manifest["database"]["tables"]
        self.stdout.write(
            f"{folder}: {sum(tables.values())} rows of {len(tables)} tables, {manifest['media']['files']} attachments"
        )
