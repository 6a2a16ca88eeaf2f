"""The board of one proposal: teams with their seats, how good it is, and the price of a move. Reads only."""

from collections import defaultdict
from dataclasses import dataclass, field

from django.db.models import QuerySet
from django.utils.formats import localize
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from oil_portal.core.prepared import Many, prepared
from partners.models import User
from projects import matching, rounds
from projects.models import Achievement, Project, Proposal
from projects.reasons import (
    Names,
    choice_words,
    price_words,
    rank_of,
    rule_data,
    rule_words,
)
from projects.round_pages import mean_choice
from projects.services.proposal import proposed, seats_of
from projects.workflow import RoundStatus

State, Kind = Proposal.State, Proposal.Kind
LOW = 3  # from this choice on a seat is marked
BARS = 12  # rectangles on a line of the tally; more students than that make them narrower


@prepared
def _achieved(students: Many) -> QuerySet:
    return Achievement.objects.filter(student__among=students, achieved=True).order_by().values_list("student", "goal")


@dataclass
class Seat:
    """A student on the board."""

    student: User
    project: Project | None
    rank: str
    low: bool = False
    locked: bool = False
    focus: bool = False
    states: list[str] = field(default_factory=list)
    fit: str = ""

    @property
    def hue(self) -> str:
        return self.project.hue if self.project else ""


@dataclass
class Team:
    """A project on the board with who is in it."""

    project: Project
    seats: list[Seat]
    plain: list[str]
    filled: str
    covered: str
    problem: str
    free: range


class Board:
    """One proposal beside its round as it is now; everything is read once."""

    def __init__(self, proposal: Proposal) -> None:
        self.proposal, self.round = proposal, proposal.round
        self.entries = rounds.entries_of(self.round)
        self.instance = rounds.instance_of(self.round, self.entries)
        self.names = Names.of(self.round)
        seats = seats_of(proposal)
        self.found = proposed(seats, self.instance)
        self.people = {pk: user for pk, user in self.names.people.items() if pk in seats}
        self.broken = matching.broken(self.instance, self.found.seats)
        self.achieved = set(_achieved(Many(self.people)))
        self.locked = set(self.instance.locks)

    def seat(self, student: int, project: Project | None, focus: int) -> Seat:
        locked = student in self.locked
        if project is None or student not in self.instance.student:
            return Seat(self.people[student], None, self.bench_words(student), locked=locked, focus=student == focus)
        states = ["done" if (student, goal) in self.achieved else "open" for goal in project.goal_ids]
        place = rank_of(self.instance, student, project.pk)
        fit = _("%(open)s van %(of)s") % {"open": states.count("open"), "of": len(states)}
        low = place is None or place >= LOW
        return Seat(
            self.people[student], project, choice_words(place), low, locked, student == focus, states, fit
        )  # fmt: skip

    def bench_words(self, student: int) -> str:
        """Why somebody may have no seat, in two words."""
        if student not in self.instance.student:
            return _("Doet niet meer mee")
        return _("Zonder plek") if self.instance.student[student].ranking else _("Koos niets")

    def teams(self, focus: int) -> list[Team]:
        """The projects with a team first, each with its students by name."""
        seated: dict[int, list[int]] = defaultdict(list)
        for student, project in self.found.seats.items():
            seated[project].append(student)
        problems = defaultdict(list)
        for rule in self.broken:
            if rule.project is not None:
                problems[rule.project].append(rule_words(rule_data(rule), self.names))
        order = sorted(self.entries, key=lambda entry: (not seated.get(entry.project_id), entry.project.title))
        return [self._team(entry.project, seated.get(entry.project_id, []), problems, focus) for entry in order]

    def _team(self, project: Project, students: list[int], problems: dict, focus: int) -> Team:
        seats = sorted((self.seat(student, project, focus) for student in students), key=lambda seat: str(seat.student))
        goals = self.instance.project[project.pk].goals
        met = set().union(*(self.instance.student[student].goals & goals for student in students))
        covered = ngettext(
            "Uit hun modules: %(met)s van %(of)s leerdoel.",
            "Uit hun modules: %(met)s van %(of)s leerdoelen.",
            len(goals),
        ) % {"met": len(met), "of": len(goals)}
        filled = _("%(number)s van %(most)s plekken.") % {"number": len(seats), "most": project.max_size}
        if not seats:
            filled = _("Gaat niet door in dit voorstel.")
        return Team(
            project, seats, ["plain"] * len(goals), filled, covered, " ".join(problems[project.pk]),
            range(max(0, project.max_size - len(seats))),
        )  # fmt: skip

    def bench(self, focus: int) -> list[Seat]:
        """Who has no seat, by name."""
        out = [student for student in self.people if student not in self.found.seats]
        return sorted((self.seat(student, None, focus) for student in out), key=lambda seat: str(seat.student))


