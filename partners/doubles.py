"""Which organisations may be the same one, and why. Reads only; a broker decides.

One statement looks at all partners, for one page of them at most. Names are compared without accents, punctuation and
legal forms (`partners/names.py`).
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

from django.db import connection
from django.utils.translation import gettext as _

from partners.models import Partner
from partners.workflow import PartnerStatus

MOST = 5  # possible doubles per organisation, the likeliest first

# Mail and web addresses that anybody can have say nothing about who belongs together.
FREE_MAIL = [
    "casema.nl", "chello.nl", "gmail.com", "gmx.com", "gmx.net", "googlemail.com", "hetnet.nl", "home.nl",
    "hotmail.com", "hotmail.nl", "icloud.com", "kpnmail.nl", "kpnplanet.nl", "live.com", "live.nl", "me.com",
    "msn.com", "outlook.com", "outlook.nl", "planet.nl", "proton.me", "protonmail.com", "quicknet.nl", "solcon.nl",
    "tele2.nl", "telfort.nl", "upcmail.nl", "xs4all.nl", "yahoo.com", "ziggo.nl", "zonnet.nl",
]  # fmt: skip
SHARED_SITES = ["facebook.com", "instagram.com", "linkedin.com", "nl.linkedin.com", "sites.google.com", "x.com"]

# A lab has its school's site and mail, so of labs only names count. A person's mail counts by the role at work.
FIND = r"""
WITH known AS NOT MATERIALIZED (
    SELECT id, name, kind, status, parent_id, kvk,
        lower(substring(website from '^[a-z]+://(?:www\.)?([^/:?#]+)')) AS site,
        partner_key(name) AS key
    FROM partners_partner WHERE status <> 'merged'
), mail AS (
    SELECT DISTINCT membership.partner_id AS id, lower(split_part(person.email, '@', 2)) AS domain
    FROM partners_membership AS membership JOIN partners_user AS person ON person.id = membership.user_id
    WHERE membership.status = 'active' AND membership.role <> 'student'
), looked AS (
    SELECT * FROM known WHERE id = ANY(%(ids)s)
), found AS (
    SELECT looked.id AS looked, other.id AS other, 'kvk' AS reason, '' AS detail, 4.0 AS weight
    FROM looked JOIN known AS other ON other.kvk = looked.kvk AND looked.kvk <> ''
    UNION ALL
    SELECT looked.id, near.id, CASE WHEN near.similarity = 1 AND other.key = looked.key THEN 'name' ELSE 'like' END, '',
        2 * near.similarity
    FROM looked CROSS JOIN LATERAL partners_named_like(looked.key) AS near JOIN known AS other ON other.id = near.id
    UNION ALL
    SELECT looked.id, other.id, 'site', looked.site, 1.5
    FROM looked JOIN known AS other ON other.site = looked.site
    WHERE looked.site <> ALL(%(sites)s) AND 'lab' NOT IN (looked.kind, other.kind)
    UNION ALL
    SELECT looked.id, other.id, 'mail', mine.domain, 1.0
    FROM looked JOIN mail AS mine ON mine.id = looked.id JOIN mail AS theirs ON theirs.domain = mine.domain
    JOIN known AS other ON other.id = theirs.id
    WHERE mine.domain <> ALL(%(free)s) AND 'lab' NOT IN (looked.kind, other.kind)
)
SELECT looked.id, other.id, other.name, other.status, other.kind = looked.kind, found.reason, found.detail, found.weight
FROM found JOIN looked ON looked.id = found.looked JOIN known AS other ON other.id = found.other
WHERE looked.id <> other.id
    AND looked.parent_id IS DISTINCT FROM other.id AND other.parent_id IS DISTINCT FROM looked.id
ORDER BY looked.id, other.id, found.weight DESC, found.reason, found.detail
"""


@dataclass
class Double:
    """An organisation that may be the same as another, with the reasons as (code, detail), the strongest first."""

    pk: int
    name: str
    status: str
    same_kind: bool
    weight: float = 0.0
    codes: list[tuple[str, str]] = field(default_factory=list)

    def __str__(self) -> str:
        return self.name

    @property
    def reasons(self) -> list[str]:
        """In words, in the reader's language."""
        words = {
            "kvk": _("hetzelfde KvK-nummer"),
            "name": _("dezelfde naam"),
            "like": _("bijna dezelfde naam"),
            "site": _("dezelfde website: %s"),
            "mail": _("mensen met hetzelfde maildomein: %s"),
        }
        return [words[code] % detail if detail else words[code] for code, detail in self.codes]

    @property
    def keeps(self) -> bool:
        """Whether this is the one to keep, and the other the one that goes: it is a partner already."""
        return self.status == PartnerStatus.ACCEPTED

    def get_status_display(self) -> str:
        return str(PartnerStatus(self.status).label)


def of(partners: Iterable[Partner]) -> dict[int, list[Double]]:
    """{id: possible doubles} for each of `partners`, the likeliest first, in one query."""
    ids = [partner.pk for partner in partners]
    if not ids:
        return {}
    found: dict[int, dict[int, Double]] = defaultdict(dict)
    with connection.cursor() as cursor:
        cursor.execute(FIND, {"ids": ids, "free": FREE_MAIL, "sites": SHARED_SITES})
        for looked, pk, name, status, same_kind, code, detail, weight in cursor.fetchall():
            double = found[looked].setdefault(pk, Double(pk, name, status, same_kind))
            double.codes.append((code, detail))
            double.weight += float(weight)
    return {pk: sorted(found[pk].values(), key=lambda one: (-one.weight, one.name, one.pk))[:MOST] for pk in ids}


def mark(partners: Iterable[Partner]) -> None:
    """Give each of `partners` its `doubles`."""
    found = of(partners)
    for partner in partners:
        partner.doubles = found[partner.pk]


SHOWN = (
    "kind", "status", "name", "kvk", "branch_number", "brin", "municipality", "sector", "size",
    "training_company", "website", "description", "description_en",
)  # fmt: skip


def side_by_side(keep: Partner, gone: Partner) -> list[tuple[str, str, str, bool]]:
    """(label, of the one, of the other, whether they differ) for every detail that one of them has."""
    rows = []
    for name in SHOWN:
        one, two = keep.shown(name), gone.shown(name)
        if one or two:
            label = _("status") if name == "status" else str(Partner._meta.get_field(name).verbose_name)
            rows.append((label[:1].upper() + label[1:], one, two, one != two))
    return rows
