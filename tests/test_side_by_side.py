"""Two web processes and two workers on one database and one Redis; one of each stops under load and nothing is lost.

The web processes share a listening socket, as two behind one address do: what one has not taken yet, the other takes.
"""

import http.client
import json
import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from pathlib import Path
from urllib.parse import urlencode

import psycopg
import pytest
from django.db import connection
from psycopg import sql

from oil_portal.core.models import Letter
from oil_portal.ops import counters
from oil_portal.stack.processes import listen

ROOT = Path(__file__).resolve().parents[1]
BEFORE, AFTER, CLIENTS = 15, 25, 4  # invitations before one of each stops, and after
GOODBYE = ("", "worker: Warm shutdown (MainProcess)")  # Celery prints it from its signal handler, past all logging
SENT = re.compile(r"Task oil_portal\.core\.tasks\.send_letter\[[^]]*\] succeeded in")  # a worker that begins counts too
BIN = Path(sys.executable).parent


def on_server(name: str, *statements: sql.Composed) -> list[tuple]:
    parameters = {key: value for key, value in connection.get_connection_params().items() if key in KEYS}
    with psycopg.connect(**parameters | {"dbname": name}, autocommit=True) as link:
        return [link.execute(statement) for statement in statements]


KEYS = ("host", "port", "user", "password")


class Portal:
    """The processes, their logs, and what the clients saw."""

    def __init__(self, home: Path, environ: dict[str, str], port: int) -> None:
        self.home, self.environ, self.port = home, environ, port
        self.children: dict[str, subprocess.Popen] = {}
        self.answers: Counter[int] = Counter()
        self.lost: list[str] = []
        self.sent: list[str] = []
        self.lock = threading.Lock()

    def start(self, name: str, *words: str, fds: tuple[int, ...] = ()) -> None:
        with (self.home / f"{name}.log").open("wb") as log:
            self.children[name] = subprocess.Popen(
                words,
                cwd=ROOT,
                env=self.environ,
                stdout=subprocess.DEVNULL,
                stderr=log,
                pass_fds=fds,
                start_new_session=True,
            )

    def lines(self, name: str) -> list[dict]:
        """What a process logged on standard error; a line that is no JSON is a failure."""
        lines = (self.home / f"{name}.log").read_text().splitlines()
        return [json.loads(line) for line in lines if line not in GOODBYE]

    def ask(self, method: str, path: str, body: str = "", **headers: str) -> http.client.HTTPResponse:
        link = http.client.HTTPConnection("127.0.0.1", self.port, timeout=15)
        link.request(method, path, body or None, {"Host": "localhost", **headers})
        answer = link.getresponse()
        answer.content = answer.read()
        link.close()
        return answer

    def load(self, number: int, over: threading.Event, session: str, path: str) -> None:
        """One visitor after another: a page, then an invitation, which is a row, a task and a mail."""
        page = self.ask("GET", path, Cookie=f"sessionid={session}")
        token = re.search(rb'name="csrfmiddlewaretoken" value="(\w+)"', page.content)[1].decode()
        cookie = re.search(r"csrftoken=(\w+)", page.getheader("Set-Cookie"))[1]
        turn = 0
        while not over.is_set():
            turn += 1
            identity = f"load-{number}-{turn}"
            form = {"csrfmiddlewaretoken": token, "email": f"{identity}@mail.example", "role": "contact"}
            try:
                seen = self.ask("GET", "/contact/").status
                answer = self.ask(
                    "POST", path, urlencode(form), **{
                        "X-Request-ID": identity, "Cookie": f"sessionid={session}; csrftoken={cookie}",
                        "Content-Type": "application/x-www-form-urlencoded",
                    },
                )  # fmt: skip
            except (OSError, http.client.HTTPException) as error:
                self.lost.append(f"{identity}: {error!r}")
                continue
            with self.lock:
                self.answers.update([seen, answer.status])
                assert answer.getheader("X-Request-ID") == identity
                self.sent.append(identity)


