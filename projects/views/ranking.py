"""A student's pages in a matching round: choices, study load and friends."""

from functools import partial

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from oil_portal.core.prepared import prepared
from oil_portal.core.views import attempt, number, only
from projects import choosing
from projects.forms.ranking import LoadForm, RankingForm
from projects.models import FriendGroup, MatchingRound, Participant
from projects.services import ranking as services
from projects.workflow import RoundStatus


def own_part(request, pk: int) -> Participant:
    """The reader's part in a round that they may see; PermissionDenied for who does not choose in it."""
    part = choosing.part_of(only(_seen(request.user, pk)), request.user)
    if part is None:
        raise PermissionDenied
    return part


@prepared
def _seen(user, pk: int) -> QuerySet[MatchingRound]:
    found = MatchingRound.objects.visible_to(user).exclude(status=RoundStatus.DRAFT)
    return found.select_related("school").filter(pk=pk)


def ranking(request, pk: int) -> HttpResponse:
    """Which projects a student wants, in which order; after publication the answer."""
    part = own_part(request, pk)
    choice = choosing.Choice(part)
    form = RankingForm(request.POST if request.method == "POST" else None, choice=choice)
    save = partial(services.rank, round_=part.round, actor=request.user)
    if form.is_bound and form.is_valid() and attempt(form, save, ranks=form.ranks):
        return redirect(reverse("projects:ranking", args=[pk]) + f"?net={form.moved or 0}")
    context = choosing.page(choice, form.given()) | {"form": form, "load_form": LoadForm(instance=part)}
    form.beside(context["chosen"], context["free"])
    context["just"] = choosing.just_moved(context["chosen"], choice, request.GET.get("net", ""))
    return render(request, "projects/round_ranking.html", context, status=422 if form.errors else 200)


@require_POST
def load(request, pk: int) -> HttpResponse:
    """How much study load the student has."""
    part = own_part(request, pk)
    form = LoadForm(request.POST, instance=part)
    if form.is_valid():
        services.set_load(round_=part.round, actor=request.user, load=form.cleaned_data["load"])
        messages.success(request, _("Je studielast is bewaard."))
    else:
        messages.error(request, _("Kies een studielast uit de lijst."))
    return redirect("projects:ranking", pk)


# --- Friends ----------------------------------------------------------------------------------------------------
@require_POST
def friends(request, pk: int) -> HttpResponse:
    """Ask friends along, leave them, or take the choices of one of them."""
    part, do = own_part(request, pk), request.POST.get("do", "")
    if do == "make":
        services.make_group(round_=part.round, actor=request.user)
        messages.success(request, _("Deel de link met je vrienden. Wie hem opent, kan meedoen."))
    elif do == "leave":
        services.leave_group(round_=part.round, actor=request.user)
        messages.success(request, _("Je zit niet meer in de groep. Je keuzes zijn gebleven."))
    elif do.startswith("copy-"):
        friend = get_object_or_404(Participant.objects.select_related("student"), pk=number(do[5:]), round=part.round)
        left = services.take_over(round_=part.round, actor=request.user, friend=friend.student)
        messages.success(request, _("Je hebt nu de keuzes van %(name)s.") % {"name": friend.student.first_and_initial})
        if left:
            said = ngettext("%(count)s keus past niet bij jou.", "%(count)s keuzes passen niet bij jou.", left)
            messages.warning(request, said % {"count": left})
    return redirect(reverse("projects:ranking", args=[pk]) + "#vrienden")


def friends_join(request, token: str) -> HttpResponse:
    """Who asks along, and for what (GET); join (POST). Who has the link may read this."""
    group = get_object_or_404(FriendGroup.objects.select_related("round", "made_by"), token=token)
    takes_part = choosing.part_of(group.round, request.user) is not None
    if request.method == "POST":
        services.join_group(token=token, actor=request.user)
        messages.success(request, _("Jullie doen nu samen mee."))
        return redirect("projects:ranking", group.round_id)
    members = list(group.members.filter(left_at=None).select_related("student"))
    context = {
        "group": group,
        "round": group.round,
        "members": members,
        "takes_part": takes_part,
        "is_member": any(member.student_id == request.user.pk for member in members),
        "choosing": group.round.is_choosing,
        "full": len(members) >= choosing.largest_team(group.round),
    }
    return render(request, "projects/friends_join.html", context)
