"""Frozen quarters: freeze one, read it, and open and export it like the live report."""

from functools import partial

from django.contrib import messages
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from oil_portal.core.views import attempt, need
from reports import services
from reports.books import Frozen, Live, Told
from reports.forms.report import FreezeForm
from reports.models import Snapshot
from reports.pages import page_of
from reports.period import Period
from reports.services.snapshot import digest_of
from reports.views.report import export, rows_file, rows_page


def book_of(request, pk: int) -> Frozen:
    need(request.user, "reports.see_report")
    return Frozen(get_object_or_404(Snapshot.objects.select_related("replaces", "replaced_by"), pk=pk))


def freeze(request, period: str):
    """Ask for a remark, and freeze a quarter; one that was frozen before is corrected."""
    need(request.user, "reports.freeze_snapshot")
    quarter = Period.read(period)
    if quarter is None or not quarter.quarter or not quarter.ended:
        raise Http404
    newest = Snapshot.objects.filter(year=quarter.year, quarter=quarter.quarter).order_by("-version").first()
    posted = request.POST if request.method == "POST" else None
    form = FreezeForm(posted, correction=newest is not None)
    service = partial(services.freeze, period=quarter, actor=request.user, corrects=newest)
    if posted is not None and form.is_valid() and (made := attempt(form, service, **form.cleaned_data)):
        messages.success(request, _("%(period)s is bevroren.") % {"period": quarter.label.capitalize()})
        return redirect(made)
    context = {"form": form, "period": quarter, "newest": newest, "up": Live(quarter).address("report")}
    return render(request, "reports/freeze.html", context, status=422 if form.errors else 200)


@require_safe
def snapshots(request):
    """Every frozen quarter, newest first."""
    need(request.user, "reports.see_report")
    found = Snapshot.objects.select_related("replaced_by").defer("content", "marks", "sources")
    return render(
        request, "reports/snapshots.html", {"snapshots": [(one, Period(one.year, one.quarter)) for one in found]}
    )


@require_safe
def snapshot(request, pk: int):
    """A frozen quarter beside the figures of now, and the data that it came from."""
    book = book_of(request, pk)
    kept = book.snapshot
    now = Told(book.period)
    context = {
        "book": book,
        "report": book.report,
        "page": page_of(book, now.report),
        "counted": now.told.whole,
        "beside": _("Nu"),
        "snapshot": kept,
        "intact": digest_of(kept) == kept.digest,
        "replaced_by": getattr(kept, "replaced_by", None),
        "exports": [(name, book.address(name)) for name in ("csv", "xlsx", "pdf")],
    }
    return render(request, "reports/snapshot.html", context)


@require_safe
def rows(request, pk: int, key: str):
    return rows_page(request, book_of(request, pk), key)


@require_safe
def rows_csv(request, pk: int, key: str):
    return rows_file(request, book_of(request, pk), key)


@require_safe
def file(request, pk: int, kind: str):
    """The frozen report as csv, xlsx or pdf."""
    return export(book_of(request, pk), kind, request)
