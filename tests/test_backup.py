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
from django.core.files.storage import default_storage
from django.db import connection
from psycopg import sql

from oil_portal.ops import media

ROOT = Path(__file__).resolve().parents[1]


class Folder:
    """MEDIA_ROOT, as it stands on the disk."""

    def __init__(self, path: Path) -> None:
        self.path, self.environ = path, {"MEDIA_ROOT": str(path), "STORAGE_URL": ""}
        path.mkdir()

    def put(self, name: str, content: bytes) -> None:
        (self.path / name).parent.mkdir(parents=True, exist_ok=True)
        (self.path / name).write_bytes(content)

    def content(self) -> dict[str, bytes]:
        files = (file for file in self.path.rglob("*") if file.is_file())
        return {file.relative_to(self.path).as_posix(): file.read_bytes() for file in files}

    def destroy(self) -> None:
        shutil.rmtree(self.path)


class Bucket:
    """STORAGE_URL, as the server of the bucket sees it."""

    def __init__(self, made) -> None:
        self.s3, self.content, self.environ = made.s3, made.content, {"STORAGE_URL": made.address}

    def put(self, name: str, content: bytes) -> None:
        self.s3.put_object(Key=name, Body=content)

    def destroy(self) -> None:
        """All that was in it; an operator makes the empty one."""
        self.s3.objects.all().delete()


class Place:
    """A database and a place for files of its own, with manage.py working on them."""

    def __init__(self, name: str, media: Folder | Bucket) -> None:
        self.name, self.media = name, media
        base = os.environ["DATABASE_URL"].rpartition("/")[0]
        told = {"DATABASE_URL": f"{base}/{name}", "DJANGO_SETTINGS_MODULE": "oil_portal.settings"}
        self.environ = os.environ | told | media.environ
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
        files = {f"file {name}": hashlib.sha256(data).hexdigest() for name, data in self.media.content().items()}
        return found | files


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
def where(request, tmp_path):
    return Bucket(request.getfixturevalue("bucket")) if request.param == "bucket" else Folder(tmp_path / "media")


@pytest.fixture
def place(where, transactional_db, world):
    """The whole world of the tests, committed, in a database of its own."""
    name, original = f"{connection.settings_dict['NAME']}_drill", connection.settings_dict["NAME"]
    for kept in media.names():
        with default_storage.open(kept) as file:
            where.put(kept, file.read())
    where.put("bijlagen/tekening é.bin", bytes(range(256)) * 100)
    drop = sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name))
    connection.close()
    server(drop, sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(sql.Identifier(name), sql.Identifier(original)))
    found = Place(name, where)
    found.empty = lambda: server(drop, sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    yield found
    server(drop)


@pytest.mark.parametrize("where", ["folder", "bucket"], indirect=True)
def test_the_drill(place, tmp_path):
    before = place.content()
    assert len([name for name in before if not name.startswith(("file", "sequence"))]) > 60
    assert len([name for name in before if name.startswith("file")]) > 3
    made = place.manage("backup", str(tmp_path / "copy"))
    assert made.returncode == 0, made.stderr
    tables = json.loads((tmp_path / "copy" / "manifest.json").read_text())["database"]["tables"]
    assert tables["partners_user"] > 10
    assert (tmp_path / "copy").stat().st_mode & 0o077 == 0

    place.empty()
    place.media.destroy()
    back = place.manage("restore", str(tmp_path / "copy"))
    assert back.returncode == 0, back.stderr

    after = place.content()
    assert {name for name in before if before[name] != after.get(name)} == set()
    assert set(after) == set(before)
    if isinstance(place.media, Folder):
        assert place.manage("migrate", "--check").returncode == 0
        works(place)
        refuses(place, tmp_path, before)
    else:
        replaces(place, tmp_path, before)


def replaces(place, tmp_path, before):
    """A file of later goes, one that was changed comes back, and nothing is done to what is there unasked."""
    place.media.put("bijlagen/van later.bin", b"x")
    place.media.put("bijlagen/tekening é.bin", b"bedorven")
    assert "--replace" in place.manage("restore", str(tmp_path / "copy")).stderr
    back = place.manage("restore", str(tmp_path / "copy"), "--replace")
    assert back.returncode == 0, back.stderr
    assert place.content() == before
    place.environ["STORAGE_URL"] = place.environ["STORAGE_URL"].replace("/portaal-", "/weg-")
    said = place.manage("backup", str(tmp_path / "nothing"))
    assert said.returncode == 1 and "The storage of the attachments" in said.stderr and "Traceback" not in said.stderr
    assert not (tmp_path / "nothing").exists()


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
    place.media.put("bijlagen/van later.bin", b"x")
    back = place.manage("restore", str(copy), "--replace")
    assert back.returncode == 0, back.stderr
    assert place.content() == before

    with (copy / "database.dump").open("ab") as file:
        file.write(b"x")
    assert "SHA-256" in place.manage("restore", str(copy), "--replace").stderr
    (copy / "media.tar").unlink()
    assert "not a whole backup" in place.manage("restore", str(copy), "--replace").stderr
    assert place.content() == before
