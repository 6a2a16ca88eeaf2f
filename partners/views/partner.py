"""Pages of an organisation: the list, the organisation itself, adding it and changing it."""

from functools import partial

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.db.models import Count, QuerySet, Value, Window
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_POST

from oil_portal.core import views
from oil_portal.core.models import HowMany
from oil_portal.core.prepared import ahead, prepared
from oil_portal.core.promises import with_promise
from oil_portal.core.timeline import course
from oil_portal.core.views import attempt, need
from partners import doubles, roles, services
from partners.files import served
from partners.filters import PartnerFilter, listed
from partners.forms import LogoForm, PartnerForm
from partners.models import Collaboration, Membership, Partner, PartnerNote
from partners.rates import rates_of, rates_read
from partners.views.found import PAGE, own_here, visible
from partners.workflow import LIVE_MEMBERSHIP, MembershipStatus, PartnerStatus


@login_not_required
def partner_list(request):
    """The accepted partners, and what they do together."""
    found, page = listed(PartnerFilter, request, PAGE)
    context = {
        "filter": found,
        "page_obj": page,
        "collaborations": _all_together(),
    }
    return render(request, "partners/partner_list.html", context)


@prepared
def _all_together() -> QuerySet[Collaboration]:
    return Collaboration.objects.for_cards()


@login_not_required
def detail(request, pk: int):
    """An organisation; its people and its course only for those who belong to it and for brokers."""
    partner = next(iter(_seen(request.user, pk)), None)
    if partner is None:  # the old address of one that went up in another leads on
        return redirect(get_object_or_404(Partner.objects.visible_to(request.user), merged=pk))
    with ahead(*reads(request.user, partner)):
        return _page(request, partner)


def reads(user, partner: Partner) -> list[tuple]:
    """What the page of an organisation is going to ask for sure, for `ahead`."""
    pk = partner.pk
    asks = [(_challenges, pk), (_together, pk), (_labs, pk)]
    if user.has_perm("partners.follow_partner", partner):
        asks += [(_roles_at, pk), (_requests, user, pk), course(partner)]
        if user.has_perm("partners.see_rate_partner", partner):
            asks.append(rates_read([pk]))
    return asks


def _page(request, partner: Partner) -> HttpResponse:
    pk = partner.pk
    context = {
        "partner": partner,
        "challenges": _challenges(pk),
        "collaborations": _together(pk),
        "labs": _labs(pk),
        "mine": request.user.has_perm("partners.change_details_partner", partner),
        "follows": request.user.has_perm("partners.follow_partner", partner),
    }
    if context["mine"] or context["follows"]:
        context |= _inside(request, partner)
    elif request.user.is_authenticated:
        context["own"] = own_here(request.user, partner)
    return render(request, "partners/partner_detail.html", context)


@prepared
def _seen(user, pk: int) -> QuerySet[Partner]:
    return with_promise(Partner.objects.visible_to(user).select_related("parent")).filter(pk=pk)


@prepared
def _challenges(partner: int) -> QuerySet:
    rows = Partner.challenges.rel.related_model.objects  # of a room above: by its relation
    return (
        rows.public()
        .filter(partner=partner)
        .only("title", "status", "theme")
        .annotate(total=Window(Count("pk")))[:PAGE]
    )


@prepared
def _together(partner: int) -> QuerySet[Collaboration]:
    return Collaboration.objects.for_cards().filter(members=partner)


@prepared
def _labs(partner: int) -> QuerySet[Partner]:
    return Partner.objects.filter(parent=partner, status=PartnerStatus.ACCEPTED)


@prepared
def _requests(user, partner: int) -> QuerySet[Membership]:
    return Membership.objects.waiting_for(user).filter(partner=partner).select_related("user", "partner")


@prepared
def _roles_at(partner: int) -> QuerySet:
    """(role, how many) of the active memberships; students are counted as far as the rows of a list."""
    active = Membership.objects.active().filter(partner=partner).order_by()
    students = HowMany(active.filter(role=roles.STUDENT).values("pk")[: views.MOST_COUNTED + 1])
    others = active.exclude(role=roles.STUDENT).values_list("role").annotate(number=Count("pk"))
    return others.union(Partner.objects.filter(pk=partner).values_list(Value(roles.STUDENT), students), all=True)


@prepared
def _people_of(user, partner: int, first: int, many: int) -> QuerySet[Membership]:
    """What the reader is here, and these of its people but for the students and the reader."""
    named = Membership.objects.active().filter(partner=partner).exclude(role=roles.STUDENT).exclude(user=user)
    others = named.order_by("role", "pk").values("pk")[first : first + many]
    own = Membership.objects.filter(user=user, partner=partner, status__in=LIVE_MEMBERSHIP).order_by().values("pk")
    return Membership.objects.filter(pk__in=own.union(others, all=True)).select_related("user", "partner")


