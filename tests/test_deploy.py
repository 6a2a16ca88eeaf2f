"""Docker, the environment and the lock files agree with the code. No Docker engine is needed to see that."""

import json
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from django.core.management import get_commands

ROOT = Path(__file__).resolve().parents[1]
COMPOSE = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
PORTAL = {name: service for name, service in COMPOSE["services"].items() if service["image"] == "oil-portal"}
READ = set(re.findall(r"\benv\.\w+\(\s*\"(\w+)\"", (ROOT / "oil_portal" / "settings.py").read_text()))
EXAMPLE = dict(re.findall(r"^(?:# )?([A-Z_]+)=(.*)$", (ROOT / ".env.example").read_text(), flags=re.MULTILINE))
FOR_COMPOSE = {"POSTGRES_PASSWORD", "REDIS_PASSWORD", "PORT"}  # read by docker compose itself


def instructions() -> list[tuple[str, str]]:
    """(word, rest) of every line of the Dockerfile, continued lines joined."""
    text = (ROOT / "Dockerfile").read_text().replace("\\\n", " ")
    lines = [line for line in text.splitlines() if line.strip() and not line.startswith("#")]
    return [(line.split(None, 1)[0], line.split(None, 1)[1].strip()) for line in lines]


def image_holds(path: str) -> bool:
    """Whether .dockerignore, which names what goes in, lets this path through."""
    rules = [line for line in (ROOT / ".dockerignore").read_text().splitlines() if line]
    verdict = True
    for rule in rules:
        name = rule.removeprefix("!")
        if name == "*" or path == name or path.startswith(f"{name}/"):
            verdict = rule.startswith("!")
    return verdict


# --- The environment --------------------------------------------------------------------------------------------
def test_the_example_names_all_that_is_read_and_nothing_else():
    assert len(READ) > 10
    assert set(EXAMPLE) == READ | FOR_COMPOSE


def test_the_example_holds_no_secret():
    assert EXAMPLE["SECRET_KEY"] == ""


def test_operations_explains_every_name():
    text = (ROOT / "docs" / "operations.md").read_text()
    assert {name for name in READ if f"| {name} |" not in text} == set()
    assert {name for name in FOR_COMPOSE if name not in text} == set()


@pytest.mark.parametrize("name", sorted(PORTAL))
def test_compose_sets_what_the_settings_read(name):
    environment = PORTAL[name]["environment"]
    assert set(environment) <= READ
    assert {"SECRET_KEY", "DATABASE_URL", "REDIS_URL", "EMAIL_URL", "SITE_URL"} <= set(environment)
    assert "DEMO" not in environment


def test_compose_asks_the_shell_only_for_names_the_example_has():
    assert set(re.findall(r"\$\{(\w+)", (ROOT / "docker-compose.yml").read_text())) <= set(EXAMPLE)


def test_a_secret_may_come_from_a_file(tmp_path):
    """As a vault, or Docker's and Kubernetes' secrets, puts it there; the environment then holds the path alone."""
    (tmp_path / "key").write_text("out-of-a-vault")
    code = "from oil_portal import settings; print(settings.SECRET_KEY)"
    environment = {"SECRET_KEY_FILE": str(tmp_path / "key"), "PATH": "/usr/bin"}
    said = subprocess.run([sys.executable, "-c", code], cwd=ROOT, env=environment, capture_output=True, text=True)
    assert said.stdout.strip() == "out-of-a-vault", said.stderr


def test_the_settings_read_what_compose_sets():
    """As the web container would: its environment, with the defaults filled in."""
    environment = {name: filled(value) for name, value in PORTAL["web"]["environment"].items()}
    code = (
        "import json; from oil_portal import settings as s; print(json.dumps([s.DATABASES['default']['HOST'], "
        "s.CELERY_BROKER_URL, s.EMAIL_HOST, s.EMAIL_PORT, s.ALLOWED_HOSTS[0], s.DEBUG, s.DEMO, s.HTTPS]))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], env=environment, cwd=ROOT, capture_output=True, text=True, check=True
    )
    expected = ["postgres", "redis://:portal@redis:6379/0", "mail", 1025, "localhost", False, False, False]
    assert json.loads(done.stdout) == expected


def filled(value: str) -> str:
    """A value of compose with every name at its default, and a key where one is required."""
    value = re.sub(r"\$\{\w+:\?[^}]*\}", "a-key", value)
    while "${" in value:
        value = re.sub(r"\$\{\w+:-([^${}]*)\}", r"\1", value)
    return value


def test_redis_wants_the_password_that_the_portal_has():
    redis = COMPOSE["services"]["redis"]
    password = filled(redis["command"][redis["command"].index("--requirepass") + 1])
    assert password and f":{password}@redis:" in filled(PORTAL["web"]["environment"]["REDIS_URL"])
    assert filled(redis["environment"]["REDISCLI_AUTH"]) == password


# --- Compose ----------------------------------------------------------------------------------------------------
def test_compose_has_every_part():
    assert set(COMPOSE["services"]) == {"postgres", "redis", "mail", "migrate", "web", "worker", "beat"}


