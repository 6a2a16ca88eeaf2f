"""The judges of seen.py and axe find what they are for on pages wrong on purpose, and nothing on a good one."""

import pytest

from tests.browser.conftest import violations
from tests.browser.seen import focus, movement, spaced_out

RIGHT = """<style>:focus-visible { outline: 3px solid #141a2e; outline-offset: 3px } body { background: #fff }</style>
<a href="#a">Eerst</a> <button>Dan</button>"""
WRONG = {
    "no ring": (focus, "<style>:focus-visible { outline: 0 }</style><a href='#a'>Zonder rand</a>"),
    "ring of 1.": (
        focus,
        "<style>body { background: #fff } a:focus-visible { outline: 3px solid #eee }</style><a href='#a'>Bleek</a>",
    ),
    "hidden under": (
        focus,
        f"{RIGHT}<style>nav {{ position: fixed; inset: 0; background: #fff }}</style><nav>Altijd bovenop</nav>",
    ),
    "out of order by tabindex": (focus, f"{RIGHT}<a href='#b' tabindex='3'>Voor de rest</a>"),
    "stands before": (
        focus,
        f"<style>div {{ display: flex; flex-direction: row-reverse }}</style><div>{RIGHT}</div>",
    ),
    "moves": (movement, "<style>a { transition: color .2s }</style><a href='#a'>Verkleurt</a>"),
    "cut off": (
        spaced_out,
        "<style>p { height: 1.2em; overflow: hidden; width: 9em; font: 16px/1.2 serif }</style><p>Net genoeg plek</p>",
    ),
    "over each other": (
        spaced_out,
        "<style>b { position: absolute; left: 7em; top: 1em } i { position: absolute; left: 0; top: 1em }</style>"
        "<i>Dit is net kort</i><b>genoeg</b>",
    ),
    "wider than": (spaced_out, "<style>p { white-space: nowrap; width: 10em }</style><p>" + "Een lange regel " * 12),
    "color-contrast": (
        lambda page: violations(page),
        "<style>body { background: #fff } a { color: #bbb }</style><a href='#a'>Bleke letters</a>",
    ),
    "target-size": (
        lambda page: violations(page),
        "<style>a { display: block; font-size: 8px; line-height: 9px }</style>" + "<a href='#a'>Klein</a>" * 3,
    ),
}


@pytest.fixture
def shown(new_context):
    page = new_context(reduced_motion="reduce", viewport={"width": 800, "height": 600}).new_page()

    def show(html: str):
        page.set_content(f"<!doctype html><html lang=nl><title>Pagina</title><main>{html}</main></html>")
        return page

    return show


def test_a_right_page_passes(shown):
    page = shown(RIGHT)
    assert [*focus(page), *movement(page), *spaced_out(page)] == []


def test_each_fault_is_found(shown):
    missed = {
        fault: found for fault, (judge, html) in WRONG.items() if fault not in "\n".join(found := judge(shown(html)))
    }
    assert missed == {}
