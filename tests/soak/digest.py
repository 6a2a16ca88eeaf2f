"""`python -m tests.soak.digest [PEOPLE KILLS RESTARTS]`: workers, Redis and PostgreSQL die while digests are sent.

A real beat, two real workers, Redis, PostgreSQL and an SMTP server, on loopback and unix sockets only. The workers are
killed with -9 at random moments while they send; Redis is killed with -9 and loses all it had; PostgreSQL is ended as
by a power cut (immediate shutdown) and recovers. At the end the mails that the server took are counted: each person
once, each thing once, and how many mails came twice, by their Message-ID. The run fails when anything is lost, when a
thing is in two different mails, or when more mails came twice than sendings were cut off: one for a worker that is
killed, one per worker when PostgreSQL is.
"""

import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

PEOPLE, KILLS, RESTARTS = 5_000, 50, 10
NOTICES, TO_DO = 4, 2
SLOW = 0.012  # seconds that the mail server takes over each mail, so that kills fall within a sending
LONGEST = 1500  # seconds


class Soak:
    """The processes of one run, and what was done to them."""

    def __init__(self, home: Path, kills: int, restarts: int) -> None:
        from oil_portal.stack.embedded import Embedded

        self.stack = Embedded(home)
        self.stack.lock.take()
        self.children: dict[str, subprocess.Popen] = {}
        self.chance = random.Random(7)
        self.to_kill, self.to_restart, self.total = kills, restarts, kills + restarts
        self.done: Counter[str] = Counter()

    # --- Starting and ending -------------------------------------------------------------------------------------
    def start_databases(self) -> dict[str, str]:
        for name in ("DATABASE_URL", "REDIS_URL"):
            os.environ.pop(name, None)
        self.servers = {}
        self.servers["postgres"], database = self.stack.start_postgres()
        self.servers["redis"], redis = self.stack.start_redis()
        return {"DATABASE_URL": database, "REDIS_URL": redis}

    def start(self, name: str) -> None:
        celery = [sys.executable, "-m", "celery", "--app", "oil_portal", "--quiet"]
        words = {
            "beat": [*celery, "beat", "--schedule", str(self.stack.home / "beat"), "--pidfile="],
            "one": [*celery, "worker", "--pool", "solo", "--without-gossip", "--without-mingle", "-n", "one@soak"],
            "two": [*celery, "worker", "--pool", "solo", "--without-gossip", "--without-mingle", "-n", "two@soak"],
        }[name]
        log = (self.stack.home / f"{name}.log").open("ab")
        self.children[name] = subprocess.Popen(words, stdout=log, stderr=subprocess.STDOUT, start_new_session=True)

    def revive(self) -> None:
        """Whoever ended is started again, as a service manager would."""
        for name, child in list(self.children.items()):
            if child.poll() is not None:
                self.done["ended by itself"] += 1
                self.start(name)

    def stop(self) -> None:
        for child in self.children.values():
            child.kill()
            child.wait()
        for server in self.servers.values():
            server.process.send_signal(server.stop)
            server.process.wait(30)
        self.stack.lock.release()

    # --- Trouble -------------------------------------------------------------------------------------------------
    def kill_a_worker(self) -> None:
        name = self.chance.choice(["one", "two"])
        child = self.children[name]
        child.send_signal(signal.SIGKILL)
        child.wait()
        self.done["kill -9 of a worker"] += 1
        self.to_kill -= 1
        self.start(name)

    def restart_a_database(self) -> None:
        name = ("redis", "postgres")[self.to_restart % 2]
        server = self.servers[name]
        if name == "redis":
            server.process.kill()
            for file in (self.stack.home / "redis").glob("*"):
                file.unlink()
        else:
            server.process.send_signal(signal.SIGQUIT)
        server.process.wait(60)
        start = self.stack.start_redis if name == "redis" else self.stack.start_postgres
        self.servers[name], _address = start()
        self.done[f"restart of {name}"] += 1
        self.to_restart -= 1


def left() -> tuple[int, int]:
    """(not settled, being sent now)."""
    from django.db import connection

    from oil_portal.core.models import DigestDelivery

    connection.close()
    states = Counter(DigestDelivery.objects.values_list("state", flat=True))
    return states["planned"] + states["sending"], states["sending"]


