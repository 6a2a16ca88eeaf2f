"""What the list of modules can be narrowed by."""

import django_filters
from django import forms
from django.db.models import Exists, OuterRef, Value
from django.db.models.functions import Concat
from django.utils.translation import gettext_lazy as _

from modules.models import LearningGoal, Level, Module, Programme
from oil_portal.core.prepared import prepared
from partners.filters import PageFilterSet, offered
from partners.models import Partner


@offered
@prepared
def schools():
    """(key, name) of the schools that give a module."""
    return Partner.objects.filter(Exists(Module.objects.filter(school=OuterRef("pk")))).values_list("pk", "name")


@offered
@prepared
def labs():
    """(key, name) of the labs where a module is given."""
    return Partner.objects.filter(Exists(Module.objects.filter(lab=OuterRef("pk")))).values_list("pk", "name")


class ModuleFilter(PageFilterSet):
    """Search words, school, lab, level, and whether it is a nationally defined elective."""

    q = django_filters.CharFilter(label=_("Zoek een module"), method="search", max_length=100)
    school = django_filters.MultipleChoiceFilter(
        label=_("School"), choices=schools, widget=forms.CheckboxSelectMultiple
    )
    lab = django_filters.MultipleChoiceFilter(label=_("Lab"), choices=labs, widget=forms.CheckboxSelectMultiple)
    level = django_filters.MultipleChoiceFilter(
        label=_("Niveau"), choices=Level.choices, widget=forms.CheckboxSelectMultiple
    )
    kind = django_filters.MultipleChoiceFilter(
        label=_("Soort module"),
        choices=[("elective", _("Keuzedeel")), ("own", _("Module van de school"))],
        method="by_kind",
        widget=forms.CheckboxSelectMultiple,
    )

    @classmethod
    def shown(cls, user):
        """Every module."""
        return Module.objects.for_cards()

    class Meta:
        model = Module
        fields = ["q", "school", "lab", "level", "kind"]

    def search(self, queryset, _name, text):
        return queryset.search(text)

    def by_kind(self, queryset, _name, kinds):
        """Both or none chosen is the same as no choice."""
        return queryset.filter(elective__isnull=kinds[0] == "own") if len(set(kinds)) == 1 else queryset


@offered
@prepared
def programmes():
    """(key, name with its code) of the programmes."""
    return Programme.objects.annotate(label=Concat("name", Value(" ("), "code", Value(")"))).values_list("pk", "label")


class GoalFilter(PageFilterSet):
    """Search words, programme, level, and goals that still need an explanation."""

    q = django_filters.CharFilter(label=_("Zoek een leerdoel"), method="search", max_length=100)
    explained = django_filters.MultipleChoiceFilter(
        label=_("Uitleg"),
        choices=[("no", _("Nog zonder uitleg")), ("yes", _("Met uitleg"))],
        method="by_explanation",
        widget=forms.CheckboxSelectMultiple,
    )
    level = django_filters.MultipleChoiceFilter(
        label=_("Niveau"),
        field_name="programme__level",
        choices=Level.choices,
        widget=forms.CheckboxSelectMultiple,
    )
    programme = django_filters.MultipleChoiceFilter(
        label=_("Opleiding"), choices=programmes, widget=forms.CheckboxSelectMultiple
    )

    @classmethod
    def shown(cls, user):
        """Every current goal."""
        goals = LearningGoal.objects.current().select_related("programme")
        return goals.order_by("title", "programme__name", "pk")

    class Meta:
        model = LearningGoal
        fields = ["q", "explained", "level", "programme"]

    def search(self, queryset, _name, text):
        return queryset.search(text)

    def by_explanation(self, queryset, _name, chosen):
        """Both or none chosen is the same as no choice."""
        if len(set(chosen)) != 1:
            return queryset
        return queryset.filter(explanation="") if chosen[0] == "no" else queryset.exclude(explanation="")
