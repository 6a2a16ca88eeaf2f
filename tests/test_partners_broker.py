"""What a broker does about partners besides merging: suspending, numbers that must be right, internal notes."""

import re
from importlib import import_module

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from challenges.services import hand_in, submit_challenge
from oil_portal.core.models import Notice
from oil_portal.core.timeline import timeline_of
from oil_portal.core.workflow import Refusal
from partners import services
from partners.models import Partner, PartnerNote
from projects.services import open_project, wrap_up
from tests import factories as f
from tests.access import ROLES

pytestmark = pytest.mark.django_db

ROOMS_OF_PAGES = ("partners", "oil_portal", "challenges")  # where a partner is shown


def text(response) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", response.content.decode()).split())


def merge(region, keep, gone, **values):
    return services.merge_partner(keep=keep, gone=gone, actor=region.broker, **values)


# --- Suspending -------------------------------------------------------------------------------------------------
@pytest.fixture
def suspended(region) -> Partner:
    services.review_partner(partner=region.company, actor=region.broker, action="suspend", remark="Belt nooit terug.")
    return region.company


def test_a_suspended_partner_is_for_its_members_and_brokers_who_read_why(region, login, suspended):
    for person in (region.contact, region.broker):
        shown = text(login(person).get(suspended.get_absolute_url()))
        assert "Geschorst" in shown and "Belt nooit terug." in shown and "Projecten die lopen, gaan door" in shown
    for person in (None, region.teacher, region.student, region.other_contact):
        assert login(person).get(suspended.get_absolute_url()).status_code == 404
    assert "Marewijk" not in text(login(None).get(reverse("partners:list")))
    assert Notice.objects.filter(recipient=region.contact, entry__event="suspend").exists()
    assert "Hef de schorsing op" in text(login(region.broker).get(suspended.get_absolute_url()))


def test_the_button_to_suspend_is_the_brokers(region, login):
    assert "Schors" in text(login(region.broker).get(region.company.get_absolute_url()))
    assert "Schors" not in text(login(region.contact).get(region.company.get_absolute_url()))
    answer = login(region.broker).post(reverse("partners:act", args=[region.company.pk, "suspend"]), {"remark": ""})
    assert answer.status_code == 422


def test_a_suspended_partner_asks_nothing_new(region, suspended):
    returned = f.ChallengeFactory(partner=suspended, contact=region.contact, returned=True)
    stale = Partner.objects.get(pk=suspended.pk)
    stale.status = "accepted"  # as a page that was opened before
    for partner in (suspended, stale):
        with pytest.raises(Refusal, match="geschorst"):
            hand_in(actor=region.contact, partner=partner, title="Iets")
    with pytest.raises(Refusal, match="geschorst"):
        submit_challenge(challenge=returned, actor=region.contact)
    services.review_partner(partner=suspended, actor=region.broker, action="resume")
    assert submit_challenge(challenge=returned, actor=region.contact).status == "submitted"


def test_a_suspended_partner_gets_no_new_project_and_what_runs_goes_on(region, make, suspended):
    running = make(running=True)
    agreed = f.AssignmentFactory(
        agreed=True, challenge__partner=suspended, challenge__translator=region.teacher, goals=region.goals
    )
    with pytest.raises(Refusal, match="geschorst"):
        open_project(assignment=agreed, actor=region.teacher)
    assert wrap_up(project=running, actor=region.teacher).status == "confirming"


def test_a_suspension_is_lifted_before_a_merge(region, suspended):
    for keep, gone in ((suspended, region.other_company), (region.other_company, suspended)):
        with pytest.raises(Refusal, match="geschorst"):
            merge(region, keep, gone)


