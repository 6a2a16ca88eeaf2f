"""The audit: the database notes every change of an object, nobody changes what it noted, and staff reads it."""

import pghistory
import pytest
from django.db import DatabaseError, transaction
from django.urls import reverse

from oil_portal.audit import SHOWN, histories
from oil_portal.privacy.holdings import label_of
from oil_portal.privacy.words import KIND_WORDS
from partners.models import Partner
from partners.services import change_partner
from tests.helpers import queries_of


@pytest.fixture
def staff(world, login):
    return login(world.admin)


def page_of(obj) -> str:
    return reverse("audit_object", args=[obj._meta.label, obj.pk])


def test_staff_reads_what_changed_when_and_by_whom(world, staff, login):
    words = {"name": "Marewijk Bouw BV", "kind": "company"}
    done = login(world.contact).post(reverse("partners:edit", args=[world.company.pk]), words)
    assert done.status_code == 302
    page = staff.get(page_of(world.company)).text
    assert "Gewijzigd" in page and "Gemaakt" in page
    assert "Marewijk Bouw BV" in page
    assert str(world.contact) in page
    assert f"/partners/{world.company.pk}/wijzig/" in page


def test_a_change_past_the_services_is_noted_too(world, staff):
    Partner.objects.filter(pk=world.company.pk).update(name="Stil veranderd")
    assert "Stil veranderd" in staff.get(page_of(world.company)).text


def test_a_field_is_called_what_it_is_there(world, staff):
    """One name, two meanings: of an organisation it is how many people work there."""
    Partner.objects.filter(pk=world.company.pk).update(size="50-249")
    page = staff.get(page_of(world.company)).text
    assert "Aantal medewerkers" in page and "bytes" not in page


def test_what_is_gone_still_has_its_history(world, staff):
    address = page_of(world.remark)
    world.remark.delete()
    assert "Weggehaald" in staff.get(address).text


@pytest.mark.parametrize("label", ["partners.Partner", "projects.Application", "partners.User"])
def test_nobody_changes_what_was_noted(world, label):
    history = histories()[label]
    for attack in (lambda: history.objects.update(pgh_label="x"), lambda: history.objects.all().delete()):
        assert history.objects.exists()
        with pytest.raises(DatabaseError), transaction.atomic():
            attack()


def test_every_history_opens_in_few_queries(world, staff):
    for label, history in histories().items():
        event = history.objects.first()
        pk = event.pgh_obj_id if event else 1
        assert staff.get(reverse("audit_object", args=[label, pk])).status_code == 200, label


def test_many_changes_cost_no_more_queries_and_have_pages(world, staff):
    few = queries_of(staff, page_of(world.company))
    for number in range(SHOWN + 3):
        with pghistory.context(user=world.broker.pk, url="/x/"):
            change_partner(partner=world.company, actor=world.broker, name=f"Naam {number}")
    assert queries_of(staff, page_of(world.company)) <= few + 1  # the page is full now, so the one before it is asked
    last = staff.get(f"{page_of(world.company)}?page=2").text
    assert "Naam 2" in last and "Naam 1" in last


def test_choosing_an_object(world, staff):
    address = reverse("audit")
    answer = staff.get(address, {"kind": "partners.Partner", "pk": str(world.company.pk)})
    assert answer.url == page_of(world.company)
    for wrong in ("", "abc", "²", "-1", "1e9"):
        refused = staff.get(address, {"kind": "partners.Partner", "pk": wrong})
        assert refused.status_code == 422
        assert 'href="#id_pk"' in refused.text
    assert "staat niets in het logboek" in staff.get(reverse("audit_object", args=["partners.Partner", 999_999])).text
    assert staff.get(reverse("audit_object", args=["partners.Partner", 10**30])).status_code == 404


def test_support_finds_it_from_an_object(world, staff):
    page = staff.get(reverse("admin:partners_partner_change", args=[world.company.pk])).text
    assert page_of(world.company) in page
    assert staff.get(reverse("admin:auth_group_add")).status_code in (200, 404)


ALSO_DUTCH = {"code", "lab", "module", "project", "school", "sector", "student", "website"}


def test_kinds_and_their_fields_have_words(staff):
    """A new kind without a word would stand there by the name of its class, and a field by its own."""
    assert set(KIND_WORDS) == set(histories())
    bare = {
        field.name
        for history in histories().values()
        for field in history._meta.concrete_fields
        if field.name[:4] != "pgh_" and label_of(field).lower() == field.name.replace("_", " ")
    }
    assert bare <= ALSO_DUTCH
    page = staff.get(reverse("audit")).text
    assert ">Vraagstuk</option>" in page and ">Rol bij een organisatie</option>" in page
    assert "Challenge</option>" not in page and "Membership" not in page.replace("partners.Membership", "")
