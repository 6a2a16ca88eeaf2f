"""What a broker sees of partners: possible doubles; and how two become one without losing anything."""

import json
import re
from datetime import timedelta

import pytest
from django.apps import apps
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from pghistory.models import Event

from challenges.models import Challenge
from oil_portal.core import clock
from oil_portal.core.models import Notice, TimelineEntry
from oil_portal.core.timeline import record, timeline_of
from oil_portal.core.workflow import Refusal
from partners import doubles, services
from partners.importing import import_network
from partners.lexicon import Lexeme
from partners.models import Membership, Partner, PartnerNote
from partners.services.merge import WORDS, generic_pointers, pointers
from projects.models import LabPlaces
from tests import factories as f

pytestmark = pytest.mark.django_db

ROOMS = ("core", "partners", "modules", "challenges", "projects")


def text(response) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", response.content.decode()).split())


def merge(region, keep, gone, **values):
    return services.merge_partner(keep=keep, gone=gone, actor=region.broker, **values)


def merge_url(keep, gone) -> str:
    return reverse("partners:merge", args=[keep.pk, gone.pk])


# --- Possible doubles -------------------------------------------------------------------------------------------
def reasons(one: Partner, other: Partner) -> list[str]:
    found = {double.pk: double for double in doubles.of([one])[one.pk]}
    return found[other.pk].reasons if other.pk in found else []


@pytest.mark.parametrize(
    ("name", "other", "reason"),
    [
        ("Rijnstroom Techniek B.V.", "rijnstroom techniek", ["dezelfde naam"]),
        ("Café Zoë", "Stichting Cafe-Zoe", ["dezelfde naam"]),
        ("Rijnstroom Techniek", "Rijnstroom Technieken", ["bijna dezelfde naam"]),
        ("Bakkerij Jansen", "Bakkerij Janssen BV", ["bijna dezelfde naam"]),
        ("Bakkerij Jansen", "Bakkerij De Vries", []),
        ("B.V.", "N.V.", []),
        ("100% 'Leids' \\ %s", "Iets anders", []),
    ],
)
def test_names_are_compared_without_accents_punctuation_and_legal_forms(db, name, other, reason):
    assert reasons(f.PartnerFactory(name=name), f.PartnerFactory(name=other)) == reason


def test_an_index_answers_which_names_are_alike(db):
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute("EXPLAIN SELECT id FROM partners_partner WHERE partner_key(name) % 'rijnstroom'")
        assert "partner_key_trigrams" in str(cursor.fetchall())


def test_a_number_that_was_declined_before_is_said(db):
    before = f.PartnerFactory(name="Iets", kvk="12345678", status="declined")
    assert reasons(f.PartnerFactory(name="Anders", kvk="12345678"), before) == ["hetzelfde KvK-nummer"]


@pytest.mark.parametrize(
    ("site", "other", "same"),
    [
        ("https://www.rijnstroom.nl/over", "http://rijnstroom.nl", True),
        ("https://facebook.com/een", "https://facebook.com/twee", False),
        ("https://een.nl", "https://twee.nl", False),
        ("", "", False),
    ],
)
def test_a_web_domain_of_their_own(db, site, other, same):
    found = reasons(f.PartnerFactory(name="Een", website=site), f.PartnerFactory(name="Drie", website=other))
    assert found == (["dezelfde website: rijnstroom.nl"] if same else [])


@pytest.mark.parametrize(("domain", "same"), [("rijnstroom.nl", True), ("gmail.com", False), ("Ziggo.nl", False)])
def test_a_mail_domain_counts_unless_everybody_has_it(db, domain, same):
    one, other = f.PartnerFactory(name="Een"), f.PartnerFactory(name="Drie")
    f.UserFactory(email=f"a@{domain}", contact=one)
    f.UserFactory(email=f"b@{domain}", contact=other)
    assert reasons(one, other) == ([f"mensen met hetzelfde maildomein: {domain}"] if same else [])


def test_what_many_organisations_share_says_nothing_about_two(db, monkeypatch):
    partners = [f.PartnerFactory(name=name, website="https://samen.nl") for name in ("Een", "Drie", "Zeven")]
    for number, partner in enumerate(partners):
        f.UserFactory(email=f"{number}@samen.nl", contact=partner)
    both = ["dezelfde website: samen.nl", "mensen met hetzelfde maildomein: samen.nl"]
    assert reasons(*partners[:2]) == both
    monkeypatch.setattr(doubles, "WIDE", 2)
    assert reasons(*partners[:2]) == []


