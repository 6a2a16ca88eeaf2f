"""`python -m tests.bench.pages [SIZE ...]`: what every main page of every role costs, at 1,000 and 100,000 challenges
and projects (`xl` adds 1,000,000), beside a bare view of the same server and beside the same list the obvious way.

Per page: queries, processor milliseconds in this process (the fastest third of the turns; a bare view is asked between
them, so that other work on the machine slows both), how many times the bare view that is, and how many at first, when
nothing on it was drawn before, milliseconds in PostgreSQL, kB of HTML; and under load, from this process on a gunicorn
beside it, median, p95 and pages per second. The sizes take turns under load, so that what is compared was measured in
the same minutes.
"""

import argparse
import http.client
import io
import json
import os
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from contextlib import ExitStack, contextmanager
from pathlib import Path

SIZES, XL = (1_000, 100_000), 1_000_000
TURNS, CLIENTS, EACH, ROUNDS, LONGEST = 15, 4, 10, 8, 10  # turns of a page, less when they take more seconds than this
MOST_QUERIES, MOST_TIMES, MOST_KB, MOST_GROWTH = 15, 10, 60, 1.3
BARE, OBVIOUS = "a bare view", ("projects, the obvious way", "challenges, the obvious way")
COOKIES = "sessionid={}; csrftoken=0123456789abcdefghijklmnopqrstuv"  # of a browser that was here before
OTHERS = 20  # of a thing that is looked at once each
LISTS = ("/bench/projecten/", "/bench/vraagstukken/")


def pages(who: dict) -> list[tuple[str, str, str]]:
    """(role, name, address) of every main page; `who` has the readers and what they look at."""
    project, open_project, challenge = who["project"], who["open"], who["challenge"]
    lists = [("projects", "/projecten/"), ("challenges", "/vraagstukken/"), ("modules", "/modules/")]
    one, chosen = [("a project", f"/projecten/{open_project}/")], [("a challenge", f"/vraagstukken/{challenge}/")]
    mine = [("start", "/start/"), ("my projects", "/projecten/van-mij/"), ("my project", f"/projecten/{project}/"),
            ("follow-ups", "/projecten/vervolg/"), ("hours", "/projecten/bijdragen/")]  # fmt: skip
    found = {
        "visitor": [
            ("home", "/"), *lists, ("projects, page 3", "/projecten/?page=3"),
            ("projects, filtered", "/projecten/?theme=energy&theme=mobility&theme=food&level=4"),
            ("projects, over", "/projecten/?status=completed"),
            ("projects, search", "/projecten/?q=water"), ("challenges, filtered", "/vraagstukken/?theme=energy"),
            ("challenges, search", "/vraagstukken/?q=water"), ("partners", "/partners/"),
            ("partners, filtered", "/partners/?kind=company&municipality=Leiden"), *one, *chosen,
            ("a completed project", f"/projecten/{who['over']}/"),
            ("a partner", f"/partners/{who['partner']}/"), ("a module", f"/modules/{who['module']}/"),
            ("learning goals", "/modules/leerdoelen/"), ("a learning goal", f"/modules/leerdoelen/{who['goal']}/"),
            ("the network", "/partners/netwerk/"),
        ],
        "student": [("start", "/start/"), *lists, *one, *chosen, ("my projects", "/projecten/van-mij/"),
                    ("my project", f"/projecten/{project}/"), ("profile", "/projecten/profiel/")],
        "contact": [*mine, ("our page", "/bedrijf/"), ("our challenge", f"/vraagstukken/{who['asked']}/"),
                    ("our partner", f"/partners/{who['host']}/"), *lists[:2],
                    ("our assignment", f"/vraagstukken/opdracht/{who['assignment']}/")],
        "teacher": [*mine, *lists[:2], ("my challenge", f"/vraagstukken/{who['asked']}/"),
                    ("my assignment", f"/vraagstukken/opdracht/{who['assignment']}/")],
        "coordinator": [("start", "/start/"), *lists, ("coverage", "/projecten/dekking/"),
                        ("rounds", "/projecten/rondes/"), ("our school", f"/partners/{who['school']}/"),
                        ("follow-ups", "/projecten/vervolg/"), ("my projects", "/projecten/van-mij/")],
        "broker": [("start", "/start/"), *lists[:2], *one, *chosen, ("to review", "/vraagstukken/controle/"),
                   ("new partners", "/partners/controle/"), ("partners", "/partners/"),
                   ("a partner", f"/partners/{who['partner']}/"), ("the report", "/rapport/"),
                   ("business case", "/rapport/businesscase/"), ("follow-ups", "/projecten/vervolg/")],
        "staff": [("start", "/start/"), ("mail", "/beheer-post/"), ("register", "/register/")],
    }  # fmt: skip
    everyone = [("visitor", BARE, "/bench/kaal/"), *(("visitor", *each) for each in zip(OBVIOUS, LISTS, strict=True))]
    return everyone + [(role, *each) for role, theirs in found.items() for each in theirs]


