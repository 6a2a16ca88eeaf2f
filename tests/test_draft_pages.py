"""The four steps as pages: what a browser without scripts gets, and what the saving in the background answers."""

import re

import pytest
from django.core.cache import cache
from django.urls import reverse

from challenges.forms.draft import NAMES, STEPS
from challenges.models import Challenge, Draft
from challenges.services import draft as drafts
from tests import factories as f

FIRST = {"title": "Meet vocht in oude muren", "question": "Wij boren nu een gat. Dat beschadigt.", "theme": "energy"}


def step(draft, name="vraag") -> str:
    return reverse("challenges:draft_step", args=[draft.token, name])


def saving(draft) -> str:
    return reverse("challenges:draft_save", args=[draft.token])


def begun(page) -> tuple[str, dict]:
    """(address of the form, its `fresh`) of a page that begins a draft."""
    html = page.content.decode()
    fresh = re.search(r'name="fresh" value="([^"]+)"', html)[1]
    return re.search(r'action="(/vraagstukken/concept/[^"]+)"', html)[1], {"fresh": fresh}


def hidden(page) -> dict:
    """The hidden initial values of a page's form: what this window knows."""
    return dict(re.findall(r'name="(initial-\w+)"(?: value="([^"]*)")?', page.content.decode()))


def test_looking_at_the_first_step_writes_nothing(region, login):
    for user in (None, region.contact):
        page = login(user).get("/vraagstukken/nieuw/")
        assert page.status_code == 200
    assert not Draft.objects.exists()


def test_a_visitor_writes_first_and_signs_up_afterwards(region, login, mailoutbox):
    client = login(None)
    address, fresh = begun(client.get("/vraagstukken/nieuw/"))
    answer = client.post(address, FIRST | fresh)
    draft = Draft.objects.get()
    assert answer.url == step(draft, "opdracht")
    assert client.post(step(draft, "opdracht"), {"deliverables": ["prototype"]}).url == step(draft, "praktisch")
    assert client.post(step(draft, "praktisch"), {"location": "both"} | drafts.USUAL).url == step(draft, "controle")
    refused = client.post(step(draft, "controle"), {"organisation": "", "email": "geen adres"})
    assert refused.status_code == 422
    assert "Vul een e-mailadres in met een @." in refused.content.decode()
    assert "geen adres" in refused.content.decode() and refused.content.decode().count("Fout: Controleren") == 1
    assert "<title>Fout: Controleren" in refused.content.decode()
    sent = client.post(step(draft, "controle"), {"organisation": "Waterwerk", "email": "noor@water.example"})
    assert sent.url == "/account/signup/?email=noor%40water.example"
    account = client.get(sent.url).content.decode()
    assert 'value="noor@water.example"' in account and "Je vraagstuk is bewaard. Maak een account" in account

    client.post(sent.url, {
        "first_name": "Noor", "last_name": "Bakker", "email": "noor@water.example",
        "password1": "een-goot-vol-water", "old_enough": "on",
    })  # fmt: skip
    confirm = re.search(r"/account/confirm-email/\S+", mailoutbox[-1].body)[0]
    back = client.post(confirm, follow=True)
    assert back.redirect_chain[-1][0] == step(draft, "controle")
    assert "Je vraagstuk is nog niet ingediend." in back.content.decode()
    done = client.post(step(draft, "controle"), {})
    challenge = Challenge.objects.get()
    assert done.url == challenge.get_absolute_url()
    assert (challenge.partner.name, challenge.contact.email) == ("Waterwerk", "noor@water.example")


def test_a_visitor_who_comes_back_finds_what_was_begun(region, login):
    client = login(None)
    address, fresh = begun(client.get("/vraagstukken/nieuw/"))
    client.post(address, FIRST | fresh)
    page = client.get("/vraagstukken/nieuw/").content.decode()
    assert "Je begon hier al aan ‘Meet vocht in oude muren’." in page and Draft.objects.get().get_absolute_url() in page
    assert "Je begon hier al" not in login(None).get("/vraagstukken/nieuw/").content.decode()
    client.post(reverse("challenges:draft_discard", args=[Draft.objects.get().token]))
    assert "Je begon hier al" not in client.get("/vraagstukken/nieuw/").content.decode()


def test_on_another_device_the_draft_waits_after_the_log_in(region, login):
    draft = drafts.begin(actor=None)
    drafts.save(draft=draft, actor=None, now=FIRST | {"email": region.newcomer.email}, was={})
    assert login(region.newcomer).get("/start/").url == draft.get_absolute_url()
    assert login(None).get(step(draft)).url.startswith("/account/login/")


