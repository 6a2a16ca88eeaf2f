"""The lexicon of a search stays true to the texts, whatever happens to them."""

from django.db import connection

from partners import lexicon
from partners.lexicon import Lexeme
from partners.models import Partner
from partners.tasks import rebuild_lexicon
from projects.models import Project
from tests.test_search import PLAIN, look, shown, words


def in_texts(scope: str) -> set[str]:
    """What the lexicon of a scope must hold, asked of the texts."""
    table, public, document = lexicon.SCOPES[scope]
    with connection.cursor() as cursor:
        words = f"unnest(tsvector_to_array({document}))"
        cursor.execute(f"SELECT DISTINCT {words} FROM {table} AS one WHERE {public}")  # noqa: S608 - our own words
        return {word for (word,) in cursor if not word.startswith("@") and len(word) <= 40}


def true() -> bool:
    return all(words(scope) == in_texts(scope) for scope in lexicon.SCOPES)


def test_creating_changing_and_deleting(make):
    one = make(title="Onderzeeboot van karton", **PLAIN)
    other = make(title="Luchtballon van karton", **PLAIN)
    assert {"onderzeebot", "luchtballon", "karton"} <= words() and true()
    one.title = "Zeppelin van karton"
    one.save()
    assert "zeppelin" in words() and "onderzeebot" not in words() and true()
    Project.objects.filter(pk=one.pk).update(title="Raket van karton")
    assert "raket" in words() and "zeppelin" not in words() and true()
    Project.objects.filter(pk=one.pk).update(status="cancelled")
    assert "raket" not in words() and "karton" in words() and true()
    Project.objects.filter(pk=one.pk).update(status="open")
    assert "raket" in words() and true()
    one.delete()
    assert "raket" not in words() and "karton" in words() and true()
    Project.objects.filter(pk=other.pk).delete()
    assert not {"karton", "luchtballon"} & words() and true()


def test_many_at_once(make):
    first = make(title="Meet de muur")
    plan = {
        name: getattr(first, name) for name in ("assignment_id", "run_id", "coach_id", "closing_date", "starts", "ends")
    }
    made = Project.objects.bulk_create(
        [Project(title=f"Woord{letter} van O'Neil", summary="Kort.", text="Lang.", **plan) for letter in "abc"]
    )
    assert {"woorda", "woordb", "woordc", "neil"} <= words() and true()
    for number, project in enumerate(made):
        project.title = f"Anders{number}"
    Project.objects.bulk_update(made, ["title"])
    assert {"anders0", "anders1", "anders2"} <= words() and not {"woorda", "neil"} & words() and true()
    Project.objects.exclude(pk=first.pk).delete()
    assert "anders0" not in words() and true()


def test_a_partner_that_leaves_takes_its_words(region):
    assert "marewijk" in words("names") and true()
    Partner.objects.filter(pk=region.company.pk).update(status="declined")
    assert "marewijk" not in words("names") | words("partners") and true()


def test_a_deleted_word_is_no_suggestion(make, login):
    make(title="Waterzuivering", **PLAIN).delete()
    make(title="Iets heel anders", **PLAIN)
    assert "Dit lijkt erop" not in shown(look(login(None), "watrzuivering"))


def test_rebuilding_mends_the_lexicon_and_changes_nothing_else(make):
    make(title="Meet de muur van O'Neil")
    before = words()
    Lexeme.objects.filter(word="mur").delete()
    Lexeme.objects.create(scope="projects", word="verdwenen")
    Lexeme.objects.create(scope="names", word="verdwenen")
    rebuild_lexicon()
    assert words() == before and true()


def test_a_word_that_the_lexicon_lost_is_found_all_the_same(make, login):
    make(title="Meet de luchtballon", **PLAIN)
    Lexeme.objects.filter(word="luchtballon").delete()
    page = shown(look(login(None), "luchtballon"))
    assert "Meet de luchtballon" in page and "Dit lijkt erop" not in page


def test_saving_what_says_the_same_costs_the_lexicon_nothing(make):
    project = make(title="Meet de muur")
    Lexeme.objects.filter(word="mur").delete()
    Project.objects.filter(pk=project.pk).update(status="running")
    assert "mur" not in words()
