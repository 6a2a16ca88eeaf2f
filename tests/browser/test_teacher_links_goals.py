"""A teacher goes from an accepted challenge to a signed assignment with six goals, in an evening's five minutes."""

import time
from io import StringIO

from django.conf import settings
from django.core.management import call_command
from playwright.sync_api import Page, expect

from challenges.models import Challenge, GoalVerdict
from tests import factories as f
from tests.browser.conftest import act, check

FIVE_MINUTES = 300  # seconds
QUESTION = (
    "Het clubhuis heeft oude lampen die knipperen en stopcontacten die losliggen. De oude draden moeten eruit en er "
    "moeten nieuwe komen. Aan het eind moet alles veilig zijn nagekeken, want de verzekering vraagt ernaar."
)
TEXT = (
    "Het clubhuis van de hockey heeft verlichting van veertig jaar oud. Jullie kijken wat er is, halen het oude weg, "
    "leggen nieuwe leidingen aan en meten alles door. Jullie overleggen elke week met de beheerder van het clubhuis."
)


def test_from_an_accepted_challenge_to_six_signed_goals(region, as_user):
    call_command("import_goals", str(settings.BASE_DIR / "data" / "werkprocessen.csv"), stdout=StringIO())
    challenge = f.ChallengeFactory(
        accepted=True, partner=region.company, contact=region.contact, title="Nieuw licht in het clubhuis",
        question=QUESTION, guidance_hours=1,
    )  # fmt: skip
    teacher, began = as_user(region.teacher), time.monotonic()
    write(teacher, challenge)
    link_six(teacher)
    assert GoalVerdict.objects.filter(challenge=challenge, fits=False).count() == 1
    teacher.get_by_role("link", name="Klaar, naar de opdracht").click()
    expect(teacher.get_by_role("heading", name="Is de opdracht klaar?")).to_be_visible()
    expect(teacher.get_by_text("Er zijn 6 leerdoelen gekoppeld.")).to_be_visible()
    check(teacher)
    act(teacher, "Stuur naar het bedrijf", "Past dit?")
    company = as_user(region.contact)
    company.goto(challenge.assignments.get().get_absolute_url())
    check(company)
    act(company, "Ga akkoord")
    expect(company.get_by_text("Bedrijf is akkoord.", exact=True)).to_be_visible()
    assert time.monotonic() - began < FIVE_MINUTES
    assert challenge.assignments.get().versions.get().agreed_by == region.contact


def write(page: Page, challenge: Challenge) -> None:
    page.goto(challenge.get_absolute_url())
    page.get_by_role("button", name="Ik vertaal dit vraagstuk").click()
    page.get_by_role("link", name="Begin met de opdracht").first.click()
    page.get_by_label("De opdracht in één of twee zinnen").fill("Maak de stroom in het clubhuis weer veilig.")
    page.get_by_label("De opdracht", exact=True).fill(TEXT)
    page.get_by_label("Wat ligt er aan het eind?").fill("Verlichting die werkt, met een meetrapport")
    page.get_by_label("Niveau").select_option("Niveau 3")
    page.get_by_role("button", name="Bewaar en koppel leerdoelen").click()
    expect(page.get_by_role("heading", name="8 suggesties")).to_be_visible()
    check(page)


def link_six(page: Page) -> None:
    """Three with a tap, three with a key, and one that does not fit; the focus goes to the next row by itself."""
    suggestions = page.get_by_role("region", name="suggesties")
    first = suggestions.locator("[data-row]").first
    for number in range(1, 4):
        first.get_by_role("button", name="Koppel").last.click()
        expect(page.get_by_role("heading", name=f"{number} gekoppeld")).to_be_visible()
    expect(suggestions.locator("h3:focus")).to_have_count(1)
    refused = suggestions.locator("h3:focus").inner_text()
    page.keyboard.press("n")
    expect(suggestions.get_by_role("heading", name=refused, exact=True)).to_have_count(0)
    for number in range(4, 7):
        expect(suggestions.locator("h3:focus")).to_have_count(1)
        page.keyboard.press("k")
        expect(page.get_by_role("heading", name=f"{number} gekoppeld")).to_be_visible()
    check(page)
