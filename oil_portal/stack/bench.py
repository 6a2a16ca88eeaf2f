"""`make bench`: how long a second start takes to its first page, and what the running stack keeps in memory."""

import sys
import time
import urllib.request

import psutil

from oil_portal.stack.processes import StackError
from oil_portal.stack.smoke import started_demo

MOST_SECONDS, MOST_MEGABYTES = 5, 700
PAGES = ("/", "/projecten/", "/vraagstukken/", "/partners/", "/account/login/")


def memory(launcher: psutil.Process) -> tuple[float, str, int]:
    """Megabytes of a process and all below it, how they were counted, and how many processes.

    PSS counts what processes share once; RSS, where PSS is unknown, counts it for each.
    """
    processes = [launcher, *launcher.children(recursive=True)]
    try:
        return sum(process.memory_full_info().pss for process in processes) / 1e6, "PSS", len(processes)
    except (AttributeError, psutil.AccessDenied):
        return sum(process.memory_info().rss for process in processes) / 1e6, "RSS", len(processes)


def main() -> int:
    """Start once to have data, once more to measure; returns 1 when a limit is not met."""
    with started_demo(shown=False):
        pass
    with started_demo(shown=False) as demo:
        for page in PAGES:
            urllib.request.urlopen(demo.url + page).close()  # noqa: S310 - our own http address
        time.sleep(6)  # worker and beat have loaded their code by then
        megabytes, counted, number = memory(demo.launcher)
    print(f"Second start to first page: {demo.seconds:.1f} s (at most {MOST_SECONDS})")
    print(f"Memory of {number} processes: {megabytes:.0f} MB {counted} (at most {MOST_MEGABYTES})")
    return int(demo.seconds > MOST_SECONDS or megabytes > MOST_MEGABYTES)


if __name__ == "__main__":
    try:
        sys.exit(main())
    except StackError as error:
        sys.exit(f"{error}")
