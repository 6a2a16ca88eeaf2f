"""Dutch is complete by construction (it is the source); English is complete because this test says so."""

import polib
from django.conf import settings
from django.utils import translation

from oil_portal.management.commands.messages import collect, in_python, in_template, problems


def catalogue():
    return polib.pofile(str(settings.LOCALE_PATHS[0] / "en" / "LC_MESSAGES" / "django.po"))


def test_english_is_complete():
    assert problems(catalogue(), collect()) == []


def test_placeholders_survive_translation():
    import re

    def names(text):
        return sorted(re.findall(r"%\(\w+\)s|%s", text))

    for entry in catalogue():
        if entry.msgid_plural:
            assert names(entry.msgid_plural) == names(entry.msgstr_plural[1]), entry.msgid
        else:
            assert names(entry.msgid) == names(entry.msgstr), entry.msgid


def test_no_package_rewords_our_dutch():
    """A Dutch text that happens to be an English one of Django ("Log in") would be translated."""
    with translation.override("nl"):
        assert [entry.msgid for entry in catalogue() if translation.gettext(entry.msgid) != entry.msgid] == []


def test_texts_are_found():
    assert in_python('_("Een"); ngettext("%s dag", "%s dagen", n); print("Niet")') == [
        ("Een", ""),
        ("%s dag", "%s dagen"),
    ]
    counted = "{% blocktranslate trimmed count n=x %}\n een dag {% plural %} {{ n }} dagen\n{% endblocktranslate %}"
    template = '{% translate "Een" %}' + counted
    assert in_template(template) == [("Een", ""), ("een dag", "%(n)s dagen")]


def test_a_missing_string_is_a_problem():
    assert problems(polib.POFile(), {("Nieuw", ""): {"x.html"}}) == ["missing: Nieuw"]
    fuzzy = polib.POFile()
    fuzzy.append(polib.POEntry(msgid="Oud", msgstr="Old", flags=["fuzzy"]))
    assert problems(fuzzy, {("Oud", ""): {"x.html"}}) == ["not translated: Oud"]
