"""The business case on paper: the figures of the page, tagged, in the reader's language."""

import io
import re

import pypdfium2
import pytest
from django.utils.translation import override

from reports import business_case_pages as pages
from reports.business_case import compute
from reports.models import BusinessCase
from tests.factories_business_case import assumptions, typed, version

PAGE = "/rapport/businesscase/"


@pytest.fixture
def broker(region, login):
    client = login(region.broker)
    client.user = region.broker
    return client


def words_of(pdf: bytes) -> str:
    found = pypdfium2.PdfDocument(io.BytesIO(pdf))
    return " ".join(" ".join(page.get_textpage().get_text_range() for page in found).split())


def test_the_pdf_of_a_version_has_the_figures_of_its_page(broker):
    kept = version(broker.user, "Voor de stuurgroep", "Met een voorstel", fee=250)
    answer = broker.get(f"{kept.get_absolute_url()}pdf/")
    assert answer["Content-Disposition"] == 'inline; filename="businesscase-voor-de-stuurgroep.pdf"'
    told, paper = pages.tell(kept.case, kept.assumed), words_of(answer.content)
    tables = [told.comparison, told.to_find, told.conditions, told.margin, *pages.assumed_tables(kept.assumed)]
    tables += [table for each in told.scenarios for table in each.tables]
    for table in tables:
        for _label, cells, _kind in table.rows:
            for cell in cells:
                assert cell in paper, (table.title, cell)
    for sentence in (*told.lead, "Met een voorstel", "bewaard door", "Loonkosten van een docent"):
        assert sentence in paper
    assert answer.content[:5] == b"%PDF-"
    raw = answer.content
    assert b"/StructTreeRoot" in raw
    assert b"/Alt" in raw or b"pdfuaid" in raw


def test_the_pdf_of_the_page_calls_itself_a_concept(broker):
    answer = broker.post(f"{PAGE}pdf/", typed(fee="777", name="Proef"))
    paper = words_of(answer.content)
    assert "Concept van" in paper
    assert "niet bewaard" in paper
    assert "Proef" in paper
    assert pages.euro(compute(assumptions(fee=777)).expected.total("income")) in paper
    assert not BusinessCase.objects.exists()


def test_paper_and_page_speak_english(broker):
    kept = version(broker.user, fee=250)
    broker.user.language = "en"
    broker.user.save()
    page = broker.get(kept.get_absolute_url()).content.decode()
    paper = words_of(broker.get(f"{kept.get_absolute_url()}pdf/").content)
    with override("en"):
        amount = pages.euro(kept.case.expected.total("cost"))
    assert "," in amount
    for shown in (page, paper):
        assert amount in shown
        assert "Break-even in money: not within five years" in shown


def test_code_in_a_name_is_text_on_paper(broker):
    code = '#panic("x") #read("card.typ") $x$ *vet* <b>'
    kept = version(broker.user, code, code)
    assert code in words_of(broker.get(f"{kept.get_absolute_url()}pdf/").content)
    assert "<b>" not in re.search(r"<h1>(.*?)</h1>", broker.get(kept.get_absolute_url()).content.decode())[1]
