"""Too much at once: bodies and files of 10 MB at every form, and files that are not what they say."""

import io
import zipfile

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from tests.attack import ROOMS, Prey, outsider_and_insider, rows

MEGA = 1024 * 1024


@pytest.mark.parametrize("room", ROOMS)
def test_ten_megabytes_at_every_form(room, world, login):
    wrong, body = [], b"text=" + b"x" * 10 * MEGA
    forms = {row.name: row for row in rows(room) if row.method == "post" and outsider_and_insider(row)}
    for turn, row in enumerate(forms.values()):
        role = outsider_and_insider(row)[0]
        prey = Prey(login(None if role == "visitor" else getattr(world, role)), role)
        path = row.url(world)
        wrong.append(prey.judged("post", path, body, content_type="application/x-www-form-urlencoded"))
        if turn % 8 == 0:  # the same for all forms, and slow
            stray = SimpleUploadedFile("los.bin", b"\0" * MEGA * 10)
            wrong.append(prey.judged("post", path, {"unknown": stray, "text": "x"}))
    assert not any(wrong), "\n".join(line[:80] + line[-300:] for line in wrong if line)


def bomb(name: str = "xl/worksheets/sheet1.xml") -> bytes:
    """A small archive that unpacks to 300 MB."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive, archive.open(name, "w") as file:
        for _mega in range(300):
            file.write(b" " * MEGA)
    return out.getvalue()


def wide_png() -> bytes:
    """A PNG of some hundred bytes that claims 65,000 by 65,000 pixels."""
    import struct
    import zlib

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", 65_000, 65_000, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"\0" * 999)) + chunk(b"IEND", b"")
    )


FILES = {
    "ten megabytes of nothing": b"\0" * MEGA * 10,
    "a PDF of junk": b"%PDF-1.7\n" + b"\xff" * MEGA * 9,
    "a picture of four thousand million points": wide_png(),
    "a drawing with script": b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>",
    "a page": b"<!doctype html><script>alert(1)</script>",
    "a PDF and a page at once": b"<script>alert(1)</script>%PDF-1.7\n<script>alert(1)</script>",
    "an archive that grows": bomb(),
    "letters of no alphabet": b"\xff\xfe\x00titel;omschrijving\n\x00" * 1000,
    "a formula": b"titel;omschrijving\n=cmd|' /C calc'!A0;@SUM(1)\n",
    "a long line": b"a;" * MEGA,
    "deep JSON": b"[" * 200_000,
    "numbers of JSON": b'{"CFDocument": {"identifier": ' + b"9" * 200_000 + b"}}",
}


@pytest.mark.parametrize("name", FILES)
def test_no_file_breaks_a_page(name, world, login):
    beside = f"{world.draft.get_absolute_url()}bijlage/"
    doors = [
        (world.contact, reverse("partners:logo_edit", args=[world.company.pk]), "logo", ["logo.png"]),
        (world.contact, beside, "attachment", ["a.pdf", "\u202egnp.exe", "../a.png"]),
        (world.contact, reverse("challenges:upload_add"), "file", ["lijst.xlsx", "lijst.csv"]),
        (world.coordinator, reverse("modules:import_add"), "file", ["doelen.xlsx", "case.json", "doelen.csv"]),
    ]
    wrong = []
    for person, address, field, names in doors:
        for called in names:
            prey = Prey(login(person), person.email)
            wrong.append(prey.judged("post", address, {field: SimpleUploadedFile(called, FILES[name])}))
    assert not any(wrong), "\n".join(line[:100] + line[-200:] for line in wrong if line)
