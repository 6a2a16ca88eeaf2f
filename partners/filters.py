"""What the list of partners can be narrowed by."""

import django_filters
from django import forms
from django.utils.translation import gettext_lazy as _

from partners.models import Partner
from partners.workflow import PartnerStatus


def municipalities() -> list[tuple[str, str]]:
    """The municipalities where there is a partner, by name."""
    accepted = Partner.objects.filter(status=PartnerStatus.ACCEPTED).exclude(municipality="")
    return [
        (name, name) for name in accepted.order_by("municipality").values_list("municipality", flat=True).distinct()
    ]


class PartnerFilter(django_filters.FilterSet):
    """Search words, kind and municipality."""

    q = django_filters.CharFilter(label=_("Zoek een partner"), method="search", max_length=100)
    kind = django_filters.MultipleChoiceFilter(
        label=_("Soort"), choices=Partner.Kind.choices, widget=forms.CheckboxSelectMultiple
    )
    municipality = django_filters.MultipleChoiceFilter(
        label=_("Gemeente"), choices=municipalities, widget=forms.CheckboxSelectMultiple
    )

    class Meta:
        model = Partner
        fields = ["q", "kind", "municipality"]

    def search(self, queryset, _name, text):
        return queryset.search(text)
