"""The drill: fill, back up, destroy, restore, compare every table; and everything that must make a restore refuse."""

import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest
from django.conf import settings
from django.db import connection
from psycopg import sql

ROOT = Path(__file__).resolve().parents[1]


class Place:
    """A database and a media folder of its own, with manage.py working on them."""

    def __init__(self, name: str, media: Path) -> None:
        self.name, self.media = name, media
        base = os.environ["DATABASE_URL"].rpartition("/")[0]
        self.environ = os.environ | {
            "DATABASE_URL": f"{base}/{name}", "MEDIA_ROOT": str(media), "DJANGO_SETTINGS_MODULE": "oil_portal.settings",
        }  # fmt: skip
        self.parameters = connection.get_connection_params() | {"dbname": name}
        for ours in ("cursor_factory", "context", "prepare_threshold"):
            self.parameters.pop(ours, None)

    def manage(self, *words: str) -> subprocess.CompletedProcess:
        return subprocess.run(
            [sys.executable, "manage.py", *words], cwd=ROOT, env=self.environ, capture_output=True, text=True
        )

    def ask(self, query: str) -> list[tuple]:
        with psycopg.connect(**self.parameters, autocommit=True) as link:
            return link.execute(query).fetchall()

    def content(self) -> dict[str, str]:
        """Per table, sequence and file a digest of all that is in it."""
        found = {}
        with psycopg.connect(**self.parameters) as link:
            for (table,) in self.ask("SELECT tablename FROM pg_tables WHERE schemaname = 'public'"):
                rows = link.execute(sql.SQL("SELECT t::text FROM {} t ORDER BY 1").format(sql.Identifier(table)))
                found[table] = hashlib.sha256(repr(rows.fetchall()).encode()).hexdigest()
            for name, value in self.ask("SELECT sequencename, last_value FROM pg_sequences"):
                found[f"sequence {name}"] = str(value)
        for kind, query in DEFINITIONS.items():
            # PostgreSQL reads a list of texts back with its casts elsewhere, which means the same.
            found[kind] = repr(sorted(CASTS.sub("", repr(row)) for row in self.ask(query)))
        for file in sorted(self.media.rglob("*")):
            if file.is_file():
                found[f"file {file.relative_to(self.media)}"] = hashlib.sha256(file.read_bytes()).hexdigest()
        return found


DEFINITIONS = {
    "indexes": "SELECT indexdef FROM pg_indexes WHERE schemaname = 'public'",
    "triggers": "SELECT pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal",
    "constraints": "SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint"
    " WHERE connamespace = 'public'::regnamespace",
    "functions": "SELECT proname, prosrc FROM pg_proc WHERE pronamespace = 'public'::regnamespace",
}
CASTS = re.compile(r"::(character varying|text)(\[\])?|[() ]")


def server(*statements: sql.Composed) -> None:
    parameters = connection.get_connection_params() | {"dbname": "postgres"}
    for ours in ("cursor_factory", "context", "prepare_threshold"):
        parameters.pop(ours, None)
    with psycopg.connect(**parameters, autocommit=True) as link:
        for statement in statements:
            link.execute(statement)


@pytest.fixture
def place(transactional_db, world, tmp_path):
    """The whole world of the tests, committed, in a database of its own."""
    name, original = f"{connection.settings_dict['NAME']}_drill", connection.settings_dict["NAME"]
    media = tmp_path / "media"
    (media / "bijlagen").mkdir(parents=True)
    for file in Path(settings.MEDIA_ROOT).rglob("*"):
        if file.is_file():
            target = media / file.relative_to(settings.MEDIA_ROOT)
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(file.read_bytes())
    (media / "bijlagen" / "tekening é.bin").write_bytes(bytes(range(256)) * 100)
    drop = sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name))
    connection.close()
    server(drop, sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(sql.Identifier(name), sql.Identifier(original)))
    found = Place(name, media)
    found.empty = lambda: server(drop, sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    yield found
    server(drop)


def test_the_drill(place, tmp_path):
    before = place.content()
    assert len([name for name in before if not name.startswith(("file", "sequence"))]) > 60
    made = place.manage("backup", str(tmp_path / "copy"))
    assert made.returncode == 0, made.stderr
    tables = json.loads((tmp_path / "copy" / "manifest.json").read_text())["database"]["tables"]
    assert tables["partners_user"] > 10
    assert (tmp_path / "copy").stat().st_mode & 0o077 == 0

    place.empty()
    shutil.rmtree(place.media)
    place.media.mkdir()
    back = place.manage("restore", str(tmp_path / "copy"))
    assert back.returncode == 0, back.stderr

    after = place.content()
    assert {name for name in before if before[name] != after.get(name)} == set()
    assert set(after) == set(before)
    assert place.manage("migrate", "--check").returncode == 0
    works(place)
    refuses(place, tmp_path, before)


def works(place):
    """A restored portal searches, audits and gives new numbers: its extensions, triggers and sequences live."""
    code = (
        "from partners.models import Partner; from challenges.models import Challenge; "
        "p = Partner.objects.first(); p.name = 'Nieuw Naampje'; p.save(); "
        "q = Partner.objects.create(name='Nog een', status='accepted'); "
        "print(Partner.objects.search('naampje').count(), p.pk != q.pk)"
    )
    said = place.manage("shell", "--no-imports", "-c", code)
    assert said.stdout.split()[-2:] == ["1", "True"], said.stderr


def refuses(place, tmp_path, before):
    """Not over what is there, not of a copy that was changed; --replace puts back what was, whole or not at all."""
    copy = tmp_path / "copy"
    changed = place.content()
    assert changed["partners_partner"] != before["partners_partner"]
    assert "--replace" in place.manage("restore", str(copy)).stderr
    assert "is there already" in place.manage("backup", str(copy)).stderr
    assert place.content() == changed

    manifest = json.loads((copy / "manifest.json").read_text())
    wrong = manifest | {"database": manifest["database"] | {"tables": {"partners_user": 1}}}
    (copy / "manifest.json").write_text(json.dumps(wrong))
    said = place.manage("restore", str(copy), "--replace").stderr
    assert "Nothing was changed" in said
    assert "partners_user has another number of rows" in said
    assert place.content() == changed

    (copy / "manifest.json").write_text(json.dumps(manifest))
    back = place.manage("restore", str(copy), "--replace")
    assert back.returncode == 0, back.stderr
    assert place.content() == before

    with (copy / "database.dump").open("ab") as file:
        file.write(b"x")
    assert "SHA-256" in place.manage("restore", str(copy), "--replace").stderr
    (copy / "media.tar").unlink()
    assert "not a whole backup" in place.manage("restore", str(copy), "--replace").stderr
    assert place.content() == before
