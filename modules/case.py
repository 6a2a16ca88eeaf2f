"""CASE v1.0 packages (1EdTech Competencies and Academic Standards Exchange): reading one, and making one of goals.

Items of type Werkproces hang by isChildOf below a Kerntaak, that below a Kwalificatie, and that, where known, below a
Kwalificatiedossier. A goal's explanation is its `notes`, its keywords are `conceptKeywords`, and what a company says
are `exemplar` associations whose destination bears the sentence. The edition of a programme is the `alternativeLabel`
of its Kwalificatie, and its learning path the `notes`. Pure: dictionaries in, rows or dictionaries out.
"""

import re
from collections.abc import Iterable
from datetime import datetime
from uuid import NAMESPACE_URL, uuid5

from django.utils.translation import gettext as _

from modules.importing import Reading, add_goal, plain_error

BASE = "https://openinnovatielab.example/ims/case/v1p0/"
LEVEL_NAMES = {2: "mbo-2", 3: "mbo-3", 4: "mbo-4", 6: "hbo"}


# --- Reading ----------------------------------------------------------------------------------------------------
def read_package(text: str, package) -> Reading:
    """The goals of a package, in its order; `text` is the source, for line numbers."""
    reading, seen = Reading(), set()
    try:
        items = {item["identifier"]: item for item in package["CFItems"]}
        parents, examples = _tied(package["CFAssociations"])
    except (KeyError, TypeError, AttributeError) as error:
        return Reading(errors=[(0, _("Dit is geen CASE-pakket: er klopt iets niet bij %s.") % error)])
    for identifier, item in items.items():
        if item.get("CFItemType") != "Werkproces":
            continue
        core_task = items.get(parents.get(identifier), {})
        qualification = items.get(parents.get(core_task.get("identifier")), {})
        dossier = items.get(parents.get(qualification.get("identifier")), {})
        plain, error = _plain(item, examples.get(identifier))
        error = error or add_goal(_cells(item, core_task, qualification, dossier), reading, seen, **plain)
        if error:
            line = text.count("\n", 0, max(text.find(str(identifier)), 0)) + 1
            reading.errors.append((line, f"{item.get('fullStatement', identifier)}: {error}"))
    return reading


def _tied(associations) -> tuple[dict, dict]:
    """(parent by child, sentences by goal), from the associations."""
    parents: dict[str, str] = {}
    examples: dict[str, list[tuple[int, str]]] = {}
    for link in associations:
        origin, destination = link["originNodeURI"]["identifier"], link["destinationNodeURI"]
        if link["associationType"] == "isChildOf":
            parents[origin] = destination["identifier"]
        elif link["associationType"] == "exemplar":
            place = link.get("sequenceNumber")
            examples.setdefault(origin, []).append((place if isinstance(place, int) else 0, destination["title"]))
    return parents, {origin: [title for _place, title in sorted(found)] for origin, found in examples.items()}


def _plain(item: dict, says: list | None) -> tuple[dict, str]:
    """(what the package says of a goal in plain language, what is wrong with it)."""
    explanation, keywords = item.get("notes"), item.get("conceptKeywords")
    if error := plain_error(explanation or "", says or [], keywords or []):
        return {}, error
    return {
        "explanation": explanation,
        "keywords": None if keywords is None else tuple(keywords),
        "company_says": None if says is None else tuple(says),
    }, ""


def _cells(item: dict, core_task: dict, qualification: dict, dossier: dict) -> dict[str, str]:
    """The columns of werkprocessen.csv from CASE items; codes are '25919' and '25919 B1-K1-W1'."""

    def code(node: dict) -> str:
        return str(node.get("humanCodingScheme", "")).rsplit(" ", 1)[-1]

    def title(node: dict) -> str:
        # A remark of whoever made the package, such as [tekst in bron afgebroken], is no part of the title.
        return re.sub(r"\s*\[[^\]]*\]$", "", str(node.get("fullStatement") or "").strip())

    levels = qualification.get("educationLevel") or item.get("educationLevel")
    return {
        "crebo": code(qualification),
        "editie": str(qualification.get("alternativeLabel") or ""),
        "kwalificatie": title(qualification),
        "niveau": str(levels[0]) if isinstance(levels, list) else "",
        "dossier_crebo": code(dossier),
        "dossier": title(dossier),
        "kerntaak_code": code(core_task),
        "kerntaak": title(core_task),
        "werkproces_code": code(item),
        "werkproces": title(item),
    }


