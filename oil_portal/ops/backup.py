"""A copy of all that the portal keeps, and putting it back: database and attachments, with a manifest.

The rows are counted in the very snapshot that pg_dump copies, so a restore can be held against them. Putting back is
one transaction: a copy that does not fit leaves the database as it was. Redis is not in it, for it keeps nothing that
the database cannot give again.
"""

import hashlib
import json
import os
import shutil
import subprocess
import tarfile
import tempfile
from contextlib import suppress
from pathlib import Path

from django.db import connection, transaction
from django.db.migrations.recorder import MigrationRecorder
from psycopg import sql
from psycopg.conninfo import make_conninfo

from oil_portal.core import clock
from oil_portal.ops import counters, media

FORMAT = 1
DATABASE, MEDIA, MANIFEST = "database.dump", "media.tar", "manifest.json"
LOCK_PATIENCE = "10s"  # a portal that still runs keeps its tables; then the restore says so


class BackupError(Exception):
    """Why it cannot be done; one line for who asked."""


# --- PostgreSQL's own programs --------------------------------------------------------------------------------------
def program(name: str) -> str:
    """pg_dump and its kin: of the embedded PostgreSQL where there is one, else on the PATH."""
    with suppress(ModuleNotFoundError):  # the production image has no stack of its own
        from oil_portal.stack.postgres import find_binaries
        from oil_portal.stack.processes import StackError

        with suppress(StackError):
            if (found := find_binaries() / name).exists():
                return str(found)
    if found := shutil.which(name):
        return found
    raise BackupError(f"{name} is not here: install PostgreSQL's client programs, of the server's version or newer.")


def address() -> tuple[str, dict[str, str]]:
    """(what --dbname gets, environment): the password goes by the environment, where other users cannot read it."""
    known = {"dbname", "user", "password", "host", "port", "sslmode", "sslrootcert", "service"}
    given = {name: value for name, value in connection.get_connection_params().items() if name in known and value}
    password = given.pop("password", "")
    return make_conninfo(**given), os.environ | ({"PGPASSWORD": password} if password else {})


def run(*command: str, **options) -> None:
    """Run one of them to its end; BackupError with its words if it fails."""
    done = subprocess.run(command, stderr=subprocess.PIPE, text=True, **options)
    if done.returncode:
        raise BackupError(f"{Path(command[0]).name} failed: {done.stderr.strip()}")


# --- Making one -----------------------------------------------------------------------------------------------------
def back_up(target: Path) -> dict:
    """Write a backup in `target`, a folder that is not there yet; returns the manifest. It stands there whole or not
    at all."""
    if target.exists():
        raise BackupError(f"{target} is there already; a backup gets a folder of its own.")
    making = target.with_name(f"{target.name}.making")
    shutil.rmtree(making, ignore_errors=True)
    making.mkdir(parents=True)
    making.chmod(0o700)
    copied: set[str] = set()
    with tarfile.open(making / MEDIA, "w") as archive:
        # Before and after: a row of the snapshot has its file, also one that was added or removed meanwhile.
        media.add(archive, copied)
        tables = dump(making / DATABASE)
        media.add(archive, copied)
    applied = sorted(f"{app}.{name}" for app, name in MigrationRecorder(connection).applied_migrations())
    manifest = {
        "format": FORMAT,
        "made_at": clock.now().isoformat(),
        "database": {"sha256": digest(making / DATABASE), "migrations": applied, "tables": tables},
        "media": {"sha256": digest(making / MEDIA), "files": len(copied)},
    }
    (making / MANIFEST).write_text(json.dumps(manifest, indent=1))
    making.rename(target)
    counters.note_backup()
    return manifest


