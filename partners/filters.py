"""What the list of partners can be narrowed by, and how every catalogue is searched."""

from collections.abc import Sequence
from functools import cached_property

import django_filters
from django import forms
from django.db import connection
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from partners.models import Partner
from partners.search import Asked, Hits, matching
from partners.sectors import Sector, Size

# From one municipality to the next over an index, instead of reading every partner to find a few names.
MUNICIPALITIES = """
WITH RECURSIVE found (name) AS (
    SELECT ''::varchar
    UNION ALL
    SELECT (SELECT municipality FROM partners_partner WHERE municipality <> '' AND municipality > found.name
            ORDER BY municipality LIMIT 1)
    FROM found WHERE found.name IS NOT NULL
)
SELECT name FROM found CROSS JOIN LATERAL (
    SELECT FROM partners_partner AS partner WHERE partner.municipality = found.name AND {which} LIMIT 1
) AS there WHERE name <> '' ORDER BY name
"""


def municipalities(which: str = "partner.status = 'accepted'") -> list[tuple[str, str]]:
    """The municipalities where there is a partner that is accepted, or such as SQL says, by name."""
    with connection.cursor() as cursor:
        cursor.execute(MUNICIPALITIES.format(which=which))
        return [(name, name) for (name,) in cursor.fetchall()]


class PageFilterSet(django_filters.FilterSet):
    """A filter of a page, on what a row has one of: so none comes twice, and the database need not look for that.

    Choices that come from the database are read once, however often the form asks.
    """

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        for one in self.filters.values():
            if callable(choices := one.extra.get("choices")):
                one.extra["choices"] = list(choices())
            one.distinct = False


class SearchFilterSet(PageFilterSet):
    """A filter with a search field `q` over a queryset that has `asked`. A Paginator is to have its `results`."""

    asked: Asked | None = None
    order: Sequence[str] = ()  # of the hits; without, the best come first

    def search(self, queryset: QuerySet, _name: str, text: str) -> QuerySet:
        """Keep the question: it is put after all other filters, so that it may stop at the newest hits."""
        self.asked = queryset.asked(text)
        return queryset

    @property
    def qs(self) -> QuerySet:
        found = super().qs
        if not self.asked:
            return found
        found = matching(found, self.asked)
        return found.order_by(*self.order) if self.order else found

    @cached_property
    def hits(self) -> Hits | None:
        """The hits when words were searched for."""
        found = super().qs
        return Hits(self.queryset, found, self.asked, self.order) if self.asked else None

    @property
    def results(self) -> Hits | QuerySet:
        return self.hits or self.qs


class PartnerFilter(SearchFilterSet):
    """Search words, kind, municipality, sector, size, and whether SBB recognised it."""

    q = django_filters.CharFilter(label=_("Zoek een partner"), method="search", max_length=100)
    kind = django_filters.MultipleChoiceFilter(
        label=_("Soort"), choices=Partner.Kind.choices, widget=forms.CheckboxSelectMultiple
    )
    municipality = django_filters.MultipleChoiceFilter(
        label=_("Gemeente"), choices=municipalities, widget=forms.CheckboxSelectMultiple
    )

    sector = django_filters.MultipleChoiceFilter(
        label=_("Sector"), choices=Sector.choices, widget=forms.CheckboxSelectMultiple
    )
    size = django_filters.MultipleChoiceFilter(
        label=_("Medewerkers"), choices=Size.choices, widget=forms.CheckboxSelectMultiple
    )
    training_company = django_filters.MultipleChoiceFilter(
        label=_("Leerbedrijf"), choices=[("True", _("Erkend leerbedrijf"))], widget=forms.CheckboxSelectMultiple
    )

    class Meta:
        model = Partner
        fields = ["q", "kind", "municipality", "sector", "size", "training_company"]
