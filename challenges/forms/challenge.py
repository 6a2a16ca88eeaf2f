"""What a broker fills in at a challenge."""

from django import forms
from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef, Prefetch, QuerySet
from django.utils.translation import gettext_lazy as _

from modules.models import Module
from oil_portal.core import clock
from partners import roles
from partners.models import Membership, User
from partners.workflow import MembershipStatus

MOST_TITLES = 3  # modules that are named with a teacher


def teachers() -> QuerySet[User]:
    """Every active teacher, with `teaching`, their places, and what each `gives` now."""
    teaching = Membership.objects.active().filter(role=roles.TEACHER)
    given = Module.objects.filter(runs__teachers=OuterRef("pk"), runs__ends__gte=clock.today())
    return (
        User.objects.filter(memberships__role=roles.TEACHER, memberships__status=MembershipStatus.ACTIVE)
        .distinct()
        .order_by("first_name", "last_name", "pk")
        .annotate(gives=ArraySubquery(given.order_by("title").values("title").distinct()[:MOST_TITLES]))
        .prefetch_related(Prefetch("memberships", teaching.select_related("partner"), to_attr="teaching"))
    )


class TeacherField(forms.ModelChoiceField):
    """A teacher, with the school or lab in the label, because teachers share names, and what they teach."""

    def __init__(self, **kwargs) -> None:
        kwargs.setdefault("error_messages", {})["invalid_choice"] = _("Kies een docent uit de lijst.")
        super().__init__(queryset=User.objects.none(), **kwargs)

    def __deepcopy__(self, memo) -> "TeacherField":
        """For a form, which asks what is taught on the day that it is made."""
        field = super().__deepcopy__(memo)
        field.queryset = teachers()
        return field

    def label_from_instance(self, teacher: User) -> str:
        where = ", ".join(sorted({str(membership.partner) for membership in teacher.teaching}))
        if not teacher.gives:
            return f"{teacher} ({where})"
        told = {"name": teacher, "where": where, "modules": ", ".join(teacher.gives)}
        return _("%(name)s (%(where)s), geeft %(modules)s") % told


class AcceptForm(forms.Form):
    """A broker accepts; the translator may be named at once or later."""

    translator = TeacherField(
        label=_("Wie maakt er een opdracht van?"),
        help_text=_("Kies je niemand, dan kan een docent het vraagstuk zelf nemen."),
        empty_label=_("Nog niemand"),
        required=False,
    )
    remark = forms.CharField(
        label=_("Opmerking"),
        help_text=_("Het bedrijf leest dit."),
        widget=forms.Textarea(attrs={"rows": 3}),
        max_length=2000,
        required=False,
    )


class TranslatorForm(forms.Form):
    """A broker names the teacher who translates, or another one."""

    translator = TeacherField(
        label=_("Wie maakt er een opdracht van?"),
        help_text=_("De docent krijgt meteen een mail."),
        empty_label=_("Kies een docent"),
        error_messages={"required": _("Kies een docent.")},
    )
