"""Search that forgives: what is found, in which order, what is said of it, and what no search may tell."""

import pgtrigger
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils.html import escape
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from challenges.models import Challenge
from partners import search
from partners.lexicon import Lexeme
from partners.models import Partner
from projects.models import Project
from tests import factories as f
from tests.helpers import queries_of

pytestmark = pytest.mark.django_db
PLAIN = {"summary": "Kort.", "text": "Lang."}


def titles(text: str, queryset=None) -> list[str]:
    """What a search for projects finds, best first."""
    return [str(one) for one in (Project.objects if queryset is None else queryset).search(text)]


def words(scope: str = "projects") -> set[str]:
    return set(Lexeme.objects.filter(scope=scope).values_list("word", flat=True))


def shown(response) -> str:
    return " ".join(response.content.decode().split())


def look(client, text: str, **more):
    return client.get(reverse("projects:list"), {"q": text, **more})


# --- What is found ----------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("typed", "title"),
    [
        ("zuivering", "Slimme waterzuivering voor de polder"),  # the end of a compound
        ("water", "Slimme waterzuivering voor de polder"),  # its beginning
        ("pomp", "Een stille warmtepomp"),
        ("bus", "App voor de buurtbus"),
        ("zuiver", "Afvalwaterzuiveringsinstallatie op zonne-energie"),  # the middle
        ("kas", "Sensoren in kassen"),
        ("kassen", "Licht in de kas"),
        ("kas", "Warmte voor broeikassen"),
        ("huis", "Oude huizen isoleren"),
        ("huizen", "Een huis van hout"),
        ("brieven", "Een brief die zichzelf voorleest"),
        ("voorspellen", "Een model dat drukte voorspelt"),
        ("voorspelt", "Drukte voorspellen op de markt"),
        ("programmeert", "Leer programmeren"),
        ("drone", "Zwerm drones boven het veld"),
        ("drones", "Een drone boven het veld"),
        ("vochtmeeter", "Bouw een vochtmeter"),  # typing errors
        ("vochtmter", "Bouw een vochtmeter"),
        ("vohctmeter", "Bouw een vochtmeter"),
        ("watrzuivering", "Slimme waterzuivering voor de polder"),
        ("drnoe", "Een drone boven het veld"),
        ("isolaite", "Isolatie van riet"),
        ("cafe", "Een rustig café"),
        ("café", "Een rustig cafe"),
        ("CAFÉ", "Een rustig café"),
        ("creeer", "Creëer een speeltuin"),
        ("vocht-meter", "Een meter voor vocht"),
        ("camera's", "Camera boven de kade"),
        ("CO2", "Meet CO2 in de klas"),
        ("3d", "Een 3D-printer van afval"),
        ("isol", "Isolatie van riet"),  # as typed so far
    ],
)
def test_it_forgives(make, typed, title):
    make(title=title, **PLAIN)
    make(title="Iets heel anders", **PLAIN)
    assert titles(typed) == [title]
    f.ChallengeFactory(accepted=True, title=title, question="Kort.")
    f.ChallengeFactory(accepted=True, title="Iets heel anders", question="Kort.")
    assert [str(one) for one in Challenge.objects.search(typed)] == [title]


@pytest.mark.parametrize(
    ("typed", "title"),
    [
        ("kas en bank", "Een kast en een bank"),  # kas is no kast
        ("arm", "Een warm alarm"),
        ("drone", "Groene daken"),
        ("2024", "Terug naar 2023"),
        ("meten", "Eten in de klas"),
    ],
)
def test_it_does_not_forgive_everything(make, typed, title):
    make(title=title, **PLAIN)
    assert titles(typed) == []


def test_every_word_counts(make):
    both = make(title="Vochtmeter voor kassen", **PLAIN)
    make(title="Vochtmeter voor muren", **PLAIN)
    make(title="Sensoren in kassen", **PLAIN)
    assert titles("kas vochtmeeter") == titles("vochtmeter kas") == titles("de vochtmeter in een kas") == [both.title]
    assert titles("vochtmeter kas onderzeeboot") == []


def test_the_company_is_found_too_and_beside_other_words(region, make):
    make(title="Meet de muur", **PLAIN)
    make(title="Meet het dak", challenge={"partner": region.other_company}, **PLAIN)
    for typed in ("Marewijk", "marewijk bouw", "mareweik", "Marewijk muur", "muur Marewijk", "Bouw", "mare"):
        assert titles(typed) == ["Meet de muur"], typed
    assert titles("Marewijk dak") == []
    assert titles("kasgroei") == titles("groei") == ["Meet het dak"]
    Partner.objects.filter(pk=region.company.pk).update(name="Rijnzicht")
    assert titles("Rijnzicht") == ["Meet de muur"] and titles("Marewijk") == []
    Challenge.objects.filter(partner=region.company).update(partner=region.other_company)
    assert titles("Rijnzicht") == [] and len(titles("kasgroei")) == 2


