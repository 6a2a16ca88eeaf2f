"""What is told of an organisation: two languages, SBB, a logo, what the list is narrowed by, and the yearly look."""

import io
import re
from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from PIL import Image

from oil_portal.core import clock
from oil_portal.core.timeline import timeline_of
from oil_portal.core.workflow import NotNow
from oil_portal.worklists import work_items
from partners import services
from partners.models import Partner
from tests import factories as f

pytestmark = pytest.mark.django_db
LIST = reverse("partners:list")


def text(response) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", response.content.decode()).split())


def names(response) -> list[str]:
    return [partner.name for partner in response.context["page_obj"]]


def queries_of(client, path: str) -> int:
    with CaptureQueriesContext(connection) as queries:
        assert client.get(path).status_code == 200
    return len(queries)


# --- What the list is narrowed by -------------------------------------------------------------------------------
@pytest.fixture
def three(db) -> None:
    f.PartnerFactory(name="Bouwer", sector="building", size="10-49", municipality="Katwijk", training_company=True)
    f.PartnerFactory(name="Zorger", sector="care", size="250+", municipality="Leiden", training_company=False)
    f.PartnerFactory(name="Onbekend", school=True)


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("sector=building", ["Bouwer"]),
        ("sector=building&sector=care", ["Bouwer", "Zorger"]),
        ("size=250%2B", ["Zorger"]),
        ("municipality=Katwijk", ["Bouwer"]),
        ("kind=school", ["Onbekend"]),
        ("training_company=True", ["Bouwer"]),
        ("sector=care&size=10-49", []),
        ("", ["Bouwer", "Onbekend", "Zorger"]),
    ],
)
def test_the_list_is_narrowed(client, three, asked, found):
    assert names(client.get(f"{LIST}?{asked}")) == found


@pytest.mark.parametrize("asked", ["sector=zeppelins", "size=%00", "training_company=" + "x" * 3000])
def test_a_filter_that_nobody_offered_is_a_page(client, three, asked):
    assert client.get(f"{LIST}?{asked}").status_code == 200


def test_the_words_of_choices_are_shown(client, three):
    shown = text(client.get(LIST))
    assert "Bouw, wonen en installatie" in shown and "Erkend leerbedrijf" in shown
    shown = text(client.get(Partner.objects.get(name="Bouwer").get_absolute_url()))
    assert "10 tot en met 49 mensen" in shown and "Ja, door SBB" in shown
    assert "Erkend leerbedrijf" not in text(client.get(Partner.objects.get(name="Onbekend").get_absolute_url()))


# --- SBB --------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(("typed", "kept"), [("True", True), ("False", False), ("", None)])
def test_whether_sbb_recognised_it_is_a_fact_that_may_be_unknown(region, login, typed, kept):
    client, path = login(region.contact), reverse("partners:edit", args=[region.company.pk])
    Partner.objects.filter(pk=region.company.pk).update(training_company=True)
    assert '<option value="True" selected' in client.get(path).content.decode()
    answer = client.post(path, {"name": "Marewijk Bouw", "training_company": typed})
    assert answer.status_code == 302
    assert Partner.objects.get(pk=region.company.pk).training_company is kept
    assert client.post(path, {"name": "Marewijk Bouw", "training_company": "misschien"}).status_code == 422


def test_it_is_never_a_gate_and_no_question_for_a_school(region, login):
    shown = login(region.contact).get(reverse("partners:edit", args=[region.company.pk]))
    assert "Ook zonder erkenning doe je gewoon mee" in text(shown)
    shown = login(region.coordinator).get(reverse("partners:edit", args=[region.school.pk]))
    assert "training_company" not in shown.context["form"].fields
    assert "leerbedrijf" not in " ".join(map(str, region.company.missing))


def test_the_timeline_says_a_change_in_words(region, login):
    services.change_partner(
        partner=region.company, actor=region.contact, sector="building", training_company=True, size="2-9"
    )
    shown = text(login(region.contact).get(region.company.get_absolute_url()))
    assert "Bouw, wonen en installatie" in shown and "2 tot en met 9 mensen" in shown


# --- Two languages ----------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("dutch", "english", "in_dutch", "in_english"),
    [
        ("Wij bouwen.", "We build.", "Wij bouwen.", "We build."),
        ("Wij bouwen.", "", "Wij bouwen.", "Wij bouwen."),
        ("", "We build.", "We build.", "We build."),
    ],
)
def test_the_description_is_in_the_readers_language(client, dutch, english, in_dutch, in_english):
    path = f.PartnerFactory(description=dutch, description_en=english).get_absolute_url()
    assert in_dutch in text(client.get(path)) and in_dutch in text(client.get(LIST))
    client.post(reverse("language"), {"language": "en"})
    assert in_english in text(client.get(path)) and in_english in text(client.get(LIST))


