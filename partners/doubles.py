"""Which organisations may be the same one, and why. Reads only; a broker decides.

One statement asks an index for each reason, for one page of partners at most. Names are compared without accents,
punctuation and legal forms (`partners/names.py`).
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

# What more organisations than this have in common says nothing about two of them, as with the mail of a provider; nor
# are more people looked at of one organisation or one mail domain.
WIDE, PEOPLE = 50, 1_000

# A lab has its school's site and mail, so of labs only names count. A person's mail counts by the role at work.
FIND = """
WITH looked AS MATERIALIZED (
    SELECT id, kind, parent_id, kvk, partner_site(website) AS site, partner_key(name) AS key
    FROM partners_partner WHERE id = ANY(%(ids)s) AND status <> 'merged'
), domains AS MATERIALIZED (
    SELECT DISTINCT looked.id, person.domain FROM looked CROSS JOIN LATERAL (
        SELECT mail_domain(one.email) AS domain FROM partners_membership AS membership
        JOIN partners_user AS one ON one.id = membership.user_id WHERE membership.partner_id = looked.id
        AND membership.status = 'active' AND membership.role <> 'student' LIMIT %(people)s
    ) AS person WHERE looked.kind <> 'lab' AND person.domain <> ALL(%(free)s)
), shared AS MATERIALIZED (
    SELECT id AS looked, 'site' AS reason, site AS detail, 1.5 AS weight, ARRAY(
        SELECT other.id FROM partners_partner AS other
        WHERE partner_site(other.website) = looked.site AND other.website <> '' LIMIT %(wide)s + 1
    ) AS others FROM looked WHERE kind <> 'lab' AND site <> ALL(%(sites)s)
    UNION ALL
    SELECT id, 'mail', domain, 1.0, ARRAY(SELECT DISTINCT person.partner_id FROM (
        SELECT membership.partner_id FROM partners_user AS one
        JOIN partners_membership AS membership ON membership.user_id = one.id WHERE mail_domain(one.email) = domain
        AND membership.status = 'active' AND membership.role <> 'student' LIMIT %(people)s
    ) AS person) FROM domains
), together AS MATERIALIZED (
    SELECT shared.looked, other.id AS other, reason, detail, weight
    FROM shared CROSS JOIN LATERAL unnest(others) AS one (id) JOIN partners_partner AS other ON other.id = one.id
    WHERE cardinality(others) <= %(wide)s AND other.kind <> 'lab'
    UNION ALL
    SELECT looked.id, other.id, 'kvk', '', 4.0
    FROM looked JOIN partners_partner AS other ON other.kvk = looked.kvk AND other.kvk <> ''
), alike AS (
    SELECT looked.id AS looked, near.id AS other, near.similarity
    FROM looked CROSS JOIN LATERAL partners_named_like(looked.key) AS near
    UNION
    SELECT looked.id, other.id, similarity(partner_key(other.name), looked.key)
    FROM together JOIN looked ON looked.id = together.looked JOIN partners_partner AS other ON other.id = together.other
    WHERE similarity(partner_key(other.name), looked.key) >= 0.6::real
), found AS (
    SELECT * FROM together
    UNION ALL
    SELECT alike.looked, alike.other,
        CASE WHEN similarity = 1 AND partner_key(other.name) = looked.key THEN 'name' ELSE 'like' END, '',
        2 * similarity
    FROM alike JOIN looked ON looked.id = alike.looked JOIN partners_partner AS other ON other.id = alike.other
)
SELECT looked.id, other.id, other.name, other.status, other.kind = looked.kind, found.reason, found.detail, found.weight
FROM found JOIN looked ON looked.id = found.looked JOIN partners_partner AS other ON other.id = found.other
WHERE looked.id <> other.id AND other.status <> 'merged'
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
    bounds = {"free": FREE_MAIL, "sites": SHARED_SITES, "wide": WIDE, "people": PEOPLE}
    with connection.cursor() as cursor:
        cursor.execute(FIND, bounds | {"ids": ids})
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
