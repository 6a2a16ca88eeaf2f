"""docs/security.md names tests, files and settings that exist."""

import re
from pathlib import Path

import pytest
from django.conf import settings

ROOT = Path(__file__).resolve().parents[1]
PAGE = (ROOT / "docs" / "security.md").read_text()
SETTINGS = (ROOT / "oil_portal" / "settings.py").read_text()
SKIPPED = ("|---", "| no.", "| what", "| requirement")
LINES = [line for line in PAGE.splitlines() if line.startswith("|") and not line.startswith(SKIPPED)]


def named_tests() -> list[tuple[str, str]]:
    """(file, test) of every test that the page names; `::name` alone belongs to the file before it."""
    found, last = [], ""
    for path, name in re.findall(r"`(tests/[\w/]+(?:\.py)?)?(?:::(\w+))?`", PAGE):
        last = path or last
        if path or name:
            found.append((last, name))
    return found


def test_every_test_and_file_exists():
    assert len(named_tests()) > 60
    for path, name in named_tests():
        assert (ROOT / path).exists(), path
        assert not name or f"def {name}(" in (ROOT / path).read_text(), f"{path}::{name}"
    for path in re.findall(r"`((?:oil_portal|partners|docs)/[\w/]+\.\w+)`|\b(docs/\w+\.md)", PAGE):
        assert (ROOT / "".join(path)).exists(), path


@pytest.mark.parametrize("name", sorted(set(re.findall(r"(?<![\w.])[A-Z]{2,}_[A-Z_]{3,}\b", PAGE))))
def test_every_setting_exists(name):
    assert hasattr(settings, name) or f'"{name}"' in SETTINGS


def test_every_line_names_what_holds_it_or_says_that_nothing_does():
    for line in LINES:
        *_rest, held, proof = [cell.strip() for cell in line.strip("|").split("|")]
        assert proof or re.search(r"not held|Falls short|fetches nothing|asks none", line), line
        assert held or "Falls short" in line


def test_the_limits_are_those_of_the_settings():
    from oil_portal import settings as everyday

    assert everyday.RATE_LIMITS == {"write": (60, 240, 3000), "search": (60, 120, 1200), "invite": (3600, 100, 0)}
    for said in ("| 240 a minute | 3000 a minute", "| 120 a minute | 1200 a minute", "| 100 an hour |"):
        assert said in PAGE
    assert everyday.ACCOUNT_RATE_LIMITS["login_failed"] == "120/m/ip,2000/d/ip,5/5m/key"