@pytest.fixture
def portal(transactional_db, region, login, smtp_server, tmp_path, settings):
    """Everything started and ready; the broker is logged in."""
    session = login(region.broker).cookies["sessionid"].value
    original, name = connection.settings_dict["NAME"], f"{connection.settings_dict['NAME']}_side"
    drop = sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name))
    connection.close()
    on_server(
        "postgres",
        drop,
        sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(sql.Identifier(name), sql.Identifier(original)),
    )
    counters.client.cache_clear()
    counters.client().flushdb()
    environ = os.environ | {
        "DATABASE_URL": f"{os.environ['DATABASE_URL'].rpartition('/')[0]}/{name}",
        "EMAIL_URL": f"smtp://127.0.0.1:{settings.EMAIL_PORT}",
        "DJANGO_SETTINGS_MODULE": "oil_portal.settings_test", "TMPDIR": str(tmp_path),
        "LOG_FORMAT": "json", "LOG_LEVEL": "INFO", "METRICS_TOKEN": "a-word",
        "PYTHONWARNINGS": "ignore:You're running the worker",  # as root, which says so before there is a log
    }  # fmt: skip
    with listen(0) as socket:
        made = Portal(tmp_path, environ, socket.getsockname()[1])
        made.session, made.name, made.path = session, name, f"/partners/{region.company.pk}/nodig-uit/"
        try:
            for which in ("one", "two"):
                made.start(
                    f"web-{which}", str(BIN / "gunicorn"), "oil_portal.wsgi", "--bind", f"fd://{socket.fileno()}",
                    "--preload", "--workers", "1", "--threads", "4", "--no-control-socket", fds=(socket.fileno(),),
                )  # fmt: skip
                made.start(
                    f"worker-{which}", str(BIN / "celery"), "--app", "oil_portal", "worker", "--concurrency", "1",
                    "--hostname", f"{which}@side",
                )  # fmt: skip
            wait(lambda: all(ready(made, name) for name in made.children))
            yield made
        finally:
            for child in made.children.values():
                child.kill()
                child.wait()
    counters.client().flushdb()
    on_server("postgres", drop)


def ready(portal: Portal, name: str) -> bool:
    text = (portal.home / f"{name}.log").read_text()
    assert portal.children[name].poll() is None, text
    return ("Booting worker" if name.startswith("web") else "ready.") in text


def wait(condition, seconds: float = 60) -> None:
    until = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < until, "this took too long"
        time.sleep(0.05)


def test_two_of_each_and_one_of_each_stops(portal, smtp_server):
    over = threading.Event()
    clients = [
        threading.Thread(target=portal.load, args=(number, over, portal.session, portal.path))
        for number in range(CLIENTS)
    ]
    for client in clients:
        client.start()
    try:
        # Who takes what is the system's choice, and one may take nothing for a while: stop it when it has work.
        wait(lambda: len(portal.sent) >= BEFORE and all(worked(portal, name) for name in portal.children))
        stopped = {name: portal.children[name] for name in ("web-one", "worker-one")}
        for child in stopped.values():
            child.send_signal(signal.SIGTERM)
        wait(lambda: len(portal.sent) >= BEFORE + AFTER)
    finally:
        over.set()
        for client in clients:
            client.join()

    # No request was lost, before the stop or after it, and both kinds of process ended well.
    assert portal.lost == []
    assert set(portal.answers) == {200, 302}
    # Celery now and then waits half a minute for a task that is done already, and then gives it back.
    assert {name: child.wait(60) for name, child in stopped.items()} == {"web-one": 0, "worker-one": 0}

    # No task was lost, and one that was given back did no harm: each invitation is one mail, and none waits.
    waiting = sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier(Letter._meta.db_table))
    wait(lambda: left(portal, waiting) == 0, 20)
    mails = Counter(to for recipients, _message in smtp_server.messages for to in recipients)
    assert mails == {f"{identity}@mail.example": 1 for identity in portal.sent}
    belongs_together(portal)


def worked(portal: Portal, name: str) -> bool:
    """Whether this process has answered a visitor, or carried out a task."""
    text = (portal.home / f"{name}.log").read_text()
    return '"route": "contact"' in text if name.startswith("web") else bool(SENT.search(text))


def left(portal: Portal, query: sql.Composed) -> int:
    parameters = {key: value for key, value in connection.get_connection_params().items() if key in KEYS}
    with psycopg.connect(**parameters, dbname=portal.name) as link:
        return link.execute(query).fetchone()[0]


def belongs_together(portal: Portal) -> None:
    """Each of the four did its share; the number of every request is in one line of one web and of one worker."""
    web = {name: portal.lines(name) for name in ("web-one", "web-two")}
    worker = {name: portal.lines(name) for name in ("worker-one", "worker-two")}
    for lines in web.values():
        assert [line for line in lines if line.get("route") == "contact"]
    for lines in worker.values():
        assert [line for line in lines if SENT.search(line["message"])]
    asked = Counter(line["request_id"] for lines in web.values() for line in lines if line.get("method") == "POST")
    done = Counter(line["request_id"] for lines in worker.values() for line in lines if SENT.search(line["message"]))
    assert asked == dict.fromkeys(portal.sent, 1)
    assert set(done) == set(asked)
    assert done.total() - asked.total() <= 1  # what the stopped worker had in hand
    # The one that is left knows what both did.
    answer = portal.ask("GET", "/metrics", Authorization="Bearer a-word").content.decode()
    number = float(len(portal.sent))
    assert f'oil_route_seconds_count{{method="POST",route="partners:invite",status="302"}} {number}' in answer
    assert f'oil_route_seconds_count{{method="GET",route="contact",status="200"}} {number}' in answer
    assert (
        f'oil_task_seconds_count{{state="SUCCESS",task="oil_portal.core.tasks.send_letter"}} {float(done.total())}'
        in answer
    )