def _inside(request, partner: Partner) -> dict:
    """What only the people of the organisation and the brokers see. Students are a number, never names."""
    user = request.user
    return (
        _people(request, partner)
        | {
            "requests": _requests(user, partner.pk),
            "may_invite": user.has_perm("partners.invite_partner", partner),
            "rate": rates_of([partner.pk]).get(partner.pk)
            if user.has_perm("partners.see_rate_partner", partner)
            else None,
        }
        | (_for_brokers(user, partner) if user.has_perm("partners.note_partner", partner) else {})
    )


def _people(request, partner: Partner) -> dict:
    """What the reader is here, the others a page at a time with the reader first, and how many students there are."""
    counts = dict(_roles_at(partner.pk))
    students = counts.pop(roles.STUDENT, 0)
    pages = views.Pages(views.Leaves(_people_of, None, request.user, partner.pk), PAGE)
    own = [role for role, at, _above in request.user.held if at == partner.pk and role != roles.STUDENT]
    pages.count = sum(counts.values()) - len(own)  # counted with the students; the reader's own stand on the first page
    page = pages.asked(request)
    rows = sorted(page.object_list, key=lambda one: (one.user_id != request.user.pk, one.role, one.pk))
    page.object_list = [one for one in rows if one.status == MembershipStatus.ACTIVE and one.role != roles.STUDENT
                        and (one.user_id != request.user.pk or page.number == 1)]  # fmt: skip
    return {"own": [one for one in rows if one.user_id == request.user.pk], "page_obj": page, "students": students,
            "most": views.MOST_COUNTED}  # fmt: skip


def _for_brokers(user, partner: Partner) -> dict:
    return {
        "doubles": doubles.of([partner])[partner.pk],
        "notes": _notes.count(user, partner.pk),
        "may_note": True,
    }


@prepared
def _notes(user, partner: int) -> QuerySet[PartnerNote]:
    return PartnerNote.objects.visible_to(user).filter(partner=partner)


def add(request):
    """Add an organisation that is not in the portal yet."""
    form = PartnerForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        partner = attempt(form, services.register_partner, actor=request.user, **form.details)
        if partner:
            messages.success(request, _("%s is aangemeld. Een makelaar kijkt ernaar. Je hoort het per mail.") % partner)
            return redirect(partner)
    context = {"form": form}
    return render(request, "partners/partner_form.html", context, status=422 if form.errors else 200)


def edit(request, pk: int):
    """Change the details of an organisation."""
    partner = visible(request, pk)
    need(request.user, "partners.change_details_partner", partner)
    form = PartnerForm(request.POST or None, instance=Partner.objects.get(pk=pk))
    if request.method == "POST" and form.is_valid():
        changed = attempt(form, services.change_partner, partner=partner, actor=request.user, **form.details)
        if changed:
            messages.success(request, _("De gegevens zijn opgeslagen."))
            return redirect(partner)
    context = {"form": form, "partner": partner}
    return render(request, "partners/partner_form.html", context, status=422 if form.errors else 200)


@login_not_required
@cache_control(private=True, max_age=3600)
def logo(request, pk: int):
    """The logo of an organisation that the reader may see."""
    partner = visible(request, pk)
    if not partner.logo:
        raise Http404
    return served(partner.logo, "image/png")


def logo_edit(request, pk: int):
    """Send a logo, or take it away."""
    partner = visible(request, pk)
    need(request.user, "partners.change_details_partner", partner)
    away = request.method == "POST" and "remove" in request.POST
    form = LogoForm(request.POST, request.FILES) if request.method == "POST" and not away else LogoForm()
    upload = form.cleaned_data["logo"] if form.is_valid() else None
    if (away or upload) and attempt(form, services.set_logo, partner=partner, actor=request.user, upload=upload):
        messages.success(request, _("Het logo is weggehaald.") if away else _("Het logo is opgeslagen."))
        return redirect(partner)
    context = {"form": form, "partner": partner}
    return render(request, "partners/partner_logo.html", context, status=422 if form.errors else 200)


@require_POST
def check(request, pk: int):
    """Say that the details of an organisation are right."""
    partner = visible(request, pk)
    services.check_partner(partner=partner, actor=request.user)
    messages.success(request, _("Dank je. Over een jaar vragen we het weer."))
    return redirect("partners:queue" if "queue" in request.POST else partner)


def act(request, pk: int, action: str):
    """One step in the life of an organisation: a broker reviews it or suspends it, a contact hands it in again."""
    partner = visible(request, pk)
    verbs = {
        name: partial(services.review_partner, partner=partner, action=name)
        for name in ("accept", "return", "decline", "suspend", "resume")
    }
    verbs["resubmit"] = partial(services.resubmit_partner, partner=partner)
    return views.act(request, partner, action, verbs)