@pytest.mark.parametrize("name", sorted(set(COMPOSE["services"]) - {"migrate"}))
def test_every_lasting_service_says_whether_it_is_well(name):
    assert COMPOSE["services"][name]["healthcheck"]["test"][0] in ("CMD", "CMD-SHELL")


@pytest.mark.parametrize("name", ["web", "worker", "beat"])
def test_the_portal_waits_for_migrations_and_what_it_talks_to(name):
    conditions = {other: rule["condition"] for other, rule in PORTAL[name]["depends_on"].items()}
    assert conditions.pop("migrate") == "service_completed_successfully"
    assert set(conditions.values()) == {"service_healthy"}
    assert "redis" in conditions
    assert COMPOSE["services"]["migrate"]["depends_on"] == {"postgres": {"condition": "service_healthy"}}


def test_nothing_listens_to_the_world():
    ports = [port for service in COMPOSE["services"].values() for port in service.get("ports", [])]
    assert ports
    assert all(port.startswith("127.0.0.1:") for port in ports)


def commands() -> dict[str, list[str]]:
    """Every command line of the portal's containers, health checks included."""
    found = {"Dockerfile": json.loads(dict(instructions())["CMD"])}
    for name, service in PORTAL.items():
        if "command" in service:
            found[name] = service["command"]
        if check := service.get("healthcheck"):
            kind, *words = check["test"]
            found[f"{name} health"] = shlex.split(words[0]) if kind == "CMD-SHELL" else words
    return found


@pytest.mark.parametrize("where", sorted(commands()))
def test_every_command_exists(where):
    words = commands()[where]
    program = Path(sys.executable).parent / words[0]
    assert program.exists() or shutil.which(words[0])
    if words[1:2] == ["manage.py"]:
        assert words[2] in get_commands()
    if words[0] == "celery":
        asked = subprocess.run([program, words[3], "--help"], capture_output=True, text=True, cwd=ROOT).stdout
        options = {word.split("=")[0] for word in words[4:] if word.startswith("--")}
        assert {option for option in options if option not in asked} == set()
    if words[0] == "gunicorn":
        asked = subprocess.run([program, "--help"], capture_output=True, text=True, cwd=ROOT).stdout
        assert {word for word in words if word.startswith("--") and word not in asked} == set()


# --- The image --------------------------------------------------------------------------------------------------
def test_the_image_is_small_not_root_and_locked():
    lines = instructions()
    words = [word for word, _ in lines]
    stages = [rest for word, rest in lines if word == "FROM"]
    assert len(stages) == 2
    assert all(stage.startswith("python:3.13-slim") for stage in stages)
    assert ("USER", "portal") in lines
    assert words.index("USER") < words.index("CMD")
    assert "ADD" not in words
    installs = [rest for word, rest in lines if word == "RUN" and "pip install" in rest]
    assert installs
    assert all("--require-hashes" in rest and "--no-cache-dir" in rest for rest in installs)


def test_the_image_holds_the_portal_and_not_what_only_a_workplace_needs():
    rooms = ["partners", "modules", "challenges", "projects", "templates", "static", "locale"]
    assert all(image_holds(path) for path in ["manage.py", "oil_portal/settings.py", "requirements/base.txt", *rooms])
    left_out = [
        ".git",
        ".env",
        ".venv",
        "var",
        "tests/conftest.py",
        "oil_portal/stack/demo.py",
        "requirements/test.txt",
    ]
    assert [path for path in left_out if image_holds(path)] == []


def test_what_the_dockerfile_copies_is_there():
    sources = [rest.split()[0] for word, rest in instructions() if word == "COPY" and "--from" not in rest]
    assert [source for source in sources if not (ROOT / source).exists()] == []


# --- Dependencies -----------------------------------------------------------------------------------------------
def locked(name: str) -> dict[str, str]:
    return dict(
        re.findall(r"^([\w.-]+)==(\S+)", (ROOT / "requirements" / f"{name}.txt").read_text(), flags=re.MULTILINE)
    )


@pytest.mark.parametrize("name", ["base", "demo", "test"])
def test_every_package_is_locked_with_hashes_and_no_address(name):
    text = (ROOT / "requirements" / f"{name}.txt").read_text()
    packages = re.split(r"\n(?=\S)", text.replace("\\\n", " "))
    assert [line.split()[0] for line in packages if "==" in line and "--hash=sha256:" not in line] == []
    assert "://" not in text


def test_the_lock_files_agree():
    base, demo, test = locked("base"), locked("demo"), locked("test")
    assert base.items() <= demo.items() <= test.items()


def test_make_help_names_every_target():
    text = (ROOT / "Makefile").read_text()
    targets = set(re.findall(r"^([a-z-]+):", text, flags=re.MULTILINE)) - {"setup-demo", "setup-bench"}
    asked = ["make", "--no-print-directory", "help"]  # which make says by itself when these tests run under make
    said = subprocess.run(asked, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert {line.split()[1] for line in said.splitlines()} == targets
    assert targets >= {"help", "setup", "demo", "test", "lint", "fix", "bench", "shots", "messages", "lock", "clean"}
