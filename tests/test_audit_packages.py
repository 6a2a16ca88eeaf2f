"""What `make audit` says of the answers that it can get."""

import json

import pytest

from oil_portal.stack.audit import verdict

SAFE = {"name": "django", "version": "5.2.19", "vulns": []}
WEAK = {"name": "pillow", "version": "1.0", "vulns": [{"id": "PYSEC-1", "fix_versions": ["1.1"]}]}
UNKNOWN = {"name": "celery", "version": "5.7.0", "skip_reason": "not found"}


@pytest.mark.parametrize(
    ("packages", "status", "words"),
    [
        ([SAFE], 0, "1 packages checked, 0 known weaknesses."),
        ([SAFE, WEAK], 1, "pillow 1.0: PYSEC-1, mended in 1.1"),
        ([SAFE, UNKNOWN], 0, "1 could not be looked up"),
        ([UNKNOWN], 0, "Not checked: the list"),
    ],
)
def test_it_says_what_is_known_and_what_is_not(packages, status, words):
    found, lines = verdict(json.dumps({"dependencies": packages}))
    assert found == status
    assert words in "\n".join(lines)


@pytest.mark.parametrize("answer", ["", "no JSON", "[]", "{}", "null"])
def test_no_answer_is_no_good_news(answer):
    assert verdict(answer) == (0, ["Not checked: pip-audit gave no answer, so nothing is known about the packages."])
