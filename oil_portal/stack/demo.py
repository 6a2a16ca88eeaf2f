"""The launcher behind `make demo`: everything as child processes, one address, and a clean end.

State is in var/demo. However this process ends, also by kill -9, its children end with it (see child.py).
"""

import contextlib
import hashlib
import os
import signal
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

from oil_portal.stack.embedded import HOME, ROOT, Embedded, clear_state, read_state, take_over, write_state
from oil_portal.stack.processes import Child, StackError, end, listen, spawn, wait_for

PORT = 8000
STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Demo:
    """One running demo: the databases, the portal's processes, and the environment they share."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.stack = Embedded(home)
        self.children: list[Child] = []
        self.parent = os.getppid()

    def run(self, *, with_parent: bool) -> None:
        """Start everything, say where it is, stay until something ends it."""
        wanted = int(os.environ.get("PORT") or PORT)
        with listen(wanted) as server:
            port = server.getsockname()[1]
            if port != wanted:
                say(f"Port {wanted} is in use, so the demo takes {port}.")
            self.url = f"http://localhost:{port}"
            self.start_databases()
            self.prepare()
            self.start_web(server)
        wait_for(lambda: responds(f"{self.url}/healthz"), self.children[-1])
        self.start_background()
        say(banner(self.url))
        while not with_parent or os.getppid() == self.parent:
            self.check()
            time.sleep(0.5)

    def start_databases(self) -> None:
        """PostgreSQL, Redis and the mail catcher; then every child's environment is known."""
        say("Starting PostgreSQL, Redis and the mail catcher")
        self.own = self.stack.start() | self.stack.catch_mail()
        self.own |= {"DEMO": "1", "SITE_URL": self.url, "STATIC_ROOT": str(self.home / "static")}
        self.env = dict(os.environ) | self.own | {"PYTHONUNBUFFERED": "1"}
        write_state(self.home, kind="demo", url=self.url, env=self.own)

    def prepare(self) -> None:
        """Texts, static files, tables and data, by manage.py, which prints what it does; nothing when no file of the
        portal changed since this cluster was prepared."""
        mark, ours = self.home / "cluster" / "prepared", "DATABASE_URL" not in os.environ
        current = static_is_current(self.home / "static")
        if ours and current and mark.exists() and mark.read_text() == state_of_code():
            return
        # Before the first release a first migration may be written anew: tables of an older one cannot be moved along.
        tables = self.home / "cluster" / "tables"
        old = ours and mark.exists() and (not tables.exists() or tables.read_text() != state_of_tables())
        options = ([] if current else ["--static"]) + (["--anew"] if old else [])
        command = self.start("prepare", sys.executable, ROOT / "manage.py", "prepare_demo", *options, shown=True)
        if command.process.wait():
            raise StackError("The demo could not be prepared; the reason is above.")
        self.children.remove(command)
        if ours:
            tables.write_text(state_of_tables())
            mark.write_text(state_of_code())

    def start_web(self, server) -> None:
        """The web server takes over our listening socket, so that nobody else can get the port meanwhile."""
        self.start(
            "web", binary("gunicorn"), "oil_portal.wsgi", "--bind", f"fd://{server.fileno()}", "--preload",
            "--workers", "1", "--threads", "4", "--graceful-timeout", "3", "--no-control-socket",
            fds=(server.fileno(),),
        )  # fmt: skip

    def start_background(self) -> None:
        """Celery: a worker with two threads, and beat. An interrupted task runs again, so they may be killed."""
        celery = (binary("celery"), "--app", "oil_portal", "--quiet")
        quiet = ("--without-gossip", "--without-mingle", "--without-heartbeat")
        beat = ("--schedule", self.home / "beat-schedule", "--pidfile=")
        self.start("worker", *celery, "worker", "--pool", "threads", "--concurrency", "2", *quiet, orphan_killed=True)
        self.start("beat", *celery, "beat", *beat, orphan_killed=True)

    def start(
        self, name: str, *command: str | Path, shown: bool = False, orphan_killed: bool = False, fds: tuple = ()
    ) -> Child:
        """Start one of the portal's processes."""
        child = spawn(
            name, command, log=None if shown else self.home / "log" / f"{name}.log", env=self.env, cwd=ROOT,
            orphaned=signal.SIGKILL if orphan_killed else signal.SIGTERM, fds=(*fds, *self.stack.lock.descriptors()),
        )  # fmt: skip
        self.children.append(child)
        return child

    def check(self) -> None:
        """A part that ended by itself ends the demo, with its last words."""
        for child in (*self.children, *self.stack.children):
            if child.process.poll() is not None:
                raise StackError(f"{child.name} stopped by itself ({child.log}):\n{child.last_words()}")

    def stop(self) -> None:
        """Stop everything, the databases last; more signals change nothing."""
        for number in STOP_SIGNALS:
            signal.signal(number, signal.SIG_IGN)
        clear_state(self.home)
        end(self.children[::-1])
        self.stack.stop()


