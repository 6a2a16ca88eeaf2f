"""The project card as a PDF: tagged, in the reader's language, and made of any text."""

import io
import re
import time
from pathlib import Path

import pypdfium2
import pytest
from django.conf import settings
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils.translation import override
from hypothesis import example, given
from hypothesis import strategies as st

from partners.card import Card, Figure, Stop, collaboration_card
from partners.pdf import sheet, typeset
from projects.card import project_card
from projects.models import Project
from tests import factories as f

TEMPLATE = "typst/card.typ"
WRITTEN = st.text(
    st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=90
)  # what the rows can hold
CODE = '#panic("x") #import "@preview/x:1.0.0" #read("card.typ") $x$ *vet* @nergens <label> \\ // /* ```'


def words(pdf: bytes) -> str:
    """All text of a PDF, with single spaces."""
    pages = pypdfium2.PdfDocument(pdf)
    return " ".join(" ".join(page.get_textpage().get_text_range() for page in pages).split())


def title(pdf: bytes) -> str:
    return pypdfium2.PdfDocument(pdf).get_metadata_dict()["Title"]


def printed(**values) -> dict:
    return Card(**{"title": "Droge muren", "completed": True} | values).printed(
        lambda path: f"https://oil.example{path}"
    )


@pytest.fixture
def finished(region):
    """A completed project with a team of two, one goal of two reached, hours, and a lab that goes on with it."""
    project = f.ProjectFactory(
        completed=True,
        assignment__challenge__partner=region.company,
        assignment__challenge__translator=region.teacher,
        assignment__challenge__why="Vocht tast muren aan.",
        assignment__goals=region.goals,
        run=region.run,
        lab=region.lab,
        coach=region.teacher,
        title="Droge muren, heel huis",
    )
    for student, made in ((region.student, True), (region.other_student, False)):
        f.ApplicationFactory(project=project, student=student, placed=True)
        f.AchievementFactory(project=project, student=student, goal=region.goals[0], reached=made)
    f.AchievementFactory(project=project, student=region.student, goal=region.goals[1])
    f.ContributionFactory(project=project, by=region.contact, hours="2.5")
    f.OutcomeFactory(
        project=project, result="- Een prototype\n\n- Een handleiding", follow_up="lab", follow_up_lab=region.lab,
        later="We gebruiken de meter elke week.",
    )  # fmt: skip
    return project


def read(client, project, tail="kaart.pdf"):
    return client.get(f"/projecten/{project.pk}/{tail}")


# --- The paper itself -------------------------------------------------------------------------------------------
def test_it_is_tagged_and_says_its_title_and_language():
    for language in ("nl", "en"):
        with override(language):
            pdf = typeset(TEMPLATE, printed())
        assert b"/MarkInfo" in pdf and b"/StructTreeRoot" in pdf and b"pdfuaid:part" in pdf
        assert re.search(rb"/Lang\s*\(%s\)" % language.encode(), pdf)
        assert title(pdf) == "Droge muren"


def test_what_people_write_is_never_run():
    everywhere = printed(
        title=CODE, lead=CODE, quote=CODE, quote_by=CODE, figures=[Figure(CODE, CODE)], texts=[(CODE, CODE)],
        results=[CODE], structure=[(CODE, CODE)], chain=[Stop(CODE, CODE, "/x/")], foot=(CODE, CODE),
    )  # fmt: skip
    pdf = typeset(TEMPLATE, everywhere)
    assert title(pdf) == CODE
    assert '#panic("x")' in words(pdf) and "*vet*" in words(pdf)


@given(text=WRITTEN, number=st.integers(0, 6))
@example(text="漢字 😀 عربي", number=1)
@example(text="\u2028\x0b\x1b\ufffe", number=2)
@example(text="", number=0)
def test_any_text_makes_a_sheet(text, number):
    card = printed(
        title=text, lead=text, quote=text, quote_by=text, foot=(text, text),
        figures=[Figure(text, text)] * number, texts=[(text, text)] * number, results=[text] * number,
        structure=[(text, text)] * number, chain=[Stop(text, text, "/projecten/1/" * (number % 2))] * number,
    )  # fmt: skip
    answer = sheet(TEMPLATE, card, kind="Projectkaart")
    assert len(pypdfium2.PdfDocument(io.BytesIO(answer.content))) >= 1
    assert b"/MarkInfo" in answer.content
    assert re.fullmatch(r'inline; filename="projectkaart[a-z0-9_-]*\.pdf"', answer["Content-Disposition"])


def test_the_longest_card_is_made_within_a_second():
    long = "Vocht tast oude muren van binnen aan. " * 100
    card = printed(
        lead=long[:400], texts=[(one, long) for one in ("Urgentie", "Opdracht", "Vervolg")], results=[long] * 9
    )
    typeset(TEMPLATE, printed())  # the fonts are read once
    begun = time.monotonic()
    typeset(TEMPLATE, card)
    assert time.monotonic() - begun < 1