# --- The board --------------------------------------------------------------------------------------------------
def page(user, proposal: Proposal, focus: int) -> dict:
    """Everything on the page of a proposal. `focus` is the student on whom the focus goes."""
    round_ = proposal.round
    edits = user.has_perm("projects.solve_matchinground", round_)
    context = {"proposal": proposal, "round": round_, "edits": edits, "progress": progress_words(proposal.progress)}
    context |= {"total": round_.participants.filter(left_at=None).count()}
    if proposal.state != State.DONE:
        told = {"clash": clash(proposal)} if proposal.state == State.CLASH else {}
        return context | {"teams": round_.entries.all()} | told
    shown = Board(proposal)
    moves = edits and round_.status == RoundStatus.CLOSED
    return context | {
        "moves": moves,
        "publishes": edits and may_publish(proposal) and not shown.broken,
        "teams": shown.teams(focus),
        "bench": shown.bench(focus),
        "broken": [rule_words(rule_data(rule), shown.names) for rule in shown.broken],
        "figures": figures(proposal.figures),
        "tally": tally(proposal.figures),
        "proof": proof(proposal),
        "notes": notes(shown),
    }


def may_publish(proposal: Proposal) -> bool:
    """Whether this kind of proposal can be carried out at this stage of its round."""
    wanted = RoundStatus.PUBLISHED if proposal.kind == Kind.REPAIR else RoundStatus.CLOSED
    done = wanted == RoundStatus.PUBLISHED and proposal.pk == proposal.round.chosen_id
    return proposal.state == State.DONE and proposal.round.status == wanted and not done


def progress_words(progress: dict) -> str:
    """How far the solver is."""
    if not progress:
        return _("De berekening begint zo.")
    words = _("Bezig met: %(stage)s.") % {"stage": stage_words(progress["stage"])}
    if progress.get("gap"):
        percent = localize(round(100 * progress["gap"], 1))
        words += " " + _("Hoogstens %(percent)s procent onder het beste.") % {"percent": percent}
    return words


def stage_words(name: str) -> str:
    """A goal of the solver in words."""
    words = {
        "placed": _("zoveel mogelijk studenten plaatsen"),
        "harm": _("de beste keuzes"),
        "favourites": _("de voorkeur van docenten"),
        "fit": _("de meeste open leerdoelen"),
        "moved": _("zo weinig mogelijk verhuizen"),
        "mixing": _("gemengde teams"),
    }
    return words.get(name, words["harm"] if name.startswith("rank") else name)


def figures(found: dict) -> list[dict]:
    """The figures above the board."""
    total = found["placed"] + found["unplaced"]
    mean = mean_choice(found)
    covered = round(100 * found["goals"] / found["goals_of"]) if found["goals_of"] else 0
    return [
        {"label": _("van %(total)s studenten geplaatst") % {"total": total}, "value": found["placed"]},
        {"label": _("gemiddelde keus"), "value": localize(round(mean, 1)) if mean else "–"},
        {"label": _("leerdoelen gedekt"), "value": f"{covered}%"},
    ]


def tally(found: dict) -> list[dict]:
    """A line per rank, with a rectangle a student; narrower where there are many."""
    ranks = [(choice_words(rank), found["ranks"].get(str(rank), 0), False) for rank in range(1, 6)]
    ranks = [row for at, row in enumerate(ranks) if at < 3 or row[1]]
    if found["ranks"].get("0"):
        ranks.append((_("Niet gekozen"), found["ranks"]["0"], False))
    ranks.append((_("Geen plek"), found["unplaced"], True))
    step = 264 / max(BARS, *(number for _label, number, _hollow in ranks))
    width = round(step * 14 / 22, 2)
    return [
        {
            "label": label, "number": number, "hollow": hollow, "width": f"{width}",
            "bars": [f"{round(at * step + (1 if hollow else 0), 2)}" for at in range(number)],
        }
        for label, number, hollow in ranks
    ]  # fmt: skip


def proof(proposal: Proposal) -> str:
    """What is known of the quality: proven, the gap that remains, or nothing."""
    if proposal.kind == Kind.HAND:
        based = proposal.based_on
        return (
            _("Met de hand gewijzigd, vanuit %(based)s.") % {"based": str(based).lower()}
            if based
            else _("Met de hand gewijzigd.")
        )
    if proposal.kind == Kind.STABLE:
        return _("Stabiel: geen student en project hadden allebei liever elkaar. Vrienden en sloten tellen niet mee.")
    exact = [stage for stage in proposal.stages if stage["method"] == "exact"]
    open_ = [stage for stage in exact if not stage["proven"]]
    if not open_:
        return _("Beter kan niet met deze keuzes en regels. Dat is bewezen.")
    gaps = [
        _("%(stage)s: nog hoogstens %(gap)s procent beter") % {
            "stage": stage_words(stage["name"]), "gap": localize(round(100 * stage["gap"], 2)),
        }
        for stage in open_
    ]  # fmt: skip
    return _("De tijd was om. Misschien kan het beter:") + " " + "; ".join(gaps) + "."