def test_both_descriptions_are_found(client):
    f.PartnerFactory(name="Robotbouw", description="Wij bouwen sorteermachines.", description_en="We weld gearboxes.")
    for asked in ("sorteermachine", "gearboxes"):
        assert names(client.get(LIST, {"q": asked})) == ["Robotbouw"], asked


# --- Logo -------------------------------------------------------------------------------------------------------
def picture(kind="PNG", size=(900, 300), mode="RGB") -> bytes:
    out = io.BytesIO()
    Image.new(mode, size, "red").save(out, kind)
    return out.getvalue()


def upload(content: bytes, name="logo.png"):
    return SimpleUploadedFile(name, content)


def logo_url(partner) -> str:
    return reverse("partners:logo", args=[partner.pk])


def test_a_logo_is_drawn_anew_and_served_by_a_view(region, login, client):
    answer = login(region.contact).post(
        reverse("partners:logo_edit", args=[region.company.pk]), {"logo": upload(picture("JPEG"), "x.jpg")}
    )
    assert answer.status_code == 302
    region.company.refresh_from_db()
    served = client.get(logo_url(region.company))
    content = b"".join(served.streaming_content)
    assert served["Content-Type"] == "image/png" and "sandbox" in served["Content-Security-Policy"]
    assert served["X-Content-Type-Options"] == "nosniff"
    with Image.open(io.BytesIO(content)) as shown:
        assert shown.format == "PNG" and shown.size == (480, 160)
    for path in (region.company.get_absolute_url(), LIST):
        assert region.company.logo_url in client.get(path).content.decode()
    assert "x.jpg" not in region.company.logo.name
    assert timeline_of(region.company).first().event == "logo"


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"<svg xmlns='http://www.w3.org/2000/svg'><script>1</script></svg>", "geen jpg of png"),
        (b"%PDF-1.7", "geen jpg of png"),
        (picture("GIF"), "geen jpg of png"),
        (picture()[:60], "geen jpg of png"),
        (b"", "leeg"),
        (b"\x89PNG" + b"x" * (2 * 1024 * 1024), "groter dan 2 MB"),
        (picture("PNG", (9000, 6000), "1"), "te veel beeldpunten"),
    ],
)
def test_what_is_no_logo_is_said_at_the_field(region, login, content, sentence):
    path = reverse("partners:logo_edit", args=[region.company.pk])
    answer = login(region.contact).post(path, {"logo": upload(content)})
    assert answer.status_code == 422 and sentence in text(answer)
    assert sentence in str(answer.context["form"].errors["logo"])
    assert not Partner.objects.get(pk=region.company.pk).logo
    assert login(region.contact).post(path, {}).status_code == 422


def test_a_new_logo_has_a_new_address_and_the_old_file_is_gone(region, django_capture_on_commit_callbacks):
    company = services.set_logo(partner=region.company, actor=region.contact, upload=upload(picture()))
    old, storage, first = company.logo.name, company.logo.storage, company.logo_url
    company = Partner.objects.get(pk=company.pk)
    with django_capture_on_commit_callbacks(execute=True):
        services.set_logo(partner=company, actor=region.contact, upload=upload(picture(mode="RGBA")))
    assert company.logo_url != first and not storage.exists(old) and storage.exists(company.logo.name)


def test_a_logo_is_taken_away_and_belongs_to_who_may_see_the_organisation(region, login, client):
    waiting = f.PartnerFactory(submitted=True)
    services.set_logo(partner=waiting, actor=region.broker, upload=upload(picture()))
    assert client.get(logo_url(waiting)).status_code == 404
    assert login(region.broker).get(logo_url(waiting)).status_code == 200
    for person in ("other_contact", "teacher", "student"):
        with pytest.raises(PermissionDenied):
            services.set_logo(partner=waiting, actor=getattr(region, person), upload=upload(picture()))
    with pytest.raises(ValidationError):
        services.set_logo(partner=waiting, actor=region.broker, upload=upload(b"GIF89a"))
    login(region.broker).post(reverse("partners:logo_edit", args=[waiting.pk]), {"remove": ""})
    assert login(region.broker).get(logo_url(waiting)).status_code == 404


