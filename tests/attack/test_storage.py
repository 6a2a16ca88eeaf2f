"""Files of people on a disk or in a bucket: what an address means, and that no page needs a path on a disk."""

import io
import zipfile

import pytest
from django.core.files import File
from django.core.files.storage import Storage, storages
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from challenges.services import attachment as attachments
from oil_portal.storage import FOLDER, storage
from partners.services import set_logo
from tests.test_attachments import pdf, picture


def test_without_an_address_it_is_a_folder():
    assert storage("") == FOLDER


def test_an_address_of_a_bucket():
    made = storage("s3://sleutel:ge%2Fheim@opslag.example:9000/portaal?region=eu-west-1")
    assert made["BACKEND"] == "storages.backends.s3.S3Storage"
    told = made["OPTIONS"]
    assert (told["access_key"], told["secret_key"]) == ("sleutel", "ge/heim")
    assert told["endpoint_url"] == "https://opslag.example:9000"
    assert (told["bucket_name"], told["region_name"]) == ("portaal", "eu-west-1")
    assert told["default_acl"] == "private" and told["file_overwrite"] is False


def test_amazons_own_needs_no_host_and_no_key():
    told = storage("s3:///portaal?region=eu-central-1")["OPTIONS"]
    assert told["bucket_name"] == "portaal"
    assert not {"endpoint_url", "access_key", "secret_key"} & set(told)


@pytest.mark.parametrize("address", ["s3://host/", "s3://host/a/b", "/var/media", "ftp://host/bucket", "s3:bucket/x"])
def test_what_is_no_address_is_refused(address):
    with pytest.raises(ValueError, match="STORAGE_URL"):
        storage(address)


def test_the_storage_takes_what_the_address_says():
    """The library itself reads the options, so that a wrong name is no surprise in production."""
    from storages.backends.s3 import S3Storage

    made = storage("s3://sleutel:geheim@opslag.example/portaal?region=eu-west-1")
    found = S3Storage(**made["OPTIONS"])
    assert (found.bucket_name, found.access_key, found.default_acl) == ("portaal", "sleutel", "private")


class Bucket(Storage):
    """A place for files that is no disk: what it knows no answer to is an error, as it is with S3."""

    kept: dict[str, bytes] = {}

    def _save(self, name, content):
        self.kept[name] = content.read()
        return name

    def _open(self, name, mode="rb"):
        return File(io.BytesIO(self.kept[name]), name)

    def exists(self, name):
        return name in self.kept

    def delete(self, name):
        self.kept.pop(name, None)

    def size(self, name):
        return len(self.kept[name])


@pytest.fixture
def elsewhere(settings):
    """A storage that has no disk: asking for a path is an error, as it is with a bucket."""
    settings.STORAGES = settings.STORAGES | {"default": {"BACKEND": "tests.attack.test_storage.Bucket"}}
    with pytest.raises(NotImplementedError):
        storages["default"].path("x")


def test_files_come_in_and_go_out_without_a_disk(elsewhere, world, login):
    client = login(world.contact)
    kept = attachments.attach(draft=world.draft, actor=world.contact, upload=SimpleUploadedFile("plan.pdf", pdf()))
    answer = client.get(reverse("challenges:attachment", args=[kept.pk]))
    assert answer["Content-Disposition"] == 'attachment; filename="plan.pdf"'
    assert b"".join(answer.streaming_content).startswith(b"%PDF-")
    assert answer["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert b"".join(client.get(reverse("challenges:thumbnail", args=[kept.pk])).streaming_content)[:2] == b"\xff\xd8"
    set_logo(partner=world.company, actor=world.contact, upload=SimpleUploadedFile("x.png", picture("PNG")))
    assert client.get(reverse("partners:logo", args=[world.company.pk])).status_code == 200
    takes = io.BytesIO(b"".join(client.get(reverse("my_data_export")).streaming_content))
    assert any(name.startswith(f"bestanden/{kept.pk}-") for name in zipfile.ZipFile(takes).namelist())
    attachments.detach(attachment=kept, actor=world.contact)