def test_exact_ones_come_first_then_other_forms_then_compounds(make):
    make(title="Licht in de kas", summary="Kort.", text="Lang.")
    make(title="Iets anders", summary="Kort.", text="Over een kas.")
    make(title="De broeikas", summary="Kort.", text="Lang.")
    make(title="Kasteel van karton", summary="Kort.", text="Lang.")
    found = titles("kas")
    assert found[:2] == ["Licht in de kas", "Iets anders"]
    assert set(found[2:]) == {"De broeikas", "Kasteel van karton"}


def test_a_typing_error_is_only_looked_up_when_nobody_has_the_word(make):
    make(title="Een muis van hout", **PLAIN)
    make(title="Een huis van hout", **PLAIN)
    assert titles("huis") == ["Een huis van hout"]
    assert set(titles("buis")) == set()  # another first letter of a short word is another word


@pytest.mark.parametrize("text", ["", " ", "!?", "'", "<->", ":*"])
def test_no_words_ask_nothing(make, text):
    make(title="Meet de muur")
    assert titles(text) == ["Meet de muur"]


def test_words_without_a_stem_find_nothing_by_themselves(make):
    make(title="Meet de muur")
    assert titles("de het een") == []
    assert titles("de muur") == ["Meet de muur"]


def test_partners_are_searched_in_the_same_way(region, login):
    Partner.objects.filter(pk=region.company.pk).update(description="Wij bouwen waterzuiveringen.")
    assert list(Partner.objects.search("zuivering")) == [region.company]
    page = login(None).get(reverse("partners:list"), {"q": "maarewijk"})
    assert "Geen ‘maarewijk’ gevonden. Dit lijkt erop." in shown(page) and "Marewijk Bouw" in shown(page)


@pytest.mark.parametrize(
    ("one", "other", "errors"),
    [("kas", "kas", 0), ("", "kas", 3), ("vochtmeeter", "vochtmeter", 1), ("vohct", "vocht", 1), ("kas", "dak", 2)],
)
def test_distance(one, other, errors):
    assert search.distance(one, other) == search.distance(other, one) == errors


# --- The page ---------------------------------------------------------------------------------------------------
def test_the_page_says_what_it_did(make, login):
    make(title="Slimme waterzuivering", **PLAIN)
    client = login(None)
    page = shown(look(client, "watrzuivering"))
    assert "Geen ‘watrzuivering’ gevonden. Dit lijkt erop." in page and "Slimme waterzuivering" in page
    assert "1 project<" in page
    page = shown(look(client, "zuivering"))
    assert "Dit lijkt erop" not in page and "Slimme waterzuivering" in page
    page = shown(look(client, "onderzeeboot"))
    assert "Dit lijkt erop" not in page and "Geen project gevonden voor ‘onderzeeboot’" in page
    page = shown(look(client, "<b>slmime</b> watrzuivering"))
    assert "Geen ‘slmime’, ‘watrzuivering’ gevonden." in page
    page = shown(look(client, "watrzuivering", theme="energy"))
    assert "Dit lijkt erop" not in page and "Geen project gevonden" in page


def test_challenges_say_it_too(login):
    f.ChallengeFactory(accepted=True, title="Slimme waterzuivering")
    page = shown(login(None).get(reverse("challenges:list"), {"q": "watrzuivering"}))
    assert "Geen ‘watrzuivering’ gevonden. Dit lijkt erop." in page and "Slimme waterzuivering" in page


def test_filters_and_orders_stay_in_the_address(region, make, login):
    make(title="Vochtmeter een", **PLAIN)
    make(title="Vochtmeter twee", challenge={"theme": "energy"}, **PLAIN)
    make(title="Vochtmeter drie", running=True, **PLAIN)

    def found(**query):
        return [str(one) for one in look(login(region.student), "vochtmeeter", **query).context["page_obj"]]

    assert found() == ["Vochtmeter twee", "Vochtmeter een"]
    assert found(theme="energy") == ["Vochtmeter twee"]
    assert found(status="running") == ["Vochtmeter drie"]
    for order in ("new", "closes", "fit"):
        assert set(found(sort=order)) == {"Vochtmeter een", "Vochtmeter twee"}
    page = shown(look(login(None), "vochtmeeter", theme="energy"))
    assert 'value="vochtmeeter"' in page and "checked" in page


@pytest.mark.parametrize("typed", ['"><script>', "vocht & <b>", "  vocht  ", "vocht’"])
def test_what_was_typed_stays_in_its_field_and_in_nobody_elses(make, login, typed):
    client = login(None)
    for text in ("eerst dit", typed, "dan dat"):
        page = look(client, text).content.decode()
        assert f'name="q" value="{escape(text)}"' in page and "<script>" not in page
    assert 'name="q" class' in client.get("/projecten/").content.decode()