def test_beyond_the_nearest_names_a_likeness_still_counts(db):
    one, other = f.PartnerFactory(name="Rijnstroom", kvk="12345678"), None
    for number in range(25):
        other = f.PartnerFactory(name=f"Rijnstroom {number % 10}")
    other.name, other.kvk, other.status = "Rijnstroom 123", "12345678", "declined"
    other.save()
    assert len(doubles.of([one])[one.pk]) == doubles.MOST
    assert reasons(one, other) == ["hetzelfde KvK-nummer", "bijna dezelfde naam"]


def test_family_students_and_labs_are_no_doubles(region):
    assert doubles.of([region.school, region.lab]) == {region.school.pk: [], region.lab.pk: []}
    f.UserFactory(email="x@student.mborijnland.nl", student=region.other_school)
    assert reasons(region.school, region.other_school) == []


def test_reasons_add_up_and_the_likeliest_comes_first(db):
    one = f.PartnerFactory(name="Rijnstroom", website="https://rijnstroom.nl")
    f.PartnerFactory(name="Rijnstroom Gemeente", website="https://rijnstroom.nl")
    best = f.PartnerFactory(name="Rijnstroom BV", website="https://rijnstroom.nl")
    first = doubles.of([one])[one.pk][0]
    assert first.pk == best.pk and first.reasons == ["dezelfde naam", "dezelfde website: rijnstroom.nl"]


def test_the_queue_and_the_page_say_why_to_brokers_only(region, login):
    waiting = f.PartnerFactory(name="MAREWIJK BOUW b.v.", submitted=True)
    f.MembershipFactory(user=region.newcomer, partner=waiting)
    for path in (reverse("partners:queue"), waiting.get_absolute_url()):
        shown = login(region.broker).get(path)
        assert "Misschien dubbel" in text(shown) and "dezelfde naam" in text(shown)
        assert merge_url(region.company, waiting) in shown.content.decode()  # who is a partner already stays
    assert "Misschien dubbel" in text(login(region.broker).get(region.company.get_absolute_url()))
    for person in (region.newcomer, region.contact, region.teacher):
        assert "Misschien dubbel" not in text(login(person).get(region.company.get_absolute_url()))
    assert "Misschien dubbel" not in text(login(region.newcomer).get(waiting.get_absolute_url()))


def test_the_queue_costs_the_same_with_doubles(region, login):
    client, counts = login(region.broker), []
    for more in (1, 2):
        f.PartnerFactory.create_batch(more, submitted=True, name="Marewijk Bouw", website="https://marewijk.nl")
        with CaptureQueriesContext(connection) as queries:
            client.get(reverse("partners:queue"))
        counts.append(len(queries))
    assert counts[0] == counts[1]


# --- What moves -------------------------------------------------------------------------------------------------
def point_everything_at(gone: Partner, world) -> dict:
    """A row for each pointer: {foreign key: ids of the rows that point at `gone`}."""
    world.card.collaboration.continued_in.add(world.school)
    world.card.collaboration.members.add(world.company)
    LabPlaces.objects.create(round=world.round, lab=world.lab, places=4)
    PartnerNote.objects.create(partner=world.company, text="Belt graag terug.")
    f.PartnerFactory(lab=True, parent=gone)
    f.PartnerFactory(status="merged", merged_into=gone)
    pointing = {}
    for key in pointers():
        manager = key.model._base_manager
        if key.model is not Partner:
            manager.filter(pk=manager.order_by("pk").values("pk")[:1]).update(**{key.name: gone})
        pointing[key] = set(manager.filter(**{key.name: gone}).values_list("pk", flat=True))
        assert pointing[key], f"{key} needs a row in this test"
    return pointing


def counted() -> dict:
    told = (TimelineEntry, Notice, Lexeme)  # a merge tells, and words of a name go
    everything = [model for model in apps.get_models(include_auto_created=True) if model._meta.app_label in ROOMS]
    return {m: m._base_manager.count() for m in everything if m not in told and not issubclass(m, Event)}


def history() -> dict:
    models = [model for model in apps.get_models() if issubclass(model, Event) and model._meta.app_label in ROOMS]
    return {model: set(model._base_manager.values_list("pk", "pgh_label", "pgh_obj_id")) for model in models}


def test_everything_that_points_moves_and_nothing_is_lost(world):
    keep, gone = f.PartnerFactory(name="Blijft"), f.PartnerFactory(name="Gaat")
    pointing = point_everything_at(gone, world)
    said = record(gone, "edit", actor=world.contact)
    rows, before = counted(), history()
    merge(world, keep, gone)
    for key, ids in pointing.items():
        left = key.model._base_manager.filter(**{key.name: gone})
        assert not left.exists(), key
        assert ids <= set(key.model._base_manager.filter(**{key.name: keep}).values_list("pk", flat=True)), key
    said.refresh_from_db()
    assert said.target == keep
    assert counted() == rows
    after = history()
    assert all(entries <= after[model] for model, entries in before.items())


