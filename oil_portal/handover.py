"""Leaving in order: who has a role hands it over, who teaches hands the open work over, before stopping."""

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from challenges.services.handover import hand_over_translations, translated_by
from oil_portal.core.views import attempt, need
from partners import roles, services
from partners.models import Membership, User
from partners.permissions import roles_to_invite
from partners.workflow import MembershipStatus
from projects.services.handover import coached_by, hand_over_projects


class RoleForm(forms.Form):
    """To whom a role goes: a colleague at once, or somebody who is invited."""

    successor = forms.ModelChoiceField(
        User.objects.none(), label=gettext_lazy("Een collega die er al bij hoort"), required=False,
        empty_label=gettext_lazy("Kies een collega"),
        help_text=gettext_lazy("Die krijgt de rol meteen."),
        error_messages={"invalid_choice": gettext_lazy("Kies een collega uit de lijst.")},
    )  # fmt: skip
    email = forms.EmailField(
        label=gettext_lazy("Of het e-mailadres van iemand anders"), required=False,
        help_text=gettext_lazy("Die krijgt een uitnodiging. De rol gaat over zodra de ander meedoet."),
        error_messages={"invalid": gettext_lazy("Vul een e-mailadres in met een @.")},
    )  # fmt: skip

    def __init__(self, *args, membership: Membership, invites: bool, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["successor"].queryset = services.successors(membership)
        if not self.fields["successor"].queryset.exists():
            del self.fields["successor"]
        if not invites:
            del self.fields["email"]

    def clean(self) -> dict:
        chosen = [name for name in ("successor", "email") if self.cleaned_data.get(name)]
        if len(chosen) != 1 and not self.errors:
            raise ValidationError(_("Kies een collega, of vul een e-mailadres in. Niet allebei."))
        return self.cleaned_data


class WorkForm(forms.Form):
    """Which open work goes to which colleague, and whether the teacher then stops."""

    work = forms.MultipleChoiceField(
        label=gettext_lazy("Wat gaat over?"), widget=forms.CheckboxSelectMultiple, required=False
    )
    successor = forms.ModelChoiceField(
        User.objects.none(), label=gettext_lazy("Aan wie?"), required=False,
        empty_label=gettext_lazy("Kies een collega"),
        error_messages={"invalid_choice": gettext_lazy("Kies een collega uit de lijst.")},
    )  # fmt: skip
    end = forms.BooleanField(label=gettext_lazy("Beëindig daarna ook het lidmaatschap"), required=False, initial=True)

    def __init__(self, *args, membership: Membership, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        work = [(f"project-{one.pk}", _("Begeleiding van ‘%s’") % one) for one in coached_by(membership)]
        work += [(f"challenge-{one.pk}", _("Vertaling van ‘%s’") % one) for one in translated_by(membership)]
        self.fields["work"].choices, self.fields["work"].initial = work, [value for value, _label in work]
        self.fields["successor"].queryset = services.colleagues(membership)
        if not work:
            del self.fields["work"], self.fields["successor"]

    def clean(self) -> dict:
        if self.cleaned_data.get("work") and not self.cleaned_data.get("successor") and "successor" not in self.errors:
            self.add_error("successor", _("Kies een collega die het werk overneemt."))
        if not self.cleaned_data.get("work") and not self.cleaned_data.get("end") and not self.errors:
            raise ValidationError(_("Kies wat er overgaat."))
        return self.cleaned_data

    def pks(self, kind: str) -> list[int]:
        return [int(one.split("-")[1]) for one in self.cleaned_data.get("work", ()) if one.startswith(kind)]


def handover(request, pk: int):
    """Hand a role or a teacher's work over, and stop."""
    everyone = Membership.objects.visible_to(request.user).select_related("user", "partner__parent")
    membership = get_object_or_404(everyone, pk=pk, status=MembershipStatus.ACTIVE)
    need(request.user, "partners.end_membership", membership)
    data = request.POST if request.method == "POST" else None
    if membership.role in services.PASSED_ON:
        invites = membership.role in roles_to_invite(request.user, membership.partner)
        form, service = RoleForm(data, membership=membership, invites=invites), pass_on_role
    elif membership.role == roles.TEACHER:
        form, service = WorkForm(data, membership=membership), pass_on_work
    else:
        raise Http404
    said = form.is_valid() and attempt(form, service, membership=membership, actor=request.user, chosen=form)
    if said:
        messages.success(request, said)
        return redirect("start" if membership.user == request.user else membership)
    context = {"form": form, "membership": membership, "own": membership.user == request.user}
    return render(request, "oil_portal/handover.html", context, status=422 if form.errors else 200)


def pass_on_role(*, membership: Membership, actor: User, chosen: RoleForm) -> str:
    """Carry out what the form asks; what happened, in a sentence."""
    successor, email = chosen.cleaned_data.get("successor"), chosen.cleaned_data.get("email")
    if successor:
        services.hand_over_role(membership=membership, successor=successor, actor=actor)
        return _("%s heeft de rol overgenomen.") % successor
    services.invite(actor=actor, partner=membership.partner, email=email, role=membership.role, leaver=membership)
    return _("De uitnodiging aan %s is verstuurd. De rol gaat over zodra de ander meedoet.") % email


@transaction.atomic
def pass_on_work(*, membership: Membership, actor: User, chosen: WorkForm) -> str:
    """Projects, then challenges, then the membership: the order in which all take their locks."""
    given = {"membership": membership, "successor": chosen.cleaned_data.get("successor"), "actor": actor}
    if pks := chosen.pks("project"):
        hand_over_projects(**given, pks=pks)
    if pks := chosen.pks("challenge"):
        hand_over_translations(**given, pks=pks)
    if chosen.cleaned_data["end"]:
        services.end_membership(membership=membership, actor=actor)
        return _("Het werk is overgedragen en het lidmaatschap is gestopt.")
    return _("%s neemt het werk over.") % given["successor"]
