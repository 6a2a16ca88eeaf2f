"""The report and the business case."""

from datetime import UTC, datetime

from django.urls import reverse

from partners.models import Partner
from reports.models import Grant, Snapshot
from reports.period import Period
from reports.services import freeze
from tests.access import FORBIDDEN, Row

BROKERS = FORBIDDEN | {"broker": 200, "admin": 200}
NOBODY = FORBIDDEN | {"broker": 404, "admin": 404}


def page(name: str, *args, query: str = ""):
    return lambda world: reverse(f"reports:{name}", args=args) + query


def long_there(world) -> None:
    """A partner since 2020, so that the last full quarter has something to open."""
    Partner.objects.filter(pk=world.company.pk).update(created_at=datetime(2020, 1, 1, tzinfo=UTC))


def partner_rows(name: str):
    def url(world) -> str:
        long_there(world)
        return reverse(f"reports:{name}", args=["partners"])

    return url


def frozen(name: str, *args):
    """An address of the last full quarter, frozen when it is first asked for."""

    def url(world) -> str:
        long_there(world)
        kept = Snapshot.objects.first() or freeze(period=Period.last_full(), actor=world.broker)
        return reverse(f"reports:{name}", args=[kept.pk, *args])

    return url


def a_grant(world) -> str:
    made, _new = Grant.objects.get_or_create(
        funder="Regio", starts="2026-01-01", ends="2027-12-31", amount=1000, hour_rate=45
    )
    return reverse("reports:grant", args=[made.pk])


REPORT = [
    *(Row(f"reports:{name}", page(name), BROKERS) for name in ("report", "csv", "xlsx", "pdf", "grants", "snapshots")),
    Row("reports:report", page("report", query="?periode=onzin"), NOBODY),
    Row("reports:rows", partner_rows("rows"), BROKERS),
    Row("reports:rows_csv", partner_rows("rows_csv"), BROKERS),
    Row("reports:rows", page("rows", "onzin"), NOBODY),
    Row("reports:grants", page("grants"), FORBIDDEN | {"broker": 422, "admin": 422}, "post", {"amount": "\0"}),
    Row("reports:grant", a_grant, BROKERS),
    Row("reports:grant", page("grant", 999_999), NOBODY),
    Row("reports:freeze", lambda world: reverse("reports:freeze", args=[Period.last_full()]), BROKERS),
    Row("reports:freeze", page("freeze", "onzin"), NOBODY),
    *(Row(f"reports:{name}", frozen(name), BROKERS)
      for name in ("snapshot", "snapshot_csv", "snapshot_xlsx", "snapshot_pdf")),
    Row("reports:snapshot_rows", frozen("snapshot_rows", "partners"), BROKERS),
    Row("reports:snapshot_rows_csv", frozen("snapshot_rows_csv", "partners"), BROKERS),
    Row("reports:snapshot_rows", frozen("snapshot_rows", "onzin"), NOBODY),
]  # fmt: skip
ROWS: list[Row] = [*REPORT]