def dump(file: Path) -> dict[str, int]:
    """pg_dump of one snapshot; returns the rows of each table in that same snapshot."""
    database, environment = address()
    with transaction.atomic(durable=True), connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        cursor.execute("SELECT pg_export_snapshot()")
        snapshot = cursor.fetchone()[0]
        run(
            program("pg_dump"), "--format=custom", "--no-owner", "--no-privileges", f"--snapshot={snapshot}",
            f"--file={file}", f"--dbname={database}", env=environment,
        )  # fmt: skip
        return rows()


def rows() -> dict[str, int]:
    """How many rows each table has."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1")
        names = [name for (name,) in cursor.fetchall()]
        counted = {}
        for name in names:
            cursor.execute(sql.SQL("SELECT count(*) FROM public.{}").format(sql.Identifier(name)))
            counted[name] = cursor.fetchone()[0]
    return counted


def digest(file: Path) -> str:
    with file.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()


# --- Putting one back -----------------------------------------------------------------------------------------------
def check(source: Path) -> dict:
    """The manifest of a backup whose files are as they were written.

    Raises BackupError when something is missing or was changed.
    """
    try:
        manifest = json.loads((source / MANIFEST).read_text())
        files = {DATABASE: manifest["database"]["sha256"], MEDIA: manifest["media"]["sha256"]}
        changed = [name for name, expected in files.items() if digest(source / name) != expected]
    except (OSError, ValueError, KeyError) as error:
        raise BackupError(f"{source} is not a whole backup: {error}") from error
    if manifest["format"] != FORMAT:
        raise BackupError(f"{source} has format {manifest['format']}; this portal reads {FORMAT}.")
    if changed:
        raise BackupError(f"{', '.join(changed)} is not as it was written: its SHA-256 is another.")
    return manifest


def restore(source: Path, *, replace: bool = False) -> dict:
    """Put a backup back; returns its manifest. What is there now is only replaced when that was asked."""
    manifest = check(source)
    if not replace and (rows() or not media.is_empty()):
        raise BackupError("There are tables or attachments here already; --replace throws them away.")
    load(source / DATABASE, manifest["database"]["tables"])
    media.put_back(source / MEDIA)
    return manifest


def load(file: Path, tables: dict[str, int]) -> None:
    """Empty the database, fill it and count, in one transaction of psql."""
    database, environment = address()
    connection.close()
    with tempfile.TemporaryFile("w+") as words:
        psql = subprocess.Popen(
            [program("psql"), "--no-psqlrc", "--quiet", "--set=ON_ERROR_STOP=1", f"--dbname={database}"],
            stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=words, env=environment,
        )  # fmt: skip
        failure = ""
        try:
            psql.stdin.write(BEFORE.encode())
            psql.stdin.flush()
            run(program("pg_restore"), "--file=-", "--no-owner", "--no-privileges", str(file), stdout=psql.stdin)
            psql.stdin.write("".join([*(expectation(*each) for each in tables.items()), AFTER]).encode())
        except (BackupError, BrokenPipeError) as error:
            failure = str(error)  # without COMMIT nothing has happened
        with suppress(BrokenPipeError):
            psql.stdin.close()
        if psql.wait() or failure:
            words.seek(0)
            raise BackupError(f"Nothing was changed. {words.read().strip() or failure}")


BEFORE = f"""BEGIN;
SET lock_timeout = '{LOCK_PATIENCE}';
SET client_min_messages = warning;
DROP SCHEMA public CASCADE;
CREATE SCHEMA public;
"""
AFTER = "COMMIT;\nANALYZE;\n"


def expectation(table: str, number: int) -> str:
    """SQL that ends the transaction when this table has another number of rows than the manifest says."""
    name = '"{}"'.format(table.replace('"', '""'))
    wrong = f"{table} has another number of rows than the manifest says".replace("'", "''")
    return (  # psql runs it, which takes no parameters
        f"DO $check$ BEGIN IF (SELECT count(*) FROM public.{name}) <> {int(number)} "  # noqa: S608
        f"THEN RAISE EXCEPTION '%', '{wrong}'; END IF; END $check$;\n"
    )
