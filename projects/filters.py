"""How the catalogue of projects is searched, filtered and sorted; every choice is in the address."""

import django_filters as filters
from django import forms
from django.db.models import Exists, OuterRef, QuerySet
from django.utils.translation import gettext_lazy as _

from challenges.models import Location, Theme
from modules.models import Level, Module
from oil_portal.core.prepared import prepared
from partners.filters import SearchFilterSet, offered
from partners.models import Partner
from partners.workflow import PartnerStatus
from projects.fitting import BEST, FIRST, best_of, weighed
from projects.models import Project
from projects.workflow import AT_WORK

ENOUGH = 3  # goals of the student's own modules that are open: then a project is worth a look

ORDERS = {  # the first that can be used is the default; () keeps the order of the search
    "match": (_("Beste overeenkomst"), ()),
    "fit": (_("Past het best bij mij"), BEST),
    "new": (_("Nieuwste eerst"), ("-created_at", "-pk")),
    "closes": (_("Sluit het eerst"), ("closing_date", "pk")),
}


@offered
@prepared
def labs() -> QuerySet:
    """(key, name) of each lab."""
    found = Partner.objects.filter(kind=Partner.Kind.LAB, status=PartnerStatus.ACCEPTED)
    return found.values_list("pk", "name")


@offered
@prepared
def modules_with_projects() -> QuerySet:
    """(key, title) of each module that has a project."""
    inside = Project.objects.filter(run__module=OuterRef("pk"))
    return Module.objects.filter(Exists(inside)).values_list("pk", "title")


class ManyFilter(filters.MultipleChoiceFilter):
    """Checkboxes."""

    def __init__(self, **kwargs) -> None:
        super().__init__(widget=forms.CheckboxSelectMultiple, **kwargs)


class ProjectFilter(SearchFilterSet):
    """Without a status: what students can apply to today. A choice that does not exist filters nothing."""

    q = filters.CharFilter(method="search", label=_("Zoek in projecten"), max_length=100)
    fit = filters.MultipleChoiceFilter(
        method="fits",
        label=_("Past bij mij"),
        choices=[(str(ENOUGH), _("Minstens 3 leerdoelen open"))],
        widget=forms.CheckboxSelectMultiple,
    )
    sort = filters.ChoiceFilter(method="keep", label=_("Sorteer op"))
    status = filters.ChoiceFilter(
        method="keep",
        label=_("Status"),
        empty_label=_("Open voor aanmelding"),
        choices=[("running", _("Aan de slag")), ("completed", _("Afgerond"))],
    )
    lab = ManyFilter(field_name="lab", label=_("Lab"), choices=labs)
    theme = ManyFilter(label=_("Thema"), choices=Theme.choices)
    level = ManyFilter(label=_("Niveau"), choices=Level.choices)
    location = ManyFilter(label=_("Plek"), choices=Location.choices)
    module = filters.ChoiceFilter(
        field_name="run__module", label=_("Module"), choices=modules_with_projects, empty_label=_("Alle modules")
    )

    class Meta:
        model = Project
        fields = ["q", "fit", "sort", "status", "lab", "theme", "level", "location", "module"]

    @classmethod
    def shown(cls, user) -> QuerySet:
        """What the reader may see."""
        return Project.objects.visible_to(user).for_tiles()

    def __init__(self, *args, wishes: tuple = (), **kwargs) -> None:
        """`wishes` are a student's (`Taste.wishes`), by which projects are weighed for them."""
        super().__init__(*args, **kwargs)
        self.wishes = wishes
        if not wishes:
            del self.filters["fit"]
        usable = {"match": bool(self.data.get("q")), "fit": bool(wishes)}
        self.default, *others = [name for name in ORDERS if usable.get(name, True)]
        self.filters["sort"].extra["empty_label"] = ORDERS[self.default][0]
        self.filters["sort"].extra["choices"] = [(name, ORDERS[name][0]) for name in others]

    def filter_queryset(self, queryset: QuerySet) -> QuerySet:
        chosen = self.form.cleaned_data
        if self.wishes:
            queryset = weighed(queryset, self.wishes)
        status = chosen.get("status")
        if status:
            queryset = queryset.filter(status__in=AT_WORK if status == "running" else [status])
        else:
            queryset = queryset.open()
        queryset = super().filter_queryset(queryset)
        return queryset.order_by(*self.order) if self.order else queryset

    @property
    def sorting(self) -> str:
        return self.form.cleaned_data.get("sort") or self.default

    @property
    def order(self) -> tuple[str, ...]:
        if self.sorting == "closes" and not self.form.cleaned_data.get("status"):
            return FIRST  # the same, of which there is an index
        return ORDERS[self.sorting][1]

    @property
    def weighs_first(self) -> bool:
        """Whether of very many only those that close first are weighed, which the page says then."""
        return self.sorting == "fit" and not self.data.get("q") and not self.form.cleaned_data.get("status")

    def numbers(self, first: int, last: int) -> QuerySet:
        """By fit of those that are considered, of all that are counted."""
        found = self.qs
        if self.sorting != "fit":
            return super().numbers(first, last)
        order = FIRST if self.weighs_first else ("-closing_date", "-pk")
        return best_of(found, self.wishes, order)[first:last]

    @property
    def ordered(self) -> QuerySet:
        return weighed(self.queryset, self.wishes) if self.wishes else self.queryset

    def fits(self, queryset: QuerySet, _name: str, _value: list[str]) -> QuerySet:
        return queryset.filter(fit__gte=ENOUGH)

    def keep(self, queryset: QuerySet, _name: str, _value: str) -> QuerySet:
        """Status and order come before and after the other filters, in `filter_queryset`."""
        return queryset
