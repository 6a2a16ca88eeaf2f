"""The catalogue's filters: shareable addresses, nothing that a visitor may not see."""

import django_filters
from django import forms
from django.utils.translation import gettext_lazy as _

from challenges.models import Challenge, Location, Theme
from challenges.workflow import PUBLIC, ChallengeStatus
from partners.filters import SearchFilterSet, municipalities_of, offered

ASKS = "EXISTS (SELECT FROM challenges_challenge AS one WHERE one.partner_id = partner.id AND one.status IN {})"


@offered
def asking_municipalities() -> list[tuple[str, str]]:
    """The municipalities that public challenges come from."""
    return municipalities_of(ASKS.format(tuple(map(str, PUBLIC))))


class ChallengeFilter(SearchFilterSet):
    """For a queryset of public challenges. A value that is no choice is left out, as if it were not there."""

    q = django_filters.CharFilter(method="search", label=_("Zoek in vraagstukken"), max_length=100)
    theme = django_filters.MultipleChoiceFilter(
        choices=Theme.choices, widget=forms.CheckboxSelectMultiple, label=_("Thema")
    )
    status = django_filters.MultipleChoiceFilter(
        choices=[(value, label) for value, label in ChallengeStatus.choices if value in PUBLIC],
        widget=forms.CheckboxSelectMultiple,
        label=_("Status"),
    )
    location = django_filters.MultipleChoiceFilter(
        choices=Location.choices, widget=forms.CheckboxSelectMultiple, label=_("Werkplek")
    )
    municipality = django_filters.MultipleChoiceFilter(
        field_name="partner__municipality",
        choices=asking_municipalities,
        widget=forms.CheckboxSelectMultiple,
        label=_("Gemeente"),
    )

    @classmethod
    def shown(cls, user):
        """Every challenge that the brokers accepted."""
        return Challenge.objects.public().for_tiles()

    class Meta:
        model = Challenge
        fields = ["q", "theme", "status", "location", "municipality"]
