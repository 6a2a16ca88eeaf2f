"""The judge of tree.py finds what it is for, and what htmx changes is told and loses no focus."""

import pytest
from playwright.sync_api import expect

from tests import factories as f
from tests.browser.tree import spoken

RIGHT = """<h1>Lijst</h1><h2>Deel</h2><nav aria-label="Kruimels"><a href="/">Begin</a></nav>
<ul><li><a href="/een">Kas</a></li><li><a href="/twee">Muur</a></li></ul>
<table><tr><th scope="col">Jaar</th></tr><tr><td>2026</td></tr></table>
<img src="data:," alt=""><label>Naam <input></label><button>Zoek</button>"""
WRONG = {
    "has no name: button": "<button><svg aria-hidden='true'></svg></button>",
    "has no name: textbox": "<input>",
    "has no name: image": "<img src='data:image/gif;base64,R0lGODlhAQABAAAAACw=' width=9 height=9>",
    "has no name: link": "<a href='/een'>→</a>",
    "skips from level 1 to 3": "<h1>Een</h1><h3>Drie</h3>",
    "says nothing: heading": "<h1>…</h1>",
    "has no headers: LayoutTable": "<table><tr><td>2026</td><td>3</td></tr><tr><td>2027</td><td>4</td></tr></table>",
    "leads to 2 places": "<ul><li><a href='/een'>Bekijk</a></li><li><a href='/twee'>Bekijk</a></li></ul>",
    "is there twice: navigation": "<nav><a href='/a'>A</a></nav><nav><a href='/b'>B</a></nav>",
    "nothing says how many": "<form data-filters><button>Zoek</button></form><ul><li>Kas</li></ul>",
}
LISTS = ["/projecten/", "/vraagstukken/", "/modules/", "/modules/leerdoelen/", "/partners/"]


@pytest.fixture
def shown(new_context):
    page = new_context().new_page()

    def show(html: str):
        page.set_content(f"<!doctype html><html lang=nl><title>Pagina</title><base href='http://localhost/'>{html}")
        return page

    return show


def test_a_right_page_passes(shown):
    assert spoken(shown(RIGHT)) == []


def test_each_fault_is_found(shown):
    missed = {fault: found for fault, html in WRONG.items() if fault not in "\n".join(found := spoken(shown(html)))}
    assert missed == {}


def test_a_link_that_is_described_is_told_apart(shown):
    links = "<li><a href='/een' aria-describedby='a'>Kas</a><p id='a'>Bevestig</p><li><a href='/twee'>Kas</a>"
    assert spoken(shown(f"<ul>{links}</ul>")) == []


def test_a_filter_says_what_it_found_and_keeps_the_focus(region, as_user):
    f.ProjectFactory(run=region.run)
    page = as_user(region.student, viewport={"width": 1280, "height": 900})
    for path in LISTS:
        page.goto(path)
        said, count = page.get_by_role("status").last, page.locator("#aantal")
        choice = page.locator("form[data-filters] select").first
        if choice.count():
            choice.focus()
            choice.select_option(index=1)
        else:
            choice = page.locator("form[data-filters] input[type=checkbox]").first
            choice.focus()
            page.keyboard.press("Space")
        page.wait_for_url(lambda url: "?" in url)
        expect(said).to_have_text(count.text_content().strip())
        expect(choice).to_be_focused()
        search = page.locator("form[data-filters] input[name=q]")
        if search.count():
            search.fill("zzzz")
            page.keyboard.press("Enter")
            page.wait_for_url(lambda url: "q=zzzz" in url)
            expect(said).to_have_text(count.text_content().strip())
            expect(search).to_be_focused()
