"""What somebody says of a collaboration stands on its card, on the page and in the PDF; without it there is no gap."""

import io

import pypdfium2
import pytest
from django.urls import reverse

from oil_portal.demo.story import REPO_DATA
from partners.importing import import_network
from partners.models import ProjectCard
from tests import factories as f

pytestmark = pytest.mark.django_db


def printed(client, card) -> str:
    answer = client.get(reverse("partners:card_pdf", args=[card.pk]))
    content = b"".join(answer.streaming_content) if answer.streaming else answer.content
    pages = pypdfium2.PdfDocument(io.BytesIO(content))
    return " ".join(" ".join(page.get_textpage().get_text_bounded() for page in pages).split())


def test_a_quote_is_on_the_page_and_in_the_pdf(client):
    card = f.ProjectCardFactory(quote="Wij leerden <b>veel</b>.", quote_by="Noor, Kasgroei")
    html = client.get(card.get_absolute_url()).content.decode()
    assert "Wij leerden &lt;b&gt;veel&lt;/b&gt;." in html and "Noor, Kasgroei" in html
    assert "Wij leerden <b>veel</b>." in printed(client, card) and "Noor, Kasgroei" in printed(client, card)


def test_the_real_card_has_none_and_shows_none(client):
    import_network((REPO_DATA / "network.json").read_text(encoding="utf-8"))
    card = ProjectCard.objects.get()
    assert (card.quote, card.quote_by) == ("", "")
    assert "sheet__quote" not in client.get(card.get_absolute_url()).content.decode()


def test_the_staff_writes_it(login, world):
    path = reverse("admin:partners_projectcard_change", args=[world.card.pk])
    shown = login(world.admin).get(path).content.decode()
    assert 'name="quote"' in shown and 'name="quote_by"' in shown
