"""The stack under demo and tests: it starts once, is shared, gives way, and leaves nothing behind however it ends.

These run the real launcher in folders of their own, without the demo's data (that takes its own time: .ci/run).
"""

import contextlib
import mailbox
import os
import signal
import smtplib
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

import psutil
import pytest

from oil_portal.stack import catcher, child, embedded, postgres
from oil_portal.stack.processes import FolderLock, StackError, listen, place, remove_place, spawn, wait_for

LAUNCHER = """
import sys
from pathlib import Path
from oil_portal.stack import demo
demo.Demo.prepare = lambda self: None
demo.banner = lambda url: f"The demo runs at {url}"
sys.exit(demo.main(Path(sys.argv[1])))
"""
COMMAND = """
import os, signal, sys, time
from pathlib import Path
signal.signal(signal.SIGINT, signal.default_int_handler)  # a run in the background ignores it
from oil_portal.stack import embedded
sys.argv = ["manage.py", "shell"]
embedded.use_for_command(home=Path(os.environ["STACK_HOME"]))
import psycopg
database = os.environ["DATABASE_URL"]
with psycopg.connect(f"postgresql://portal@/portal?host={embedded.Path(database.split('@')[1]).parent}") as connection:
    print(os.environ["DEMO"], connection.execute("SELECT 40 + 2").fetchone()[0], flush=True)
    sys.stdin.read()  # until the test lets go
    time.sleep(float(os.environ.get("STAY", 0)))
"""


@pytest.fixture
def home(tmp_path_factory):
    """A folder for a stack that every account can come to, with a short path."""
    folder = tmp_path_factory.mktemp("stack", numbered=True)
    for step in (folder, *folder.parents):
        if step.stat().st_uid == os.geteuid() and step != Path("/"):
            step.chmod(step.stat().st_mode | 0o011)
    return folder / "demo"


@pytest.fixture
def environ(home):
    """The environment of someone who has set nothing."""
    ours = ("DATABASE_URL", "REDIS_URL", "EMAIL_URL", "DJANGO_SETTINGS_MODULE", "SECRET_KEY", "DEMO")
    return {name: value for name, value in os.environ.items() if name not in ours} | {"STACK_HOME": str(home)}


@contextlib.contextmanager
def launched(home, environ, port):
    """The launcher, ready; its output is in home.out."""
    with home.with_suffix(".out").open("a+") as output:
        process = subprocess.Popen(
            [sys.executable, "-c", LAUNCHER, str(home)], env=environ | {"PORT": str(port)}, stdout=output, stderr=output
        )
        try:
            until(lambda: "The demo runs at" in home.with_suffix(".out").read_text() or process.poll() is not None)
            yield process
        finally:
            if process.poll() is None:
                process.kill()
            process.wait()


