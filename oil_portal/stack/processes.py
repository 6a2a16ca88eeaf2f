"""Start and stop child processes, hold a folder, find a port."""

import fcntl
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field
from pathlib import Path

WRAPPER = Path(__file__).with_name("child.py")
LONGEST_SOCKET = 100  # bytes of a socket's path; Linux allows 107, macOS 103


class StackError(Exception):
    """Something the person at the keyboard can mend; the message is the whole story, in one line."""


@dataclass
class Child:
    """A process of ours and how to end it: `stop` asks politely, after `grace` seconds it is killed."""

    name: str
    process: subprocess.Popen
    log: Path | None
    stop: signal.Signals = signal.SIGTERM
    grace: float = 8

    def last_words(self, lines: int = 12) -> str:
        """The end of its log, for a message."""
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-lines:]) if self.log else ""


def spawn(
    name: str,
    command: Sequence[str | os.PathLike],
    *,
    log: Path | None,
    env: Mapping[str, str] | None = None,
    user: str = "",
    stop: signal.Signals = signal.SIGTERM,
    orphaned: signal.Signals = signal.SIGTERM,
    fds: Sequence[int] = (),
    cwd: Path | None = None,
) -> Child:
    """Start a child in a session of its own, so that Ctrl-C reaches the launcher alone; `orphaned` is what it gets
    when this process dies without stopping it. Without a log it writes where we write. Call from the main thread: the
    kernel watches the thread, not the process."""
    wrapped = [sys.executable, "-I", "-S", str(WRAPPER), str(os.getpid()), str(int(orphaned)), user]
    if log:
        log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("wb") if log else nullcontext() as output:
        process = subprocess.Popen(
            [*wrapped, *map(str, command)],
            stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT if log else None,
            env=None if env is None else dict(env), pass_fds=fds, start_new_session=True, cwd=cwd,
        )  # fmt: skip
    return Child(name, process, log, stop)


def end(children: Sequence[Child]) -> None:
    """Ask all of them to stop, wait, kill what stays."""
    for child in children:
        if child.process.poll() is None:
            child.process.send_signal(child.stop)
    for child in children:
        try:
            child.process.wait(child.grace)
        except subprocess.TimeoutExpired:
            child.process.kill()
            child.process.wait()


def wait_for(ready: Callable[[], bool], child: Child, *, seconds: float = 60) -> None:
    """Wait until `ready()`; a child that ended or takes longer is a StackError with the end of its log."""
    deadline = time.monotonic() + seconds
    while not ready():
        if child.process.poll() is not None:
            raise StackError(f"{child.name} stopped while it started:\n{child.last_words()}")
        if time.monotonic() > deadline:
            raise StackError(f"{child.name} did not answer within {seconds:.0f} seconds:\n{child.last_words()}")
        time.sleep(0.02)


@dataclass
class FolderLock:
    """A lock on a folder itself, so no lock file can stay behind.

    Children inherit it: it is free again when the last process of a killed run has gone, not before.
    """

    folder: Path
    descriptor: int | None = field(default=None, init=False)

    def take(self, *, shared: bool = False, wait: bool = False) -> bool:
        """Take the lock; False when another has it."""
        self.folder.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(self.folder, os.O_RDONLY)
        try:
            fcntl.flock(descriptor, (fcntl.LOCK_SH if shared else fcntl.LOCK_EX) | (0 if wait else fcntl.LOCK_NB))
        except BlockingIOError:
            os.close(descriptor)
            return False
        self.descriptor = descriptor
        return True

    def descriptors(self) -> tuple[int, ...]:
        """What a child must inherit to hold the lock too."""
        return () if self.descriptor is None else (self.descriptor,)

    def release(self) -> None:
        """Let go; harmless when not held."""
        if self.descriptor is not None:
            os.close(self.descriptor)
            self.descriptor = None


def is_alive(pid: int) -> bool:
    """Whether a process with this number lives (a zombie does not)."""
    try:
        os.kill(pid, 0)
        state = Path(f"/proc/{pid}/stat")
        return not (state.exists() and state.read_text().rpartition(")")[2].split()[0] == "Z")
    except ProcessLookupError:
        return False
    except PermissionError:
        return True


def open_to_all(path: Path) -> bool:
    """Whether an account without rights of its own can reach this path."""
    return all(step.stat().st_mode & 0o001 for step in (path, *path.parents))


def place(link: Path, *, inside: bool, base: str | None = None) -> Path:
    """A folder at `link`, or where that place does not serve (`inside` is false) a private one elsewhere that `link`
    points at, the same one on every run while it exists."""
    if inside and not link.is_symlink():
        link.mkdir(parents=True, exist_ok=True)
        return link
    if link.is_symlink() and link.exists() and link.stat().st_uid == os.geteuid():
        return link.resolve()
    target = Path(tempfile.mkdtemp(prefix="oil-portal-", dir=base))
    target.chmod(0o711)
    link.unlink(missing_ok=True)
    link.parent.mkdir(parents=True, exist_ok=True)
    link.symlink_to(target)
    return target


def remove_place(link: Path) -> None:
    """Remove what `place` made, wherever it is."""
    if link.is_symlink():
        shutil.rmtree(link.resolve(), ignore_errors=True)
        link.unlink()
    else:
        shutil.rmtree(link, ignore_errors=True)


def listen(port: int, *, tries: int = 50) -> socket.socket:
    """A listening socket on 127.0.0.1 at this port or the next free one (0: any)."""
    for candidate in range(port, min(port + tries, 65536)):
        server = socket.socket()
        server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            if candidate and answers("::1", candidate):  # browsers try it first for "localhost"
                raise OSError
            server.bind(("127.0.0.1", candidate))
            server.listen(128)
            return server
        except OSError:
            server.close()
    raise StackError(f"No free port from {port} to {port + tries - 1}; choose one with PORT=... make demo.")


def answers(host: str, port: int) -> bool:
    """Whether something listens there."""
    try:
        socket.create_connection((host, port), timeout=0.2).close()
    except OSError:
        return False
    return True
