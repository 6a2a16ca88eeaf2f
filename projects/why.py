"""Why: a student's seat, a project's team, what would have had to be otherwise, what publishing tells. Reads only."""

from collections.abc import Iterable

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from partners.models import User
from projects import matching
from projects.board import Board, Kind
from projects.models import Project, Proposal
from projects.reasons import (
    CLOSED,
    Names,
    answer,
    answer_words,
    choice_words,
    missed_words,
    rank_words,
    rule_data,
    rule_words,
)
from projects.services.publication import moves_of


def student_page(proposal: Proposal, student: User) -> dict:
    """Why this student has this seat or none, and the price of the first choice."""
    shown = Board(proposal)
    context = {"proposal": proposal, "round": proposal.round, "student": student}
    if student.pk not in shown.instance.student:
        return context | {"lead": _("Deze student doet niet meer mee."), "because": []}
    kept = answer(shown.instance, shown.found, student.pk)
    titles = shown.names.projects
    now = shown.found.seats.get(student.pk)
    return context | {
        "seated": now is not None,
        "lead": shown.names.project(now) if now else _("Zonder plek"),
        "because": answer_words(kept | {"reasons": []}, titles),
        "missed": [
            {"title": titles.get(why["project"]), "rank": choice_words(why["rank"]), "words": missed_words(why, titles)}
            for why in kept["reasons"]
        ],
        "ranking": _ranking(shown, student, now),
        "friends": _friends(shown, student),
        "left": Project.objects.filter(pk__in=kept["room"]),
        **otherwise(shown, student, kept),
    }


def _ranking(shown: Board, student: User, now: int | None) -> list[dict]:
    return [
        {"rank": choice_words(at), "title": shown.names.project(project), "now": project == now}
        for at, group in enumerate(shown.instance.student[student.pk].ranking, 1)
        for project in group
    ]


def _friends(shown: Board, student: User) -> list[str]:
    group = next((group for group in shown.instance.groups if student.pk in group), ())
    return [shown.names.student(pk) for pk in group if pk != student.pk]


def otherwise(shown: Board, student: User, kept: dict) -> dict:
    """What the first choice would have cost the others, by solving again with that seat forced."""
    first = next((why for why in kept["reasons"] if why["rank"] == 1), None)
    if first is None:
        return {}
    told = matching.what_if(shown.instance, shown.found, student.pk, first["project"])
    if told.proposal is None:
        words = [_("Het kan niet, zolang deze regels gelden:")]
        return {"otherwise": words + [rule_words(rule_data(rule), shown.names) for rule in told.blocked]}
    return {"otherwise": cost_words(shown, told, student.pk), "changes": changes(shown.names, told.moves)}


def cost_words(shown: Board, told: matching.WhatIf, student: int) -> list[str]:
    """The price of another outcome for the others, in sentences."""
    steps = [step(shown, pk, *pair) for pk, *pair in told.moves if pk != student]
    lost, lower = sum(each == LOST for each in steps), sum(0 < each < LOST for each in steps)
    higher, fit = sum(each < 0 for each in steps), -told.cost.fit
    counted = [
        (lost, ngettext("Dan heeft %(n)s student geen plek meer.", "Dan hebben %(n)s studenten geen plek meer.", lost)),
        (lower, ngettext("%(n)s andere student krijgt een lagere keus.",
                         "%(n)s andere studenten krijgen een lagere keus.", lower)),
        (higher, ngettext("%(n)s andere student krijgt een hogere keus.",
                          "%(n)s andere studenten krijgen een hogere keus.", higher)),
        (max(0, fit), ngettext("Er wordt %(n)s open leerdoel minder gedekt.",
                               "Er worden %(n)s open leerdoelen minder gedekt.", fit)),
    ]  # fmt: skip
    words = [sentence % {"n": number} for number, sentence in counted if number]
    return words or [_("Voor de anderen maakt het niets uit. Alleen zijn de teams dan minder goed gemengd.")]


LOST = 99  # steps down: from a seat to none


def step(shown: Board, student: int, before: int | None, after: int | None) -> int:
    """How many choices a student goes down (above 0) or up by a move; LOST without a seat after it."""
    if after is None or before is None:
        return LOST if after is None else -LOST
    return shown.instance.position(student, after) - shown.instance.position(student, before)


