"""What things of many kinds are called and where they are, in one query for most kinds. Reads only."""

from collections import defaultdict
from collections.abc import Iterable

from django.contrib.contenttypes.models import ContentType
from django.db.models.functions import Left

from challenges.models import Assignment, Call, Challenge, Question
from oil_portal.worklists.asking import NO_MOMENT, Part, Row, Source, ask, heard
from oil_portal.worklists.shared import OF_MEMBERSHIP, membership_of
from partners.models import Membership, Partner
from projects.models import Application, MatchingRound, Project

# What else is read of a kind, and the object made of it that says its name or address.
ASKED = {
    Challenge: {},
    Assignment: {},
    Project: {},
    MatchingRound: {},
    Partner: {"title": "name"},
    Call: {"title": "goal__title"},
    Application: {"title": "project__title", "project": "project"},
    Question: {"title": Left("text", 60), "challenge": "challenge"},
    Membership: OF_MEMBERSHIP,
}  # fmt: skip


def names_of(things: Iterable[tuple[int, int]]) -> dict[tuple[int, int], tuple[str, str]]:
    """{(content type, id): (name, path)} of what is still there; kinds that are not ASKED take a query each."""
    wanted: dict[int, set[int]] = defaultdict(set)
    for kind, pk in things:
        wanted[kind].add(pk)
    rows: list[Row] = []
    parts, found = [], {}
    for kind, ids in wanted.items():
        model = ContentType.objects.get_for_id(kind).model_class()
        if model in ASKED:
            parts.append(_part(model, ids))
        else:
            loaded = model._base_manager.in_bulk(ids).items()
            found |= {(kind, pk): (str(obj), obj.get_absolute_url()) for pk, obj in loaded}
    list(heard([Source(rows.extend, *parts)]))
    for row in rows:
        found[ContentType.objects.get_for_model(row.about).pk, row.pk] = _name(row)
    return found


def _part(model, ids: set[int]) -> Part:
    asked = {"title": "title", "since": NO_MOMENT, "promised": False} | ASKED[model]
    return ask(model._base_manager.filter(pk__among=ids), **asked)


def _name(row: Row) -> tuple[str, str]:
    if row.about is Application:
        return row.title, Project(pk=row["project"]).get_absolute_url()
    if row.about is Question:
        return row.title, Question(pk=row.pk, challenge=Challenge(pk=row["challenge"])).get_absolute_url()
    if row.about is Membership:
        membership = membership_of(row)
        return str(membership), membership.get_absolute_url()
    return row.title, row.url
