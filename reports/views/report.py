"""The report of a quarter or a year, and the rows behind each figure."""

from datetime import date
from functools import lru_cache

from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.text import slugify
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from challenges.models import Challenge
from oil_portal.core import clock
from oil_portal.core.kept import kept
from oil_portal.core.prepared import prepared
from oil_portal.core.views import counting, need
from partners import pdf
from reports import exports
from reports.books import STAMP, Frozen, Live, Told, gone
from reports.models import Snapshot
from reports.pages import page_of
from reports.period import Period
from reports.readings import Readings
from reports.report import Line
from reports.rows import dressed

PER_PAGE = 50
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def asked_period(request) -> Period:
    """The period in the address, else the last full quarter; Http404 for anything else."""
    period = Period.read(request.GET["periode"]) if "periode" in request.GET else Period.last_full()
    if period is None:
        raise Http404
    return period


def asked_readings(request) -> tuple[Period, Readings]:
    """The period, with what the page of it told that led here."""
    period = asked_period(request)
    return period, Readings(period, request.GET.get(STAMP, ""))


def periods() -> tuple[tuple[Period, tuple[Period, ...]], ...]:
    """Every year since the first question, newest first, with its quarters that have begun."""
    return _periods(first_year().value, clock.today())


@lru_cache(maxsize=10)
def _periods(since: int, today: date) -> tuple[tuple[Period, tuple[Period, ...]], ...]:
    return tuple(
        (Period(year), tuple(quarter for quarter in reversed(Period(year).quarters) if quarter.first <= today))
        for year in range(today.year, since - 1, -1)
    )


@kept(slow=0.05)
def first_year() -> int:
    """The year of the first question; this one before there is any."""
    began = next(iter(_began()), None)
    return localtime(began or clock.now()).year


@prepared
def _began() -> QuerySet:
    return Challenge.objects.order_by("created_at").values_list("created_at", flat=True)[:1]


@prepared
def last_frozen(year: str, quarter: str) -> QuerySet[Snapshot]:
    return Snapshot.objects.filter(year=year, quarter=quarter).order_by("-version")[:1]


@require_safe
@counting
def report(request):
    """All figures of a period, beside its frozen quarter when there is one."""
    need(request.user, "reports.see_report")
    book = Told(asked_period(request))
    period = book.period
    frozen = next(iter(last_frozen(str(period.year), str(period.quarter))), None)
    context = {
        "book": book,
        "report": book.report,
        "page": page_of(book, Frozen(frozen).report if frozen else None),
        "beside": _("Bevroren") if frozen else "",
        "counted": book.told.whole,
        "snapshot": frozen,
        "freezes": period.quarter and period.ended,
        "periods": periods(),
        "exports": [(name, book.address(name)) for name in ("csv", "xlsx", "pdf")],
    }
    return render(request, "reports/report.html", context)


@require_safe
def file(request, kind: str):
    """The report as csv, xlsx or pdf, as the page told it that led here."""
    need(request.user, "reports.see_report")
    return export(Told(*asked_readings(request)), kind, request)


def export(book, kind: str, request) -> HttpResponse:
    name = f"rapport-{book.report.period.lower()}"
    if kind == "csv":
        return download(exports.as_csv(exports.figures(book.report)), "text/csv; charset=utf-8", f"{name}.csv")
    if kind == "xlsx":
        return download(exports.workbook(book), XLSX, f"{name}.xlsx")
    return pdf.sheet("typst/report.typ", exports.printed(book, request.build_absolute_uri), kind="")


class LazyRows:
    """Rows for a Paginator: how many is known, and a page is read when it is asked for."""

    def __init__(self, book, line: Line) -> None:
        self.book, self.line = book, line

    def __len__(self) -> int:
        return self.line.rows

    def __getitem__(self, part: slice) -> list[list]:
        return self.book.rows(self.line, part.stop - part.start, part.start)


def asked_line(request, book, key: str) -> Line:
    """The number whose rows are asked for; Http404 when there is none, or when it does not open and never did."""
    group = request.GET.get("groep", "")
    line, before = book.line(key, group), book.before(key, group)
    if before and before.rows:
        return line or gone(before)
    if line is None or not line.rows:
        raise Http404
    return line


@require_safe
def rows(request, key: str):
    """The rows behind one figure of the report as it stands now."""
    need(request.user, "reports.see_report")
    return rows_page(request, Live(*asked_readings(request)), key)


def rows_page(request, book, key: str):
    """A page of rows behind one number of a book."""
    line = asked_line(request, book, key)
    page = Paginator(LazyRows(book, line), PER_PAGE).get_page(request.GET.get("page"))
    columns, of = book.columns(key), book.parent(line)
    context = {
        "period": book.period,
        "line": line,
        "changed": book.changed(line),
        "title": f"{of.label}: {line.label}" if of else line.label,
        "definition": (of or line).definition,
        "columns": columns,
        "table": [zip(columns, row, strict=True) for row in dressed(columns, list(page.object_list))],
        "page_obj": page,
        "up": book.address("report"),
        "export": book.rows_address(line, csv=True),
    }
    return render(request, "reports/rows.html", context)


@require_safe
def rows_csv(request, key: str):
    """All rows behind one figure, for a spreadsheet."""
    need(request.user, "reports.see_report")
    return rows_file(request, Live(*asked_readings(request)), key)


def rows_file(request, book, key: str) -> HttpResponse:
    line = asked_line(request, book, key)
    name = "-".join(filter(None, ["rapport", str(book.period).lower(), key, slugify(line.group)]))
    return download(exports.as_csv(exports.rows(book, line)), "text/csv; charset=utf-8", f"{name}.csv")


def download(content: bytes, kind: str, name: str) -> HttpResponse:
    return HttpResponse(
        content,
        content_type=kind,
        headers={"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "private, no-cache"},
    )
