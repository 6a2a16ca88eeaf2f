"""Files beside a question: judged by content, made anew, read by whom the details are for."""

import io
from pathlib import Path

import pypdfium2
import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from PIL import Image

from challenges.models import Attachment
from challenges.services import attachment as attachments
from challenges.services import draft as drafts
from tests import factories as f


def picture(kind="JPEG", size=(60, 40), mode="RGB", **options) -> bytes:
    out = io.BytesIO()
    Image.new(mode, size, "green").save(out, kind, **options)
    return out.getvalue()


def located() -> bytes:
    """A photo that knows where it was made, and lies on its side."""
    exif = Image.Exif()
    exif[0x0112] = 6  # turned a quarter
    exif[0x010F] = "Cameramerk"
    exif.get_ifd(0x8825)[2] = (52.0, 9.0, 36.0)
    return picture(exif=exif)


def pdf(**options) -> bytes:
    document = pypdfium2.PdfDocument.new()
    document.new_page(200, 300)
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def given(content: bytes, name="muur.jpg") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content)


@pytest.fixture
def draft(region):
    return f.DraftFactory(author=region.contact, partner=region.company)


def test_one_person_does_not_fill_the_disk(region, draft, monkeypatch):
    """Counted over all of a person's questions, and over nobody else's."""
    size = len(picture())
    monkeypatch.setattr(attachments, "MOST_OF_ONE", size + size // 2)
    elsewhere = f.DraftFactory(author=region.contact, partner=region.company)
    f.AttachmentFactory(draft=elsewhere, added_by=region.contact, size=size)
    f.AttachmentFactory(draft=elsewhere, added_by=region.other_contact, size=10 * size)
    with pytest.raises(ValidationError, match="samen te groot"):
        attachments.attach(draft=draft, actor=region.contact, upload=given(picture()))
    attachments.detach(attachment=Attachment.objects.get(added_by=region.contact), actor=region.contact)
    attachments.attach(draft=draft, actor=region.contact, upload=given(picture()))


def test_a_photo_loses_its_place_and_stands_upright(region, draft):
    kept = attachments.attach(draft=draft, actor=region.contact, upload=given(located()))
    with Image.open(kept.file.open()) as shown:
        assert dict(shown.getexif()) == {}
        assert shown.size == (40, 60)
        assert b"Cameramerk" not in kept.file.open().read()
    with Image.open(kept.thumbnail.open()) as small:
        assert max(small.size) <= 320 and dict(small.getexif()) == {}


@pytest.mark.parametrize(
    ("content", "name", "kind", "shown"),
    [
        (picture("PNG", mode="RGBA"), "tekening.PNG", "png", "tekening.png"),
        (picture("PNG"), "toch-geen.jpg", "png", "toch-geen.png"),  # by content, not by name
        (picture(size=(9000, 30)), "breed.jpeg", "jpeg", "breed.jpg"),
        (pdf(), "../../plan.pdf", "pdf", "plan.pdf"),
        (picture(), "\x00\u202e", "jpeg", "bijlage.jpg"),
    ],
)
def test_what_it_is_says_its_content(region, draft, content, name, kind, shown):
    upload = given(content)
    upload._name = name  # as a hostile browser would send it
    kept = attachments.attach(draft=draft, actor=region.contact, upload=upload)
    assert (kept.kind, kept.name) == (kind, shown)
    assert shown not in kept.file.name
    assert kept.size == kept.file.size
    if kind != "pdf":
        assert max(Image.open(kept.file.open()).size) <= attachments.LONGEST_SIDE


BAD = {
    "geen pdf, jpg of png": [
        b"MZ\x90\x00",
        b"<svg xmlns='x'/>",
        picture()[:200],
        picture("GIF"),
        b"GIF89a",
        b"\x00" * 500,
    ],
    "niet openen": [b"%PDF-1.7 en verder niets", b"%PDF-", pdf()[:100]],
    "leeg": [b""],
}


@pytest.mark.parametrize(("words", "content"), [(words, each) for words, many in BAD.items() for each in many])
def test_what_cannot_be_read_is_refused_in_words(region, draft, words, content):
    with pytest.raises(ValidationError) as refused:
        attachments.attach(draft=draft, actor=region.contact, upload=given(content))
    assert words in refused.value.message_dict["attachment"][0]
    assert not Attachment.objects.exists()


def test_too_large_too_many_and_too_wide(region, draft, monkeypatch):
    monkeypatch.setattr(attachments, "MOST_BYTES", 100)
    with pytest.raises(ValidationError, match="10 MB"):
        attachments.attach(draft=draft, actor=region.contact, upload=given(picture()))
    monkeypatch.setattr(attachments, "MOST_BYTES", 10**7)
    monkeypatch.setattr(attachments, "MOST_PIXELS", 1000)
    with pytest.raises(ValidationError, match="te groot om te tekenen"):
        attachments.attach(draft=draft, actor=region.contact, upload=given(picture()))
    monkeypatch.setattr(attachments, "MOST_PIXELS", 10**7)
    for _each in range(attachments.MOST_FILES):
        attachments.attach(draft=draft, actor=region.contact, upload=given(picture()))
    with pytest.raises(ValidationError, match="Haal er eerst een weg"):
        attachments.attach(draft=draft, actor=region.contact, upload=given(picture()))


def test_who_puts_it_there_and_takes_it_away(region, draft, django_capture_on_commit_callbacks):
    with pytest.raises(PermissionDenied):
        attachments.attach(draft=draft, actor=region.other_contact, upload=given(picture()))
    kept = attachments.attach(draft=draft, actor=region.contact, upload=given(picture()))
    files = [Path(kept.file.path), Path(kept.thumbnail.path)]
    with pytest.raises(PermissionDenied):
        attachments.detach(attachment=kept, actor=region.other_contact)
    assert all(path.exists() for path in files)
    with django_capture_on_commit_callbacks(execute=True):
        attachments.detach(attachment=kept, actor=region.contact)
    assert not any(path.exists() for path in files)


def test_a_file_goes_along_when_the_question_is_handed_in(region, draft):
    attachments.attach(draft=draft, actor=region.contact, upload=given(picture()))
    challenge = drafts.finish(draft=draft, actor=region.contact)
    assert challenge.attachments.get().name == "muur.jpg"


# --- Who reads it -----------------------------------------------------------------------------------------------
def test_a_confidential_file_is_for_who_reads_the_details(region, login):
    challenge = f.ChallengeFactory(accepted=True, confidential=True, partner=region.company)
    kept = f.AttachmentFactory(challenge=challenge)
    project = f.ProjectFactory(assignment__challenge=challenge, running=True)
    f.ApplicationFactory(project=project, student=region.student, placed=True)
    f.ApplicationFactory(project=project, student=region.other_student)
    readers = {"contact", "teacher", "other_teacher", "broker", "student"}
    for name in (
        "contact",
        "other_contact",
        "teacher",
        "other_teacher",
        "broker",
        "student",
        "other_student",
        "newcomer",
    ):
        for page in ("attachment", "thumbnail"):
            answer = login(getattr(region, name)).get(reverse(f"challenges:{page}", args=[kept.pk]))
            assert answer.status_code == (200 if name in readers else 404), (name, page)
    assert login(None).get(kept.get_absolute_url()).status_code == 404


def test_a_file_is_never_a_page_of_ours(region, login):
    kept = f.AttachmentFactory(challenge=f.ChallengeFactory(accepted=True), kind="pdf", name="plan.pdf")
    answer = login(None).get(kept.get_absolute_url())
    assert answer["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Content-Type"] == "application/pdf"
    assert answer["Content-Disposition"] == 'attachment; filename="plan.pdf"'


# --- The page ---------------------------------------------------------------------------------------------------
def test_without_scripts_the_step_sends_the_file(region, login, draft):
    client, address = login(region.contact), reverse("challenges:draft_step", args=[draft.token, "opdracht"])
    page = client.post(address, {"result": "Een filmpje", "attachment": [given(picture()), given(b"onzin", "x.exe")]})
    html = page.content.decode()
    assert page.status_code == 422
    assert "x.exe: Dit is geen pdf" in html and "muur.jpg" in html
    draft.refresh_from_db()
    assert (draft.values["result"], draft.attachments.count()) == ("Een filmpje", 1)


def test_with_scripts_the_list_comes_back(region, login, draft):
    client = login(region.contact)
    json = {"headers": {"accept": "application/json"}}
    address = reverse("challenges:draft_attach", args=[draft.token])
    told = client.post(address, {"attachment": given(picture()), "result": "Half af"}, **json).json()
    assert told["errors"] == [] and "muur.jpg" in told["list"]
    kept = draft.attachments.get()
    away = reverse("challenges:draft_detach", args=[draft.token, kept.pk])
    assert "muur.jpg" not in client.post(away, {"result": "Half af"}, **json).json()["list"]
    assert client.post(away).status_code == 302  # somebody else was first
    draft.refresh_from_db()
    assert draft.values["result"] == "Half af"
