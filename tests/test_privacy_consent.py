"""Consent where it is asked and where it counts: signing up, preferences, unsubscribing, and pictures of a team."""

import pytest
from django.core.management import CommandError, call_command
from django.urls import reverse

from oil_portal.core.models import Consent
from partners.models import User
from partners.services import change_preferences
from tests import factories as f

pytestmark = pytest.mark.django_db
SIGNUP = {
    "first_name": "Yara", "last_name": "Bakker", "email": "yara@mail.example", "password1": "geheim-geheim-9",
    "old_enough": "on",
}  # fmt: skip


@pytest.mark.parametrize(("ticked", "digest"), [({}, "never"), ({"digest": "on"}, "weekly")])
def test_who_signs_up_chooses_the_digest(client, ticked, digest):
    page = client.get(reverse("account_signup")).content.decode()
    assert 'name="digest"' in page and "checked" not in page.split('name="digest"')[1].split(">")[0]
    assert client.post(reverse("account_signup"), SIGNUP | ticked).status_code == 302
    person = User.objects.get(email="yara@mail.example")
    assert person.digest == digest
    assert Consent.objects.in_force("digest").filter(user=person).exists() == bool(ticked)


def test_who_is_too_young_reads_whom_to_ask(client):
    assert "Vraag je school of je mee kunt doen" in client.get(reverse("account_signup")).content.decode()


def test_the_preferences_keep_the_dates(region):
    given = Consent.objects.in_force("digest").filter(user=region.student)
    change_preferences(user=region.student, digest="daily")
    first = given.get()
    change_preferences(user=region.student, digest="weekly")
    assert given.get() == first
    change_preferences(user=region.student, digest="never")
    assert not given.exists() and Consent.objects.get(pk=first.pk).withdrawn_at
    change_preferences(user=region.student, language="en")
    assert not given.exists()


def test_the_coach_and_the_company_see_who_may_be_in_a_picture(region, make, login):
    project = make(running=True)
    for student in (region.student, region.other_student):
        f.ApplicationFactory(project=project, student=student, placed=True)
    Consent.objects.say(user=region.student, kind="photos", yes=True)
    page = project.get_absolute_url()
    for reader in (region.teacher, region.contact):
        shown = login(reader).get(page).content.decode()
        assert shown.count("Mag herkenbaar op een foto") == shown.count("Niet herkenbaar op een foto") == 1
    assert "herkenbaar op een foto" not in login(region.student).get(page).content.decode()
    Consent.objects.say(user=region.student, kind="photos", yes=False)
    assert login(region.teacher).get(page).content.decode().count("Niet herkenbaar op een foto") == 2


def test_the_register_in_the_docs_is_up_to_date(settings, tmp_path):
    call_command("privacy_register", check=True)
    settings.BASE_DIR = tmp_path
    (tmp_path / "docs").mkdir()
    with pytest.raises(CommandError, match="behind"):
        call_command("privacy_register", check=True)
    call_command("privacy_register")
    assert "`partners.User`" in (tmp_path / "docs" / "privacy-register.md").read_text(encoding="utf-8")


def test_the_privacy_page_says_the_promised_terms(client):
    page = client.get(reverse("privacy")).content.decode()
    for words in ("Vier weken na het einde", "Twee jaar na het einde", "één jaar", "16 jaar of ouder", "geen BSN"):
        assert words in page
