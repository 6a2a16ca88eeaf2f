"""Pages of a matching round for who runs it: make, projects, rules, stages, compare, drop out, come late."""

from functools import partial

from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from oil_portal.core import views as core
from oil_portal.core.prepared import prepared
from oil_portal.core.views import attempt, need
from projects import round_pages
from projects.forms.round import RULE_FORMS, DropOutForm, EntryForm, LateForm, ProjectsForm, RoundForm
from projects.models import CoachLimit, LabPlaces, MatchingRound, Pair, Proposal, RoundProject, SeatRule
from projects.reasons import Names
from projects.services import publication
from projects.services import round as services
from projects.services.proposal import ask_proposal
from projects.views.project import posted

RULES = {"plekken": SeatRule, "begeleider": CoachLimit, "lab": LabPlaces, "paar": Pair}


def visible(request, pk: int) -> MatchingRound:
    return core.only(_seen(request.user, pk))


@prepared
def _seen(user, pk: int) -> QuerySet[MatchingRound]:
    return MatchingRound.objects.visible_to(user).select_related("school", "chosen").filter(pk=pk)


def steered(request, pk: int) -> MatchingRound:
    """The round, for a coordinator of its school."""
    found = visible(request, pk)
    need(request.user, "projects.edit_matchinground", found)
    return found


def page(request, template: str, **context):
    """A page with, perhaps, a form that was refused."""
    form = context.get("form")
    return render(request, template, context, status=422 if form is not None and form.errors else 200)


@prepared
def _rounds(user) -> QuerySet[MatchingRound]:
    return MatchingRound.objects.visible_to(user).select_related("school").with_counts()


@require_safe
def round_list(request):
    """The rounds that the reader runs, helps with or takes part in."""
    makes = request.user.has_perm("projects.make_matchinground")
    return page(request, "projects/round_list.html", rounds=_rounds(request.user), makes=makes)


def round_make(request):
    need(request.user, "projects.make_matchinground")
    form = RoundForm(posted(request), user=request.user)
    if form.is_bound and form.is_valid():
        values = dict(form.cleaned_data)
        if made := attempt(form, services.make_round, actor=request.user, **values):
            messages.success(request, _("De ronde is gemaakt. Kies nu de projecten."))
            return redirect("projects:round_projects", made.pk)
    return page(request, "projects/round_form.html", form=form, round=None)


def round_edit(request, pk: int):
    found = steered(request, pk)
    form = RoundForm(posted(request), instance=MatchingRound.objects.get(pk=pk), user=request.user)
    if form.is_bound and form.is_valid():
        service = partial(services.edit_round, round_=found, actor=request.user)
        if attempt(form, service, **form.cleaned_data):
            messages.success(request, _("De ronde is gewijzigd."))
            return redirect(found)
    return page(request, "projects/round_form.html", form=form, round=found)


@require_safe
def round_detail(request, pk: int):
    """Where the round stands, what there is to do, and its proposals side by side. Students go to their choices."""
    found = visible(request, pk)
    if not request.user.has_perm("projects.see_matchinground", found):
        return redirect("projects:ranking", found.pk)
    return page(request, "projects/round_detail.html", **round_pages.overview(request.user, found))


def round_projects(request, pk: int):
    """Which projects are in the round."""
    found = steered(request, pk)
    form = ProjectsForm(posted(request), round_=found)
    if form.is_bound and form.is_valid():
        service = partial(services.set_projects, round_=found, actor=request.user)
        attempt(form, service, projects=list(form.cleaned_data["projects"]))
        if not form.errors:
            messages.success(request, _("De projecten van de ronde zijn bewaard."))
            return redirect("projects:round_rules", found.pk)
    return page(request, "projects/round_projects.html", form=form, round=found)


def round_rules(request, pk: int, kind: str = ""):
    """The rules of the round, with a form for one more of each kind."""
    found = steered(request, pk)
    names = Names.of(found)
    forms = {name: form(round_=found, names=names, prefix=name) for name, form in RULE_FORMS.items()}
    form = None
    if request.method == "POST":
        if kind not in RULE_FORMS:
            raise Http404
        form = forms[kind] = RULE_FORMS[kind](request.POST, round_=found, names=names, prefix=kind)
        if form.is_valid() and attempt(form, services.add_rule, rule=form.instance, actor=request.user):
            messages.success(request, _("De regel is bewaard."))
            return redirect("projects:round_rules", found.pk)
    return page(
        request, "projects/round_rules.html", round=found, form=form, **round_pages.rules_of(found, forms, names)
    )


