"""A remarked passage is marked, whatever stands around it, and the page stays whole."""

import re
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from challenges.marks import marked
from oil_portal.core.templatetags.oil import markdown

VOID = {"br", "hr", "img"}


class Nesting(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []

    def handle_starttag(self, tag, attrs):
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open and self.open.pop() == tag


@pytest.mark.parametrize(
    ("source", "quote", "shown"),
    [
        ("Wij boren een gat.", "een gat", '<p>Wij boren <mark id="passage-7">een gat</mark>.</p>'),
        ("Wij boren\neen   gat.", "boren een gat", '<mark id="passage-7">boren</mark><br><mark>\neen   gat</mark>'),
        ("Een **diep gat** hier", "Een diep gat", "<p>Een <strong>"),  # not as it stands in the source: no mark
        ("Een **diep gat** hier", "Een **diep", '<mark id="passage-7">Een </mark>'),
        ("een\n\ntwee", "een twee", '<p><mark id="passage-7">een</mark></p>\n<p><mark>twee</mark></p>'),
        ("<script>x</script>", "<script>x", "&lt;script&gt;x"),
    ],
)
def test_where_the_mark_stands(source, quote, shown):
    assert shown in marked(source, {7: quote}).replace("<br />", "<br>")


WORDS = st.lists(
    st.sampled_from(["een", "gat", "**vet**", "*", "_", "[a](https://b.nl)", "<b>", "\n", "\n\n", "- ", "&"])
)


@given(words=WORDS, cuts=st.lists(st.tuples(st.integers(0, 60), st.integers(1, 30)), max_size=3))
def test_tags_always_nest_and_no_word_is_lost(words, cuts):
    source = " ".join(words)
    quotes = {number: source[start : start + length] for number, (start, length) in enumerate(cuts)}
    html = marked(source, quotes)
    parser = Nesting()
    parser.feed(html)
    assert parser.open == []
    assert not re.search("[\ue000-\ue002]", html)
    if not any(mark in source for mark in "*_[-<"):
        assert re.sub("</?mark[^>]*>", "", html) == markdown(source)