def test_each_table_that_moves_has_a_word():
    tables = {key.model._meta.db_table for key in pointers()} | {
        field.model._meta.db_table for field in generic_pointers()
    }
    assert tables == set(WORDS)


def test_a_search_finds_the_question_by_the_name_that_stays(region):
    gone = f.PartnerFactory(name="Vroegernaam")
    challenge = f.ChallengeFactory(partner=gone, accepted=True)
    merge(region, region.company, gone)
    assert challenge in Challenge.objects.search("marewijk")
    assert not Challenge.objects.search("vroegernaam")


# --- What there may be one of -----------------------------------------------------------------------------------
@pytest.mark.parametrize(("there", "here", "stays"), [("active", "requested", "here"), ("requested", "active", "here"),
                                                      ("active", "active", "here"), ("requested", "requested", "here"),
                                                      ("ended", "active", "both")])  # fmt: skip
def test_who_belongs_to_both_keeps_one_membership(region, there, here, stays):
    gone = f.PartnerFactory()
    double = f.MembershipFactory(user=region.newcomer, partner=gone, status=there)
    f.MembershipFactory(user=region.newcomer, partner=region.company, status=here)
    record(double, "request", actor=region.newcomer)
    merge(region, region.company, gone)
    left = Membership.objects.filter(user=region.newcomer)
    assert {one.partner for one in left} == {region.company}
    assert left.count() == (2 if stays == "both" else 1)
    assert sorted(one.status for one in left)[0] == ("active" if "active" in (there, here) else "requested")
    assert sum(timeline_of(one).count() for one in left) == 1  # what was said is kept


def test_of_two_open_invitations_the_newest_stays_open(region):
    gone, day = f.PartnerFactory(), timedelta(days=1)
    old = f.InvitationFactory(partner=region.company, email="Gast@mail.example", created_at=clock.now() - day)
    new = f.InvitationFactory(partner=gone, email="gast@mail.example")
    merge(region, region.company, gone)
    old.refresh_from_db(), new.refresh_from_db()
    assert (old.status, new.status, new.partner) == ("withdrawn", "sent", region.company)


def test_a_collaboration_has_its_member_once(region):
    gone, together = f.PartnerFactory(), f.CollaborationFactory()
    together.members.set([region.company, gone, region.school])
    merge(region, region.company, gone)
    assert set(together.members.all()) == {region.company, region.school} and together.members.count() == 2


def test_labs_and_modules_of_a_school_move_unless_two_have_one_code(region):
    gone = f.PartnerFactory(school=True, email_domains=["oud.nl"])
    lab = f.PartnerFactory(lab=True, parent=gone)
    module = f.ModuleFactory(school=gone, code=region.run.module.code)
    with pytest.raises(Refusal, match="Modules"):
        merge(region, region.school, gone)
    module.code = "EIGEN"
    module.save()
    merge(region, region.school, gone)
    lab.refresh_from_db(), module.refresh_from_db()
    assert (lab.parent, module.school) == (region.school, region.school)
    region.school.refresh_from_db()
    assert region.school.email_domains == ["mborijnland.nl", "student.mborijnland.nl", "oud.nl"]


# --- What stays and what is told --------------------------------------------------------------------------------
def test_chosen_values_stay_and_the_timeline_says_what_the_other_was_called(region):
    gone = f.PartnerFactory(name="Marewijk B.V.", kvk="12345678", municipality="Katwijk")
    other = f.UserFactory(contact=gone)
    merge(region, region.company, gone, remark="Eén bedrijf.", taken=["name", "kvk"])
    region.company.refresh_from_db(), gone.refresh_from_db()
    assert (region.company.name, region.company.kvk) == ("Marewijk B.V.", "12345678")
    assert region.company.municipality == "Leiden"
    assert (gone.status, gone.merged_into, gone.name) == ("merged", region.company, "Marewijk B.V.")
    entry = timeline_of(region.company).get(event="absorb")
    assert "Marewijk B.V." in entry.remark and "Eén bedrijf." in entry.remark
    assert entry.changes["name"] == ["Marewijk Bouw", "Marewijk B.V."]
    for person in (region.contact, other):
        assert Notice.objects.filter(recipient=person, entry=entry).exists()
        assert person.has_perm("partners.pause_partner", region.company)


