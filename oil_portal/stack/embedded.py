"""PostgreSQL and Redis together in one folder, and who uses them: the demo, a test run or one manage.py command.

A folder holds at most one running stack: its starter locks the folder and writes what it runs to state.json. Commands
that find one share it; the starter's databases stop only when they are done.
"""

import atexit
import contextlib
import json
import os
import shutil
import signal
import sys
import time
from collections.abc import MutableMapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from oil_portal.stack import postgres, redis_server
from oil_portal.stack.processes import (
    LONGEST_SOCKET,
    Child,
    FolderLock,
    StackError,
    end,
    is_alive,
    open_to_all,
    place,
    remove_place,
)

ROOT = Path(__file__).resolve().parents[2]
HOME = ROOT / "var" / "demo"
WITHOUT_DATABASE = {"help", "--help", "-h", "version", "--version", "messages", "collectstatic"}


@dataclass
class Embedded:
    """The databases of one folder; those for which the environment has an address are not started."""

    home: Path
    fast: bool = False
    children: list[Child] = field(default_factory=list)
    catcher: Any = None

    def __post_init__(self) -> None:
        self.lock = FolderLock(self.home)

    def start(self) -> dict[str, str]:
        """Start what is needed (the lock must be held) and return the addresses as environment variables."""
        env = {}
        for name, start in (("DATABASE_URL", self.start_postgres), ("REDIS_URL", self.start_redis)):
            if name not in os.environ:
                child, env[name] = start()
                self.children.append(child)
            else:
                env[name] = os.environ[name]
        return env

    def start_postgres(self) -> tuple[Child, str]:
        return postgres.start(self.home, self.sockets() / "pg", fast=self.fast, fds=self.lock.descriptors())

    def start_redis(self) -> tuple[Child, str]:
        return redis_server.start(self.home, self.sockets(), fds=self.lock.descriptors())

    def catch_mail(self) -> dict[str, str]:
        """Start the mail catcher unless the environment names another server; returns environment variables."""
        if "EMAIL_URL" in os.environ:
            return {"EMAIL_URL": os.environ["EMAIL_URL"]}
        from oil_portal.stack import catcher  # the tests do without

        self.catcher, url = catcher.start(self.home / "mail")
        return {"EMAIL_URL": url, "MAILBOX_DIR": str(self.home / "mail")}

    def sockets(self) -> Path:
        """Where the sockets are: in the folder itself when its path is short enough and the servers can come there."""
        folder = self.home / "run"
        short = len(str(folder / "pg" / ".s.PGSQL.5432").encode()) < LONGEST_SOCKET
        return place(folder, inside=short and (not postgres.account() or open_to_all(self.home)))

    def stop(self) -> None:
        """Stop the servers, remove the sockets' place and let go of the folder."""
        if self.catcher:
            self.catcher.stop(no_assert=True)
            self.catcher = None
        end(self.children[::-1])
        self.children.clear()
        remove_place(self.home / "run")
        self.lock.release()


# --- Who runs it ------------------------------------------------------------------------------------------------
def write_state(home: Path, **state: object) -> None:
    """Publish what runs in this folder: kind (demo or command), env, and for a demo its url."""
    file = home / "state.json"
    file.with_suffix(".new").write_text(json.dumps({"pid": os.getpid(), **state}, indent=1))
    file.with_suffix(".new").replace(file)


def read_state(home: Path) -> dict | None:
    """What runs in this folder, or None. What a killed run left behind does not count."""
    try:
        state = json.loads((home / "state.json").read_text())
    except (OSError, ValueError):
        return None
    lock = FolderLock(home)
    if lock.take():
        lock.release()
        return None
    return state if is_alive(state["pid"]) else None


def clear_state(home: Path) -> None:
    """Say that nothing runs here any more."""
    (home / "state.json").unlink(missing_ok=True)


def take_over(lock: FolderLock, *, seconds: float = 30) -> bool:
    """Take the folder's lock, if need be when the processes of a killed run have gone. False: a live one has it."""
    deadline = time.monotonic() + seconds
    while not lock.take():
        if read_state(lock.folder):
            return False
        if time.monotonic() > deadline:
            raise StackError(
                f"Something still holds {lock.folder}: an earlier run that does not stop, or one starting."
            )
        time.sleep(0.05)
    return True


# --- For one command --------------------------------------------------------------------------------------------
def use_for_command(environ: MutableMapping[str, str] = os.environ, home: Path = HOME) -> None:
    """Let this manage.py command work on the demo's databases: the running ones, else its own until it ends."""
    environ["DEMO"] = environ.get("DEMO", "1")
    if len(sys.argv) < 2 or sys.argv[1] in WITHOUT_DATABASE:
        return
    try:
        environ.update(share(home) or start_for_command(home))
    except (StackError, OSError) as error:
        sys.exit(f"{error}")


def share(home: Path) -> dict[str, str] | None:
    """The environment of what runs here, which then stays until this process ends; None when nothing runs."""
    (home / "redis").mkdir(parents=True, exist_ok=True)
    use = FolderLock(home / "redis")
    use.take(shared=True, wait=True)
    if state := read_state(home):
        atexit.register(use.release)
        return state["env"]
    use.release()
    return None


def start_for_command(home: Path) -> dict[str, str]:
    """Start the databases for this process; they stop with it, but not before the commands that share them."""
    stack = Embedded(home)
    if not take_over(stack.lock):
        return share(home) or start_for_command(home)
    for number in (signal.SIGTERM, signal.SIGHUP):  # so that atexit runs; Ctrl-C does so by itself
        signal.signal(number, lambda signum, frame: sys.exit(128 + signum))
    starter = os.getpid()
    atexit.register(lambda: stop_for_command(stack) if os.getpid() == starter else None)
    env = stack.start() | stack.catch_mail() | {"STATIC_ROOT": str(home / "static")}
    write_state(home, kind="command", env=env)
    return env


def stop_for_command(stack: Embedded) -> None:
    """Wait for those who share the databases, then stop them."""
    clear_state(stack.home)
    others = FolderLock(stack.home / "redis")
    if not others.take():
        print("Waiting for another command that uses this database.", file=sys.stderr)
        others.take(wait=True)
    others.release()
    stack.stop()


def forget(home: Path = HOME) -> None:
    """Remove the folder and what it keeps elsewhere, unless something runs there (`make clean`)."""
    lock = FolderLock(home)
    if not home.exists():
        return
    if not lock.take():
        sys.exit(f"Something runs in {home}: stop it first.")
    for link in home.glob("*"):
        if link.is_symlink():
            remove_place(link)
    shutil.rmtree(home)
    lock.release()


def remove_stale(folder: Path, pattern: str) -> None:
    """Remove the folders of this pattern that killed runs left behind; those in use are locked."""
    for home in folder.glob(pattern):
        with contextlib.suppress(OSError, SystemExit):
            if home.stat().st_uid == os.geteuid():
                forget(home)
