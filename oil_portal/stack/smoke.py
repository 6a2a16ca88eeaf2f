"""Visit a demo from outside: start one, log in as each account, see that it leaves nothing behind (`.ci/run`)."""

import contextlib
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from http.cookiejar import CookieJar
from urllib.parse import urlencode
from urllib.request import HTTPCookieProcessor, build_opener

import psutil

from oil_portal.stack.demo import responds
from oil_portal.stack.embedded import HOME, ROOT, read_state
from oil_portal.stack.processes import StackError, listen

LONGEST_START = 600  # seconds; the first one installs and seeds


@dataclass
class Running:
    """A demo someone can visit; `seconds` is how long it took to the first page."""

    url: str
    launcher: psutil.Process
    seconds: float


@contextlib.contextmanager
def started_demo(*, shown: bool = True) -> Iterator[Running]:
    """`make demo` on a free port, up to its first page; stopped at the end."""
    if state := read_state(HOME):
        raise StackError(f"Process {state['pid']} uses the demo of this folder: stop it first.")
    with listen(0) as free:
        port = free.getsockname()[1]
    url, began = f"http://localhost:{port}", time.monotonic()
    environ = os.environ | {"PORT": str(port)}
    make = subprocess.Popen(["make", "demo"], cwd=ROOT, env=environ, stdout=None if shown else subprocess.DEVNULL)
    try:
        while not responds(f"{url}/"):
            if make.poll() is not None or time.monotonic() > began + LONGEST_START:
                raise StackError("The demo did not start.")
            time.sleep(0.02)
        yield Running(url, psutil.Process((read_state(HOME) or {})["pid"]), time.monotonic() - began)
    finally:
        make.terminate()
        make.wait()


def log_in(url: str, account: str):
    """A browser of sorts (an urllib opener with cookies) that is logged in as one of the demo's accounts."""
    cookies = CookieJar()
    visitor = build_opener(HTTPCookieProcessor(cookies))
    visitor.open(f"{url}/account/login/").close()
    token = next(cookie.value for cookie in cookies if cookie.name == "csrftoken")
    form = urlencode({"account": account, "csrfmiddlewaretoken": token}).encode()
    visitor.open(f"{url}/demo/login/", form).close()
    return visitor


def left_behind(processes: list[psutil.Process]) -> list[str]:
    """What should not be there after the demo stopped: its processes, sockets and locks."""
    alive = psutil.wait_procs(processes, timeout=5)[1]
    files = [file for file in HOME.rglob("*") if file.is_socket() or file.name in ("postmaster.pid", "state.json")]
    return [f"process {process.pid}" for process in alive] + [str(file) for file in files]


def main() -> int:
    """Start page as each account must answer 200, and nothing may stay; returns the exit status."""
    from oil_portal.demo.accounts import ACCOUNTS

    with started_demo() as demo:
        processes = [demo.launcher, *demo.launcher.children(recursive=True)]
        for account in ACCOUNTS:
            with log_in(demo.url, account).open(f"{demo.url}/start/") as answer:
                print(f"{account}: {answer.status} {answer.url}", flush=True)
                if answer.status != 200 or not answer.url.endswith("/start/"):
                    raise StackError(f"The start page of {account} does not open.")
    if left := left_behind(processes):
        raise StackError(f"The demo left behind: {', '.join(left)}")
    print("The demo starts, opens for every account and leaves nothing behind.")
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except StackError as error:
        sys.exit(f"{error}")
