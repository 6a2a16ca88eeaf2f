"""What the solver says, in words: ranks, rules, prices and why. Reads only; sentences are in the active language."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from modules.models import Level, Module
from oil_portal.core.prepared import prepared
from partners.models import User
from projects import matching
from projects.choosing import PLACES
from projects.models import MatchingRound, Project


@dataclass
class Names:
    """The names that sentences and forms about a round need; read once."""

    projects: dict[int, str] = field(default_factory=dict)  # by title
    entries: dict[int, str] = field(default_factory=dict)
    people: dict[int, User] = field(default_factory=dict)
    coaches: dict[int, str] = field(default_factory=dict)
    labs: dict[int, str] = field(default_factory=dict)
    taught: dict[int, Module] = field(default_factory=dict)

    @classmethod
    def of(cls, round_: MatchingRound) -> "Names":
        """Of everybody and everything in a round. Three queries."""
        projects = _projects(round_.pk)
        return cls(
            projects={project.pk: project.title for project in projects},
            entries={project.entry.pk: project.title for project in projects},
            people={student.pk: student for student in _people(round_.pk)},
            coaches={project.coach_id: str(project.coach) for project in projects},
            labs={project.lab_id: project.lab.name for project in projects if project.lab},
            taught={module.pk: module for module in _modules(round_.pk)},
        )

    def project(self, pk: int | None) -> str:
        return _("zonder plek") if pk is None else self.projects.get(pk, _("een project"))

    def student(self, pk: int) -> str:
        return self.people[pk].first_and_initial if pk in self.people else _("een student")

    def tag(self, tag: str) -> str:
        """'level:4' as 'Niveau 4', 'module:3' and 'lab:2' by their names."""
        kind, _colon, pk = tag.partition(":")
        if not pk.isdigit():
            return tag
        if kind == "level":
            return str(dict(Level.choices).get(int(pk), pk))
        if kind == "lab":
            return _("modules van %(lab)s") % {"lab": self.labs.get(int(pk), pk)}
        return str(self.taught.get(int(pk), tag))


@prepared
def _projects(round_: int) -> QuerySet[Project]:
    found = Project.objects.filter(entry__round=round_).select_related("coach", "lab", "entry")
    return found.order_by("title", "entry")


@prepared
def _people(round_: int) -> QuerySet[User]:
    return User.objects.filter(participations__round=round_).order_by("first_name", "last_name", "pk")


@prepared
def _modules(round_: int) -> QuerySet[Module]:
    return Module.objects.filter(runs__rounds=round_).select_related("lab")


# --- Ranks ------------------------------------------------------------------------------------------------------
def choice_words(rank: int | None) -> str:
    """1: 'Eerste keus'; None: not among the choices."""
    return _("Niet gekozen") if rank is None else str(PLACES[rank - 1])


def rank_of(instance: matching.Instance, student: int, project: int) -> int | None:
    """1 for a first choice; None when the student did not choose it."""
    at = instance.positions[student].get(project)
    return None if at is None else at + 1


def rank_words(instance: matching.Instance, student: int, project: int) -> str:
    return choice_words(rank_of(instance, student, project))


# --- Rules ------------------------------------------------------------------------------------------------------
def rule_data(rule: matching.Rule) -> dict:
    """A rule as it is kept and worded: its kind, and of the rest only what it is about."""
    return {name: value for name, value in asdict(rule).items() if value not in (None, (), "")}


def rule_words(rule: Mapping, names: Names) -> str:
    """A rule (as `rule_data` keeps it) as a sentence; says what was found where it is known."""
    kind, found = rule["kind"], rule.get("found")
    sentence = RULES[kind](rule, names)
    if found is None or kind in WITHOUT_COUNT:
        return sentence
    return sentence + " " + _("Nu: %(found)s.") % {"found": f"{found:g}"}


WITHOUT_COUNT = ("locked", "forbidden", "friends", "must_run", "level", "modules", "load", "unranked", "unknown")


def _about(sentence):
    def words(rule: Mapping, names: Names) -> str:
        people = [names.student(pk) for pk in rule.get("students", ())]
        return str(sentence) % {
            "project": names.project(rule.get("project")),
            "student": ", ".join(people[:6]) + ("…" if len(people) > 6 else ""),
            "coach": names.coaches.get(rule.get("coach"), ""),
            "lab": names.labs.get(rule.get("lab"), ""),
            "block": f" ({rule['block']})" if rule.get("block") else "",
            "tag": names.tag(rule.get("tag", "")),
            "limit": rule.get("limit", 0),
        }

    return words


RULES = {
    "minimum": _about(gettext_lazy("Studenten in ‘%(project)s’: minstens %(limit)s.")),
    "maximum": _about(gettext_lazy("Studenten in ‘%(project)s’: hoogstens %(limit)s.")),
    "must_run": _about(gettext_lazy("‘%(project)s’ gaat zeker door.")),
    "seats_minimum": _about(gettext_lazy("In ‘%(project)s’ zitten minstens %(limit)s van %(tag)s.")),
    "seats_maximum": _about(gettext_lazy("In ‘%(project)s’ zitten hoogstens %(limit)s van %(tag)s.")),
    "friends": _about(gettext_lazy("Deze vrienden blijven bij elkaar: %(student)s.")),
    "coach": _about(gettext_lazy("Teams van %(coach)s: hoogstens %(limit)s.")),
    "lab": _about(gettext_lazy("Studenten in %(lab)s%(block)s: hoogstens %(limit)s.")),
    "locked": _about(gettext_lazy("%(student)s is vastgezet bij ‘%(project)s’.")),
    "forbidden": _about(gettext_lazy("%(student)s en ‘%(project)s’ mogen niet samen.")),
    "level": _about(gettext_lazy("%(student)s heeft niet het niveau van ‘%(project)s’.")),
    "modules": _about(gettext_lazy("%(student)s volgt geen module van ‘%(project)s’.")),
    "load": _about(gettext_lazy("De studielast van %(student)s past niet bij ‘%(project)s’.")),
    "unranked": _about(gettext_lazy("%(student)s koos ‘%(project)s’ niet.")),
    "unknown": _about(gettext_lazy("%(student)s of het project zit niet meer in deze ronde.")),
}


# --- Prices -----------------------------------------------------------------------------------------------------
def price_words(cost: matching.MoveCost, rank: int | None, names: Names, *, bench: bool) -> str:
    """What a move by hand changes, in one or two sentences."""
    parts = [_("Zonder plek") if bench else choice_words(rank)]
    if cost.placed:
        parts.append(_("één student meer geplaatst") if cost.placed > 0 else _("één student minder geplaatst"))
    if cost.fit:
        number = abs(cost.fit)
        more = ngettext("%(number)d open leerdoel meer", "%(number)d open leerdoelen meer", number)
        less = ngettext("%(number)d open leerdoel minder", "%(number)d open leerdoelen minder", number)
        parts.append((more if cost.fit > 0 else less) % {"number": number})
    words = ", ".join(parts) + "."
    if cost.breaks:
        broken = [rule_words(rule_data(rule), names) for rule in cost.breaks]
        words += " " + _("Breekt:") + " " + " ".join(broken)
    if cost.mends:
        words += " " + _("Lost een gebroken regel op.")
    return words


# --- Why this answer --------------------------------------------------------------------------------------------
def answer(instance: matching.Instance, found: matching.Proposal, student: int) -> dict:
    """Why a student has this project or none, as it is kept with the participant: codes and numbers."""
    told = matching.explain(instance, found, student)
    return {
        "project": told.project,
        "rank": told.rank,
        "ranked": sum(len(group) for group in instance.student[student].ranking),
        "goals": len(told.goals),
        "of": len(instance.project[told.project].goals) if told.project is not None else 0,
        "reasons": [
            {"project": why.project, "rank": why.rank, "code": why.code, "barriers": list(why.barriers)}
            for why in told.reasons
        ],
        "room": list(told.room),
    }


def answer_words(kept: Mapping, names: Mapping[int, str]) -> list[str]:
    """The reason in sentences, for the student and for who runs the round. `names` are the titles of projects."""
    if kept.get("project") is None:
        if not kept.get("ranked"):
            return [_("Er zijn geen projecten gekozen.")]
        words = [_("Geen van de gekozen projecten was mogelijk.")]
    else:
        words = [choice_words(kept["rank"]) + "."]
        if kept["of"]:
            of = ngettext(
                "Uit de eigen modules nog open: %(goals)s van %(of)s leerdoel.",
                "Uit de eigen modules nog open: %(goals)s van %(of)s leerdoelen.",
                kept["of"],
            )
            words.append(of % kept)
    return words + [missed_words(why, names) for why in kept["reasons"]]


def missed_words(why: Mapping, names: Mapping[int, str]) -> str:
    """Why a project that was ranked higher was not given."""
    title = names.get(why["project"], _("een project"))
    if why["code"] == "not_eligible":
        return BARRIERS.get(why["barriers"][0], BARRIERS["forbidden"]) % {"project": title}
    return MISSED[why["code"]] % {"project": title}


MISSED = {
    "closed": gettext_lazy("‘%(project)s’ gaat niet door: er kwam geen volledig team."),
    "full": gettext_lazy("‘%(project)s’ zat vol."),
    "friends": gettext_lazy("Bij ‘%(project)s’ kon een van de vrienden niet terecht. Vrienden blijven bij elkaar."),
    "quota": gettext_lazy("‘%(project)s’ vraagt een andere samenstelling van het team."),
    "coach": gettext_lazy("De begeleider van ‘%(project)s’ had geen ruimte voor nog een team."),
    "lab": gettext_lazy("Voor ‘%(project)s’ was geen plek meer in het lab."),
    "locked": gettext_lazy("De coördinator koos een andere plek dan ‘%(project)s’."),
    "short": gettext_lazy("Met een plek bij ‘%(project)s’ zou een ander team te klein worden."),
    "others": gettext_lazy("Met een plek bij ‘%(project)s’ zouden anderen samen slechtere plekken krijgen."),
}
BARRIERS = {
    "level": gettext_lazy("‘%(project)s’ is voor een ander niveau."),
    "modules": gettext_lazy("‘%(project)s’ hoort bij een andere module."),
    "load": gettext_lazy("‘%(project)s’ past niet bij de gekozen studielast."),
    "forbidden": gettext_lazy("Door een regel van de ronde kon ‘%(project)s’ niet."),
}
CLOSED = {
    "too_few": gettext_lazy("Te weinig studenten die mee mogen doen, kozen dit."),
    "quota": gettext_lazy("De studenten die dit kozen, vormen samen niet het team dat de regels vragen."),
    "coach": gettext_lazy("De begeleider heeft al zoveel teams als mag."),
    "lab": gettext_lazy("In het lab is geen plek meer voor nog een team."),
    "elsewhere": gettext_lazy("Voor wie dit koos en voor de anderen is een andere plek beter."),
}