def test_every_wrong_value_is_said_and_kept(region, login):
    draft = f.DraftFactory(author=region.contact, partner=region.company)
    wrong = {
        "vraag": {"title": "t" * 91, "question": "q" * 6001, "why": "w" * 2001, "theme": "onzin"},
        "opdracht": {"result": "r" * 2001, "start_from": "2001-01-01", "has-deliverables": "1"},
        "praktisch": {"guidance_hours": "veel", "most_interested": "0", "location": "maan", "rights": "x",
                      "photos": "x", "secrecy": "x", "confidential": "x"},
    }  # fmt: skip
    client = login(region.contact)
    for name, typed in wrong.items():
        page = client.post(step(draft, name), typed)
        html = page.content.decode()
        assert page.status_code == 422
        fields = [field for field in typed if field in NAMES]
        assert set(page.context["form"].errors) == set(fields)
        assert html.index("error-summary") < html.index("<textarea" if name != "praktisch" else '<input type="radio"')
        draft.refresh_from_db()
        assert {field: draft.values[field] for field in fields} == {field: typed[field] for field in fields}
        again = client.get(step(draft, name))
        for field in ("title", "question", "why", "result", "guidance_hours", "most_interested"):
            if field in typed:
                assert typed[field] in again.content.decode()
    check = client.post(step(draft, "controle"), {})
    assert check.status_code == 422
    assert check.content.decode().count("?nagekeken#id_") == sum(
        len(set(typed) & set(NAMES)) for typed in wrong.values()
    )


def test_back_and_later_judge_nothing(region, login):
    draft = f.DraftFactory(author=region.contact, partner=region.company)
    client = login(region.contact)
    assert client.post(step(draft, "opdracht"), {"result": "x" * 3000, "go": "vraag"}).url == step(draft, "vraag")
    assert client.post(step(draft), {"title": "", "go": "later"}).url == "/start/"
    draft.refresh_from_db()
    assert (draft.values["title"], len(draft.values["result"])) == ("", 3000)
    assert client.get(draft.get_absolute_url()).url == step(draft, "vraag")  # where something is missing


def test_without_scripts_two_windows_see_each_others_version(region, login):
    draft = f.DraftFactory(author=region.contact, partner=region.company)
    client = login(region.contact)
    one, two = client.get(step(draft)), client.get(step(draft))
    assert client.post(step(draft), FIRST | hidden(one) | {"title": "Van het ene raam"}).status_code == 302
    page = client.post(step(draft), FIRST | hidden(two) | {"title": "Van het andere raam"})
    html = page.content.decode()
    assert page.status_code == 409
    assert "Van het ene raam" in html and "Van het andere raam" in html
    draft.refresh_from_db()
    assert draft.values["title"] == "Van het ene raam"
    taken = client.post(step(draft), FIRST | hidden(page) | {"title": "Van het andere raam", "take": "title"})
    assert taken.url == step(draft)
    draft.refresh_from_db()
    assert draft.values["title"] == "Van het ene raam"
    kept = client.post(step(draft), FIRST | hidden(page) | {"title": "Van het andere raam"})
    assert kept.url == step(draft, "opdracht")
    draft.refresh_from_db()
    assert draft.values["title"] == "Van het andere raam"


# --- In the background ------------------------------------------------------------------------------------------
def test_saving_in_the_background_says_when_and_gives_advice(region, login):
    client = login(region.contact)
    address, fresh = begun(client.get("/vraagstukken/nieuw/"))
    token = address.split("/")[3]
    answer = client.post(reverse("challenges:draft_save", args=[token]), {"title": "Meet <b>vocht"} | fresh)
    told = answer.json()
    assert re.fullmatch(r"Concept bewaard om \d\d\.\d\d uur", told["saved"])
    assert "Meet &lt;b&gt;vocht" in told["aside"]
    assert Draft.objects.get().author == region.contact
    client.post(reverse("challenges:draft_save", args=[token]), {"title": "Twee keer"} | fresh)
    assert Draft.objects.get().values["title"] == "Twee keer"


def test_a_clash_in_the_background_shows_the_other_version(region, login):
    draft = f.DraftFactory(author=region.contact)
    old = draft.values["title"]
    drafts.save(draft=draft, actor=region.contact, now={"title": "Van elders"}, was={"title": old})
    answer = login(region.contact).post(saving(draft), {"title": "Van hier", "initial-title": old})
    assert (answer.status_code, answer.json()["clashes"]) == (409, {"title": "Van elders"})


def test_when_the_session_has_ended_the_page_is_told(region, login):
    draft = f.DraftFactory(author=region.contact)
    answer = login(None).post(saving(draft), {"title": "Nog wat", "here": step(draft)})
    assert answer.status_code == 401
    assert answer.json()["login"] == f"/account/login/?next={step(draft)}"


