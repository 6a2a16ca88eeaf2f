"""manage.py restore DIR [--replace]: put a backup back. Stop the portal first."""

from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from oil_portal.ops.backup import BackupError, restore


class Command(BaseCommand):
    """See oil_portal/ops/backup.py."""

    help = "Put a backup of database and attachments back."
    requires_system_checks = ()

    def add_arguments(self, parser):
        """Which, and whether what is here may go."""
        parser.add_argument("folder", type=Path)
        parser.add_argument("--replace", action="store_true", help="throw away what is here now")

    def handle(self, *args, folder: Path, replace: bool, **options):
        """Check it, put it back, and say what came."""
        try:
            manifest = restore(folder, replace=replace)
        except (BackupError, OSError) as error:
            raise CommandError(str(error)) from error
        self.stdout.write(
            f"Back as of {manifest['made_at']}: {sum(manifest['database']['tables'].values())} rows, "
            f"{manifest['media']['files']} attachments"
        )