# --- Numbers ----------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("kind", "field", "typed", "kept", "sentence"),
    [
        ("company", "branch_number", "0000 1234 5678", "000012345678", ""),
        ("company", "branch_number", "12345678", "", "Een vestigingsnummer heeft twaalf cijfers"),
        ("company", "branch_number", "٠٠٠٠١٢٣٤٥٦٧٨", "", "Een vestigingsnummer heeft twaalf cijfers"),
        ("school", "brin", "30 tx", "30TX", ""),
        ("school", "brin", "TX30", "", "twee cijfers en twee letters"),
        ("school", "brin", "25LN", "", "Deze BRIN-code is al bekend"),
        ("company", "brin", "30TX", "", "Alleen een school heeft een BRIN-code"),
    ],
)
def test_numbers_are_text_with_a_message_at_the_field(region, login, kind, field, typed, kept, sentence):
    answer = login(region.newcomer).post(reverse("partners:add"), {"kind": kind, "name": "Nummers", field: typed})
    if sentence:
        assert answer.status_code == 422 and sentence in str(answer.context["form"].errors[field])
        assert sentence in text(answer) and typed in answer.content.decode()
    else:
        assert getattr(Partner.objects.get(name="Nummers"), field) == kept


def test_only_a_school_is_asked_for_its_brin(region, login):
    shown = login(region.contact).get(reverse("partners:edit", args=[region.company.pk]))
    assert "brin" not in shown.context["form"].fields and "branch_number" in shown.context["form"].fields
    shown = login(region.coordinator).get(reverse("partners:edit", args=[region.school.pk]))
    assert 'value="25LN"' in shown.content.decode()


def test_the_database_holds_a_branch_number(db):
    with pytest.raises(IntegrityError):
        f.PartnerFactory(branch_number="123")


# --- Internal notes ---------------------------------------------------------------------------------------------
SECRET = "Betaalt-nooit-op-tijd"


def test_a_broker_writes_a_note_and_brokers_read_it(region, login):
    client, path = login(region.broker), reverse("partners:notes", args=[region.company.pk])
    assert client.post(path, {"text": SECRET}).status_code == 302
    assert SECRET in text(client.get(path)) and "1 interne notitie" in text(
        client.get(region.company.get_absolute_url())
    )
    assert not timeline_of(region.company).exists() and not Notice.objects.exists()
    for bad in ("", "  ", "x" * 2001, "na\0m"):
        assert client.post(path, {"text": bad}).status_code == 422
    assert PartnerNote.objects.count() == 1


@pytest.mark.parametrize("person", ["contact", "other_contact", "teacher", "student", "coordinator", "newcomer"])
def test_others_neither_write_nor_see_notes(region, person):
    services.note_partner(partner=region.company, actor=region.broker, text=SECRET)
    assert not PartnerNote.objects.visible_to(getattr(region, person)).exists()
    with pytest.raises(PermissionDenied):
        services.note_partner(partner=region.company, actor=getattr(region, person), text="Mooi")


def test_no_page_of_anybody_else_ever_holds_a_note(world, login):
    """Every address of the access table that shows a page, as every role but those of a broker."""
    for partner in Partner.objects.all():
        services.note_partner(partner=partner, actor=world.broker, text=SECRET)
    paths = {row.url(world) for room in ROOMS_OF_PAGES for row in import_module(f"tests.access.{room}").ROWS
             if row.method == "get" and 200 in row.expected.values()}  # fmt: skip
    seen = 0
    for role in ROLES:
        if role in ("broker", "admin"):
            continue
        client = login(None if role == "visitor" else getattr(world, role))
        for path in paths:
            answer = client.get(path)
            body = b"".join(answer.streaming_content) if answer.streaming else answer.content
            seen += answer.status_code == 200
            assert SECRET.encode() not in body and b"interne notitie" not in body, (role, path)
    assert seen > 100


def test_the_notes_cost_the_same_for_one_and_three(region, login):
    client, path, counts = login(region.broker), reverse("partners:notes", args=[region.company.pk]), []
    for more in (1, 2):
        for _number in range(more):
            services.note_partner(partner=region.company, actor=region.broker, text="Belt graag terug.")
        with CaptureQueriesContext(connection) as queries:
            client.get(path)
        counts.append(len(queries))
    assert counts[0] == counts[1]
