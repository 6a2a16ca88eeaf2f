"""The *projectkaart* of a collaboration."""

from django.contrib.auth.decorators import login_not_required
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _

from partners import pdf
from partners.card import collaboration_card
from partners.models import ProjectCard


def _card(pk: int) -> ProjectCard:
    cards = ProjectCard.objects.select_related("collaboration__started_from__card").prefetch_related(
        "collaboration__members", "collaboration__continued_in", "collaboration__offshoots__card"
    )
    return get_object_or_404(cards, pk=pk)


@login_not_required
def card(request, pk: int):
    """The *projectkaart* of a collaboration, on one A4."""
    found = _card(pk)
    return render(request, "partners/card_detail.html", {"card": found, "sheet": collaboration_card(found)})


@login_not_required
def card_pdf(request, pk: int):
    """The same card as a PDF."""
    sheet = collaboration_card(_card(pk))
    return pdf.sheet("typst/card.typ", sheet.printed(request.build_absolute_uri), kind=_("Projectkaart"))