def readers() -> tuple[dict, dict]:
    """(what is looked at, a session per role): people who have as much to do with the running project as anybody."""
    from django.test import Client

    from oil_portal.sign_in.second_factor import PROOF
    from partners.models import User
    from projects.models import Project
    from tests import factories as f

    half = Project.objects.filter(status="running", confidential=False).order_by("pk")[8]
    first = Project.objects.filter(status="open", confidential=False).order_by("pk")[8]
    over = Project.objects.filter(status="completed", confidential=False).last()
    school = half.coach.memberships.get().partner
    who = {
        "project": half.pk, "open": first.pk, "over": over.pk, "challenge": first.challenge.pk,
        "asked": half.challenge.pk,
        "partner": first.challenge.partner_id, "host": half.challenge.partner_id, "assignment": half.assignment_id,
        "school": school.pk, "module": half.run.module_id, "goal": half.assignment.links.first().goal_id,
    }  # fmt: skip
    network = f.PartnerFactory(network=True, name="Economie071")
    people = {
        "student": half.team().first().student, "contact": half.challenge.contact, "teacher": half.coach,
        "coordinator": f.UserFactory(email="coordinator@mail.example", coordinator=school),
        "broker": f.UserFactory(email="makelaar@mail.example", broker=network),
        "staff": User.objects.create_superuser("staf@mail.example"),
    }  # fmt: skip
    sessions = {"visitor": ""}
    for role, user in people.items():
        client = Client()
        client.force_login(user)
        session = client.session
        session[PROOF] = user.pk  # a second step was shown, where one is needed
        session.save()
        sessions[role] = client.cookies["sessionid"].value
    return who, sessions


def others() -> list[tuple[str, str, list[str]]]:
    """(role, name, addresses) of pages of the same kind that nobody looked at: another thing each time."""
    from challenges.models import Challenge
    from partners.models import Partner
    from projects.models import Project

    def of(things, address: str) -> list[str]:
        return [address.format(pk) for pk in things.order_by("-pk").values_list("pk", flat=True)[:OTHERS]]

    public = {"confidential": False}
    open_, over = (of(Project.objects.filter(status=one, **public), "/projecten/{}/") for one in ("open", "completed"))
    asked = of(Challenge.objects.filter(status="published", **public), "/vraagstukken/{}/")
    partners = of(Partner.objects.filter(status="accepted", kind="company"), "/partners/{}/")
    leaves = range(2, 2 + OTHERS)
    return [
        ("visitor", "open projects", open_), ("student", "open projects", open_), ("broker", "open projects", open_),
        ("visitor", "completed projects", over), ("visitor", "challenges", asked), ("broker", "challenges", asked),
        ("visitor", "partners", partners), ("broker", "partners", partners),
        ("visitor", "pages of completed projects", [f"/projecten/?status=completed&page={each}" for each in leaves]),
    ]  # fmt: skip


class Server:
    """The portal in this process, as gunicorn calls it; counts queries and the time that they take."""

    def __init__(self) -> None:
        from django.core.wsgi import get_wsgi_application
        from django.db import connection

        from oil_portal.core.prepared import TOGETHER

        self.portal, self.connection, self.queries, self.in_database = get_wsgi_application(), connection, 0, 0.0
        self.between = TOGETHER

    def note(self, execute, *args):
        begun = time.perf_counter()
        try:
            return execute(*args)
        finally:
            self.queries += args[0].count(self.between) + 1  # several can be asked in one go
            self.in_database += time.perf_counter() - begun

    def ask(self, path: str, session: str) -> dict:
        """Ask for a page; its processor milliseconds, queries and size."""
        path, _mark, query = path.partition("?")
        environ = {
            "REQUEST_METHOD": "GET", "PATH_INFO": path, "QUERY_STRING": query, "SERVER_NAME": "localhost",
            "SERVER_PORT": "80", "SERVER_PROTOCOL": "HTTP/1.1", "HTTP_HOST": "localhost", "wsgi.url_scheme": "http",
            "REMOTE_ADDR": "127.0.0.1",
            "HTTP_COOKIE": COOKIES.format(session), "wsgi.input": io.BytesIO(), "wsgi.errors": sys.stderr,
        }  # fmt: skip
        status = []
        self.queries, self.in_database = 0, 0.0
        with self.connection.execute_wrapper(self.note):
            begun = time.thread_time()
            answer = self.portal(environ, lambda line, _headers: status.append(line))
            body = b"".join(answer)
            answer.close()
            taken = time.thread_time() - begun
        if status[0] != "200 OK":
            raise SystemExit(f"{path} answers {status[0]}.")
        return {"cpu": taken * 1000, "queries": self.queries, "sql": self.in_database * 1000, "kb": len(body) / 1000}


