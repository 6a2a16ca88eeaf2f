"""Give every test run a real PostgreSQL and Redis, before Django's settings are read (`-p tests.plugin_stack`).

Embedded ones in a folder of their own, unless DATABASE_URL and REDIS_URL are set. pytest-xdist's workers inherit the
controller's environment. Journeys in a browser are left out, with one line, where there is no Chromium.
"""

import atexit
import os
import shutil
import tempfile
from pathlib import Path

import polib
import pytest

from oil_portal.stack import chromium
from oil_portal.stack.embedded import Embedded, remove_stale
from oil_portal.stack.processes import StackError


@pytest.hookimpl(wrapper=True)
def pytest_load_initial_conftests():
    """Runs before pytest-django's own hook of this name, which reads the settings."""
    # What the machine has set for the portal must not change what the tests see.
    for name in ("SITE_URL", "ALLOWED_HOSTS", "CSRF_TRUSTED_ORIGINS", "HTTPS", "MAILBOX_DIR", "DEBUG", "DIGEST_HOUR"):
        os.environ.pop(name, None)
    os.environ |= {"DEMO": "0", "SECRET_KEY": "only-for-the-tests", "DJANGO_ALLOW_ASYNC_UNSAFE": "true"}
    if worker := os.environ.get("PYTEST_XDIST_WORKER"):  # a Redis database for each, as PostgreSQL has one for each
        os.environ["REDIS_URL"] = os.environ["REDIS_URL"].replace("?db=0", f"?db={int(worker.removeprefix('gw')) + 1}")
    else:
        compile_catalogues()
        if not {"DATABASE_URL", "REDIS_URL"} <= os.environ.keys():
            start()
    return (yield)


def compile_catalogues() -> None:
    """Write the .mo files, which git does not keep: a fresh clone speaks English too."""
    for catalogue in Path(__file__).parent.parent.glob("locale/*/LC_MESSAGES/*.po"):
        polib.pofile(str(catalogue)).save_as_mofile(str(catalogue.with_suffix(".mo")))


def start() -> None:
    """Start the databases in a new folder, put their addresses in the environment, see to their end."""
    temporary = Path(tempfile.gettempdir())
    remove_stale(temporary, "oil-test-*")
    stack = Embedded(Path(tempfile.mkdtemp(prefix="oil-test-", dir=temporary)), fast=True)
    stack.home.chmod(0o711)
    stack.lock.take()
    atexit.register(remove, stack, os.getpid())  # not pytest_unconfigure, which a broken conftest skips
    try:
        os.environ |= stack.start()
    except StackError as error:
        pytest.exit(f"{error}", returncode=4)


def remove(stack: Embedded, starter: int) -> None:
    """Stop the databases and forget them; a process that a test forked leaves them alone."""
    if os.getpid() == starter:
        stack.stop()
        shutil.rmtree(stack.home, ignore_errors=True)


LONGEST = (
    "test_every_page[chromium-projects]", "test_seed.py::test_the_demo", "test_every_page[", "test_digest_year.py",
    "test_every_role_gets_its_answer[", "test_every_migration_can_run", "RoundWalk", "test_account_and_error_pages",
    "test_no_page_of_anybody_else_ever_holds",
)  # fmt: skip


# --- The browser ------------------------------------------------------------------------------------------------
class Browser:
    """Registered late, so that it comes over pytest-playwright's own fixture."""

    @pytest.fixture(scope="session")
    def browser_type_launch_args(self):
        """How Playwright starts the Chromium we found."""
        return {"executable_path": chromium.find(), "args": list(chromium.ARGUMENTS), "headless": True}


def pytest_configure(config):
    """Add the browser's fixture."""
    config.pluginmanager.register(Browser())


@pytest.hookimpl(trylast=True)  # after the shuffle
def pytest_collection_modifyitems(items):
    """Mark what opens a browser; leave it out where there is none. What takes longest comes first, or one worker would
    wait at the end for another's.
    """
    items.sort(key=lambda item: next((at for at, name in enumerate(LONGEST) if name in item.nodeid), len(LONGEST)))
    missing = pytest.mark.skip(reason="no Chromium: set CHROMIUM or install one") if not chromium.find() else None
    for item in items:
        if {"page", "browser", "context"} & set(getattr(item, "fixturenames", ())):
            item.add_marker("browser")
        if missing and item.get_closest_marker("browser"):
            item.add_marker(missing)
