"""Freeze a quarter: copy its figures, definitions and rows, and say from which data they came."""

import hashlib
import json

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, connection, transaction
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from oil_portal.core import clock
from oil_portal.core.workflow import NotNow, Refusal
from partners.models import User
from reports.books import Live, column_data
from reports.counting import ask
from reports.definitions import VERSION
from reports.models import Snapshot
from reports.period import Period
from reports.readings import Readings

MEANWHILE = gettext_lazy("Dit kwartaal is intussen bevroren. Bekijk eerst wat er staat.")
SOURCES = (
    "partners_partner", "challenges_challenge", "challenges_assignment", "challenges_goallink", "modules_module",
    "projects_project", "projects_application", "projects_achievement", "projects_outcome", "projects_contribution",
    "projects_feedback", "reports_grant", "core_timelineentry",
)  # fmt: skip
ROWS_DIGEST = """
    SELECT encode(sha256(coalesce(string_agg(encode(sha256(convert_to(
        concat_ws(chr(31), key, "group", number, cells), 'UTF8')), 'hex'), ''
        ORDER BY key, "group", number), '')::bytea), 'hex')
    FROM reports_snapshotrow WHERE snapshot_id = %(snapshot)s
"""


def freeze(*, period: Period, actor: User, remark: str = "", corrects: Snapshot | None = None) -> Snapshot:
    """Keep a quarter that has ended as it stands now; a correction names in `corrects` what it puts right, and why.

    All of it is read at one moment. Raises Refusal when the quarter goes on, or was frozen in the meantime.
    """
    if not actor.has_perm("reports.freeze_snapshot"):
        raise PermissionDenied
    _check(period, remark, corrects)
    alone = not connection.in_atomic_block
    try:
        with transaction.atomic():
            if alone:  # one moment for every query; a test and the demo are in a transaction of their own
                with connection.cursor() as cursor:
                    cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
            made = _freeze(period, actor, remark.strip(), corrects)
    except IntegrityError:
        raise NotNow(str(MEANWHILE)) from None
    Readings(period).forget()  # beside it stands what is counted from here on
    return made


def _check(period: Period, remark: str, corrects: Snapshot | None) -> None:
    if not period.quarter:
        raise Refusal(_("Alleen een kwartaal kun je bevriezen."))
    if not period.ended:
        raise NotNow(_("Dit kwartaal loopt nog. Bevriezen kan als het voorbij is."))
    if corrects and not remark.strip():
        raise Refusal(_("Schrijf op waarom je dit kwartaal opnieuw bevriest."))


def _freeze(period: Period, actor: User, remark: str, corrects: Snapshot | None) -> Snapshot:
    newest = Snapshot.objects.filter(year=period.year, quarter=period.quarter).order_by("-version").first()
    if newest != corrects:
        raise NotNow(str(MEANWHILE))
    book, pk = Live(period), ask("SELECT nextval(pg_get_serial_sequence('reports_snapshot', 'id'))", {})[0][0]
    made = Snapshot(
        pk=pk, year=period.year, quarter=period.quarter, version=newest.version + 1 if newest else 1, replaces=newest,
        remark=remark, content={code: _written(book, code) for code, _name in settings.LANGUAGES},
        marks=book.people.marks_of(period.quarter), sources=sources(), definitions=VERSION, made_at=clock.now(),
        made_by=actor, made_by_name=str(actor),
    )  # fmt: skip
    for key, group in {(line.key, line.group): None for line in book.report.lines() if line.rows}:
        book.copy_rows(pk, key, group)
    made.digest = digest_of(made)
    made.save(force_insert=True)
    return made


def _written(book: Live, language: str) -> dict:
    """The report in one language, with what its columns are called."""
    with translation.override(language):
        written = book.written().data()
        keys = {line.key for line in book.report.lines() if line.rows}
        return written | {"columns": {key: column_data(book.columns(key)) for key in sorted(keys)}}


def sources() -> dict[str, list[int]]:
    """{table: [how many rows, highest number]} of what the report reads."""
    queries = [f"SELECT '{table}', count(*), coalesce(max(id), 0) FROM {table}" for table in SOURCES]  # noqa: S608
    return {table: [number, highest] for table, number, highest in ask(" UNION ALL ".join(queries), {})}


def digest_of(snapshot: Snapshot) -> str:
    """SHA-256 of everything that a snapshot says, its rows included: the same again as long as nothing changed."""
    said = {
        "period": [snapshot.year, snapshot.quarter, snapshot.version],
        "moment": snapshot.made_at.isoformat(),
        "by": snapshot.made_by_name,
        **{name: getattr(snapshot, name) for name in ("remark", "content", "marks", "sources", "definitions")},
        "rows": ask(ROWS_DIGEST, {"snapshot": snapshot.pk})[0][0],
    }
    return hashlib.sha256(json.dumps(said, sort_keys=True, ensure_ascii=False).encode()).hexdigest()
