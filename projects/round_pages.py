"""What the pages of a round and its proposals show to who runs it. Reads only."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.db.models import QuerySet
from django.utils.formats import localize
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from modules.models import Level
from oil_portal.core.prepared import prepared
from projects import matching, rounds
from projects.models import MatchingRound, Pair, Participant, Proposal, RoundProject
from projects.pages import Moment, in_order
from projects.reasons import Names, choice_words
from projects.workflow import RoundStatus

State, Kind = Proposal.State, Proposal.Kind
SHOWN = 12  # proposals of a round


# --- The round --------------------------------------------------------------------------------------------------
def moments(round_: MatchingRound) -> list[Moment]:
    """The dates of a round in order; the first that is still to come is the next."""
    dates = [
        (round_.opens_on, _("Studenten kunnen kiezen")),
        (round_.closes_on, _("Laatste dag om te kiezen")),
        (round_.publishes_on, _("Studenten horen in welk team ze zitten")),
    ]
    return in_order(dates)


def overview(user, round_: MatchingRound) -> dict:
    """Everything on the page of a round."""
    edits = user.has_perm("projects.edit_matchinground", round_)
    proposals = list(round_.proposals.all()[:SHOWN])
    inputs = _inputs(round_) if any(each.state == State.DONE for each in proposals) else ""
    for each in proposals:
        each.is_stale = each.state == State.DONE and round_.status == RoundStatus.CLOSED and each.inputs != inputs
        each.summary = summary(each)
        each.may_choose = (
            edits and each.state == State.DONE and round_.status == RoundStatus.CLOSED and each.pk != round_.chosen_id
        )
    wished = wishes(user, round_)
    turnout = rounds.turnout(round_, wished["entries"])
    return {
        "round": round_,
        "edits": edits,
        "turnout": turnout,
        "silent": turnout["total"] - turnout["ranked"] if round_.status == RoundStatus.OPEN else 0,
        "proposals": proposals,
        "columns": [each for each in proposals if each.state == State.DONE],
        "busy": next((each for each in proposals if each.is_busy), None),
        "stale": any(each.is_stale for each in proposals),
        "moments": moments(round_),
        "leads": round_.status in ("draft", "open"),
        **wished,
    }


def _inputs(round_: MatchingRound) -> str:
    try:
        return rounds.fingerprint(rounds.instance_of(round_))
    except matching.BadInstance:
        return ""


def wishes(user, round_: MatchingRound) -> dict:
    """The projects of a round with how often each was chosen, and whether the reader may say whom it would like."""
    demand = rounds.demand(round_)
    entries = _entries(round_.pk)
    for entry in entries:
        entry.round = round_
        chosen = demand.get(entry.project_id, {})
        entry.first, entry.wanted = chosen.get(1, 0), sum(chosen.values())
        counts = round_.favourite_weight and round_.status in (RoundStatus.OPEN, RoundStatus.CLOSED)
        entry.favours = bool(counts) and user.has_perm("projects.favour_roundproject", entry)
    return {"entries": entries, "favours": any(entry.favours for entry in entries)}


@prepared
def _entries(round_: int) -> QuerySet[RoundProject]:
    related = ("project__assignment__challenge__partner", "project__run__module", "project__coach")
    return RoundProject.objects.filter(round=round_).select_related(*related)


def summary(proposal: Proposal) -> str:
    """'118 van 120 geplaatst, 84 eerste keus' of a proposal that is done."""
    found = proposal.figures
    if not found:
        return ""
    return _("%(placed)s van %(total)s geplaatst, %(first)s op de eerste keus") % {
        "placed": found["placed"],
        "total": found["placed"] + found["unplaced"],
        "first": found["ranks"].get("1", 0),
    }


# --- Rules ------------------------------------------------------------------------------------------------------
def rules_of(round_: MatchingRound, forms: Mapping, names: Names) -> dict:
    """The rules of a round in words, by kind, each kind with its form."""
    entries = list(round_.entries.select_related("project").prefetch_related("modules"))
    for entry in entries:
        entry.level_words = ", ".join(str(dict(Level.choices).get(level, level)) for level in entry.levels)
    groups = [
        ("plekken", _("Wie in een team zit"), _("Bijvoorbeeld: minstens twee van niveau 4 en één van hbo."),
         _("Voeg een regel over plekken toe"), round_.seat_rules.select_related("entry__project")),
        ("begeleider", _("Begeleiders"), _("Hoeveel teams een docent tegelijk aankan."),
         _("Voeg een grens voor een begeleider toe"), round_.coach_limits.select_related("coach")),
        ("lab", _("Plek in een lab"), _("Hoeveel studenten er op een dagdeel passen. Halve studielast telt half."),
         _("Voeg plekken in een lab toe"), round_.lab_places.select_related("lab")),
        ("paar", _("Vast of nooit samen"), _("Een student die zeker bij een project hoort, of juist niet."),
         _("Voeg een vaste of verboden combinatie toe"), round_.pairs.select_related("student", "project")),
    ]  # fmt: skip
    shown = []
    for kind, title, hint, add, rules in groups:
        rows = list(rules)
        for rule in rows:
            rule.words = WORDS[kind](rule, names)
        shown.append({"kind": kind, "title": title, "hint": hint, "add": add, "rules": rows, "form": forms[kind]})
    return {"entries": entries, "groups": shown}


def _seat_words(rule, names: Names) -> str:
    where = rule.entry.project.title if rule.entry else _("Alle projecten")
    tag = names.tag(rule.tag)
    if rule.maximum is None:
        return _("%(where)s: minstens %(minimum)s van %(tag)s") % {
            "where": where, "minimum": rule.minimum, "tag": tag,
        }  # fmt: skip
    return _("%(where)s: %(minimum)s tot %(maximum)s van %(tag)s") % {
        "where": where, "minimum": rule.minimum, "maximum": rule.maximum, "tag": tag,
    }  # fmt: skip


def _lab_words(rule, _names: Names) -> str:
    block = rule.block or _("geen dagdeel")
    return _("%(lab)s, %(block)s: %(places)s plekken") % {"lab": rule.lab, "block": block, "places": rule.places}


def _coach_words(rule, _names: Names) -> str:
    return ngettext("%(coach)s: hoogstens %(most)s team", "%(coach)s: hoogstens %(most)s teams", rule.most) % {
        "coach": rule.coach, "most": rule.most,
    }  # fmt: skip


def _pair_words(rule, _names: Names) -> str:
    sentence = _("%(student)s zit vast bij ‘%(project)s’") if rule.kind == Pair.Kind.LOCKED else None
    sentence = sentence or _("%(student)s nooit bij ‘%(project)s’")
    return sentence % {"student": rule.student.first_and_initial, "project": rule.project}


WORDS = {"plekken": _seat_words, "begeleider": _coach_words, "lab": _lab_words, "paar": _pair_words}


# --- Preferences of the teacher ---------------------------------------------------------------------------------
@dataclass
class Wanting:
    """Somebody who chose a project, with the points that were given."""

    pk: int
    name: str
    rank: str
    fit: int
    points: int
    choices: list[tuple[int, str]]


def wanting(entry: RoundProject) -> list[Wanting]:
    """Who chose a project, by rank and name."""
    given = dict(entry.favourites.values_list("student", "points"))
    goals = set(entry.project.assignment.links.values_list("goal", flat=True))
    people = Participant.objects.filter(
        round=entry.round, left_at=None, preferences__project=entry.project
    ).select_related("student")
    ranks = dict(entry.project.preferences.filter(participant__round=entry.round).values_list("participant", "rank"))
    people = sorted(people, key=lambda each: (ranks[each.pk], each.student.first_name, each.pk))
    fits = rounds.open_goals(each.student_id for each in people)
    choices = [(0, _("Geen voorkeur")), (1, _("Graag")), (2, _("Heel graag")), (3, _("Liefst van allemaal"))]
    return [
        Wanting(
            each.student_id, each.student.first_and_initial, choice_words(ranks[each.pk]),
            len(fits[each.student_id] & goals), given.get(each.student_id, 0), choices,
        )
        for each in people
    ]  # fmt: skip


def points_given(data: Mapping, people: list[Wanting]) -> dict[int, int]:
    """{student: 1 to 3} of what was sent; anything else is no preference."""
    sent = {each.pk: data.get(f"p{each.pk}", "") for each in people}
    return {pk: int(value) for pk, value in sent.items() if value in ("1", "2", "3")}


# --- Comparing --------------------------------------------------------------------------------------------------
def comparison(round_: MatchingRound, chosen: Mapping) -> dict:
    """The figures of the proposals that are done, side by side, and who sits elsewhere in two of them."""
    columns = list(round_.proposals.filter(state=State.DONE)[:6])
    context = {"round": round_, "columns": columns, "rows": figure_rows(columns)}
    if len(columns) < 2:
        return context
    by_pk = {str(each.pk): each for each in columns}
    one, other = by_pk.get(chosen.get("van", ""), columns[1]), by_pk.get(chosen.get("naar", ""), columns[0])
    return context | {"one": one, "other": other, "differences": differences(round_, one, other)}


def figure_rows(columns: list[Proposal]) -> list[dict]:
    """One row a figure; `best` marks the best of a row where they differ."""
    programmes = sorted({name for each in columns for name in each.figures["mean_rank"]})
    rows = [
        _row(columns, _("Studenten geplaatst"), lambda f: f["placed"], 1),
        _row(columns, _("Eerste keus"), lambda f: f["ranks"].get("1", 0), 1),
        _row(columns, _("Eerste of tweede keus"), lambda f: f["ranks"].get("1", 0) + f["ranks"].get("2", 0), 1),
        _row(columns, _("Gemiddelde keus"), lambda f: mean_choice(f), -1),
        _row(columns, _("Open leerdoelen gedekt"), lambda f: f["fit"], 1, _("opgeteld over alle studenten")),
        _row(columns, _("Verschillende leerdoelen gedekt"), lambda f: f["goals"], 1),
        _row(columns, _("Teams"), lambda f: f["teams"], 0),
        _row(columns, _("Paren teamgenoten uit dezelfde module"), lambda f: f["alike"], -1,
             _("minder is beter gemengd")),
        _row(columns, _("Paren die liever elkaar hadden"), lambda f: f["blocking"], -1,
             _("student en project die liever elkaar hadden")),
    ]  # fmt: skip
    fair = _("Gemiddelde keus: %(programme)s")
    return rows + [
        _row(columns, fair % {"programme": name}, lambda f, name=name: f["mean_rank"].get(name), -1)
        for name in programmes
    ]


def _row(columns: list[Proposal], label: str, value, better: int, hint: str = "") -> dict:
    found = [value(each.figures) for each in columns]
    known = [one for one in found if one is not None]
    best = max(known, key=lambda one: better * one) if better and len(set(known)) > 1 else None
    shown = [localize(round(one, 2) if isinstance(one, float) else one) if one is not None else "–" for one in found]
    return {
        "label": label,
        "hint": hint,
        "values": [
            {"words": text, "best": best is not None and one == best} for one, text in zip(found, shown, strict=True)
        ],
    }


def mean_choice(figures: Mapping) -> float | None:
    """The mean rank of who got a choice of their own: 1 is that all got their first."""
    ranked = {int(rank): number for rank, number in figures["ranks"].items() if rank != "0"}
    number = sum(ranked.values())
    return sum(rank * count for rank, count in ranked.items()) / number if number else None


def differences(round_: MatchingRound, one: Proposal, other: Proposal) -> list[dict]:
    """Who sits elsewhere in the other proposal, by name."""
    names = Names.of(round_)
    before, after = (dict(each.seats.values_list("student", "project")) for each in (one, other))
    rows = [
        {"name": names.student(pk), "before": names.project(before.get(pk)), "after": names.project(after.get(pk))}
        for pk in before.keys() | after.keys()
        if before.get(pk) != after.get(pk)
    ]
    return sorted(rows, key=lambda row: row["name"])
