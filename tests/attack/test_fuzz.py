"""Nonsense of every kind at every address, as the roles that get in: never a 500, never slow, all headers."""

import os

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from oil_portal import views
from tests.attack import (
    ELSEWHERE,
    ROOMS,
    Prey,
    faults,
    fields_of,
    outsider_and_insider,
    rows,
    undone,
    who_gets_in,
    written,
)

SHORT = 3
EXAMPLES = int(os.environ.get("ATTACK", SHORT))  # per address, each with every field filled; ATTACK=20 for a long one
NASTY = st.one_of(
    st.sampled_from([
        "", "\0", "a\0b", "-1", "0", "1", "²", "9" * 30, "1e999", "NaN", "inf", "1.5", "0x10", "true", "null", "[]",
        "2026-02-30", "0000-00-00", "9999-12-31", "99999-01-01", "10:99", "../../../etc/passwd", "%00", "%", "\\", "'",
        "' OR 1=1 --", "{{ 7*7 }}", "<script>alert(1)</script>", "\r\nSet-Cookie: x=1", "\u202e", "\ud7ff\uffff", "İ",
        "𝕏" * 50, "x" * 100_000, "a@b", "a@" + "b" * 300, "http://[", "javascript:alert(1)", "// ", "\t\n ",
    ]),
    st.text(max_size=60),
    st.integers().map(str),
    st.floats().map(str),
    st.dates().map(str),
)  # fmt: skip
ALWAYS = ("page", "q", "sort", "status", "kind", "periode", "project", "van", "tot", "bij", "aan", "groep", "waar",
          "net", "organisatie", "role", "next", "een", "ander", "do", "pk", "remark", "text", "unknown")  # fmt: skip

AWAY = [ELSEWHERE, "//evil.example", "/\\evil.example", "https:evil.example", "javascript:alert(1)", "\t//evil.example"]


def filled(names: dict[str, list[str]]) -> st.SearchStrategy[dict]:
    """Every field with nonsense, with what the page offers, with several values, or left out."""
    return st.fixed_dictionaries({}, optional={name: field(offered) for name, offered in sorted(names.items())})


def field(offered: list[str]) -> st.SearchStrategy:
    likely = st.sampled_from(offered) if offered else st.just("1")
    return st.one_of(likely, NASTY, likely, st.lists(NASTY, min_size=2, max_size=3))


@pytest.mark.parametrize("room", ROOMS)
def test_no_nonsense_breaks_a_page(room, world, login, monkeypatch):
    monkeypatch.setattr(views, "_worker_answers", lambda: False)
    targets, wrong = prepared(chosen(rows(room)), world, login), []

    @settings(max_examples=EXAMPLES, derandomize=True, database=None, deadline=None, phases=[Phase.generate],
              suppress_health_check=list(HealthCheck))  # fmt: skip
    @given(data=st.data())
    def attack(data) -> None:
        for prey, method, path, strategy in targets:
            wrong.append(prey.judged(method, path, data.draw(strategy)))

    attack()
    assert not any(wrong), "\n".join(sorted({line for line in wrong if line}))


def chosen(table: list) -> list:
    """One row per view and method, the one that lets most in; all of them in a long attack."""
    if EXAMPLES > SHORT:
        return table
    wide = sorted(table, key=lambda row: len(who_gets_in(row)))
    return list({(row.name, row.method): row for row in wide}.values())


def one_of(row, turn: int) -> list[str]:
    """By turns who may least and who may most, so that both meet every page."""
    allowed = outsider_and_insider(row)
    return [allowed[turn % len(allowed)]] if allowed else []


def prepared(table, world, login) -> list[tuple]:
    """(prey, method, path, what to send) for every address and the roles that get in."""
    found = []
    for row in table:
        path = row.url(world)
        for role in one_of(row, len(found)):
            prey = Prey(login(None if role == "visitor" else getattr(world, role)), role)
            page = prey.ask("get", path)
            assert faults(page, role != "visitor") == [], f"{path} as {role}"
            names = {name: AWAY if name == "next" else [] for name in ALWAYS} | {
                name: [value] for name, value in row.data.items()
            }
            if page.get("Content-Type", "").startswith("text/html") and not page.streaming:
                names |= fields_of(page.text)
            found.append((prey, row.method, path, filled(names)))
    return found


def test_the_judge_sees_what_reading_would_write(region):
    """Also what is taken back afterwards."""
    before = written()
    with undone():
        region.company.save()
    assert {table for table, number in written().items() if number != before.get(table)} >= {"partners_partner"}
