"""Pages of brokers: the queue, internal notes, merging."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from oil_portal.core import clock
from oil_portal.core.models import HowMany
from oil_portal.core.prepared import prepared
from oil_portal.core.views import Leaves, attempt, need
from partners import doubles, services
from partners.forms import MergeForm, NoteForm
from partners.models import Membership, Partner, User
from partners.views.found import PAGE, reviewer, visible


def queue(request):
    """What waits for a broker: new organisations, oldest first, and requests to join where nobody else can answer."""
    reviewer(request)
    pages = Paginator(Leaves(_submitted, None), PAGE)
    pages.count, stale = _numbers(request.user.pk)[0]
    page = pages.get_page(request.GET.get("page"))
    doubles.mark(page.object_list)
    context = {
        "page_obj": page,
        "stale": _stale(),
        "stale_total": stale,
        "requests": _requests(request.user),
        "now": clock.now(),
    }
    return render(request, "partners/partner_queue.html", context)


@prepared
def _submitted(first: int, many: int) -> QuerySet[Partner]:
    return Partner.objects.submitted()[first : first + many]


@prepared
def _numbers(reader: int) -> QuerySet:
    """How many are new, and how many are stale, in one row."""
    counted = Partner.objects.submitted(), Partner.objects.stale()
    return User.objects.filter(pk=reader).values_list(*(HowMany(each.order_by().values("pk")) for each in counted))


@prepared
def _stale() -> QuerySet[Partner]:
    return Partner.objects.stale()[:PAGE]


@prepared
def _requests(user) -> QuerySet[Membership]:
    return Membership.objects.waiting_for(user).select_related("user", "partner")[:PAGE]


def notes(request, pk: int):
    """What brokers tell each other about an organisation, newest first, and a form to add to it."""
    partner = visible(request, pk)
    need(request.user, "partners.note_partner", partner)
    form = NoteForm(request.POST if request.method == "POST" else None)
    if form.is_valid() and attempt(
        form, services.note_partner, partner=partner, actor=request.user, text=form.cleaned_data["text"]
    ):
        messages.success(request, _("De notitie is opgeslagen."))
        return redirect("partners:notes", pk)
    written = partner.notes.visible_to(request.user).select_related("by")
    page = Paginator(written, PAGE).get_page(request.GET.get("page"))
    context = {"form": form, "partner": partner, "page_obj": page}
    return render(request, "partners/partner_notes.html", context, status=422 if form.errors else 200)


def merge(request, pk: int, other: int):
    """Side by side what two organisations have, which values stay, and what moves from the other to the first."""
    keep, gone = visible(request, pk), visible(request, other)
    need(request.user, "partners.merge_partner", keep)
    data = request.POST if request.method == "POST" else None
    form = MergeForm(data, keep=keep, gone=gone, names=services.MERGE_CHOICES)
    told = {"gone": str(gone), "keep": str(keep)}  # as they were called before
    merged = form.is_valid() and attempt(
        form, services.merge_partner, keep=keep, gone=gone, actor=request.user, **form.decided
    )
    if merged:
        messages.success(request, _("%(gone)s is opgegaan in %(keep)s.") % told)
        return redirect(keep)
    context = {
        "form": form,
        "keep": keep,
        "gone": gone,
        "sides": doubles.side_by_side(keep, gone),
        "moves": services.what_moves(gone),
        "refusal": services.merge_refusal(keep, gone),
    }
    return render(request, "partners/partner_merge.html", context, status=422 if form.errors else 200)
