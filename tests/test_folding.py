"""What says the same for everybody is drawn once per language, and nothing else is."""

import re

import pytest
from django.template import Context, engines
from django.template.base import TextNode
from django.urls import reverse
from django.utils.translation import override

from oil_portal.folding import fold

TOKEN = re.compile(r'(?<=name="csrfmiddlewaretoken" value=")[^"]*')
PAGES = ("home", "projects:list", "partners:list", "challenges:list")
LOADERS = {
    "plain": ["django.template.loaders.filesystem.Loader", "django.template.loaders.app_directories.Loader"],
    "folded": engines["django"].engine.loaders,
}
SAME = [
    '{% translate "Projecten" %}', '{% translate "50%" %}',
    "{% blocktranslate trimmed %}\n Plaats een vraagstuk {% endblocktranslate %}",
    '{% url "projects:list" %}', '{% url "projects:detail" 7 %}', '{% static "oil.css" %}', '{% icon "arrow" %}',
    "Zo <b>is</b> het.",
]  # fmt: skip
CHANGES = [
    "{% translate name %}", '{% translate "Projecten" as word %}{{ word }}', '{% translate "projecten"|capfirst %}',
    '{% translate "May" context "month" %}', "{% blocktranslate %}Van {{ name }}{% endblocktranslate %}",
    '{% url "projects:detail" number %}', '{% url "projects:list" as there %}{{ there }}',
    "{% icon name %}", "{{ name }}", '{% language "en" %}{% translate "Projecten" %}{% endlanguage %}',
    "{% blocktranslate count number=number %}een{% plural %}meer{% endblocktranslate %}",
]  # fmt: skip


def compiled(source: str, *, folded: bool):
    template = engines["django"].from_string(source).template
    if folded:
        fold(template)
    return template


def drawn(source: str, *, folded: bool) -> str:
    return compiled(source, folded=folded).render(Context({"name": "user", "number": 7}))


@pytest.mark.parametrize("source", SAME)
def test_what_says_the_same_becomes_text(source):
    inside = "{% if number %}" + source + "{% else %}{% for each in name %}" + source + "{% endfor %}{% endif %}"
    for whole in (source, inside, "{% with a=1 %}" + source + "{% endwith %}"):
        assert drawn(whole, folded=True) == drawn(whole, folded=False)
    assert [type(node) for node in compiled(f"voor {source} na", folded=True).nodelist] == [TextNode]


@pytest.mark.parametrize("source", CHANGES)
def test_what_depends_on_something_is_left_as_it_is(source):
    assert [type(node) for node in compiled(source, folded=True).nodelist] != [TextNode]
    assert drawn(source, folded=True) == drawn(source, folded=False)


SENTENCES = [
    "{% blocktranslate with who=name|upper %}Van {{ who }} en {{ name }} 100%{% endblocktranslate %}",
    "{% blocktranslate trimmed %}\n Van {{ nobody }}\n aan {{ markup }} {% endblocktranslate %}",
    "{% blocktranslate count number=number %}{{ name }} een{% plural %}{{ number }} {{ name }}{% endblocktranslate %}",
    "{% blocktranslate count total=one %}{{ total }} leerdoel{% plural %}{{ total }} leerdoelen{% endblocktranslate %}",
    "{% blocktranslate count total=half %}{{ total }} uur{% plural %}{{ total }} uren{% endblocktranslate %}",
    "{% blocktranslate asvar said %}Van {{ markup }}{% endblocktranslate %}<p>{{ said }}</p>",
    "{% with name=1 %}{% blocktranslate %}{{ name }} van {{ big }}{% endblocktranslate %}{% endwith %}",
]


@pytest.mark.parametrize("language", ["nl", "en"])
@pytest.mark.parametrize("source", SENTENCES)
def test_a_sentence_says_its_values(source, language):
    given = {"name": "wie", "number": 7, "one": 1, "half": 0.5, "markup": "<b>&", "big": 12345}
    with override(language):
        plain, folded = (compiled(source, folded=each).render(Context(given)) for each in (False, True))
    assert plain == folded
    assert "Said" in {type(node).__name__ for node in compiled(source, folded=True).nodelist} or "with" in source


def test_a_translation_that_names_something_else_falls_back(monkeypatch):
    monkeypatch.setattr("oil_portal.folding.gettext", lambda said: "Of %(somebody)s")
    assert drawn("{% blocktranslate %}Van {{ name }}{% endblocktranslate %}", folded=True) == "Van user"


def test_each_language_has_its_own():
    english = {}
    for language in ("nl", "en", "nl"):
        with override(language):
            english[language] = engines["django"].get_template("includes/header.html").template.render(Context({}))
    assert "Projecten" in english["nl"] and "Projecten" not in english["en"]


@pytest.mark.parametrize("who", ["visitor", "student", "contact"])
def test_pages_are_the_same_as_without(who, region, login, settings, monkeypatch):
    settings.DEBUG = True  # parts are not remembered
    client = login(None if who == "visitor" else getattr(region, who))
    engine, pages = engines["django"].engine, {}
    for way, loaders in LOADERS.items():
        monkeypatch.setattr(engine, "template_loaders", engine.get_template_loaders(loaders))
        pages[way] = [TOKEN.sub("", client.get(reverse(name)).content.decode()) for name in PAGES]
    assert pages["plain"] == pages["folded"] and "<h1" in pages["plain"][0]