# --- Small helpers ----------------------------------------------------------------------------------------------
def say(line: str) -> None:
    """Progress, also when the output is a file."""
    print(line, flush=True)


def binary(name: str) -> str:
    """A program of the virtual environment."""
    return str(Path(sys.executable).parent / name)


def responds(url: str) -> bool:
    """Whether this address answers 200."""
    try:
        with urllib.request.urlopen(url, timeout=5) as answer:  # noqa: S310 - our own http address
            return answer.status == 200
    except urllib.error.HTTPError as error:
        raise StackError(f"{url} answers {error.code}.") from error
    except OSError:
        return False


def static_is_current(target: Path) -> bool:
    """Whether the collected static files are newer than every source of them."""
    manifest = target / "staticfiles.json"
    sources = [*ROOT.glob("static/**/*"), *ROOT.glob("*/static/**/*"), ROOT / "requirements" / "base.txt"]
    return manifest.exists() and all(file.stat().st_mtime <= manifest.stat().st_mtime for file in sources)


def state_of_tables() -> str:
    """Changes when a migration does."""
    found = sorted(ROOT.glob("*/migrations/0*.py")) + sorted(ROOT.glob("*/*/migrations/0*.py"))
    return hashlib.sha256(b"".join(path.read_bytes() for path in found)).hexdigest()


def state_of_code() -> str:
    """Another text when a file of the portal was changed, added or removed."""
    rooms = ("oil_portal", "partners", "modules", "challenges", "projects", "reports", "static", "locale", "data")
    files = [file for room in rooms for file in (ROOT / room).rglob("*") if "__pycache__" not in file.parts]
    known = [
        (str(file), file.stat().st_mtime_ns) for file in (*files, ROOT / "requirements" / "base.txt") if file.is_file()
    ]
    return hashlib.sha256(repr(sorted(known)).encode()).hexdigest()


def banner(url: str) -> str:
    """The address and who can log in."""
    from oil_portal.demo.accounts import ACCOUNTS

    width = max(len(account.email) for account in ACCOUNTS.values())
    people = [f"  {account.email:<{width}}  {account.label}" for account in ACCOUNTS.values()]
    return "\n".join([
        "", f"The demo runs at {url}", "", f"Log in with one click at {url}/account/login/:", *people,
        "", "Stop with Ctrl-C.",
    ])  # fmt: skip


def interrupt(signum: int, frame: object) -> None:
    """Leave through the ExitStack in `main`, wherever we are."""
    raise KeyboardInterrupt


def main(home: Path = HOME) -> int:
    """Run the demo of this folder; returns the exit status."""
    demo = Demo(home)
    try:
        while not take_over(demo.stack.lock):
            state = read_state(demo.home) or {}
            if url := state.get("url"):
                say(f"The demo already runs in this folder: {url}")
                return 0
            if state:
                raise StackError(
                    f"A manage.py command (process {state['pid']}) uses the demo's database: end it first."
                )
        for number in STOP_SIGNALS:
            signal.signal(number, interrupt)
        with contextlib.ExitStack() as at_end:
            at_end.callback(demo.stop)
            demo.run(with_parent="--with-parent" in sys.argv)
    except KeyboardInterrupt:
        say("\nStopped.")
    except (StackError, OSError) as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