def typical(values: list[float]) -> float:
    """The median of the fastest third: what is left when other work does not come between."""
    return statistics.median(sorted(values)[: max(1, len(values) // 3)])


def forget_what_was_drawn() -> None:
    """As if nobody had asked for anything like this page: not its header either."""
    from oil_portal import drawn, network_page
    from oil_portal.core.templatetags import oil, parts

    drawn._drawn.clear()
    for each in (parts._remembered, oil._html, oil._chip, oil.teeth, network_page.drawn):
        each.cache_clear()


def in_process(asked: list, sessions: dict) -> list[dict]:
    server, found = Server(), []
    for role, name, path in asked:
        turns, bare, first = [], [], []
        server.ask(path, sessions[role])
        begun = time.perf_counter()
        while len(turns) < TURNS and time.perf_counter() - begun < LONGEST:
            bare.append(server.ask("/bench/kaal/", "")["cpu"])
            turns.append(server.ask(path, sessions[role]))
            forget_what_was_drawn()
            first.append(server.ask(path, sessions[role])["cpu"])
        one = {key: typical([turn[key] for turn in turns]) for key in ("cpu", "sql")}
        found.append({"role": role, "name": name, "queries": turns[-1]["queries"], "kb": turns[-1]["kb"], **one,
                      "times": one["cpu"] / typical(bare), "first": typical(first) / typical(bare)})  # fmt: skip
    return found


def of_others(sessions: dict) -> list[tuple[str, float]]:
    """(name, times a bare view) of pages that are another one each time."""
    server, found = Server(), []
    for role, name, addresses in others():
        server.ask(addresses[0], sessions[role])  # what is composed once is known, and the header is
        turns = [(server.ask("/bench/kaal/", "")["cpu"], server.ask(each, sessions[role])["cpu"])
                 for each in addresses[1:]]  # fmt: skip
        bare, times = map(list, zip(*turns, strict=True))
        found.append((f"{role}: {name}", typical(times) / typical(bare)))
    return found


def fetch(link: http.client.HTTPConnection, path: str, session: str) -> float:
    """Milliseconds until the page is here."""
    begun = time.perf_counter()
    link.request("GET", path, headers={"Host": "localhost", "Cookie": COOKIES.format(session)})
    answer = link.getresponse()
    answer.read()
    if answer.status != 200:
        raise SystemExit(f"{path} answers {answer.status}.")
    return (time.perf_counter() - begun) * 1000


def under_load(port: int, path: str, session: str) -> tuple[list[float], float]:
    """All clients ask for the page at once, again and again; milliseconds of each answer, and seconds in all."""

    def client() -> None:
        link = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        for turn in range(EACH):
            if turn == 0 or time.perf_counter() - begun < LONGEST:
                taken.append(fetch(link, path, session))
        link.close()

    taken: list[float] = []
    begun = time.perf_counter()
    clients = [threading.Thread(target=client) for _number in range(CLIENTS)]
    for each in clients:
        each.start()
    for each in clients:
        each.join()
    return taken, time.perf_counter() - begun


def loaded(regions: list[dict]) -> None:
    """Add p50, p95 and pages per second to each page of each region. The regions take turns, so that other work on the
    machine slows them alike."""
    for number, (role, _name, path) in enumerate(regions[0]["asked"]):
        taken: list[list[float]] = [[] for _region in regions]
        seconds = [0.0 for _region in regions]
        for turn in range(ROUNDS + 1):
            for place, region in enumerate(regions):
                _role, _name, path = region["asked"][number]
                answers, lasted = under_load(region["port"], path, region["sessions"][role])
                if turn:  # the first turn fills what is kept
                    taken[place] += answers
                    seconds[place] += lasted
        for region, each, lasted in zip(regions, taken, seconds, strict=True):
            region["pages"][number] |= {
                "p50": statistics.median(each), "p95": statistics.quantiles(each, n=20)[-1], "rps": len(each) / lasted,
            }  # fmt: skip


def one(size: int) -> None:
    """Fill a database, measure in this process, print a line of JSON, and serve until whoever reads that is done."""
    import django

    django.setup()
    from django.core.management import call_command
    from django.db import connection

    from oil_portal.stack.processes import listen
    from tests.bench.fill import fill

    call_command("migrate", verbosity=0)
    begun = time.perf_counter()
    fill(size)
    seconds = time.perf_counter() - begun
    who, sessions = readers()
    asked = pages(who)
    found = {"size": size, "seconds": seconds, "asked": asked, "sessions": sessions,
             "pages": in_process(asked, sessions), "others": of_others(sessions)}  # fmt: skip
    connection.close()
    with listen(0) as socket, tempfile.TemporaryFile() as log:
        web = subprocess.Popen(
            [str(Path(sys.executable).parent / "gunicorn"), "oil_portal.wsgi", "--bind", f"fd://{socket.fileno()}",
             "--preload", "--workers", "1", "--threads", str(CLIENTS), "--no-control-socket"],
            stdout=log, stderr=log, pass_fds=(socket.fileno(),),
        )  # fmt: skip
        try:
            sys.stdout.write(json.dumps(found | {"port": socket.getsockname()[1]}) + "\n")
            sys.stdout.flush()
            sys.stdin.read()
        finally:
            web.terminate()
            web.wait()


@contextmanager
def region(size: int):
    """What a process of its own says of a region of this size, as long as its server is asked."""
    process = subprocess.Popen([sys.executable, "-m", "tests.bench.pages", "--one", str(size)],
                               stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)  # fmt: skip
    try:
        said = next((line for line in process.stdout if line.startswith("{")), None)
        if said is None:
            raise SystemExit(f"The region of {size:,} could not be made.")
        yield json.loads(said)
    finally:
        process.stdin.close()
        process.wait()


def table(found: dict, before: dict | None) -> None:
    """Print a table; `before` is the smallest region, which p95 is compared with."""
    say = sys.stdout.write
    say(f"\n{found['size']:,} challenges and projects, filled in {found['seconds']:.0f} s\n")
    say(f"{'':42}{'queries':>8}{'cpu ms':>8}{'x bare':>8}{'first':>8}{'sql ms':>8}{'kB':>6}{'p50 ms':>8}{'p95 ms':>8}"
        f"{'pages/s':>9}{'p95 x':>7}\n")  # fmt: skip
    for number, page in enumerate(found["pages"]):
        growth = page["p95"] / before["pages"][number]["p95"] if before else 1
        long = [page["queries"] > MOST_QUERIES, page["times"] > MOST_TIMES, page["kb"] > MOST_KB, growth > MOST_GROWTH]
        say(f"{page['role'] + ': ' + page['name']:42}{page['queries']:8}{page['cpu']:8.2f}{page['times']:8.1f}"
            f"{page['first']:8.1f}{page['sql']:8.1f}{page['kb']:6.0f}{page['p50']:8.1f}{page['p95']:8.1f}{page['rps']:9.0f}{growth:7.2f}"
            f"{' *' * sum(long)}\n")  # fmt: skip
    say("\nAnother one each time, x bare\n")
    for name, times in found["others"]:
        say(f"{name:42}{times:8.1f}\n")
    sys.stdout.flush()


def run(sizes: list[int], keep: str) -> None:
    """A process and a database of its own for each size; `keep` is a file for what was measured."""
    with ExitStack() as opened:
        regions = [opened.enter_context(region(size)) for size in sizes]
        loaded(regions)
    for each in regions:
        table(each, regions[0] if each is not regions[0] else None)
    if keep:
        Path(keep).write_text(json.dumps([{"size": each["size"], "seconds": each["seconds"], "pages": each["pages"],
                                           "others": each["others"]}
                                          for each in regions]), encoding="utf-8")  # fmt: skip


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("sizes", nargs="*")
    parser.add_argument("--one", type=int)
    parser.add_argument("--keep", default="", help="a file for what was measured, as JSON")
    wanted = parser.parse_args()
    if wanted.one:
        from tests.bench.search import stack

        os.environ |= {"DEMO": "0", "SECRET_KEY": "only-for-the-bench", "CONN_MAX_AGE": "3600",
                       "DJANGO_SETTINGS_MODULE": "tests.bench.settings"}  # fmt: skip
        with stack():
            one(wanted.one)
    else:
        run([XL if size == "xl" else int(size) for size in wanted.sizes] or list(SIZES), wanted.keep)
