"""Forty questions in one file: every row is read, nothing in it is lost, and each mistake has its row."""

import io

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook

from challenges.forms.draft import errors_by_step
from challenges.models import Challenge, Draft, Upload
from challenges.services import upload as uploads
from challenges.spreadsheet import HEADINGS, MOST_ROWS, Row, read, template
from tests import factories as f

HEAD = ["Titel", "Probleem", "Thema", "Werkplek", "Bedrijf", "E-mail"]
GOOD = ["Meet de muur", "Wij boren nu een gat. Dat beschadigt.", "Energie", "Bij het bedrijf", "", ""]


def sheet(*rows) -> bytes:
    book = Workbook()
    for row in rows:
        book.active.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def csv(*rows, mark=";", encoding="utf-8") -> bytes:
    return "\r\n".join(mark.join(str(cell) for cell in row) for row in rows).encode(encoding)


@pytest.mark.parametrize("content", [sheet(HEAD, GOOD), csv(HEAD, GOOD), csv(HEAD, GOOD, mark="\t"),
                                     csv(["Sectordag"], [], [h.upper() for h in HEAD], GOOD)])  # fmt: skip
def test_the_same_rows_from_any_kind_of_file(content):
    (row,) = read(content, "lijst.csv")
    assert row.values == {"title": GOOD[0], "question": GOOD[1], "theme": "energy", "location": "company"}


def test_our_own_example_can_be_read_and_is_complete():
    (row,) = read(template(), "vraagstukken.xlsx")
    assert set(row.values) <= {*HEADINGS, "result"}
    assert row.values["deliverables"] == ["prototype", "advice"]
    assert errors_by_step(row.values) == {}


def test_words_become_values_and_what_is_no_choice_stays():
    head = [
        "Titel",
        "Probleem",
        "Begindatum",
        "Vertrouwelijk",
        "Rechten",
        "Foto's",
        "Resultaat",
        "Thema",
        "Uren begeleiding",
    ]
    cells = ["T", "P", "3-9-2027", "JA", "Open", "Nee", "een advies, Een filmpje", "Ruimtevaart", 2.0]
    (row,) = read(sheet(head, cells), "x.xlsx")
    assert row.values == {
        "title": "T", "question": "P", "start_from": "2027-09-03", "confidential": "True", "rights": "open",
        "photos": "no", "deliverables": ["advice"], "result": "Een filmpje", "theme": "Ruimtevaart",
        "guidance_hours": "2",
    }  # fmt: skip


def test_windows_letters_and_accents_in_headings():
    (row,) = read(csv(["tïtel", "PROBLEEM"], ["Café", "Eén probleem"], encoding="cp1252"), "oud.csv")
    assert row.values == {"title": "Café", "question": "Eén probleem"}


BAD = [b"", b"   ", b"PK\x03\x04onzin", b"%PDF-1.7", sheet(["Naam"], ["x"]), sheet(HEAD), csv(HEAD, [""] * 6),
       b"\x00\x01" * 50, sheet(HEAD, *[GOOD] * (MOST_ROWS + 1))]  # fmt: skip


@pytest.mark.parametrize("content", BAD)
def test_a_file_that_cannot_be_used_says_what_to_do(region, login, content):
    page = login(region.contact).post(reverse("challenges:upload_add"), {"file": SimpleUploadedFile("a.csv", content)})
    assert page.status_code == 422
    assert "error-summary" in page.content.decode()
    assert not Upload.objects.exists()


@given(content=st.one_of(st.binary(max_size=300), st.text(max_size=300).map(str.encode)))
def test_no_file_breaks_it(content):
    try:
        read(b"Titel;Probleem\n" + content, "x.csv")
        read(content, "x.xlsx")
    except ValidationError:
        pass


# --- What becomes of the rows -----------------------------------------------------------------------------------
def rows(*titles, **values) -> list[Row]:
    full = {"question": "Wij boren.", "theme": "energy", "location": "lab"}
    return [Row(number, full | {"title": title} | values) for number, title in enumerate(titles, 2)]


def test_a_contact_hands_in_what_is_complete(region, login):
    upload, doubles = uploads.take_in(actor=region.contact, rows=rows("Een", "Twee", ""), name="dag.xlsx")
    assert doubles == 0
    client = login(region.contact)
    page = client.get(upload.get_absolute_url()).content.decode()
    assert "Compleet: 2 van 3." in page and "rij 4" in page and "Schrijf een titel." in page
    client.post(reverse("challenges:upload_finish", args=[upload.pk]))
    assert set(Challenge.objects.values_list("title", "partner__name")) == {
        ("Een", "Marewijk Bouw"),
        ("Twee", "Marewijk Bouw"),
    }
    assert Draft.objects.get().row == 4


def test_the_same_file_twice_makes_no_doubles(region):
    uploads.take_in(actor=region.contact, rows=rows("Een", "Twee"), name="dag.xlsx")
    _upload, doubles = uploads.take_in(actor=region.contact, rows=rows("Een", "Drie"), name="dag.xlsx")
    assert (doubles, Draft.objects.count()) == (1, 3)


def test_a_broker_uploads_for_companies_and_mails_each_once(
    region, login, mailoutbox, django_capture_on_commit_callbacks
):
    given_rows = [
        *rows("Van bekend", organisation="marewijk bouw", email="Baas@Bouw.example"),
        *rows("Van onbekend", organisation="Waterwerk", email="noor@water.example"),
        *rows("Zonder adres", organisation="Nergens", email="geen adres"),
    ]
    upload, _doubles = uploads.take_in(actor=region.broker, rows=given_rows, name="dag.xlsx")
    known = Draft.objects.get(values__title="Van bekend")
    assert (known.partner, known.shared, known.author) == (region.company, True, None)
    for _again in range(2):
        with django_capture_on_commit_callbacks(execute=True):
            login(region.broker).post(reverse("challenges:upload_finish", args=[upload.pk]))
    assert sorted(message.to[0] for message in mailoutbox) == ["baas@bouw.example", "noor@water.example"]
    assert login(region.contact).get(known.get_absolute_url(), follow=True).status_code == 200
    assert not Challenge.objects.exists()


@pytest.mark.parametrize("who", ["student", "coordinator", "newcomer"])
def test_others_upload_nothing(region, who):
    with pytest.raises(PermissionDenied):
        uploads.take_in(actor=getattr(region, who), rows=rows("Een"), name="x")


def test_forty_rows_cost_as_many_queries_as_three(region, login):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    def cost(count: int) -> int:
        upload = f.UploadFactory(by=region.contact)
        for number in range(count):
            f.DraftFactory(author=region.contact, partner=region.company, upload=upload, row=number + 2)
        client = login(region.contact)
        client.get(upload.get_absolute_url())
        with CaptureQueriesContext(connection) as caught:
            client.get(upload.get_absolute_url())
        return len(caught)

    assert cost(1) == cost(3) == cost(40)