def test_the_templates_ask_for_nothing_from_outside():
    for path in (Path(settings.BASE_DIR) / "templates" / "typst").iterdir():
        assert path.suffix == ".typ"
        assert not re.search(r"#?\b(import|include|read|plugin|eval)\b", re.sub(r"//.*", "", path.read_text()))


# --- A completed project ----------------------------------------------------------------------------------------
def test_the_paper_says_what_the_page_says(region, login, finished):
    client = login(region.teacher)
    page = " ".join(re.sub(r"<[^>]+>", " ", read(client, finished, "kaart/").content.decode()).split())
    paper = read(client, finished)
    assert paper["Content-Type"] == "application/pdf"
    assert paper["Content-Disposition"] == 'inline; filename="projectkaart-droge-muren-heel-huis.pdf"'
    for seen in (
        "Droge muren, heel huis", "Vocht tast muren aan.", "We gebruiken de meter elke week.", "Een prototype",
        "Een handleiding", "van 2 leerdoelen behaald", "2,5", "uren van het bedrijf", "2 studenten", "Opdrachtgever",
        "Marewijk Bouw", "Begeleider", str(region.teacher), "Vertaler", "CIV Smart Technology", "Verder in een lab",
    ):  # fmt: skip
        assert seen in page and seen in words(paper.content), seen


def test_no_student_is_named_and_a_visitor_reads_no_names(region, client, login, finished):
    for number, student in enumerate((region.student, region.other_student)):
        student.last_name = f"Leerling{number}"
        student.save()
    for reader in (client, login(region.coordinator)):
        text = words(read(reader, finished).content)
        for student in (region.student, region.other_student):
            assert student.last_name not in text and student.email not in text
    assert str(region.teacher) not in words(read(client, finished).content)


def test_it_speaks_the_readers_language(region, login, finished):
    client = login(region.teacher)
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"
    region.teacher.language = "en"
    region.teacher.save()
    paper = read(client, finished).content
    assert "Project structure" in words(paper) and re.search(rb"/Lang\s*\(en\)", paper)


def test_a_confidential_card_is_for_who_may_read_the_project(region, client, login, finished):
    challenge = finished.challenge
    challenge.confidential = True
    challenge.save()
    for user, status in ((None, 404), (region.other_contact, 404), (region.newcomer, 404), (region.contact, 200),
                         (region.student, 200), (region.broker, 200)):  # fmt: skip
        for tail in ("kaart.pdf", "kaart/"):
            assert read(login(user), finished, tail).status_code == status
    assert "Vocht tast muren aan." not in words(
        read(login(region.student), finished).content
    )  # the company's own words
    assert "Vocht tast muren aan." in words(read(login(region.contact), finished).content)


def test_a_card_asks_as_much_for_three_as_for_one(region, finished):

    def count() -> int:
        with CaptureQueriesContext(connection) as asked:
            project_card(region.broker, Project.objects.for_cards().get(pk=finished.pk))
        return len(asked)

    count()  # roles are read once
    one = count()
    for _number in range(2):
        student = f.UserFactory(student=region.school)
        f.ApplicationFactory(project=finished, student=student, placed=True)
        f.AchievementFactory(project=finished, student=student, goal=region.goals[2], reached=True)
        f.ContributionFactory(project=finished, by=region.contact)
    assert count() == one


# --- A collaboration --------------------------------------------------------------------------------------------
def test_the_card_of_a_collaboration(region, client):
    card = f.ProjectCardFactory(
        collaboration__name="Open Innovatie Lab", collaboration__state="completed", next_steps="Het gaat verder.",
        structure=[["Bestuurlijke trekkers", ["gemeente Leiden", "mboRijnland"]], ["Eigen rol", ["Iemand"]]],
    )  # fmt: skip
    card.collaboration.members.add(region.company, region.school)
    card.collaboration.continued_in.add(region.lab)
    f.CollaborationFactory(name="Inventeers Academy", kind="academy", started_from=card.collaboration)
    answer = client.get(reverse("partners:card_pdf", args=[card.pk]))
    assert answer["Content-Disposition"] == 'inline; filename="projectkaart-open-innovatie-lab.pdf"'
    text = words(answer.content)
    for seen in ("Open Innovatie Lab", "Bestuurlijke trekkers", "gemeente Leiden, mboRijnland", "Eigen rol",
                 "Inventeers Academy", "CIV Smart Technology", "Het gaat verder."):  # fmt: skip
        assert seen in text
    with override("en"):
        assert collaboration_card(card).structure[0][0] == "Administrative leads"


def test_a_collaboration_that_stands_alone_has_no_line(db):
    assert collaboration_card(f.ProjectCardFactory()).chain == []


def test_a_number_that_is_too_big_is_not_found(client, db):
    assert client.get(reverse("partners:card_pdf", args=[10**30])).status_code == 404
    assert client.get(reverse("projects:card_pdf", args=[10**30])).status_code == 404
