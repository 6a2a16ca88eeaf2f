"""Links and buttons say what they are for without the row or heading they stand in, as a screen reader lists them."""

import re
from collections import Counter

import pytest
from django.template.loader import render_to_string

from tests import factories as f


def names(html: str) -> Counter:
    """How often each name stands on the buttons and folds of the page's main part."""
    main = html[html.index("<main") : html.index("</main")]
    found = re.findall(r"<(?:button|summary)[^>]*>(.*?)</(?:button|summary)>", main, flags=re.DOTALL)
    return Counter(" ".join(re.sub(r"<[^>]+>", "", text).split()) for text in found)


def repeated(html: str) -> list[str]:
    return [name for name, times in names(html).items() if times > 1]


def test_the_check_hears_the_same_name_twice():
    page = '<main><button class="btn">Wijs af</button><summary>Wijs <b>af</b></summary><button>Plaats</button></main>'
    assert repeated(page) == ["Wijs af"]


def test_who_is_placed_stands_on_the_button(project, region, login):
    for _each in range(2):
        f.ApplicationFactory(project=project, student=f.UserFactory(student=region.school))
    page = login(region.teacher).get(project.get_absolute_url()).content.decode()
    placing = [name for name in names(page) if name.startswith("Plaats in het team ")]
    assert len(placing) == len(set(placing)) == 2


@pytest.mark.parametrize("path", ["/vraagstukken/nieuw/", "/partners/netwerk/"])
def test_folds_say_of_what(path, world, login):
    page = login(world.contact).get(path, follow=True).content.decode()
    assert repeated(page) == []


def test_numbers_of_the_report_say_of_what():
    cell = {"url": "/rijen/", "line": {"label": "projecten", "shown": "2"}}
    table = {"caption": "Soort", "head": ["aantal"], "rows": [("scholen", [cell]), ("bedrijven", [cell])]}
    section = {"key": "partners", "title": "Partners", "notes": [], "lines": [], "tables": [table]}
    page = render_to_string("reports/figures.html", {"page": {"first": [cell], "sections": [section]}})
    said = re.findall(r'>2<span class="sr-only"> (.*?)</span>', page)
    assert said == [f"{of}, bekijk de rijen" for of in ("projecten", "scholen", "bedrijven")]