def trouble(soak: Soak, people: int) -> float:
    """Kill and restart until everything was sent; returns the seconds it took."""
    begun = time.monotonic()
    every = people / (soak.to_kill + soak.to_restart + 2)  # mails between two troubles, so that all fall in the run
    while time.monotonic() - begun < LONGEST:
        soak.revive()
        open_, busy = left()
        if not open_:
            break
        troubles = soak.to_kill + soak.to_restart
        if busy and troubles and (people - open_) >= every * (soak.total - troubles):
            time.sleep(soak.chance.uniform(0, 0.2))
            # One database for every five workers or so.
            if soak.to_restart and (not soak.to_kill or troubles % (troubles // soak.to_restart or 1) == 0):
                soak.restart_a_database()
            else:
                soak.kill_a_worker()
        time.sleep(0.05)
    return time.monotonic() - begun


def judge(path: str, soak: Soak, people: int, items: int) -> bool:
    """Count what the mail server took; print the table; whether all is well."""
    from oil_portal.core.models import DigestDelivery, Notice

    rows = [line.rstrip(b"\n").split(b"\t") for line in Path(path).read_bytes().splitlines()]
    mails = Counter(identity for _to, identity, _marks in rows)
    marks = Counter(
        mark for identity, found in {(row[1], row[2]) for row in rows} for mark in found.split(b",") if mark
    )
    wanted = people * NOTICES
    twice = sum(number - 1 for number in mails.values())
    states = Counter(DigestDelivery.objects.values_list("state", flat=True))
    killed = soak.done["kill -9 of a worker"] + 2 * soak.done["restart of postgres"]
    table = [
        ("people", people),
        ("digests sent, by the ledger", states["sent"]),
        ("different mails that the server took", len(mails)),
        ("people without a mail", people - len({row[0] for row in rows})),
        ("news lost", wanted - len(marks)),
        ("news in two different mails", sum(1 for number in marks.values() if number > 1)),
        ("news not marked as told", Notice.objects.filter(told_at=None).count()),
        ("things told, of " + str(items), sum(DigestDelivery.objects.values_list("items", flat=True))),
        ("mails that came twice (same Message-ID)", twice),
        *sorted(soak.done.items()),
    ]
    for name, number in table:
        sys.stdout.write(f"{name:42} {number:>7}\n")
    lost = (
        states["sent"] != people
        or len(mails) != people
        or len(marks) != wanted
        or Notice.objects.filter(told_at=None).exists()
    )
    return not lost and not any(number > 1 for number in marks.values()) and twice <= killed


def run(people: int, kills: int, restarts: int) -> bool:
    from tests.bench.digest import sink

    with tempfile.TemporaryDirectory(prefix="oil-soak-") as folder, sink(SLOW) as (port, path):
        home = Path(folder)
        home.chmod(0o711)
        soak = Soak(home, kills, restarts)
        os.environ |= {
            "DEMO": "0", "SECRET_KEY": "only-for-the-soak", "DJANGO_SETTINGS_MODULE": "tests.soak.settings",
            "EMAIL_URL": f"smtp://127.0.0.1:{port}",
        } | soak.start_databases()  # fmt: skip
        try:
            items = prepare(people)
            for name in ("beat", "one", "two"):
                soak.start(name)
            seconds = trouble(soak, people)
            sys.stdout.write(f"{seconds:.0f} seconds\n")
            return judge(path, soak, people, items)
        finally:
            soak.stop()


def prepare(people: int) -> int:
    """Fill, and plan a digest for everybody; returns the number of things to tell."""
    import django

    django.setup()
    from django.core.management import call_command

    from oil_portal.core.models import DigestDelivery
    from partners.models import User
    from tests.bench.people import fill

    call_command("migrate", verbosity=0)
    items = fill(people, notices=NOTICES, to_do=TO_DO)
    DigestDelivery.objects.bulk_create(
        DigestDelivery(user=user, period="soak", week="soak") for user in User.objects.all()
    )
    return items


if __name__ == "__main__":
    numbers = [int(word) for word in sys.argv[1:]]
    sys.exit(0 if run(*(numbers or (PEOPLE, KILLS, RESTARTS))) else 1)
