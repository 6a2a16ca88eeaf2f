"""Log lines that belong together, the figures at /metrics, the alert rules, and migrations that need no pause."""

import io
import json
import logging
import re
from pathlib import Path
from types import SimpleNamespace

import pytest
import yaml
from django.http import HttpResponse
from django.test import RequestFactory
from django.urls import reverse
from django_migration_linter import MigrationLinter
from django_migration_linter.sql_analyser import PostgresqlAnalyser, analyse_sql_statements
from prometheus_client.parser import text_string_to_metric_families

from oil_portal.core.models import DigestDelivery, Letter
from oil_portal.ops import counters, logs, middleware, tracing

RULES = yaml.safe_load((Path(counters.__file__).parent / "alerts.yml").read_text())["groups"][0]["rules"]
APPS = ["core", "partners", "modules", "challenges", "projects", "reports"]
TOKEN = {"Authorization": "Bearer a-word"}


# --- Log lines --------------------------------------------------------------------------------------------------
@pytest.fixture
def lines():
    """What is logged while a test runs, as the JSON that a machine would read."""
    settings = logs.config(form="json", level="INFO")
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(logs.Json())
    root = logging.getLogger()
    before = root.level
    root.addHandler(handler)
    root.setLevel(settings["root"]["level"])
    yield lambda: [json.loads(line) for line in stream.getvalue().splitlines()]
    root.removeHandler(handler)
    root.setLevel(before)


def test_the_number_of_a_request_is_in_its_answer_and_in_its_line(client, db, lines):
    answer = client.get(reverse("contact"), headers={"X-Request-ID": "from-the-proxy.1"})
    assert answer.headers["X-Request-ID"] == "from-the-proxy.1"
    line = next(line for line in lines() if line["logger"] == "oil_portal.requests")
    assert {name: line[name] for name in ("request_id", "route", "method", "status", "level")} == {
        "request_id": "from-the-proxy.1", "route": "contact", "method": "GET", "status": 200, "level": "INFO",
    }  # fmt: skip
    assert line["ms"] > 0


@pytest.mark.parametrize("given", ["", "a b", "x" * 65, "a\nb", '{"level":"ERROR"}', "é"])
def test_a_number_that_could_spoil_the_log_is_replaced(given):
    request = RequestFactory().get("/")
    request.META["HTTP_X_REQUEST_ID"] = given
    answer = middleware.RequestMiddleware(lambda request: HttpResponse())(request)
    assert re.fullmatch("[0-9a-f]{32}", answer.headers["X-Request-ID"])


def test_a_secret_address_is_not_in_the_line(client, db, lines):
    client.get(reverse("partners:invitation", args=["very-secret"]))
    ours = [line for line in lines() if line["logger"] == "oil_portal.requests"]
    assert ours[0]["status"] == 404
    assert "very-secret" not in json.dumps(ours)


def test_after_a_request_nothing_of_it_stays(client, db):
    client.get(reverse("contact"))
    assert tracing.where.get() == {}


def test_an_exception_is_one_line_of_json(lines):
    try:
        raise ValueError("regel één\nregel twee")
    except ValueError:
        logging.getLogger("oil_portal.x").exception("mis: %s", "\u2028")
    (line,) = lines()
    assert "regel twee" in line["exception"]
    assert line["message"] == "mis: \u2028"


def test_a_task_carries_the_number_of_its_request(lines):
    """The real processes are in test_side_by_side.py; here the signals, in the order in which Celery gives them."""
    task, headers = SimpleNamespace(name="a.task"), {}
    before = tracing.where.set({"request_id": "asked-here"})
    tracing.give_along(headers=headers)
    tracing.where.reset(before)
    task.request = SimpleNamespace(get=headers.get)
    tracing.begin(task=task, task_id="7")
    logging.getLogger("oil_portal.x").info("at work")
    tracing.end(task=task, state="SUCCESS")
    (line,) = lines()
    assert (line["request_id"], line["task"], line["task_id"]) == ("asked-here", "a.task", "7")
    assert tracing.where.get() == {}


# --- Figures ----------------------------------------------------------------------------------------------------
@pytest.fixture
def counted(settings):
    """Counting is on and starts at nothing."""
    settings.METRICS_TOKEN = "a-word"
    counters.client.cache_clear()
    for key in counters.client().scan_iter(f"{counters.KEY}:*"):
        counters.client().delete(key)
    counters._quiet_until = 0
    yield settings
    counters._quiet_until = 0
    counters.client.cache_clear()


class Figures:
    """What /metrics says: figures(name, label values in any order)."""

    def __init__(self, client) -> None:
        answer = client.get("/metrics", headers=TOKEN)
        assert answer.status_code == 200
        families = list(text_string_to_metric_families(answer.content.decode()))
        assert all(family.documentation for family in families)
        samples = [sample for family in families for sample in family.samples]
        self.table = {(sample.name, frozenset(sample.labels.values())): sample.value for sample in samples}
        self.names = {name for name, _labels in self.table}

    def __call__(self, name: str, *labels: str) -> float:
        return self.table[name, frozenset(labels)]


@pytest.mark.parametrize("given", [None, "a-word", "Bearer", "Bearer another", "Bearer a-wordy", "Bearer é"])
def test_without_the_word_there_are_no_figures(client, db, counted, given):
    assert client.get("/metrics", headers={"Authorization": given} if given else {}).status_code == 404
    counted.METRICS_TOKEN = ""
    assert client.get("/metrics", headers={"Authorization": "Bearer "}).status_code == 404


