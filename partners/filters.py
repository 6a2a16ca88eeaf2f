"""What the list of partners can be narrowed by, and how every catalogue is searched."""

from ast import literal_eval
from collections.abc import Callable, Iterable, Mapping, Sequence
from copy import copy
from functools import lru_cache, wraps
from secrets import token_hex
from time import monotonic

import django_filters
from django import forms
from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.core.paginator import Page
from django.db import connection
from django.db.models import QuerySet
from django.http import QueryDict
from django.utils.html import escape
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from oil_portal.core.models import Numbers, OneOf
from oil_portal.core.prepared import Many, Text, prepared
from oil_portal.core.templatetags.parts import plain_fields
from oil_portal.core.templatetags.written import Written
from oil_portal.core.views import MOST_COUNTED, Leaves, Pages
from partners.models import Partner
from partners.search import Asked, Hits, best, first
from partners.sectors import Sector, Size
from partners.workflow import PartnerStatus

FIELD = forms.CharField(max_length=100, required=False)  # as each filter has for its search words
WORDS = token_hex(16)  # stands in a form for search words until it is handed out with the reader's own

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


def offered(read: Callable[[], Iterable]) -> Callable[[], tuple]:
    """Choices of a filter, which change a few times a year: a process reads them once in some minutes."""

    @lru_cache(maxsize=4)
    def remembered(_moment: int) -> tuple:
        return tuple(read())

    @wraps(read)
    def choices() -> tuple:
        kept = settings.FIGURES_KEPT
        return remembered(int(monotonic() / kept)) if kept else tuple(read())

    return choices


def municipalities_of(which: str) -> list[tuple[str, str]]:
    """The municipalities where there is a partner such as SQL says, by name."""
    with connection.cursor() as cursor:
        cursor.execute(MUNICIPALITIES.format(which=which))
        return [(name, name) for (name,) in cursor.fetchall()]


@offered
def municipalities() -> list[tuple[str, str]]:
    """Those of the accepted partners."""
    return municipalities_of("partner.status = 'accepted'")