def until(condition, seconds=90):
    """Wait for something to become true."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "this took too long"
        time.sleep(0.05)


def of_stack(home, processes=None):
    """The processes that name this home, or those of `processes` that still run."""
    if processes is not None:
        return [each for each in processes if each.is_running() and each.status() != psutil.STATUS_ZOMBIE]
    return [each for each in psutil.process_iter() if str(home) in " ".join(command_line(each))]


def command_line(process):
    with contextlib.suppress(psutil.Error):
        return process.cmdline()
    return []


def sockets(home):
    return [file for file in home.rglob("*") if file.is_socket() or file.name == "postmaster.pid"]


def command(environ, stdin=subprocess.DEVNULL, **more):
    """A manage.py command that asks the database something, and stays until its `stdin` ends."""
    pipe = subprocess.PIPE
    return subprocess.Popen(
        [sys.executable, "-c", COMMAND], env=environ | more, stdin=stdin, stdout=pipe, stderr=pipe, text=True
    )


def free_port():
    with listen(0) as server:
        return server.getsockname()[1]


# --- The demo ---------------------------------------------------------------------------------------------------
def test_a_demo_gives_way_is_shared_and_ends_with_ctrl_c(home, environ):
    with listen(free_port()) as taken:
        port = taken.getsockname()[1]
        with launched(home, environ, port) as demo:
            said = home.with_suffix(".out").read_text()
            assert f"Port {port} is in use, so the demo takes " in said
            url = embedded.read_state(home)["url"]
            assert urllib.request.urlopen(f"{url}/healthz").status == 200
            until(lambda: b"true" in get(f"{url}/readyz") and b"false" not in get(f"{url}/readyz"))

            again = subprocess.run(
                [sys.executable, "-c", LAUNCHER, str(home)], env=environ, capture_output=True, text=True
            )
            assert (again.returncode, again.stdout) == (0, f"The demo already runs in this folder: {url}\n")
            assert command(environ).communicate(timeout=60) == ("1 42\n", "")

            family = [psutil.Process(demo.pid), *psutil.Process(demo.pid).children(recursive=True)]
            assert len(family) >= 6
            demo.send_signal(signal.SIGINT)
            assert demo.wait(60) == 0
    until(lambda: not of_stack(home, family), 30)
    assert not sockets(home)
    assert not (home / "state.json").exists()
    assert FolderLock(home).take()


def test_kill_9_leaves_nothing_and_the_next_start_takes_over(home, environ):
    with launched(home, environ, free_port()) as demo:
        family = psutil.Process(demo.pid).children(recursive=True)
        demo.kill()
        demo.wait()
        home.with_suffix(".out").write_text("")
        with launched(home, environ, free_port()) as second:  # while the first one's processes still end
            assert second.poll() is None, home.with_suffix(".out").read_text()
            assert not of_stack(home, family)
            family = psutil.Process(second.pid).children(recursive=True)
            second.kill()
    until(lambda: not of_stack(home, family) and not of_stack(home), 30)
    assert not sockets(home)
    assert embedded.read_state(home) is None
    assert FolderLock(home).take()


def get(url):
    """The body, whatever the status."""
    try:
        return urllib.request.urlopen(url, timeout=10).read()
    except urllib.error.HTTPError as error:
        return error.read()


# --- Commands ---------------------------------------------------------------------------------------------------
def test_commands_start_the_databases_share_them_and_the_first_waits_for_the_last(home, environ):
    first = command(environ, stdin=subprocess.PIPE)
    assert first.stdout.readline() == "1 42\n"
    second = command(environ, STAY="1.5")
    assert second.stdout.readline() == "1 42\n"
    assert "Waiting for another command" in first.communicate(timeout=60)[1]
    assert second.communicate(timeout=60)[1] == ""
    until(lambda: not of_stack(home), 30)
    assert not sockets(home)
    assert FolderLock(home).take()


@pytest.mark.parametrize("signum", [signal.SIGTERM, signal.SIGKILL, signal.SIGINT])
def test_a_command_that_is_ended_leaves_nothing(home, environ, signum):
    running = command(environ, STAY="60")
    assert running.stdout.readline() == "1 42\n"
    running.send_signal(signum)
    running.communicate(timeout=60)
    until(lambda: not of_stack(home), 30)
    assert not sockets(home)
    assert FolderLock(home).take()


def test_addresses_from_the_environment_are_used_instead(home, monkeypatch):
    given = {
        "DATABASE_URL": "postgres://elsewhere/x",
        "REDIS_URL": "redis://elsewhere",
        "EMAIL_URL": "smtp://elsewhere",
    }
    for name, value in given.items():
        monkeypatch.setenv(name, value)
    stack = embedded.Embedded(home)
    assert stack.start() | stack.catch_mail() == given
    assert stack.children == []


@pytest.mark.parametrize(
    "words",
    ["python manage.py check", "gunicorn --preload --no-control-socket oil_portal.wsgi", "celery -A oil_portal worker"],
)
def test_without_a_secret_key_there_is_one_clear_line(environ, words):
    program, *rest = words.split()
    done = subprocess.run(
        [Path(sys.executable).parent / program, *rest],
        env=environ | {"DATABASE_URL": "postgres://elsewhere/x"}, cwd=embedded.ROOT, capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode != 0
    assert done.stderr.splitlines() == ["SECRET_KEY is missing: set it in the environment (see .env.example)."]


# --- The parts --------------------------------------------------------------------------------------------------
def test_a_port_in_use_gives_the_next_free_one():
    with listen(free_port()) as first, listen(first.getsockname()[1]) as second:
        assert second.getsockname()[1] > first.getsockname()[1]


def test_a_lock_is_held_until_the_last_child_has_gone(tmp_path):
    lock = FolderLock(tmp_path)
    assert lock.take()
    assert not FolderLock(tmp_path).take()
    sleeper = subprocess.Popen(["sleep", "30"], pass_fds=lock.descriptors())
    lock.release()
    assert not FolderLock(tmp_path).take()
    sleeper.kill()
    sleeper.wait()
    assert FolderLock(tmp_path).take()


def test_without_help_of_the_kernel_a_child_still_ends_with_its_parent(tmp_path):
    wrapped = f"import sys; sys.path.insert(0, {str(Path(child.__file__).parent)!r}); import child; "
    wrapped += "child.ask_kernel = lambda number: False; child.main()"
    parent = (
        "import os, subprocess, sys, time; "
        "subprocess.Popen([sys.executable, '-c', sys.argv[1], str(os.getpid()), '15', '', 'sleep', sys.argv[2]]); "
        "time.sleep(1)"
    )
    seconds = f"60.{os.getpid()}"
    subprocess.run([sys.executable, "-c", parent, wrapped, seconds], check=True)
    until(lambda: not [each for each in psutil.process_iter() if seconds in command_line(each)], 30)


def test_a_part_that_does_not_start_says_why(tmp_path):
    broken = spawn("It", ["sh", "-c", "echo no such luck; exit 3"], log=tmp_path / "log")
    with pytest.raises(StackError, match="It stopped while it started:\nno such luck"):
        wait_for(lambda: False, broken)


def test_a_place_elsewhere_is_the_same_one_next_time(tmp_path):
    link = tmp_path / "run"
    elsewhere = place(link, inside=False)
    assert elsewhere.is_dir()
    assert place(link, inside=False) == elsewhere
    remove_place(link)
    assert not elsewhere.exists()
    assert not link.is_symlink()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root has folders that its database server cannot read")
def test_root_in_a_closed_folder_with_a_long_name(home):
    closed = home / "closed" / ("long" * 20)
    closed.mkdir(parents=True)
    closed.parent.chmod(0o700)
    stack = embedded.Embedded(closed, fast=True)
    server, url = postgres.start(closed, stack.sockets() / "pg", fast=True)
    stack.children.append(server)
    try:
        assert not url.startswith(f"postgres://portal@/{home}")
        assert psutil.Process(server.process.pid).username() == "nobody"
    finally:
        stack.stop()
        embedded.forget(closed)
    assert not closed.exists()


def test_the_catcher_keeps_the_newest_mails(tmp_path, monkeypatch):
    monkeypatch.setattr(catcher, "NEWEST", 3)
    controller, url = catcher.start(tmp_path / "mail")
    try:
        host, port = url.removeprefix("smtp://").split(":")
        with smtplib.SMTP(host, int(port)) as client:
            for number in range(5):
                client.sendmail("a@oil.example", ["b@oil.example"], f"Subject: {number}\n\nHallo é".encode())
    finally:
        controller.stop()
    kept = {message["Subject"] for message in mailbox.Maildir(tmp_path / "mail")}
    assert kept == {"2", "3", "4"}