def test_requests_are_counted_by_route_and_answer(client, db, counted):
    for _number in range(3):
        client.get(reverse("contact"))
    client.get("/bestaat-niet/")
    client.get("/healthz")
    found = Figures(client)
    assert found("oil_route_seconds_count", "contact", "GET", "200") == 3
    assert found("oil_route_seconds_count", "-", "GET", "404") == 1
    assert found("oil_request_seconds_count", "GET") == 4
    assert found("oil_request_seconds_bucket", "GET", "+Inf") == 4
    assert 0 < found("oil_request_seconds_sum", "GET") < 10
    assert not [labels for _name, labels in found.table if "healthz" in labels]


def test_buckets_add_up(client, db, counted):
    for seconds in (0.01, 0.07, 0.3, 99):
        counters.note_request("x", "POST", 302, seconds)
    found = Figures(client)
    bounds = ("0.05", "0.1", "0.25", "0.5", "1.0", "10.0", "+Inf")
    assert [found("oil_request_seconds_bucket", "POST", bound) for bound in bounds] == [1, 2, 2, 3, 3, 3, 4]


def test_digests_letters_and_tasks_are_counted(client, region, counted):
    DigestDelivery.objects.create(user=region.student, period="2026-11-23", state="failed")
    DigestDelivery.objects.create(user=region.teacher, period="2026-11-23")
    Letter.objects.create(to="a@mail.example", language="nl", template="x")
    counters.note_task("projects.tasks.solve_proposal", "SUCCESS", 42.0)
    found = Figures(client)
    assert [found("oil_digests", state) for state in ("planned", "failed", "sent")] == [1, 1, 0]
    assert [found("oil_letters", state) for state in ("waiting", "failed")] == [1, 0]
    assert found("oil_digest_oldest_seconds") >= 0
    assert found("oil_task_seconds_sum", "projects.tasks.solve_proposal", "SUCCESS") == 42
    assert found("oil_task_seconds_bucket", "projects.tasks.solve_proposal", "SUCCESS", "30.0") == 0
    assert found("oil_task_seconds_bucket", "projects.tasks.solve_proposal", "SUCCESS", "60.0") == 1
    assert 0 < found("oil_database_connections") < found("oil_database_connections_max")


def test_the_queue_has_a_length_and_an_age(client, db, counted, monkeypatch):
    from oil_portal.celery import app
    from oil_portal.core.tasks import send_letters

    monkeypatch.setitem(app.conf, "task_always_eager", False)
    app.control.purge()
    monkeypatch.setattr(tracing.time, "time", lambda: 1_000_000.0)
    send_letters.delay()
    monkeypatch.undo()
    monkeypatch.setattr("oil_portal.ops.metrics.time.time", lambda: 1_000_090.0)
    found = Figures(client)
    app.control.purge()
    assert found("oil_queue_tasks") == 1
    assert found("oil_queue_oldest_seconds") == 90


def test_a_redis_that_is_gone_stops_no_page_and_says_so(client, db, counted):
    counted.REDIS_URL = "redis://127.0.0.1:1/0"
    counters.client.cache_clear()
    assert client.get(reverse("contact")).status_code == 200
    found = Figures(client)
    assert [found("oil_part_up", part) for part in ("redis", "database")] == [0, 1]
    assert "oil_queue_tasks" not in found.names


def test_the_figures_ask_few_queries(client, db, counted, django_assert_max_num_queries):
    with django_assert_max_num_queries(8):
        Figures(client)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule["alert"])
def test_an_alert_asks_for_figures_that_exist(rule, client, db, counted):
    counters.note_request("contact", "GET", 200, 0.1)
    counters.note_task("oil_portal.core.tasks.send_letters", "SUCCESS", 0.1)
    known = Figures(client).names
    names = set(re.findall(r"\boil_\w+", re.sub(r'"[^"]*"', '""', rule["expr"])))
    assert names <= known
    assert names or rule["expr"].startswith("up{")
    assert rule["labels"]["severity"] in ("page", "ticket")
    assert rule["annotations"]["summary"]
    assert rule["expr"].count("(") == rule["expr"].count(")")


def test_the_tasks_that_alerts_name_exist():
    from oil_portal.celery import app

    app.loader.import_default_modules()
    named = {task for rule in RULES for task in re.findall(r'task="([\w.]+)"', rule["expr"])}
    assert named
    assert named <= set(app.tasks)


def test_operations_says_what_to_do_at_each_alert():
    text = (Path(__file__).parents[1] / "docs" / "operations.md").read_text()
    assert [rule["alert"] for rule in RULES if f"| {rule['alert']} |" not in text] == []


# --- Migrations -------------------------------------------------------------------------------------------------
def test_every_migration_can_run_while_the_portal_does(db):
    linter = MigrationLinter(str(Path(__file__).parents[1]), no_cache=True, database="default", include_apps=APPS)
    linter.lint_all_migrations()  # prints what it finds
    assert linter.nb_total >= len(APPS)
    assert linter.nb_erroneous == 0


@pytest.mark.parametrize(
    ("statement", "code"),
    [
        ('ALTER TABLE "partners_partner" DROP COLUMN "name" CASCADE', "DROP_COLUMN"),
        ('ALTER TABLE "partners_partner" ADD COLUMN "size" integer NOT NULL', "NOT_NULL"),
        ('ALTER TABLE "partners_partner" RENAME COLUMN "name" TO "title"', "RENAME_COLUMN"),
    ],
)
def test_the_linter_sees_what_needs_a_pause(statement, code):
    found, _ignored, _warnings = analyse_sql_statements(PostgresqlAnalyser, [statement])
    assert code in [issue.code for issue in found]