class PageFilterSet(django_filters.FilterSet):
    """A filter of a page, on what a row has one of: so none comes twice, and the database need not look for that.

    Choices that come from the database are read once, however often the form asks.
    """

    def __init__(self, *args, read: Mapping | None = None, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        for name, one in self.filters.items():
            if callable(choices := one.extra.get("choices")):
                one.extra["choices"] = [(key, Written(text)) for key, text in (read[name] if read else choices())]
            one.distinct = False

    @classmethod
    def read_choices(cls) -> dict[str, tuple]:
        """{filter: its choices} of those that the database knows."""
        asked = {name: one.extra.get("choices") for name, one in cls.base_filters.items()}
        return {name: tuple(choices()) for name, choices in asked.items() if callable(choices)}

    @classmethod
    def shown(cls, user) -> QuerySet:
        """What the page lists to a reader, before it is narrowed."""
        raise NotImplementedError

    @classmethod
    def of(cls, data, user, **given) -> "PageFilterSet":
        return cls(data, queryset=cls.shown(user), **given)

    def numbers(self, first: int, last: int) -> QuerySet:
        """Which rows a page shows, in their order."""
        return self.qs.values("pk")[first:last]

    @classmethod
    def question(cls, _text: str) -> Asked | None:
        """What is searched for, where a search is more than a filter."""
        return None

    @property
    def ordered(self) -> QuerySet:
        """What is shown of each row, with what they are ordered by."""
        return self.queryset

    def part(self, first: int, last: int) -> QuerySet:
        """These of the rows. Which they are is found out first: a list shows of each what ten tables say, and to join
        those for a page of twelve takes as long for the last page as for the first, and half as long to plan.
        """
        order = self.qs.query.order_by or self.qs.model._meta.ordering
        return self.ordered.filter(OneOf("pk", Numbers(self.numbers(first, last)))).order_by(*order)


# --- A page of what a filter finds --------------------------------------------------------------------------------
def listed(kind: type[PageFilterSet], request, per_page: int, wishes: tuple = ()) -> tuple[PageFilterSet, Page]:
    """The filter as the address fills it, and a page of what it finds; `wishes` are the reader's, if it weighs those.

    The same choices are the same form and the same SQL for every reader and every search: both are kept.
    """
    asked = QueryDict(mutable=True)
    for name in filter(request.GET.__contains__, kind.base_filters):
        asked.setlist(name, request.GET.getlist(name))
    read, text = kind.read_choices(), asked.get("q")
    question = kind.question(text) if text else None
    if text and not question:
        found = kind.of(asked, request.user, read=read, **_given(wishes))
        return found, Pages(found.qs, per_page).asked(request)
    if question:
        asked["q"] = WORDS
    choices = tuple(read.items())
    found = _filled(kind, asked.urlencode(), choices, get_language(), tuple(type(one)() for one in wishes))
    given = (kind, asked.urlencode(), repr(choices), request.user, wishes)
    if question:
        found = found.with_words(text)
        rows = found.hits = _hits(question, given, ordered=bool(found.order))
    else:
        rows = Leaves(_rows, _all_rows, *given)
    return found, Pages(rows, per_page).asked(request)


def _hits(question: Asked, given: tuple, *, ordered: bool) -> Hits:
    kind, _asked, _choices, user, _wishes = given
    return Hits(
        question,
        numbers=lambda words: _best(*given, Text(words)),
        rows=lambda numbers: _of_numbers(kind, user, numbers),
        in_order=(lambda words: _first(*given, Text(words))) if ordered else None,
    )


@lru_cache(maxsize=100)
def _filled(kind: type, asked: str, choices: tuple, _language: str, wishes: tuple) -> PageFilterSet:
    """The filter with its form, for as long as its choices stay what they are; of wishes only whether there are."""
    found = kind.of(QueryDict(asked), AnonymousUser(), read=dict(choices), **_given(wishes))
    found.queryset = found.queryset.none()
    found.form.is_valid()
    return found


def _given(wishes: tuple) -> dict:
    return {"wishes": wishes} if wishes else {}


def _found(kind: type, asked: str, choices: str, user, wishes: tuple) -> PageFilterSet:
    """The filter that one composes; `choices` are a text, since no value in them comes into the SQL."""
    return kind.of(QueryDict(asked), user, read=dict(literal_eval(choices)), **_given(wishes))


@prepared
def _rows(kind: type, asked: str, choices: str, user, wishes: tuple, first: int, many: int) -> QuerySet:
    return _found(kind, asked, choices, user, wishes).part(first, first + many)


@prepared
def _all_rows(kind: type, asked: str, choices: str, user, wishes: tuple) -> QuerySet:
    return _found(kind, asked, choices, user, wishes).qs.order_by().values("pk")[: MOST_COUNTED + 1]


@prepared
def _best(kind: type, asked: str, choices: str, user, wishes: tuple, question: Text) -> QuerySet:
    return best(_found(kind, asked, choices, user, wishes).qs, question)


@prepared
def _first(kind: type, asked: str, choices: str, user, wishes: tuple, question: Text) -> QuerySet:
    found = _found(kind, asked, choices, user, wishes)
    return first(found.qs, question, found.order)


@prepared
def _of_numbers(kind: type, user, numbers: Many) -> QuerySet:
    return kind.shown(user).filter(pk__among=numbers).order_by()


class SearchFilterSet(PageFilterSet):
    """A filter with a search field `q`, of a model that has `asked`. The question is put after all other filters, so
    that it may stop at the newest hits: `listed` puts it.
    """

    hits: Hits | None = None
    order: Sequence[str] = ()  # of the hits; without, the best come first

    @classmethod
    def question(cls, text: str) -> Asked | None:
        """What somebody asks who typed this; None when it is too long or holds no words."""
        try:
            words = FIELD.clean(text)
        except forms.ValidationError:
            return None
        return cls._meta.model.objects.asked(words)

    def search(self, queryset: QuerySet, _name: str, _text: str) -> QuerySet:
        return queryset

    def with_words(self, text: str) -> "SearchFilterSet":
        """The same with what somebody typed in its form."""
        found, form = copy(self), copy(self.form)
        form.plain = tuple(
            one._replace(html=SafeString(one.html.replace(WORDS, escape(text)))) if one.name == "q" else one
            for one in plain_fields(self.form)
        )
        form.cleaned_data = form.cleaned_data | {"q": FIELD.clean(text)}
        found._form = form
        return found


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

    @classmethod
    def shown(cls, user) -> QuerySet:
        """The accepted partners."""
        return Partner.objects.filter(status=PartnerStatus.ACCEPTED).select_related("parent").with_counts()

    class Meta:
        model = Partner
        fields = ["q", "kind", "municipality", "sector", "size", "training_company"]
