"""For staff: what became of every mail, a button to try again, and anybody's next digest."""

from csp.constants import SELF
from csp.decorators import csp_update
from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Count, Q, QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_POST

from oil_portal import digests
from oil_portal.core.mail import retry, took_mail
from oil_portal.core.models import DigestDelivery, HowMany, Letter, MailAddress
from oil_portal.core.prepared import prepared
from oil_portal.core.views import Leaves, number
from oil_portal.forms import PersonForm
from oil_portal.mail_pages import as_mail
from partners.models import User

PERIODS, SHOWN, LISTED = 14, 25, 50
STATES = DigestDelivery.State
FAILED = {
    "digest": DigestDelivery.objects.filter(state=STATES.FAILED),
    "letter": Letter.objects.exclude(failed_at=None),
}


def only_staff(request) -> None:
    if not request.user.is_staff:
        raise Http404


def mail_desk(request):
    """Deliveries by period and state, what failed and why, and addresses that are set aside."""
    only_staff(request)
    digests_failed, letters, addresses, waiting = _numbers(request.user.pk)[0]
    pages = Paginator(Leaves(_failed, None), SHOWN)
    pages.count = digests_failed
    context = {
        "periods": _periods(),
        "states": STATES.choices,
        "page_obj": pages.get_page(request.GET.get("page")),
        "letters": _letters(),
        "letter_total": letters,
        "addresses": _set_aside(),
        "address_total": addresses,
        "waiting": waiting,
        "form": PersonForm(),
    }
    return render(request, "oil_portal/mail_desk.html", context)


@prepared
def _numbers(reader: int) -> QuerySet:
    """How many digests and letters failed, addresses are set aside and letters wait, in one row."""
    addresses, waiting = MailAddress.objects.exclude(set_aside_at=None), Letter.objects.filter(failed_at=None)
    counted = (*FAILED.values(), addresses, waiting)
    return User.objects.filter(pk=reader).values_list(*(HowMany(each.order_by().values("pk")) for each in counted))


@prepared
def _failed(first: int, many: int) -> QuerySet[DigestDelivery]:
    failed = FAILED["digest"].select_related("user").order_by("-planned_at", "-pk")
    return failed[first : first + many]


@prepared
def _letters() -> QuerySet[Letter]:
    return FAILED["letter"].order_by("-failed_at")[:LISTED]


@prepared
def _set_aside() -> QuerySet[MailAddress]:
    return MailAddress.objects.exclude(set_aside_at=None)[:LISTED]


def _periods() -> list[tuple[str, list[int]]]:
    """(period, how many per state in their order), the newest first."""
    return [(period, counts) for period, *counts in _by_state()]


@prepared
def _by_state() -> QuerySet:
    counts = {state: Count("pk", filter=Q(state=state)) for state in STATES.values}
    rows = DigestDelivery.objects.order_by("-period").values_list("period").annotate(**counts)
    return rows[:PERIODS]


@require_POST
def mail_retry(request):
    """Try one failed digest or letter again, or all of a kind."""
    only_staff(request)
    kind, one = request.POST.get("kind", ""), request.POST.get("pk", "")
    if kind not in FAILED:
        raise Http404
    chosen = FAILED[kind].all()
    count = retry(chosen.filter(pk=number(one)) if one else chosen)
    if count:
        said = ngettext("%(count)s mail gaat opnieuw.", "%(count)s mails gaan opnieuw.", count) % {"count": count}
        messages.success(request, said)
    else:
        messages.info(request, _("Er was niets meer om opnieuw te proberen."))
    return redirect("mail_desk")


@require_POST
def mail_address(request, pk: int):
    """Give an address that was set aside another chance."""
    only_staff(request)
    address = get_object_or_404(MailAddress, pk=pk)
    took_mail([address.email])
    messages.success(request, _("%(email)s krijgt weer mail.") % {"email": address.email})
    return redirect("mail_desk")


@csp_update({"frame-src": [SELF]})
def mail_preview(request):
    """The next digest of whoever has this address; nothing is sent or marked."""
    only_staff(request)
    form = PersonForm(request.GET or None)
    if not form.is_valid():
        return render(request, "oil_portal/mail_preview.html", {"form": form}, status=422 if form.errors else 200)
    context = {"form": form, "person": form.user, "next": digests.preview(form.user)}
    return render(request, "oil_portal/mail_preview.html", context)


@never_cache
@xframe_options_sameorigin
@as_mail
def mail_preview_html(request, pk: int):
    """That digest as the reader's mail program would show it."""
    only_staff(request)
    return HttpResponse(digests.preview(get_object_or_404(User, pk=pk, is_active=True)).html)
