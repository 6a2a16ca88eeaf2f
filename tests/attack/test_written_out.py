"""What people write comes out elsewhere: in the head of a mail, a file's name, a spreadsheet, a calendar, a page."""

import csv
import io
from email import message_from_bytes, policy
from html.parser import HTMLParser
from urllib.parse import urlsplit

import pytest
from django.core import mail
from django.template import engines
from django.urls import reverse
from django.utils.http import parse_header_parameters
from openpyxl import Workbook, load_workbook

from challenges.services.attachment import clean_name
from oil_portal.core.models import Notice
from oil_portal.core.timeline import notify, record
from partners import services
from reports import exports
from tests import factories as f

BREAKS = [
    "\r\nBcc: x@evil.example",
    "\nBcc: x@evil.example\n\nEerst dit",
    "\rBcc: x@evil.example",
    "\u2028Bcc: x",
    "\x85Bcc: x",
]


# --- The head of a mail -----------------------------------------------------------------------------------------
@pytest.mark.parametrize("breaks", BREAKS)
def test_no_name_or_title_gets_into_the_head_of_a_mail(breaks, region, django_capture_on_commit_callbacks):
    """Straight in the database, as no form of ours would take it."""
    for thing, name in ((region.company, "name"), (region.contact, "first_name")):
        setattr(thing, name, f"Jansen{breaks}")
        thing.save()
    challenge = f.ChallengeFactory(partner=region.company, contact=region.contact, title=f"Titel{breaks}")
    with django_capture_on_commit_callbacks(execute=True):
        services.invite(partner=region.company, actor=region.contact, email="gast@mail.example", role="contact")
        notify(record(challenge, "publish", actor=region.broker, remark=f"Zo{breaks}"), [region.teacher], mail=True)
    assert len(mail.outbox) == 2 and not Notice.objects.filter(mailed_at=None).exists()
    for message in mail.outbox:
        read = message_from_bytes(message.message().as_bytes(), policy=policy.default)
        assert read["Bcc"] is None and read["To"] in ("gast@mail.example", region.teacher.email)
        assert message.recipients() == message.to


# --- The name of a file -----------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    "name",
    [
        'a";filename="b.exe',
        "a\r\nX-Evil: 1.pdf",
        "..\\..\\a.pdf",
        "/etc/passwd",
        "\u202efdp.exe",
        "a\0.pdf",
        "é\u0301.pdf",
        "CON",
        ".",
        "",
        "x" * 300,
    ],
)
def test_a_name_of_a_file_is_a_name_and_no_more(name, region, login):
    kept = clean_name(name, "pdf")
    assert kept.endswith(".pdf") and len(kept) <= 120 and not set(kept) & set("/\\\r\n\0\u202e")
    attachment = f.AttachmentFactory(draft=f.DraftFactory(author=region.contact), name=kept, kind="pdf")
    answer = login(region.contact).get(reverse("challenges:attachment", args=[attachment.pk]))
    assert answer.status_code == 200 and "X-Evil" not in answer.headers
    kind, told = parse_header_parameters(answer["Content-Disposition"])
    assert kind == "attachment" and told == {"filename": kept}


# --- A spreadsheet ----------------------------------------------------------------------------------------------
FORMULAS = [
    "=1+1",
    "+1+1",
    "-1+cmd",
    "@SUM(1)",
    "\t=1",
    "\r=1",
    "\n=1",
    "＝1",
    "=1;2",
    '="x"',
    '=HYPERLINK("http://evil.example")',
]


def test_no_text_of_a_person_is_a_formula_in_a_table():
    read = list(csv.reader(io.StringIO(exports.as_csv(iter([FORMULAS])).decode("utf-8-sig")), delimiter=";"))
    assert [cell[0] for cell in read[0]] == ["'"] * len(FORMULAS)
    assert exports.as_csv(iter([[-3, 1.5, None, "gewoon"]])).decode("utf-8-sig") == "-3;1,5;;gewoon\r\n"


def test_no_text_of_a_person_is_a_formula_in_a_workbook():
    book, out = Workbook(write_only=True), io.BytesIO()
    exports._fill(book, "Rijen", iter([["Kop"], FORMULAS, [-3, "gewoon"]]), [20])
    book.save(out)
    kept = [[cell for cell in row if cell.value is not None] for row in load_workbook(out)["Rijen"].iter_rows()]
    assert {cell.data_type for row in kept for cell in row} == {"s", "n"}
    assert [cell.value[0] for cell in kept[1]] == ["'"] * len(FORMULAS) and kept[2][0].value == -3


# --- A calendar -------------------------------------------------------------------------------------------------
def test_no_title_adds_to_a_calendar(region, client):
    project = f.ProjectFactory(
        title="Kas\r\nEND:VEVENT\r\nATTENDEE:mailto:x@evil.example", running=True, run=region.run, coach=region.teacher
    )
    f.ApplicationFactory(project=project, student=region.student, placed=True)
    profile = f.ProfileFactory(student=region.student)
    text = client.get(reverse("projects:calendar", args=[profile.calendar_token])).text
    assert "Kas" in text and not [line for line in text.splitlines() if line.startswith("ATTENDEE")]
    assert text.count("BEGIN:VEVENT") == text.count("\r\nEND:VEVENT")


# --- A page -----------------------------------------------------------------------------------------------------
MARKS = [
    "[x](javascript:alert(1))",
    "[x](JaVaScRiPt:alert(1))",
    "[x](&#106;avascript:alert(1))",
    "[x](java\tscript:alert(1))",
    "[x](vbscript:x)",
    "[x](data:text/html,<script>alert(1)</script>)",
    "![x](javascript:alert(1))",
    '![x](x"onerror="alert(1))',
    "<javascript:alert(1)>",
    "[x]: javascript:alert(1)\n\n[x]",
    "<img src=x onerror=alert(1)>",
    "<svg/onload=alert(1)>",
    "<a href=javascript:alert(1)>x</a>",
    '[x](https://a.example/"onmouseover="alert(1))',
    "<iframe src=//evil.example>",
    "<style>*{display:none}</style>",
    "<form action=//evil.example><input name=q>",
    "</p><script>alert(1)</script>",
    "`<script>alert(1)</script>`",
    "<math><mtext></form><form><mglyph><style></math><img src onerror=alert(1)>",
]


TAGS = {"p", "a", "em", "strong", "ul", "ol", "li", "code", "br", "blockquote", "pre", "h3", "h4", "hr"}


class Tags(HTMLParser):
    """Tags that we do not give, and attributes that do something."""

    def __init__(self) -> None:
        super().__init__()
        self.wrong: list[str] = []

    def handle_starttag(self, tag, attrs):
        for name, value in attrs:
            leads = name == "href" and urlsplit(value.strip()).scheme in {"", "http", "https", "mailto"}
            if not leads and name not in {"rel", "lang"}:
                self.wrong.append(f"{tag} {name}={value}")
        if tag not in TAGS:
            self.wrong.append(tag)


@pytest.mark.parametrize("text", MARKS)
def test_no_marks_of_a_person_run(text):
    reader = Tags()
    reader.feed(engines["django"].from_string("{{ text|markdown }}").render({"text": text}))
    assert reader.wrong == []


def test_the_judge_of_tags_finds_what_it_is_for():
    reader = Tags()
    reader.feed('<p onclick="x"><a href="javascript:x" rel="a">x</a><script></script>')
    assert reader.wrong == ["p onclick=x", "a href=javascript:x", "script"]