def test_of_a_common_word_the_newest_are_ranked_and_counted(make, login, monkeypatch):
    monkeypatch.setattr(search, "MOST_HITS", 14)
    goals = f.LearningGoalFactory.create_batch(1)
    old = make(title="Muur en nog een muur", goals=goals, summary="Een vochtmeter.", text="Lang.")
    for number in range(15):
        make(title=f"Muur {number}", goals=goals, **PLAIN)
    client = login(None)
    page = look(client, "muur")
    assert "Meer dan 14 projecten" in shown(page) and len(page.context["page_obj"]) == 12
    assert "q=muur&amp;page=2" in shown(page)
    second = look(client, "muur", page=2).context["page_obj"]
    assert [str(one) for one in second] == ["Muur 2", "Muur 1"]
    assert list(look(client, "muur vochtmeter").context["page_obj"]) == [old]
    closing = look(client, "muur", sort="closes").context["page_obj"]
    assert closing.paginator.count == 14 and closing[0] == old


def test_a_row_of_words_stays_a_short_question(make):
    make(title="Meet de muur")
    with CaptureQueriesContext(connection) as queries:
        titles("muur " * 500)
    assert len(queries) <= 4 and all(len(query["sql"]) < 20_000 for query in queries)


@pytest.mark.parametrize("typed", ["muur", "muuren", "marewijk", "vochtt"])
@pytest.mark.parametrize("role", [None, "student", "teacher"])
def test_it_costs_the_same_for_one_and_three(region, make, login, role, typed):
    client = login(getattr(region, role) if role else None)
    title = "Vocht in de muur"
    make(title=title)
    once = queries_of(client, f"{reverse('projects:list')}?q={typed}")
    make(title=title), make(title=title)
    assert look(client, typed).context["page_obj"].paginator.count == 3
    assert queries_of(client, f"{reverse('projects:list')}?q={typed}") == once


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=st.text(max_size=120) | st.text(alphabet="aàé'\\\"%_&|!<>():*@-1² \x00\ud800", max_size=40))
def test_no_text_breaks_the_search(make, client, text):
    if not Project.objects.exists():
        make(title="Café & 'bar' \\ @1 %", **PLAIN)
    list(Project.objects.search(text)), list(Partner.objects.search(text))
    for name in ("projects:list", "challenges:list", "partners:list"):
        if "\ud800" not in text:  # no browser can send half a letter
            assert client.get(reverse(name), {"q": text}).status_code == 200


# --- What no search may tell ------------------------------------------------------------------------------------
SECRET = {"summary": "Over zuurdesembrood.", "text": "Met roggemeel en café-olie; wij voorspellen de rijstijd."}


@pytest.mark.parametrize(
    "typed",
    ["zuurdesembrood", "zuurdesem", "brood", "desem", "zuurdesembrod", "zuurdseembrood", "rogge", "roggemeel", "meel",
     "rogemeel", "voorspelt", "voorspellen", "cafe", "rijs", "recept roggemeel", "Marewijk brood"],
)  # fmt: skip
def test_a_confidential_text_is_found_by_none_of_its_words(make, login, typed):
    make(title="Geheim recept", challenge={"confidential": True, "question": SECRET["text"]}, **SECRET)
    make(title="Iets heel anders", **PLAIN)
    assert titles(typed) == []
    assert list(Challenge.objects.search(typed)) == []
    page = shown(look(login(None), typed))
    assert "Geheim recept" not in page and "Dit lijkt erop" not in page


def test_it_is_found_by_its_title_and_its_company(make):
    make(title="Geheim recept van zuurdesem", challenge={"confidential": True}, **SECRET)
    for typed in ("geheim", "recept", "zuurdesem", "gehiem", "Marewijk", "marewijk recept", "marewijk recpt"):
        assert titles(typed) == ["Geheim recept van zuurdesem"], typed


def test_its_place_in_the_list_tells_nothing(make):
    make(title="Recept", summary="Kort.", text="recept " * 50, challenge={"confidential": True})
    make(title="Recept", summary="Kort.", text="Niets.", challenge={"confidential": True})
    ranks = {one.rank for one in Project.objects.search("recept")}
    assert len(ranks) == 1


def test_becoming_confidential_takes_the_words_away_and_back(make):
    project = make(title="Recept", **SECRET)
    assert titles("rogge") == ["Recept"] and "roggemel" in words()
    challenge = project.challenge
    challenge.confidential = True
    challenge.save()
    assert titles("rogge") == [] and titles("recept") == ["Recept"] and "roggemel" not in words()
    project.confidential = False  # an old object that is saved again opens nothing
    project.save()
    assert titles("rogge") == [] and "roggemel" not in words()
    Challenge.objects.filter(pk=challenge.pk).update(confidential=False)
    assert titles("rogge") == ["Recept"] and "roggemel" in words()


def test_where_no_trigger_ran_a_project_is_closed(make):
    with pgtrigger.ignore():
        make(title="Recept", **SECRET)
    assert titles("roggemeel") == [] and titles("recept") == ["Recept"]


def test_what_is_not_public_is_in_no_lexicon(make):
    f.ChallengeFactory(submitted=True, title="Onderzeeboot", question="Kort.")
    f.ChallengeFactory(declined=True, title="Luchtballon", question="Kort.")
    make(title="Zweefvliegtuig", cancelled=True, **PLAIN)
    assert not words("challenges") & {"onderzeebot", "luchtballon"}
    assert "zweefvliegtuig" not in words()