@require_POST
def rule_remove(request, pk: int, kind: str, rule_pk: int):
    found = steered(request, pk)
    if kind not in RULES:
        raise Http404
    rule = get_object_or_404(RULES[kind], pk=rule_pk, round=found)
    services.remove_rule(rule=rule, actor=request.user)
    messages.success(request, _("De regel is weg."))
    return redirect("projects:round_rules", found.pk)


def entry_edit(request, pk: int):
    """The rules of one project in a round."""
    entry = get_object_or_404(RoundProject.objects.select_related("round__school", "project"), pk=pk)
    found = steered(request, entry.round_id)
    form = EntryForm(posted(request), instance=entry)
    if form.is_bound and form.is_valid():
        service = partial(services.edit_entry, entry=entry, actor=request.user)
        if attempt(form, service, **form.cleaned_data):
            messages.success(request, _("De regels van dit project zijn bewaard."))
            return redirect("projects:round_rules", found.pk)
    return page(request, "projects/round_entry.html", form=form, round=found, entry=entry)


def favour(request, pk: int):
    """Who leads a project says whom it would like, among those who chose it."""
    entry = get_object_or_404(RoundProject.objects.select_related("round__school", "project__run__module"), pk=pk)
    visible(request, entry.round_id)
    need(request.user, "projects.favour_roundproject", entry)
    people = round_pages.wanting(entry)
    if request.method == "POST":
        services.favour(entry=entry, actor=request.user, points=round_pages.points_given(request.POST, people))
        messages.success(request, _("Je voorkeur is bewaard."))
        return redirect(entry.round)
    return page(request, "projects/round_favour.html", entry=entry, round=entry.round, people=people)


def act(request, pk: int, action: str):
    found = visible(request, pk)
    if not request.user.has_perm("projects.see_matchinground", found):
        raise Http404
    verbs = {
        "open": services.open_round,
        "close": services.close_round,
        "reopen": services.reopen_round,
        "cancel": services.cancel_round,
    }
    return core.act(request, found, action, {name: partial(verb, round_=found) for name, verb in verbs.items()})


@require_POST
def remind(request, pk: int):
    """Mail who has not chosen yet."""
    found = steered(request, pk)
    number = services.remind(round_=found, actor=request.user)
    told = ngettext("%(n)s student krijgt een mail.", "%(n)s studenten krijgen een mail.", number) % {"n": number}
    messages.success(request, told)
    return redirect(found)


@require_POST
def solve(request, pk: int):
    """Have a proposal computed; its page shows how far the solver is."""
    found = visible(request, pk)
    need(request.user, "projects.solve_matchinground", found)
    kinds = {Proposal.Kind.BEST, Proposal.Kind.STABLE, Proposal.Kind.REPAIR}
    kind = request.POST.get("kind", Proposal.Kind.BEST)
    if kind not in kinds:
        raise Http404
    return redirect(ask_proposal(round_=found, actor=request.user, kind=kind))


@require_safe
def compare(request, pk: int):
    """Two proposals of a round: figures side by side, and who sits elsewhere."""
    found = visible(request, pk)
    need(request.user, "projects.see_matchinground", found)
    return page(request, "projects/round_compare.html", **round_pages.comparison(found, request.GET))


def drop_out(request, pk: int):
    """Somebody leaves; after publication a repair follows."""
    found = steered(request, pk)
    form = DropOutForm(posted(request), round_=found)
    return _changed(request, found, form, publication.drop_out, _("Iemand valt uit"))


def late(request, pk: int):
    """Somebody comes late; after publication a repair follows."""
    found = steered(request, pk)
    form = LateForm(posted(request), round_=found)
    return _changed(request, found, form, publication.come_late, _("Iemand komt erbij"))


def _changed(request, found: MatchingRound, form, service, title: str):
    if form.is_bound and form.is_valid():
        proposal = attempt(form, service, round_=found, actor=request.user, **form.values())
        if not form.errors:
            messages.success(request, _("Dit is bewaard."))
            return redirect(proposal or found)
    return page(request, "projects/round_change.html", form=form, round=found, heading=title)
