"""manage.py import_goals FILE: a curriculum from CSV, JSON or a CASE package."""

from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from modules.importing import read
from modules.services import apply, plan


class Command(BaseCommand):
    help = (
        "Import learning goals (werkprocessen.csv or a CASE v1.0 package), programmes (kwalificaties.csv), electives "
        "(keuzedelen.csv) or explanations (goal_explanations.json)."
    )

    def add_arguments(self, parser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--strict", action="store_true", help="write nothing when a row is wrong")
        parser.add_argument("--retire", action="store_true", help="let goals go that the file no longer has")

    def handle(self, *, file: Path, strict: bool, retire: bool, **options) -> None:
        try:
            reading = read(file.read_text(encoding="utf-8"))
        except UnicodeDecodeError as error:
            raise CommandError(f"{file}: not UTF-8 from byte {error.start} on. Save it as CSV UTF-8.") from error
        except (OSError, ValueError) as error:
            raise CommandError(f"{file}: {error}") from error
        for line, message in reading.errors:
            self.stderr.write(f"{file.name}:{line}: {message}")
        if reading.errors and strict:
            raise CommandError(f"{len(reading.errors)} wrong, nothing written (--strict).")
        made = plan(reading)
        counts = apply(made, retire=retire)
        gone = f", {counts['retired']} retired, {counts['deleted']} deleted" if retire else ""
        self.stdout.write(
            f"{file.name}: {counts['new']} new, {counts['changed']} changed, {counts['same']} as they were, "
            f"{len(reading.errors)} wrong{gone}."
        )
        if made.gone and not retire:
            self.stdout.write(f"{len(made.gone)} goals are not in this file and stay (--retire lets them go).")
