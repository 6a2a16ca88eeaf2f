"""`python -m tests.bench.capacity`: pages per second that one core carries, page by page, and what gives way first.

A real gunicorn (one worker, four threads) on a database with 400 partners, 2,000 projects and 1,000 people with things
to do, asked by four clients at once. What counts is processor time of the web process and of PostgreSQL per page, since
other work on the machine does not change it; the seconds that readers wait stand beside it.
"""

import http.client
import os
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

import psutil

PARTNERS, PROJECTS, PEOPLE = 400, 2_000, 1_000
CLIENTS, EACH = 4, 25  # requests of each client per page
PAGES = (
    ("a bare page", "/contact/", ""), ("home", "/", ""), ("projects", "/projecten/", ""),
    ("a search", "/projecten/?q=vraag", ""), ("challenges", "/vraagstukken/", ""),
    ("the network", "/partners/netwerk/", ""),
    ("start, a contact", "/start/", "contact"), ("a company's page", "/bedrijf/", "contact"),
    ("partners, a broker", "/partners/", "broker"), ("start, a broker", "/start/", "broker"),
)  # fmt: skip
EVERYDAY = {"home", "projects", "a search", "challenges", "start, a contact", "a company's page"}


def fill() -> dict[str, str]:
    """Fill the database; returns a session per role."""
    from django.test import Client

    from partners.models import User
    from tests import factories as f
    from tests.bench import network, people

    network.fill(PARTNERS, PROJECTS)
    people.fill(PEOPLE, notices=4, to_do=2)
    readers = {
        "contact": User.objects.filter(memberships__role="contact").order_by("-pk").first(),
        "broker": f.UserFactory(broker=f.PartnerFactory(network=True, name="Economie071")),
    }
    sessions = {"": ""}
    for role, reader in readers.items():
        client = Client()
        client.force_login(reader)
        sessions[role] = client.cookies["sessionid"].value
    return sessions


def ask(port: int, path: str, session: str) -> float:
    """Seconds until the page is here."""
    begun = time.perf_counter()
    link = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    link.request("GET", path, headers={"Host": "localhost", "Cookie": f"sessionid={session}"})
    answer = link.getresponse()
    answer.read()
    link.close()
    if answer.status != 200:
        raise SystemExit(f"{path} answers {answer.status}.")
    return time.perf_counter() - begun


def processor(processes: list[psutil.Process]) -> float:
    """Seconds of processor time that they and their children have used."""
    total = 0.0
    for parent in processes:
        for process in (parent, *parent.children(recursive=True)):
            times = process.cpu_times()
            total += times.user + times.system
    return total


def together(port: int, path: str, session: str) -> list[float]:
    """What each of the requests of all clients took."""
    taken: list[float] = []

    def client() -> None:
        for _turn in range(EACH):
            taken.append(ask(port, path, session))

    clients = [threading.Thread(target=client) for _number in range(CLIENTS)]
    for each in clients:
        each.start()
    for each in clients:
        each.join()
    return taken


def measure(port: int, web: list[psutil.Process], database: list[psutil.Process], sessions: dict[str, str]) -> None:
    """Ask for every page and print a line for each, and one for the everyday ones together."""
    say, everyday = sys.stdout.write, []
    say(f"{'':22}{'web':>8}{'PostgreSQL':>12}{'median':>9}{'slowest':>9}{'pages/s of a core':>20}\n")
    for name, path, role in PAGES:
        for _turn in range(2 * CLIENTS):
            ask(port, path, sessions[role])
        before = processor(web), processor(database)
        taken = together(port, path, sessions[role])
        mine, theirs = ((processor(who) - was) * 1000 / len(taken)
                        for who, was in zip((web, database), before, strict=True))  # fmt: skip
        if name in EVERYDAY:
            everyday.append((mine, theirs))
        say(f"{name:22}{mine:5.1f} ms{theirs:9.1f} ms{statistics.median(taken) * 1000:6.0f} ms"
            f"{max(taken) * 1000:6.0f} ms{1000 / mine:20.0f}\n")  # fmt: skip
    mine, theirs = (statistics.mean(column) for column in zip(*everyday, strict=True))
    say(f"everyday pages, mean: web {mine:.1f} ms, PostgreSQL {theirs:.1f} ms of processor time: a core of web carries "
        f"{1000 / mine:.0f} pages/s and asks {theirs / mine:.2f} core of PostgreSQL\n")  # fmt: skip
    size = sum(each.memory_full_info().pss for parent in web for each in (parent, *parent.children())) / 1e6
    say(f"web with one worker: {size:.0f} MB\n")


def run(home: Path) -> None:
    """Fill, start the web, measure."""
    import django

    django.setup()
    from django.core.management import call_command
    from django.db import connection

    from oil_portal.stack.processes import listen

    call_command("migrate", verbosity=0)
    sessions = fill()
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        postgres = psutil.Process(cursor.fetchone()[0]).parent()
    connection.close()
    with listen(0) as socket, (home / "web.log").open("wb") as log:
        port = socket.getsockname()[1]
        web = subprocess.Popen(
            [str(Path(sys.executable).parent / "gunicorn"), "oil_portal.wsgi", "--bind", f"fd://{socket.fileno()}",
             "--preload", "--workers", "1", "--threads", "4", "--no-control-socket"],
            stdout=log, stderr=log, pass_fds=(socket.fileno(),),
        )  # fmt: skip
        try:
            measure(port, [psutil.Process(web.pid)], [postgres], sessions)
        finally:
            web.terminate()
            web.wait()


if __name__ == "__main__":
    from tests.bench.search import stack

    os.environ |= {
        "DEMO": "0",
        "SECRET_KEY": "only-for-the-bench",
        "DJANGO_SETTINGS_MODULE": "oil_portal.settings_test",
        "METRICS_TOKEN": "counting-costs-too",
        "LOG_LEVEL": "INFO",
        "CONN_MAX_AGE": "3600",  # a connection that ends takes its processor time out of the count
    }
    with stack(), tempfile.TemporaryDirectory(prefix="oil-capacity-") as folder:
        run(Path(folder))