def test_a_token_that_the_portal_did_not_hand_out_begins_nothing(region, login):
    client = login(region.contact)
    for data in ({}, {"fresh": "zelfbedacht"}, {"fresh": "zelf:bedacht"}):
        assert client.post("/vraagstukken/concept/zelfbedacht/vraag/", FIRST | data).status_code == 404
    assert not Draft.objects.exists()


# --- Around it --------------------------------------------------------------------------------------------------
def test_the_check_shows_all_and_hands_in_once(region, login):
    draft = f.DraftFactory(author=region.contact, partner=region.company)
    client = login(region.contact)
    page = client.get(step(draft, "controle")).content.decode()
    for shown in (
        "Meet vocht in oude muren",
        "Een prototype dat werkt",
        "In het lab en bij het bedrijf",
        "Duurzaam bouwen",
    ):
        assert shown in page
    assert client.post(step(draft, "controle"), {}).url == Challenge.objects.get().get_absolute_url()
    assert client.post(step(draft, "controle"), {}).status_code == 404
    assert Challenge.objects.count() == 1


def test_somebody_with_two_organisations_chooses(region, login):
    f.MembershipFactory(user=region.contact, partner=region.other_company, role="contact")
    draft = f.DraftFactory(author=region.contact)
    client = login(region.contact)
    assert client.post(step(draft, "controle"), {}).status_code == 422
    client.post(step(draft, "controle"), {"partner": region.other_company.pk})
    assert Challenge.objects.get().partner == region.other_company


def test_editing_and_copying_lead_to_the_steps(region, login):
    challenge = f.ChallengeFactory(returned=True, partner=region.company, contact=region.contact)
    client = login(region.contact)
    page = client.get(reverse("challenges:edit", args=[challenge.pk]), follow=True)
    assert challenge.title in page.content.decode()
    client.post(reverse("challenges:copy", args=[challenge.pk]))
    assert Draft.objects.filter(copied_from=challenge).count() == 1
    running = f.ChallengeFactory(running=True, partner=region.company)
    assert client.get(reverse("challenges:edit", args=[running.pk])).url == running.get_absolute_url()


def test_a_broker_writes_for_a_company_and_sends_it(region, login, mailoutbox, django_capture_on_commit_callbacks):
    client = login(region.broker)
    address, fresh = begun(client.get("/vraagstukken/nieuw/"))
    client.post(address, FIRST | fresh)
    draft = Draft.objects.get()
    client.post(step(draft, "opdracht"), {"deliverables": ["advice"]})
    client.post(step(draft, "praktisch"), {"location": "both"} | drafts.USUAL)
    page = client.get(step(draft, "controle")).content.decode()
    assert "E-mailadres van het bedrijf" in page and "Stuur naar het bedrijf" in page
    with django_capture_on_commit_callbacks(execute=True):
        client.post(step(draft, "controle"), {"organisation": "Waterwerk", "email": "noor@water.example"})
    assert mailoutbox[-1].to == ["noor@water.example"]
    assert login(None).get(draft.get_absolute_url()).url.startswith("/account/login/")
    assert login(region.other_contact).get(draft.get_absolute_url()).status_code == 404


@pytest.mark.parametrize("name", STEPS)
def test_each_step_reads_the_same_for_a_visitor_and_a_member(region, login, name):
    draft = drafts.begin(actor=None)
    drafts.save(draft=draft, actor=None, now=FIRST, was={})
    page = login(None).get(step(draft, name))
    assert page.status_code == 200
    assert 'aria-current="step"' in page.content.decode()


def test_sharing_and_throwing_away_on_the_page(region, login):
    draft = f.DraftFactory(author=region.contact, partner=region.company)
    client, colleague = login(region.contact), login(f.UserFactory(contact=region.company))
    assert colleague.get(step(draft)).status_code == 404
    client.post(reverse("challenges:draft_share", args=[draft.token]), {"shared": "1"})
    assert colleague.get(step(draft)).status_code == 200
    client.post(reverse("challenges:draft_discard", args=[draft.token]))
    assert not Draft.objects.exists()


def test_a_flood_of_savings_is_stopped(region, login, settings):
    settings.RATE_LIMITS = {"draft": (3600, 2, 0)}
    cache.clear()
    draft, client = f.DraftFactory(author=region.contact), login(region.contact)
    assert [client.post(saving(draft), {"title": f"{n}"}).status_code for n in range(3)] == [200, 200, 429]
    assert client.get(step(draft)).status_code == 200  # reading goes on
