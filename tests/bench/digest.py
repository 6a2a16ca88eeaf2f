"""`python -m tests.bench.digest [PEOPLE]`: digests end to end, beside sending the same ready-made mails.

Both go over the same SMTP server (a process of its own) in one run: the ratio says what planning, collecting, writing
and marking cost. By one worker beside one connection, and by two workers, as docker-compose.yml runs them, beside two
connections. Starts databases of its own and cleans up after itself.
"""

import multiprocessing
import os
import resource
import smtplib
import socket
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path

PEOPLE = 10_000
LEAST = 0.6  # of the rate of the ready-made mails


@contextmanager
def sink(seconds: float = 0):
    """A mail server that takes so long over each mail; gives its port and the file with what it took."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with tempfile.NamedTemporaryFile() as file:
        words = [sys.executable, "-m", "tests.bench.sink", str(port), file.name, str(seconds)]
        process = subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        process.stdout.readline()
        try:
            yield port, file.name
        finally:
            process.stdin.close()
            process.wait(10)


def memory() -> float:
    """The most memory that this process had so far, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


class Queries:
    """Counts queries as a wrapper of the connection."""

    def __init__(self) -> None:
        self.number = 0

    def __call__(self, execute, sql, params, many, context):
        self.number += 1
        return execute(sql, params, many, context)


def ready_made(people: int) -> list[tuple[str, bytes]]:
    """(recipient, the mail as it goes over the line) of everybody, in the words of the digest."""
    from django.utils.translation import override

    from oil_portal.digests import Collection, message_for
    from partners.models import User

    found = []
    users = list(User.objects.order_by("pk")[:people])
    for language in ("en", "nl"):
        with override(language):
            mine = [user for user in users if user.language == language]
            for first in range(0, len(mine), 100):
                part = mine[first : first + 100]
                collection = Collection(part, weekly=dict.fromkeys([user.pk for user in part], True))
                for user in part:
                    message = message_for(collection.digest(user), message_id=f"<bench-{user.pk}@oil.example>")
                    found.append((user.email, message.message().as_bytes(linesep="\r\n")))
    return found


def send_ready_made(mails: list[tuple[str, bytes]], port: int) -> None:
    """Send them over one connection."""
    with smtplib.SMTP("127.0.0.1", port) as line:
        for to, content in mails:
            line.sendmail("portal@oil.example", [to], content)


def work(port: int) -> int:
    """A worker: sends what waits; returns the number of queries."""
    from django.conf import settings
    from django.db import connection

    from oil_portal.digests import send_planned

    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", port
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    connection.close()
    queries = Queries()
    with connection.execute_wrapper(queries):
        while send_planned(seconds=3600):
            pass
    connection.close()
    return queries.number


def together(act, parts: list[tuple]) -> tuple[float, list]:
    """Seconds that `act` takes for all parts at once, each in a process of its own, and what each gave."""
    context = multiprocessing.get_context("spawn")
    go = context.Barrier(len(parts) + 1)
    results = context.Queue()
    children = [context.Process(target=_start, args=(act, part, go, results)) for part in parts]
    for child in children:
        child.start()
    go.wait()
    begun = time.perf_counter()
    found = [results.get() for _child in children]
    taken = time.perf_counter() - begun
    for child in children:
        child.join()
    return taken, found


def _start(act, part, go, results) -> None:
    import django

    django.setup()
    from oil_portal.loaded import get_ready

    get_ready()  # as every worker does when it starts
    go.wait()
    results.put((act(*part), memory()))


def plan_for(people: int) -> None:
    """A delivery for so many people who had none."""
    from oil_portal.core.models import DigestDelivery
    from partners.models import User

    todo = User.objects.filter(digests=None).order_by("pk")[:people]
    DigestDelivery.objects.bulk_create(DigestDelivery(user=user, period="bench", week="bench") for user in todo)


def run(people: int) -> bool:
    """Fill, measure and print; whether it was fast enough."""
    import django

    django.setup()
    from django.core.management import call_command

    from oil_portal.core.models import DigestDelivery
    from tests.bench.people import fill

    call_command("migrate", verbosity=0)
    items = fill(people)
    say = sys.stdout.write
    say(f"{people} people, {items} things to tell\n")
    with sink() as (port, path):
        mails = ready_made(min(people, 2000))
        size = sum(len(content) for _to, content in mails) / len(mails) / 1000
        half, enough = len(mails) // 2, True
        for number, part in ((1, people // 5), (2, people - people // 5)):
            shares = [(mails, port)] if number == 1 else [(mails[:half], port), (mails[half:], port)]
            plain = together(send_ready_made, shares)[0] / len(mails)
            plan_for(part)
            taken, told = together(work, [(port,)] * number)
            ratio = plain / (taken / part)
            queries, most = sum(found for found, _memory in told), max(memory for _found, memory in told)
            say(f"{number} at once: a ready-made mail of {size:.0f} kB {plain * 1000:.2f} ms, a digest "
                f"{taken / part * 1000:.2f} ms: {ratio:.2f} of that rate; "
                f"{queries * 1000 / part:.0f} queries per 1,000 people, {most:.0f} MB after {part}\n")  # fmt: skip
            enough = enough and ratio >= LEAST
        took = len(Path(path).read_bytes().splitlines()) - 2 * len(mails)
    sent = DigestDelivery.objects.filter(state="sent").count()
    told = sum(DigestDelivery.objects.values_list("items", flat=True))
    say(f"sent {sent} of {people}, taken by the server {took}, told {told} of {items}; asked: {LEAST} of the rate\n")
    return enough and sent == took == people and told == items


if __name__ == "__main__":
    from tests.bench.search import stack

    os.environ |= {
        "DEMO": "0",
        "SECRET_KEY": "only-for-the-bench",
        "DJANGO_SETTINGS_MODULE": "oil_portal.settings_test",
        "EMAIL_URL": "smtp://127.0.0.1:25",
    }
    with stack():
        enough = run(int(sys.argv[1]) if len(sys.argv) > 1 else PEOPLE)
    sys.exit(0 if enough else 1)