def test_the_old_address_leads_to_the_kept_one(region, login):
    first, gone = f.PartnerFactory(name="Nog eerder"), f.PartnerFactory()
    merge(region, gone, first)
    merge(region, region.company, gone)
    for person in (None, region.contact, region.broker):
        for old in (first, gone):
            answer = login(person).get(old.get_absolute_url())
            assert (answer.status_code, answer.url) == (302, region.company.get_absolute_url())
    assert gone not in Partner.objects.visible_to(region.broker)


def test_an_import_of_the_network_does_not_bring_it_back(region):
    gone = f.PartnerFactory(school=True, name="Oude School")
    merge(region, region.school, gone)
    network = {
        "partners": [{"name": "Oude School", "kind": "school", "brin": "99XX"}],
        "collaborations": [{"name": "Samen", "kind": "project", "status": "running", "members": ["Oude School"]}],
    }
    import_network(json.dumps(network))
    gone.refresh_from_db(), region.school.refresh_from_db()
    assert gone.status == "merged" and region.school.brin == "25LN"
    assert region.school.collaborations.get().name == "Samen"


# --- What is refused --------------------------------------------------------------------------------------------
def test_what_cannot_be_merged(region):
    waiting, declined = f.PartnerFactory(submitted=True), f.PartnerFactory(status="declined")
    merged = f.PartnerFactory(status="merged", merged_into=region.other_company)
    parent = f.PartnerFactory()
    child = f.PartnerFactory(parent=parent)
    pairs = {
        "dezelfde organisatie": [(region.company, region.company)],
        "dezelfde soort": [(region.lab, region.school), (region.school, region.lab), (region.company, region.network)],
        "hoort bij de andere": [(parent, child), (child, parent)],
        "al samengevoegd": [(region.company, merged), (merged, region.company)],
        "afgewezen": [(declined, waiting)],
        "die al partner is": [(waiting, region.company)],
    }
    for words, refused in pairs.items():
        for keep, gone in refused:
            with pytest.raises(Refusal, match=words):
                merge(region, keep, gone)


@pytest.mark.parametrize("person", ["contact", "teacher", "student", "coordinator", "newcomer"])
def test_only_a_broker_merges(region, person):
    with pytest.raises(PermissionDenied):
        services.merge_partner(keep=region.company, gone=region.other_company, actor=getattr(region, person))


# --- The page ---------------------------------------------------------------------------------------------------
def test_the_page_shows_both_and_merges_by_choice(region, login):
    region.company.description_en = "One"
    region.company.save()
    gone = f.PartnerFactory(
        name="Marewijk B.V.", kvk="12345678", sector="building", municipality="Katwijk", description_en="Two"
    )
    f.ChallengeFactory.create_batch(2, partner=gone)
    client = login(region.broker)
    shown = client.get(merge_url(region.company, gone))
    for seen in ("Marewijk Bouw", "Marewijk B.V.", "Katwijk", "12345678", "Vraagstukken 2", "verschilt"):
        assert seen in text(shown)
    assert text(shown).count("Omschrijving in het Engels") == 2  # in the table and above the choice
    answer = client.post(merge_url(region.company, gone), {"name": "gone"})
    assert answer.status_code == 422 and "Kies wat blijft" in text(answer)
    answer = client.post(
        merge_url(region.company, gone),
        {"name": "gone", "municipality": "keep", "description_en": "keep", "remark": "Eén"},
    )
    assert answer.status_code == 302
    region.company.refresh_from_db()
    kept = region.company
    assert (kept.name, kept.municipality, kept.kvk) == ("Marewijk B.V.", "Leiden", "12345678")
    shown = text(client.get(kept.get_absolute_url()))
    assert "Samengevoegd met" in shown and "Marewijk B.V. Eén" in shown


def test_the_page_says_why_not_and_has_no_button_then(region, login):
    shown = login(region.broker).get(merge_url(region.company, region.network))
    assert "niet van dezelfde soort" in text(shown)
    assert 'name="remark"' not in shown.content.decode()
    answer = login(region.broker).post(merge_url(region.company, region.company), {})
    assert answer.status_code == 422 and "dezelfde organisatie" in text(answer)


def test_two_with_one_thing_are_refused_on_the_page(region, login):
    gone = f.PartnerFactory(school=True, municipality="")
    f.ModuleFactory(school=gone, code=region.run.module.code)
    client = login(region.broker)
    answer = client.post(merge_url(region.school, gone), {"name": "keep"})
    assert answer.status_code == 422 and "Kijk bij: Modules" in text(answer)
    gone.refresh_from_db()
    assert gone.status == "accepted"
