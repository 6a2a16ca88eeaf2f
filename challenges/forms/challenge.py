"""What a broker fills in at a challenge."""

from django import forms
from django.db.models import Prefetch
from django.utils.translation import gettext_lazy as _

from partners import roles
from partners.models import Membership, User
from partners.workflow import MembershipStatus


class TeacherField(forms.ModelChoiceField):
    """Every active teacher, with the school or lab in the label, because teachers share names."""

    def __init__(self, **kwargs) -> None:
        teaching = Membership.objects.active().filter(role=roles.TEACHER)
        teachers = (
            User.objects.filter(memberships__role=roles.TEACHER, memberships__status=MembershipStatus.ACTIVE)
            .distinct()
            .order_by("first_name", "last_name", "pk")
            .prefetch_related(Prefetch("memberships", teaching.select_related("partner"), to_attr="teaching"))
        )
        kwargs.setdefault("error_messages", {})["invalid_choice"] = _("Kies een docent uit de lijst.")
        super().__init__(queryset=teachers, **kwargs)

    def label_from_instance(self, teacher: User) -> str:
        where = ", ".join(sorted({str(membership.partner) for membership in teacher.teaching}))
        return f"{teacher} ({where})"


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
