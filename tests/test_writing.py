"""Advice while writing: helpful, never a gate, and never a crash."""

import json
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from challenges.examples import EXAMPLES
from challenges.forms.draft import JUDGES
from challenges.models import Theme
from challenges.words import STEMS
from challenges.writing import advice, readability, suggest_theme

DEMO = json.loads((Path(__file__).parents[1] / "oil_portal/demo/data/challenges.json").read_text(encoding="utf-8"))
GOOD = {
    "title": "Meet vocht in oude muren",
    "question": "Wij boren nu gaten. Dat beschadigt de muur. Wij willen meten van buitenaf.",
    "why": "Elk gat kost 40 euro.",
    "deliverables": ["prototype"],
    "guidance_hours": "1",
    "confidential": "False",
}


def wrong(**change) -> set[str]:
    return {point.key for point in advice(GOOD | change) if not point.ok}


def test_a_good_brief_gets_no_tip():
    assert wrong() == set()


@pytest.mark.parametrize(
    ("change", "key"),
    [
        ({"title": "Hoe meten we vocht?"}, "title"),
        ({"title": "Vochtproblematiek"}, "title"),
        ({"question": "Te kort."}, "problem"),
        ({"question": "Wat is dit? En wat is dat? En waarom?"}, "one"),
        ({"why": "", "question": "Een. Twee. Drie."}, "why"),
        ({"deliverables": [], "result": ""}, "result"),
        ({"guidance_hours": ""}, "hours"),
        ({"why": "Mail naar jan@bedrijf.nl"}, "personal"),
        ({"why": "Bel 071-5123456"}, "personal"),
        ({"why": "Er staan klantgegevens in."}, "private"),
    ],
)
def test_each_point_of_a_brief(change, key):
    assert wrong(**change) == {key}


def test_an_empty_brief_is_not_praised():
    assert not any(point.ok for point in advice({}))


def test_private_matters_are_fine_when_few_may_read_them():
    assert wrong(why="Er staan klantgegevens in.", confidential="True") == set()


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("Wij willen dit optimaliseren.", ["jargon"]),
        ("Er wordt elke dag veel water gebruikt.", ["passive"]),
        ("Wij doen " + "heel " * 20 + "veel.", ["long"]),
        ("Onze onderhoudsvriendelijkheid telt.", ["word"]),
        ("Wij meten elke dag. Dat duurt lang.", []),
        ("Het team is groot en de muur is oud.", []),
    ],
)
def test_what_can_be_said_more_plainly(text, kinds):
    assert [hint.kind for hint in readability(text)] == kinds


ANYTHING = st.one_of(st.none(), st.text(), st.lists(st.text(), max_size=3), st.integers())


@given(values=st.dictionaries(st.sampled_from([*GOOD, "result", "theme"]), ANYTHING))
def test_nothing_typed_breaks_it(values):
    advice(values)
    readability(values.get("question"))
    suggest_theme(values.get("title"))


def test_a_very_long_text_is_read_quickly():
    text = "Er wordt " * 5000 + "gebruikt " * 3000
    began = time.process_time()
    readability(text), advice({"question": text}), suggest_theme(text)
    assert time.process_time() - began < 2


def test_every_theme_has_words_and_every_field_an_example():
    assert set(STEMS) == set(Theme.values)
    assert set(EXAMPLES) == {name for form in JUDGES.values() for name in form.base_fields}


def test_the_suggested_theme_is_usually_the_one_that_was_chosen():
    suggested = [(suggest_theme(f"{row['title']}\n{row['question']}"), row["theme"]) for row in DEMO]
    dared = [(ours, theirs) for ours, theirs in suggested if ours]
    assert len(dared) >= len(DEMO) * 0.6
    assert sum(ours == theirs for ours, theirs in dared) >= len(dared) * 0.6
