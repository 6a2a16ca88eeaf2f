"""The partner network of data/network.json: partners, what they do together, and the project card.

The file has `partners` (name, kind, brin, parent, city, email_domains, and if known sector and size), `collaborations`
(name, kind, status, members, continued_in, started_from) and one `project_card`; partners and collaborations are named,
never numbered.
"""

import json
from dataclasses import dataclass, field

from django.core.exceptions import ValidationError
from django.db import DataError, transaction

from partners.models import Collaboration, Partner, ProjectCard
from partners.sectors import sector_of, size_of
from partners.workflow import PartnerStatus

GLYPHS = {label: value for value, label in Partner.Glyph.choices}  # the two CIVs have a shape of their own


class NetworkError(Exception):
    """The file does not hold what a network needs; the message says where."""


@dataclass
class Written:
    """How many objects an import made, changed, or found as they were, and what it could not place."""

    new: int = 0
    changed: int = 0
    same: int = 0
    remarks: list[str] = field(default_factory=list)


@transaction.atomic
def import_network(text: str) -> Written:
    """Write the network; running it twice changes nothing. Raises NetworkError, and then nothing is written."""
    written = Written()
    try:
        data = json.loads(text)
        for item in data["partners"]:
            _partner(item, written)
        for item in data["collaborations"]:
            _collaboration(item, written)
        if item := data.get("project_card"):
            _card(item, written)
    except json.JSONDecodeError as error:
        raise NetworkError(f"not JSON: {error}") from error
    except (Partner.DoesNotExist, Collaboration.DoesNotExist) as error:
        raise NetworkError(f"not in the file nor in the portal: {error}") from error
    except ValidationError as error:
        raise NetworkError("; ".join(error.messages)) from error
    except (KeyError, TypeError, AttributeError, ValueError, RecursionError, DataError) as error:
        raise NetworkError(f"missing or of the wrong type: {error}") from error
    return written


def _named(name: str) -> Partner:
    partner = Partner.objects.filter(name=name).order_by("pk").first()
    if partner is None:
        raise Partner.DoesNotExist(name)
    return partner.merged_into or partner


def _partner(item: dict, written: Written) -> None:
    values = {
        "kind": item["kind"],
        "brin": item.get("brin", ""),
        "municipality": item.get("city", ""),
        "email_domains": [domain.lower() for domain in item.get("email_domains", [])],
        "glyph": GLYPHS.get(item["name"], ""),
        "parent": _named(item["parent"]) if item.get("parent") else None,
        "status": PartnerStatus.ACCEPTED,
    } | _placed(item, written)
    partner = Partner.objects.filter(name=item["name"], kind=item["kind"]).order_by("pk").first()
    if partner and partner.merged_into:  # a broker decided that this is another one, which has its own details
        written.same += 1
    else:
        _write(partner or Partner(name=item["name"]), values, written)


def _placed(item: dict, written: Written) -> dict:
    """The sector and the size class that the file's own words stand for; without words, what there is stays."""
    found = {}
    for name, place in (("sector", sector_of), ("size", size_of)):
        if item.get(name):
            found[name], known = place(item[name])
            if not known:
                written.remarks.append(f"{item['name']}: {name} {item[name]!r} is not known, kept as {found[name]!r}")
    return found


def _collaboration(item: dict, written: Written) -> None:
    before = item.get("started_from")
    values = {
        "kind": item["kind"],
        "state": item["status"],
        "started_from": Collaboration.objects.get(name=before) if before else None,
    }
    found = Collaboration.objects.filter(name=item["name"]).first() or Collaboration(name=item["name"])
    collaboration = _write(found, values, written)
    collaboration.members.set([_named(name) for name in item["members"]])
    collaboration.continued_in.set([_named(name) for name in item.get("continued_in", [])])


def _card(item: dict, written: Written) -> None:
    labels = item["labels_nl"]
    values = {
        "urgency": item["urgency"],
        "assignment": item["assignment"],
        "results": "\n".join(item["results"]),
        "next_steps": item.get("next_steps", ""),
        "quote": item.get("quote", ""),
        "quote_by": item.get("quote_by", ""),
        "structure": [[labels.get(key, key), names] for key, names in item["structure"].items()],
    }
    collaboration = Collaboration.objects.get(name=item["collaboration"])
    found = ProjectCard.objects.filter(collaboration=collaboration).first()
    _write(found or ProjectCard(collaboration=collaboration), values, written)


def _write(obj, values: dict, written: Written):
    """Save `obj` with `values` when that changes anything, and count it."""
    fresh = obj._state.adding
    if not fresh and all(getattr(obj, name) == value for name, value in values.items()):
        written.same += 1
        return obj
    for name, value in values.items():
        setattr(obj, name, value)
    obj.full_clean()
    obj.save()
    written.new += fresh
    written.changed += not fresh
    return obj
