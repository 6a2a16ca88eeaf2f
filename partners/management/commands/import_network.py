"""manage.py import_network FILE: the partner network with its collaborations and project card."""

from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from partners.importing import NetworkError, import_network


class Command(BaseCommand):
    help = "Import the partner network (network.json). Running it twice changes nothing."

    def add_arguments(self, parser) -> None:
        parser.add_argument("file", type=Path)

    def handle(self, *, file: Path, **options) -> None:
        try:
            written = import_network(file.read_text(encoding="utf-8-sig"))
        except (OSError, ValueError, NetworkError) as error:
            raise CommandError(f"{file}: {error}") from error
        self.stdout.write(f"{file.name}: {written.new} new, {written.changed} changed, {written.same} as they were.")
        for remark in written.remarks:
            self.stderr.write(remark)
