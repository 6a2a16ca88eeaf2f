"""What things of many kinds are called and where they are, in one query for most kinds. Reads only."""

from collections import defaultdict
from collections.abc import Iterable
from itertools import chain

from django.apps import apps
from django.contrib.contenttypes.models import ContentType
from django.db.models import Model, QuerySet
from django.db.models.functions import Left

from challenges.models import Assignment, Call, Challenge, Question
from oil_portal.core.prepared import Many, prepared
from oil_portal.worklists.asking import NO_MOMENT, Part, Row, answers, ask, union
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
    wanted: dict[type[Model], list[int]] = defaultdict(list)
    kinds = {}
    for kind, pk in sorted(set(things)):
        model = ContentType.objects.get_for_id(kind).model_class()
        wanted[model].append(pk)
        kinds[model] = kind
    found = {}
    for model in wanted.keys() - ASKED.keys():
        loaded = model._base_manager.in_bulk(wanted[model]).items()
        found |= {(kinds[model], pk): (str(obj), obj.get_absolute_url()) for pk, obj in loaded}
    asked = [model for model in ASKED if model in wanted]
    if asked:
        labels = tuple(model._meta.label for model in asked)
        rows = answers(asked, _named(labels, *(Many(wanted[model]) for model in asked)))
        for row in chain(*rows.values()):
            found[kinds[row.about], row.pk] = _name(row)
    return found


@prepared
def _named(labels: tuple[str, ...], *ids: Many) -> QuerySet:
    """Things of each of these kinds."""
    return union(_part(apps.get_model(label), each) for label, each in zip(labels, ids, strict=True))


def _part(model: type[Model], ids: Many) -> Part:
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
