"""Files of people in a bucket: they come in, go out through a page that asks who reads, and go with who sent them."""

import zipfile
from io import BytesIO

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from challenges.services import attachment as attachments
from oil_portal.privacy.erase import erase
from partners.services import set_logo
from tests import factories as f
from tests.test_attachments import pdf, picture


def attached(draft, actor, content: bytes, name: str):
    return attachments.attach(draft=draft, actor=actor, upload=SimpleUploadedFile(name, content))


@pytest.fixture
def files(bucket, region):
    """A PDF and a picture beside a confidential question."""
    draft = f.DraftFactory(author=region.contact, partner=region.company)
    attached(draft, region.contact, pdf(), "plan.pdf")
    attached(draft, region.contact, picture(), "muur.jpg")
    challenge = f.ChallengeFactory(accepted=True, confidential=True, partner=region.company)
    draft.attachments.update(draft=None, challenge=challenge)
    return list(challenge.attachments.order_by("pk"))


def test_a_file_comes_out_as_it_was_kept_and_only_to_who_may_read_it(bucket, files, region, login):
    readers = {"contact", "teacher", "broker"}
    for kept in files:
        for name in ("contact", "other_contact", "teacher", "student", "broker", "newcomer"):
            for page in ("attachment", "thumbnail"):
                answer = login(getattr(region, name)).get(reverse(f"challenges:{page}", args=[kept.pk]))
                assert answer.status_code == (200 if name in readers else 404), (name, page)
                if name in readers:
                    field = kept.file if page == "attachment" else kept.thumbnail
                    assert b"".join(answer.streaming_content) == bucket.content()[field.name]
        assert login(None).get(kept.get_absolute_url()).status_code == 404


def test_a_file_is_never_a_page_of_ours_and_no_page_names_the_bucket(bucket, files, region, login):
    document, photo = (login(region.contact).get(each.get_absolute_url()) for each in files)
    assert document["Content-Disposition"] == 'attachment; filename="plan.pdf"'
    for answer in (document, photo):
        assert answer["Content-Security-Policy"] == "default-src 'none'; sandbox"
        assert answer["X-Content-Type-Options"] == "nosniff"
        assert "private" in answer["Cache-Control"]
    page = login(region.contact).get(files[0].challenge.get_absolute_url()).text
    assert files[0].name in page
    assert bucket.host not in page and bucket.name not in page


def test_what_stands_in_the_bucket_is_for_the_portal_alone(bucket, files):
    """A grant to everybody would make a web site of it."""
    for each in bucket.s3.objects.all():
        grants = each.Object().Acl().grants
        assert [grant["Permission"] for grant in grants] == ["FULL_CONTROL"]
        assert all(grant["Grantee"]["Type"] == "CanonicalUser" for grant in grants)


def test_a_logo_is_drawn_from_the_bucket_and_a_new_one_takes_its_place(bucket, region, login, committing):
    for colour in ("RGB", "RGBA"):
        with committing():
            upload = SimpleUploadedFile("x.png", picture("PNG", mode=colour))
            set_logo(partner=region.company, actor=region.contact, upload=upload)
        region.company.refresh_from_db()
        answer = login(None).get(reverse("partners:logo", args=[region.company.pk]))
        assert bucket.content() == {region.company.logo.name: b"".join(answer.streaming_content)}


def test_the_export_takes_the_files_along(bucket, region, login):
    draft = f.DraftFactory(author=region.contact, partner=region.company)
    kept = attached(draft, region.contact, pdf(), "plan.pdf")
    answer = login(region.contact).get(reverse("my_data_export"))
    with zipfile.ZipFile(BytesIO(b"".join(answer.streaming_content))) as taken:
        found = [taken.read(name) for name in taken.namelist() if name.startswith(f"bestanden/{kept.pk}-")]
    assert sorted(found) == sorted(bucket.content().values())


def test_taking_away_and_erasing_empty_the_bucket(bucket, region, committing):
    draft = f.DraftFactory(author=region.newcomer)
    first = attached(draft, region.newcomer, picture(), "muur.jpg")
    attached(draft, region.newcomer, pdf(), "plan.pdf")
    assert len(bucket.content()) == 4
    with committing():
        attachments.detach(attachment=first, actor=region.newcomer)
    assert len(bucket.content()) == 2
    with committing():
        erase(user=region.newcomer)
    assert bucket.content() == {}


def test_a_name_that_is_taken_never_overwrites(bucket):
    first, second = (default_storage.save("a/b.txt", ContentFile(text)) for text in (b"een", b"twee"))
    assert first != second
    assert bucket.content() == {first: b"een", second: b"twee"}
