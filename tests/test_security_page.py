"""docs/security.md names tests, files and settings that exist."""

import re
from pathlib import Path

import pytest
from django.conf import settings

ROOT = Path(__file__).resolve().parents[1]
PAGE = (ROOT / "docs" / "security.md").read_text()
SETTINGS = (ROOT / "oil_portal" / "settings.py").read_text()
SKIPPED = ("|---", "| no.", "| what", "| requirement |")
LINES = [line for line in PAGE.splitlines() if line.startswith("|") and not line.startswith(SKIPPED)]


# How many requirements each section of ASVS 4.0.3 has; some were taken out, some are of level 3 alone.
SECTIONS = {
    "1.1": 7, "1.2": 4, "1.4": 5, "1.5": 4, "1.6": 4, "1.7": 2, "1.8": 2, "1.9": 2, "1.10": 1, "1.11": 3, "1.12": 2,
    "1.14": 6, "2.1": 12, "2.2": 7, "2.3": 3, "2.4": 6, "2.5": 7, "2.6": 3, "2.7": 6, "2.8": 7, "2.9": 3, "2.10": 4,
    "3.1": 1, "3.2": 4, "3.3": 4, "3.4": 5, "3.5": 3, "3.6": 2, "3.7": 1, "4.1": 5, "4.2": 2, "4.3": 3, "5.1": 5,
    "5.2": 8, "5.3": 10, "5.4": 3, "5.5": 4, "6.1": 3, "6.2": 8, "6.3": 3, "6.4": 2, "7.1": 4, "7.2": 2, "7.3": 4,
    "7.4": 3, "8.1": 6, "8.2": 3, "8.3": 8, "9.1": 3, "9.2": 5, "10.1": 1, "10.2": 6, "10.3": 3, "11.1": 8, "12.1": 3,
    "12.2": 1, "12.3": 6, "12.4": 2, "12.5": 2, "12.6": 1, "13.1": 5, "13.2": 6, "13.3": 2, "13.4": 2, "14.1": 5,
    "14.2": 6, "14.3": 3, "14.4": 7, "14.5": 4,
}  # fmt: skip
TAKEN_OUT = {"1.4.2", "1.4.3", "1.12.1", "4.1.4", "7.3.2", "13.1.2", "13.2.4", "14.3.1"}
LEVEL_3 = {
    "1.11.3", "2.2.4", "2.2.5", "2.2.6", "2.2.7", "3.6.1", "3.6.2", "6.2.7", "6.2.8", "6.3.3", "8.1.5", "8.1.6",
    "9.2.5", "10.1.1", "10.2.3", "10.2.4", "10.2.5", "10.2.6", "14.1.5",
}  # fmt: skip


def numbers() -> set[str]:
    """Every number that the page names, ranges written out."""
    found = set()
    for section, first, last in re.findall(r"\b(\d+\.\d+)\.(\d+)(?:–\d+\.\d+\.(\d+))?", PAGE):
        found |= {f"{section}.{number}" for number in range(int(first), int(last or first) + 1)}
    return found - {"4.0.3"}


def test_every_requirement_of_level_2_has_its_line():
    known = {f"{section}.{number}" for section, last in SECTIONS.items() for number in range(1, last + 1)}
    assert known - TAKEN_OUT - LEVEL_3 - numbers() == set()
    assert numbers() - known == set()


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
    name = name.removesuffix("_FILE")  # every name may be that of a file (FileAwareEnv)
    assert hasattr(settings, name) or f'"{name}"' in SETTINGS


def test_every_line_names_what_holds_it_or_says_that_nothing_does():
    for line in LINES:
        *_rest, held, proof = [cell.strip() for cell in line.strip("|").split("|")]
        assert proof or re.search(r"[Nn]ot held|so not held|fetches nothing|asks none", line), line
        assert held, line


def test_the_limits_are_those_of_the_settings():
    from oil_portal import settings as everyday

    per = {60: "a minute", 3600: "an hour"}
    for seconds, account, address in everyday.RATE_LIMITS.values():
        assert f"| {account} {per[seconds]} | {f'{address} {per[seconds]}' if address else '–'}" in PAGE
    assert len(everyday.RATE_LIMITS) == len(re.findall(r"\| RATE_LIMITS \|$", PAGE.split("## Limits")[1], re.MULTILINE))
    assert everyday.ACCOUNT_RATE_LIMITS["login_failed"] == "120/m/ip,2000/d/ip,5/5m/key"
