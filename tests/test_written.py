"""Text that people wrote says its language where that is not the page's (WCAG 3.1.2)."""

import re

import pytest
from django import forms
from django.conf import settings
from django.template import engines
from django.utils import translation

from modules.models import Module
from oil_portal.core.templatetags.written import Written, language_of
from oil_portal.core.timeline import notify, record
from oil_portal.digests import content, letter
from tests import factories as f

DUTCH, ENGLISH = "Hoe houden we de kas koel?", "How can we keep the greenhouse cool?"


@pytest.mark.parametrize(
    ("text", "language"),
    [
        (DUTCH, "nl"),
        (ENGLISH, "en"),
        ("Dashboard energie", "nl"),  # no small words: most people here write Dutch
        ("", "nl"),
        ("Wij zoeken een app for growers and their teams, met een dashboard en de data van onze kassen.", "nl"),
        ("We measure the climate in the greenhouse, but nobody looks at the numbers. ", "en"),
    ],
)
def test_small_words_tell_the_language(text, language):
    assert language_of(text) == language


def test_the_demo_and_the_curriculum_are_dutch(region):
    assert {language_of(goal.title) for goal in region.goals} == {"nl"}


@pytest.mark.parametrize(("text", "page"), [(DUTCH, "en"), (ENGLISH, "nl")])
def test_only_another_language_is_marked(text, page):
    template = engines["django"].from_string("<b{% lang text %}>{{ text }}</b>{{ text|markdown }}")
    with translation.override(page):
        other = template.render({"text": text})
    with translation.override(language_of(text)):
        own = template.render({"text": text})
    mark = f' lang="{language_of(text)}"'
    assert other == f"<b{mark}>{text}</b><p{mark}>{text}</p>\n"
    assert own == f"<b>{text}</b><p>{text}</p>\n"


def test_choices_of_forms_say_it_too(region):
    module = f.ModuleFactory(title=ENGLISH)

    class Choose(forms.Form):
        one = forms.ModelChoiceField(Module.objects.filter(pk=module.pk), empty_label="How many of these are there?")
        some = forms.ModelMultipleChoiceField(Module.objects.all(), widget=forms.CheckboxSelectMultiple)
        ours = forms.ChoiceField(choices=[("a", "How many of these are there?"), ("b", Written(ENGLISH))])

    drawn = Choose().as_p()
    assert drawn.count(' lang="en"') == 3
    assert f'<option value="{module.pk}" lang="en">' in drawn and '<option value="b" lang="en">' in drawn
    assert re.search(rf'value="{module.pk}"[^<]*><span lang="en">', drawn)
    with translation.override("en"):
        assert ' lang="en"' not in Choose().as_p()


@pytest.fixture
def told(region):
    """A public challenge, its project and a goal, with Dutch titles and texts."""
    return f.ProjectFactory(
        title=DUTCH,
        summary="Meet het klimaat en maak het zichtbaar voor de teler.",
        assignment__challenge__title=DUTCH,
        assignment__challenge__question="Wij weten niet hoe warm het in onze kassen wordt.",
        assignment__challenge__partner=region.company,
        assignment__goals=region.goals,
        run=region.run,
    )


def unmarked(html: str, texts: list[str]) -> list[str]:
    """Each of the texts that an element of the page begins with without a language."""
    body = html[html.index("<main") :]
    tags = [(text, tag) for text in texts for tag in re.findall(rf"(<[^<>]*>){re.escape(text)}", body)]
    return [text for text, tag in tags if "lang=" not in tag]


def test_main_pages_in_english_mark_dutch(told, region, login):
    goal = region.goals[0]
    module = told.run.module
    client = login(None)
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"
    texts = [DUTCH, told.summary, goal.title, str(module), "Wij weten niet hoe warm"]
    for path in (
        "/projecten/", told.get_absolute_url(), "/vraagstukken/", told.challenge.get_absolute_url(), "/modules/",
        module.get_absolute_url(), goal.get_absolute_url(), "/modules/leerdoelen/",
    ):  # fmt: skip
        html = client.get(path, follow=True).content.decode()
        assert any(text in html for text in texts), path
        assert unmarked(html, texts) == [], path
        client.cookies[settings.LANGUAGE_COOKIE_NAME] = "nl"
        dutch = client.get(path, follow=True).content.decode()
        assert 'lang="' not in dutch[dutch.index("<main") : dutch.index("</main")], path
        client.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"


@pytest.mark.parametrize(("text", "page"), [(f"{DUTCH} <i>", "en"), (f"{ENGLISH} <i>", "nl")])
def test_a_title_within_a_sentence_is_marked_and_escaped(text, page):
    source = "{% blocktranslate trimmed with title=text|written %}Het gaat om ‘{{ title }}’.{% endblocktranslate %}"
    template = engines["django"].from_string(source)
    with translation.override(page):
        other = template.render({"text": text})
    with translation.override(language_of(text)):
        own = template.render({"text": text})
    escaped = text.replace("<", "&lt;").replace(">", "&gt;")
    assert f'‘<span lang="{language_of(text)}">{escaped}</span>’' in other
    assert f"‘{escaped}’" in own and "span" not in own


def test_a_filter_marks_what_people_named_and_not_our_own_words(told, login):
    told.run.module.title = "Meten en regelen voor de kas"
    told.run.module.save()
    client = login(None)
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"
    html = client.get("/projecten/").text
    assert re.search(r'<option value="\d+" lang="nl">Meten en regelen voor de kas</option>', html)
    assert not re.search(r'lang="nl"[^>]*>(All modules|Newest first|On site)', html) and "All modules" in html
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "nl"
    assert "<option lang" not in client.get("/projecten/").text.replace('" lang', " lang")


@pytest.mark.parametrize("language", ["nl", "en"])
def test_mails_mark_titles_in_another_language(told, region, language, django_capture_on_commit_callbacks, mailoutbox):
    region.teacher.language = language
    region.teacher.save()
    with django_capture_on_commit_callbacks(execute=True):
        notify(record(told, "publish", actor=region.broker, remark="Zo."), [region.teacher], mail=True)
    html = mailoutbox[0].alternatives[0].content
    body = html[html.index("</h1>") :]
    assert f"{DUTCH}</" in body and ('<span lang="nl">' in body) == (language == "en")
    assert bool(re.search(rf'<a [^>]*lang="nl"[^>]*>{re.escape(DUTCH)}', body)) == (language == "en")
    assert "<span lang" not in mailoutbox[0].body


@pytest.mark.parametrize("language", ["nl", "en"])
def test_a_digest_marks_each_title_by_itself(told, language):
    entries = [content.Entry("key", "news", title, by="", text="", url="/") for title in (DUTCH, ENGLISH)]
    with translation.override(language):
        shown = [html for html, _plain in letter._drawn(entries, language)]
    said = [re.findall(r' lang="(\w\w)"', html) for html in shown]
    assert said == [[one] if one != language else [] for one in ("nl", "en")]