# --- Making -----------------------------------------------------------------------------------------------------
class Package:
    """Collects items and associations; identifiers follow from what they name, so that they stay the same."""

    def __init__(self, moment: datetime) -> None:
        self.moment = moment.isoformat()
        self.items: dict[str, dict] = {}
        self.links: dict[str, dict] = {}

    def identity(self, kind: str, name: str) -> dict:
        identifier = str(uuid5(NAMESPACE_URL, f"{BASE}{kind}/{name}"))
        return {"identifier": identifier, "uri": f"{BASE}{kind}/{identifier}"}

    def item(self, name: str, kind: str, statement: str, code: str, level: str, **more) -> dict:
        """Add an item once; `name` is what tells it from all others."""
        made = self.identity("CFItems", f"{kind} {name}")
        if made["identifier"] not in self.items:
            self.items[made["identifier"]] = made | {
                "fullStatement": statement,
                "humanCodingScheme": code,
                "CFItemType": kind,
                "language": "nl",
                "educationLevel": [level],
                "lastChangeDateTime": self.moment,
            } | {key: value for key, value in more.items() if value}  # fmt: skip
        return self.items[made["identifier"]]

    def tie(self, kind: str, origin: dict, destination: dict, place: int) -> None:
        """Add an association, once."""
        made = self.identity("CFAssociations", f"{kind} {origin['identifier']} {destination['identifier']}")
        self.links.setdefault(made["identifier"], made | {
            "associationType": kind,
            "sequenceNumber": place,
            "originNodeURI": _node(origin),
            "destinationNodeURI": _node(destination),
            "lastChangeDateTime": self.moment,
        })  # fmt: skip


def _node(item: dict) -> dict:
    return {"title": item["fullStatement"], "identifier": item["identifier"], "uri": item["uri"]}


def make_package(goals: Iterable, *, title: str, creator: str, moment: datetime) -> dict:
    """A CFPackage of LearningGoals with their programmes; reading it gives the same goals, groups and keywords."""
    package = Package(moment)
    for number, goal in enumerate(goals, 1):
        _add(package, goal, number)
    document = package.identity("CFDocuments", title) | {
        "creator": creator,
        "title": title,
        "language": "nl",
        "adoptionStatus": "Draft",
        "lastChangeDateTime": package.moment,
    }
    return {
        "CFDocument": document,
        "CFItems": list(package.items.values()),
        "CFAssociations": list(package.links.values()),
    }


def _add(package: Package, goal, number: int) -> None:
    programme, level = goal.programme, LEVEL_NAMES[goal.programme.level]
    key = " ".join(filter(None, [programme.code, programme.edition]))
    qualification = package.item(
        key, "Kwalificatie", programme.name, programme.code, level,
        alternativeLabel=programme.edition, notes=programme.learning_path,
    )  # fmt: skip
    if programme.dossier_code:
        name, code = programme.dossier or programme.dossier_code, programme.dossier_code
        package.tie("isChildOf", qualification, package.item(code, "Kwalificatiedossier", name, code, level), 1)
    task_code = f"{programme.code} {goal.core_task_code}"
    task = package.item(f"{key} {goal.core_task_code}", "Kerntaak", goal.core_task, task_code, level)
    package.tie("isChildOf", task, qualification, 1)
    item = package.item(
        f"{key} {goal.code}", "Werkproces", goal.title, f"{programme.code} {goal.code}", level,
        notes=goal.explanation, conceptKeywords=goal.keywords,
    )  # fmt: skip
    package.tie("isChildOf", item, task, number)
    for place, sentence in enumerate(goal.company_says, 1):
        said = package.identity("CFItems", f"Voorbeeld {sentence}") | {"fullStatement": sentence}
        package.tie("exemplar", item, said, place)