def changes(names: Names, moves: Iterable[tuple]) -> list[dict]:
    """Who goes from where to where, by name."""
    rows = [
        {"name": names.student(pk), "before": names.project(before), "after": names.project(after)}
        for pk, before, after in moves
    ]
    return sorted(rows, key=lambda row: row["name"])


def project_page(proposal: Proposal, project: Project) -> dict:
    """How the seats of a project were filled, or why it has no team."""
    context = {"proposal": proposal, "round": proposal.round, "project": project}
    shown = Board(proposal)
    if project.pk not in shown.instance.project:
        return context | {"lead": project.get_status_display(), "because": []}
    told = matching.explain_project(shown.instance, shown.found, project.pk)
    wished = sum(told.wishes.values())
    because = [ngettext(
        "%(n)s student die mee mag doen, koos dit project.",
        "%(n)s studenten die mee mogen doen, kozen dit project.",
        wished,
    ) % {"n": wished}]  # fmt: skip
    because += [f"{choice_words(rank)}: {number}." for rank, number in told.wishes.items()]
    if told.closed:
        because.append(str(CLOSED[told.closed]))
        because += [rule_words(rule_data(rule), shown.names) for rule in told.rules]
    elif told.elsewhere:
        because.append(ngettext(
            "%(n)s van hen zit bij een project dat minstens zo hoog stond.",
            "%(n)s van hen zitten bij een project dat minstens zo hoog stond.", told.elsewhere,
        ) % {"n": told.elsewhere})  # fmt: skip
    inside = {student for student, _rank in told.students}
    others = [s for s, places in shown.instance.positions.items() if project.pk in places and s not in inside]
    lead = _("%(number)s van %(most)s plekken.") % {"number": len(inside), "most": project.max_size}
    return context | {
        "lead": _("Gaat niet door in dit voorstel.") if told.closed else lead,
        "because": because,
        "members": _people(shown, project, inside, there=True),
        "wanted": _people(shown, project, others, there=False),
    }


def _people(shown: Board, project: Project, students: Iterable[int], *, there: bool) -> list[dict]:
    rows = []
    for pk in students:
        words = rank_words(shown.instance, pk, project.pk)
        if not there:
            now = shown.found.seats.get(pk)
            where = f"{shown.names.project(now)}, {rank_words(shown.instance, pk, now).lower()}" if now else None
            words += ". " + (_("Zit nu bij: %(where)s.") % {"where": where} if where else _("Heeft geen plek."))
        if pk in shown.people:
            rows.append({"student": shown.people[pk], "words": words})
    return sorted(rows, key=lambda row: str(row["student"]))


# --- Publishing -------------------------------------------------------------------------------------------------
def publish_page(proposal: Proposal) -> dict:
    """What will be told to whom."""
    shown, round_ = Board(proposal), proposal.round
    context = {"proposal": proposal, "round": round_}
    context["broken"] = [rule_words(rule_data(rule), shown.names) for rule in shown.broken]
    if proposal.kind == Kind.REPAIR:
        moves = moves_of(round_, shown.instance, shown.found)
        rows = changes(shown.names, ((pk, *pair) for pk, pair in moves.items()))
        lead = ngettext("%(n)s student verhuist.", "%(n)s studenten verhuizen.", len(moves)) % {"n": len(moves)}
        if not moves:
            return context | {"lead": _("Er is niets te verplaatsen."), "told": [], "nothing": True}
        return context | {"changes": rows, "lead": lead, "told": [_("Alleen wie verhuist krijgt bericht.")]}
    placed, unplaced = proposal.figures["placed"], proposal.figures["unplaced"]
    told = [ngettext("%(n)s student hoort het team en waarom.", "%(n)s studenten horen hun team en waarom.", placed)
            % {"n": placed}]  # fmt: skip
    if unplaced:
        told.append(ngettext(
            "%(n)s student hoort dat er geen plek is, en waar die nog wel is.",
            "%(n)s studenten horen dat er geen plek is, en waar die nog wel is.", unplaced,
        ) % {"n": unplaced})  # fmt: skip
    told.append(_("Begeleiders en bedrijven horen of er een team is."))
    return context | {"told": told, "lead": _("Iedereen krijgt op hetzelfde moment antwoord.")}