def notes(shown: Board) -> list[dict]:
    """What deserves attention: who has no seat, and choices that changed since."""
    found, proposal, rows = shown.proposal.figures, shown.proposal, []
    if found["unplaced"]:
        title = ngettext(
            "%(number)s student heeft nog geen plek.", "%(number)s studenten hebben nog geen plek.", found["unplaced"]
        ) % {"number": found["unplaced"]}
        silent = sum(not student.ranking for student in shown.instance.student.values())
        none = ngettext("%(number)s student koos niets.", "%(number)s studenten kozen niets.", silent)
        text = none % {"number": silent} if silent else _("Kijk hieronder wat je kunt verschuiven.")
        rows.append({"tone": "warn", "title": title, "text": text})
    stale = proposal.inputs != rounds.fingerprint(shown.instance)
    if stale and shown.round.status == RoundStatus.CLOSED:
        text = _("Bereken een nieuw voorstel om ze mee te nemen.")
        rows.append({"tone": "warn", "title": _("Keuzes of regels zijn sindsdien gewijzigd."), "text": text})
    return rows


def clash(proposal: Proposal) -> dict:
    """The rules that cannot hold together, and what dropping each gives."""
    names, kept = Names.of(proposal.round), proposal.clash
    pks = {str(project): pk for project, pk in proposal.round.entries.values_list("project", "pk")}
    rows = [
        {
            "words": rule_words(each["rule"], names),
            "able": able_words(kept.get("able", {}).get(str(each["rule"].get("project")))),
            "entry": pks.get(str(each["rule"].get("project"))),
            "gives": gives_words(each["figures"]),
        }
        for each in kept["relaxed"]
    ]
    return {"smallest": kept["smallest"], "rows": rows or [
        {"words": rule_words(rule, names), "gives": ""} for rule in kept["rules"]
    ]}  # fmt: skip


def able_words(number: int | None) -> str:
    """How many students a project of a clashing rule can draw from."""
    if number is None:
        return ""
    return ngettext(
        "%(n)s student koos dit project en mag meedoen.", "%(n)s studenten kozen dit project en mogen meedoen.", number
    ) % {"n": number}  # fmt: skip


def gives_words(found: dict | None) -> str:
    """What a relaxed rule would give; "" when the others still clash."""
    if found is None:
        return ""
    return _("%(placed)s van %(total)s studenten geplaatst, %(first)s op de eerste keus.") % {
        "placed": found["placed"],
        "total": found["placed"] + found["unplaced"],
        "first": found["ranks"].get("1", 0),
    }


# --- Moving -----------------------------------------------------------------------------------------------------
@dataclass
class Price:
    """A place to go, with what it costs."""

    project: Project | None
    title: str
    words: str
    now: bool
    breaks: bool


def prices(proposal: Proposal, student: User) -> dict:
    """Every place a student can be moved to, with its price: the own choices first, then the rest by title."""
    shown = Board(proposal)
    now = shown.found.seats.get(student.pk)
    projects = sorted((entry.project for entry in shown.entries), key=lambda project: (
        rank_of(shown.instance, student.pk, project.pk) or 99, project.title,
    ))  # fmt: skip
    rows = [price(shown, student, project, now) for project in [*projects, None]]
    own = shown.instance.positions.get(student.pk, {})
    near = [row for row in rows if row.project is None or row.now or row.project.pk in own]
    return {
        "rows": rows,
        "near": near,
        "far": [row for row in rows if row not in near],
        "now": shown.names.project(now),
    }


def price(shown: Board, student: User, project: Project | None, now: int | None) -> Price:
    pk = project.pk if project else None
    title = project.title if project else _("Zonder plek")
    if pk == now:
        return Price(project, title, _("Hier zit de student nu."), True, False)
    cost = matching.move_cost(shown.instance, shown.found, student.pk, pk)
    rank = rank_of(shown.instance, student.pk, pk) if pk else None
    words = price_words(cost, rank, shown.names, bench=project is None)
    return Price(project, title, words, False, bool(cost.breaks))


def price_of(proposal: Proposal, student: User, project: Project | None) -> str:
    """'Yara B. naar Regenmeter. Tweede keus, 1 open leerdoel minder.'"""
    shown = Board(proposal)
    found = price(shown, student, project, shown.found.seats.get(student.pk))
    return _("%(name)s: %(title)s. %(words)s") % {
        "name": student.first_and_initial, "title": found.title, "words": found.words,
    }  # fmt: skip
