"""Parts of pages that are drawn once, and lists that are counted no further than one leafs."""

import re
from datetime import datetime, timezone
from decimal import Decimal

import pytest
from django.template import Context, Template
from django.urls import reverse
from django.utils.translation import override

from oil_portal.core import clock
from oil_portal.core import views as core
from oil_portal.core.templatetags import parts
from projects.contributing import Total
from projects.models import Project
from tests import factories as f

FOOTER = '{% part "includes/footer.html" theme=theme demo=False %}'


@pytest.fixture
def drawn(monkeypatch) -> list[str]:
    """The templates that were drawn, with nothing remembered from before."""
    names, draw = [], parts.draw
    parts._remembered.cache_clear()

    def note(template, *args):
        names.append(template)
        return draw(template, *args)

    monkeypatch.setattr(parts, "_remembered", parts.lru_cache(maxsize=100)(note))
    return names


def html(source: str, **context) -> str:
    return Template(source).render(Context(context))


def test_the_same_part_is_drawn_once_and_another_anew(drawn):
    one = html(FOOTER, csrf_token="een", theme="")
    assert html(FOOTER, csrf_token="een", theme="") == one and len(drawn) == 1
    assert html(FOOTER, csrf_token="een", theme="dark") != one and len(drawn) == 2
    with override("en"):
        assert "Accessibility" in html(FOOTER, csrf_token="een", theme="")
    with clock.at(datetime(2031, 1, 1, 12, tzinfo=timezone.utc)):  # noqa: UP017
        html(FOOTER, csrf_token="een", theme="")
    assert len(drawn) == 4


def test_every_reader_gets_their_own_token_and_who_has_none_no_form(drawn):
    assert re.findall(r'value="(een|twee)"', html(FOOTER, csrf_token="een", theme="")) == ["een", "een"]
    assert re.findall(r'value="(een|twee)"', html(FOOTER, csrf_token="twee", theme="")) == ["twee", "twee"]
    assert len(drawn) == 1
    assert "<form" not in html(FOOTER, theme="") and parts.TOKEN not in html(FOOTER, theme="")


def test_a_part_sees_only_what_is_given(drawn):
    shown = html('{% part "includes/header.html" at="/projecten/" known=True name="Sam" email="" roles=roles %}',
                 roles=frozenset(), name="Iemand anders", staff=True, csrf_token="een")  # fmt: skip
    assert "Sam" in shown and "Iemand anders" not in shown and reverse("admin:index") not in shown


def test_a_list_shows_a_change_at_once(client, region):
    project = f.ProjectFactory(title="Eerst dit", assignment__challenge__partner=region.company)
    assert "Eerst dit" in client.get(reverse("projects:list")).content.decode()
    Project.objects.filter(pk=project.pk).update(title="Nu dat")
    assert "Nu dat" in client.get(reverse("projects:list")).content.decode()


def test_a_part_shows_text_as_text(client, region):
    f.ProjectFactory(title="<script>", assignment__challenge__partner=region.company)
    assert "&lt;script&gt;" in client.get(reverse("projects:list")).content.decode()


def test_of_a_list_only_the_row_that_changed_is_drawn(drawn):
    rows = [Total(2027, number, f"Project {number}", "Bedrijf", Decimal(2), None, None, None) for number in (1, 2)]
    source = '{% parts "projects/_contribution_total.html" rows %}'
    first = html(source, rows=rows)
    assert "Project 1" in first and "Project 2" in first and len(drawn) == 2
    assert html(source, rows=rows) == first and len(drawn) == 2
    changed = html(source, rows=[rows[0], rows[1]._replace(who="Een ander")])
    assert "Een ander" in changed and len(drawn) == 3


# --- Counting ---------------------------------------------------------------------------------------------------
def test_a_list_is_counted_no_further_than_one_leafs(client, region, monkeypatch):
    f.ProjectFactory.create_batch(3, assignment__challenge__partner=region.company)
    page = client.get(reverse("projects:list"))
    assert page.context["page_obj"].paginator.count == 3 and "Meer dan" not in page.content.decode()
    monkeypatch.setattr(core, "MOST_COUNTED", 2)
    page = client.get(reverse("projects:list"))
    assert page.context["page_obj"].paginator.count == 2 and "Meer dan 2 projecten" in page.content.decode()
    for rows in ([1, 2, 3], Project.objects.none()):
        assert core.Pages(rows, 2).count == len(rows)


def test_the_menu_says_where_the_page_is(client, region):
    project = f.ProjectFactory(assignment__challenge__partner=region.company)
    marks = {path: re.findall(r'<a href="([^"]+)" aria-current="(\w+)"', client.get(path).content.decode())
             for path in ("/projecten/", project.get_absolute_url(), reverse("home"))}  # fmt: skip
    assert ("/projecten/", "page") in marks["/projecten/"]
    assert ("/projecten/", "true") in marks[project.get_absolute_url()]
    assert not any(path == "/projecten/" for path, _word in marks[reverse("home")])
    assert client.get("/projecten/niets/nergens/").status_code == 404