def test_a_merge_keeps_a_logo(region, django_capture_on_commit_callbacks):
    gone = f.PartnerFactory(description_en="We build.", training_company=False)
    services.set_logo(partner=gone, actor=region.broker, upload=upload(picture()))
    with django_capture_on_commit_callbacks(execute=True):
        kept = services.merge_partner(
            keep=region.company, gone=gone, actor=region.broker, taken=("description_en", "training_company")
        )
    kept.refresh_from_db()
    assert kept.logo.storage.exists(kept.logo.name) and kept.logo.name != gone.logo.name
    assert (kept.description_en, kept.training_company) == ("We build.", False)


# --- Once a year ------------------------------------------------------------------------------------------------
def waits_for(person, verb="check") -> list[str]:
    return [item.title for item in work_items(person) if f":{verb}:" in item.key]


@pytest.fixture
def stale(region) -> Partner:
    Partner.objects.exclude(pk=region.company.pk).update(checked_at=clock.now())
    long_ago = clock.now() - timedelta(days=366)
    Partner.objects.filter(pk=region.company.pk).update(checked_at=long_ago, created_at=long_ago)
    return Partner.objects.get(pk=region.company.pk)


def test_after_a_year_contacts_and_brokers_are_asked(region, login, stale):
    for person in (region.contact, region.broker):
        assert waits_for(person) == ["Marewijk Bouw"]
        assert "Klopt nog" in text(login(person).get(stale.get_absolute_url()))
    for person in (region.other_contact, region.teacher, region.student, region.coordinator):
        assert waits_for(person) == []
        assert "Klopt nog" not in text(login(person).get(stale.get_absolute_url()))
    shown = text(login(region.broker).get(reverse("partners:queue")))
    assert "1 partner is een jaar niet nagekeken" in shown and "1 jaar" in shown
    Partner.objects.filter(pk=stale.pk).update(checked_at=None)
    assert "Nog nooit nagekeken" in text(login(region.broker).get(reverse("partners:queue")))
    item = next(item for item in work_items(region.contact) if ":check:" in item.key)
    assert (item.days, item.url) == (1, stale.get_absolute_url())


@pytest.mark.parametrize("person", ["contact", "broker"])
def test_one_button_is_enough_for_a_year(region, login, stale, person):
    client = login(getattr(region, person))
    assert client.post(reverse("partners:check", args=[stale.pk])).status_code == 302
    assert waits_for(region.contact) == waits_for(region.broker) == []
    shown = text(client.get(stale.get_absolute_url()))
    assert "Gegevens nagekeken" in shown and "Klopt nog" not in shown
    with clock.at(clock.now() + timedelta(days=364)):
        assert waits_for(region.contact) == []
    with clock.at(clock.now() + timedelta(days=366)):
        assert waits_for(region.contact) == ["Marewijk Bouw"]


def test_a_broker_stays_in_the_queue(region, login, stale):
    answer = login(region.broker).post(reverse("partners:check", args=[stale.pk]), {"queue": ""})
    assert answer.url == reverse("partners:queue")


def test_acceptance_is_the_first_look(region):
    waiting = f.PartnerFactory(submitted=True)
    with pytest.raises(NotNow):
        services.check_partner(partner=waiting, actor=region.broker)
    services.review_partner(partner=waiting, actor=region.broker, action="accept")
    assert Partner.objects.get(pk=waiting.pk).checked_at is not None
    with pytest.raises(PermissionDenied):
        services.check_partner(partner=waiting, actor=region.contact)


def test_a_school_asks_its_coordinator(region):
    Partner.objects.update(checked_at=clock.now())
    Partner.objects.filter(pk=region.school.pk).update(checked_at=clock.now() - timedelta(days=400))
    assert waits_for(region.coordinator) == ["mboRijnland"]


def test_the_queue_and_the_list_cost_the_same_for_one_and_three(region, login, stale):
    client, counts = login(region.broker), []
    for more in (1, 2):
        made = f.PartnerFactory.create_batch(more, sector="care", training_company=True)
        Partner.objects.filter(pk__in=[one.pk for one in made]).update(checked_at=clock.now() - timedelta(days=400))
        for one in made:
            services.set_logo(partner=one, actor=region.broker, upload=upload(picture()))
        counts.append((queries_of(client, reverse("partners:queue")), queries_of(client, LIST)))
    assert counts[0] == counts[1] and max(counts[0]) < 15
