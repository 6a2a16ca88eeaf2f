"""Who may choose what in a matching round, and what the page of choices shows to a student. Reads only."""

from collections.abc import Iterable
from functools import cached_property

from django.contrib.contenttypes.models import ContentType
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from modules.models import Enrolment, ModuleRun
from oil_portal.core.mail import absolute
from oil_portal.core.models import TimelineEntry
from oil_portal.core.prepared import prepared
from oil_portal.core.views import number
from projects.fitting import taste_of
from projects.models import MOST_CHOICES, MatchingRound, Participant, Preference, Project, RoundProject
from projects.workflow import LIVE_ROUND, ProjectStatus, RoundStatus

PLACES = [
    gettext_lazy("Eerste keus"), gettext_lazy("Tweede keus"), gettext_lazy("Derde keus"), gettext_lazy("Vierde keus"),
    gettext_lazy("Vijfde keus"),
]  # fmt: skip


def dense(ranks: dict[int, int]) -> dict[int, int]:
    """The same order with ranks 1, 2, 3 … without gaps; equal ranks stay equal."""
    places = {rank: place for place, rank in enumerate(sorted(set(ranks.values())), 1)}
    return {project: places[rank] for project, rank in ranks.items()}


def run_of(round_: MatchingRound, user) -> ModuleRun | None:
    """The module run that lets this student in; of several the one that begins first."""
    enrolments = Enrolment.objects.filter(student=user, run__rounds=round_).select_related("run__module")
    first = enrolments.order_by("run__starts", "pk").first()
    return first.run if first else None


def part_of(round_: MatchingRound, user) -> Participant | None:
    """The student's part in a round; one that is not saved yet for who may still join; None for others."""
    if not getattr(user, "pk", None):
        return None
    if part := next(iter(_part(round_.pk, user.pk)), None):
        part.round = round_
        return part
    run = run_of(round_, user) if user.has_perm("projects.rank_matchinground", round_) else None
    return Participant(round=round_, student=user, run=run) if run else None


@prepared
def _part(round_: int, student: int) -> QuerySet[Participant]:
    found = Participant.objects.filter(round=round_, student=student)
    return found.select_related("run__module", "group", "student")[:1]


class Choice:
    """What one student can choose from: the round's projects, with for each why not, if so."""

    def __init__(self, part: Participant) -> None:
        self.part, self.round = part, part.round

    @cached_property
    def entries(self) -> list[RoundProject]:
        """The projects that can still get a team, in order of title; of a round that is over all of them."""
        found = _projects_of(self.round.pk, self.round.status in LIVE_ROUND)
        for project in found:
            project.entry.project = project
        return [project.entry for project in found]

    @cached_property
    def modules(self) -> set[int]:
        """The modules of the round that the student follows."""
        return {self.part.run.module_id, *_followed(self.round.pk, self.part.student_id)}

    @cached_property
    def ranks(self) -> dict[int, int]:
        """{project: rank} as it was saved."""
        if self.part.pk is None:
            return {}
        return dict(_ranks(self.part.pk))

    def why_not(self, entry: RoundProject) -> str:
        """Why this student cannot choose a project, in a sentence; "" for who can."""
        if entry.levels and self.part.run.module.level not in entry.levels:
            return _("Dit project is voor een ander niveau.")
        modules = entry.modules.all()
        if modules and not {module.pk for module in modules} & self.modules:
            return _("Dit project is voor studenten van %(modules)s.") % {"modules": ", ".join(map(str, modules))}
        wanted = {"full": Participant.Load.FULL, "half": Participant.Load.HALF}.get(entry.loads, self.part.load)
        if wanted == self.part.load:
            return ""
        if wanted == Participant.Load.FULL:
            return _("Dit project is alleen voor een hele studielast.")
        return _("Dit project is alleen voor een halve studielast.")

    @cached_property
    def offered(self) -> dict[int, RoundProject]:
        """{project id: entry} of what the student can choose, or chose before the rules changed."""
        return {entry.project_id: entry for entry in self.entries if self.fits(entry) or entry.project_id in self.ranks}

    def fits(self, entry: RoundProject) -> bool:
        return not self.why_not(entry)

    def dressed(self, ranks: dict[int, int] | None = None) -> dict[str, list[RoundProject]]:
        """The entries for the page: chosen by `ranks`, free to choose (best fit first), and closed to this student."""
        ranks = self.ranks if ranks is None else ranks
        taste, changes = taste_of(self.part.student), changes_since(self.part, self.ranks)
        taste.dress(entry.project for entry in self.entries)
        for entry in self.entries:
            entry.rank = ranks.get(entry.project_id)
            entry.place = PLACES[entry.rank - 1] if entry.rank and entry.rank <= len(PLACES) else ""
            entry.problem = "" if entry.rank and not self.round.is_choosing else self.why_not(entry)
            entry.changes = changes.get(entry.project_id, [])
        order = list(ranks)  # in a tie as it was said
        chosen = [entry for entry in self.entries if entry.rank]
        chosen.sort(key=lambda each: (each.rank, order.index(each.project_id)))
        for before, entry in zip([None, *chosen], chosen, strict=False):
            entry.tied = before is not None and before.rank == entry.rank
        rest = [entry for entry in self.entries if not entry.rank]
        free = [entry for entry in rest if not entry.problem]
        free.sort(key=lambda each: (-each.project.fit, -len(each.project.reasons), each.project.title))
        return {"chosen": chosen, "free": free, "closed": [entry for entry in rest if entry.problem]}


@prepared
def _projects_of(round_: int, live: bool) -> QuerySet[Project]:
    found = Project.objects.filter(entry__round=round_)
    found = found.filter(status=ProjectStatus.OPEN) if live else found
    shown = found.for_cards().prefetch_related(None).with_goal_ids()
    return shown.prefetch_related("entry__modules").order_by("title", "entry")


@prepared
def _followed(round_: int, student: int) -> QuerySet:
    return Enrolment.objects.filter(student=student, run__rounds=round_).values_list("run__module", flat=True)


@prepared
def _ranks(part: int) -> QuerySet:
    return Preference.objects.filter(participant=part).values_list("project", "rank")


def changes_since(part: Participant, projects: Iterable[int]) -> dict[int, list[TimelineEntry]]:
    """{project id: what changed since the student last saved its choices}, in one query."""
    if not part.ranked_at:
        return {}
    kind = ContentType.objects.get_for_model(Project)
    found = TimelineEntry.objects.filter(
        content_type=kind, object_id__in=list(projects), event="edit", created_at__gt=part.ranked_at
    )
    changes: dict[int, list[TimelineEntry]] = {}
    for entry in found.order_by("created_at", "pk"):
        changes.setdefault(entry.object_id, []).append(entry)
    return changes


# --- Friends ----------------------------------------------------------------------------------------------------
def friends_of(part: Participant, own: set[int]) -> list[Participant]:
    """The others of the student's group who still take part, each with `shared`: how many of the `own` choices."""
    if not part.pk or not part.group_id:
        return []
    others = part.group.members.filter(left_at=None).exclude(pk=part.pk).select_related("student")
    friends = list(others.prefetch_related("preferences"))
    for friend in friends:
        friend.chosen = {each.project_id for each in friend.preferences.all()}
        friend.shared = len(own & friend.chosen)
        friend.same = friend.chosen == own
    return friends


def largest_team(round_: MatchingRound) -> int:
    """How many friends a team has room for: the largest team among the projects of the round."""
    sizes = round_.entries.filter(project__status=ProjectStatus.OPEN).values_list("project__max_size", flat=True)
    return max(sizes, default=0)


# --- The page ---------------------------------------------------------------------------------------------------
def page(choice: Choice, ranks: dict[int, int]) -> dict:
    """Everything on the page of choices; `ranks` are those in the form."""
    part = choice.part
    choosing = choice.round.is_choosing and not part.left_at
    return {
        "participant": part,
        "round": choice.round,
        "choosing": choosing,
        "published": choice.round.status == RoundStatus.PUBLISHED,
        "friends": friends_of(part, set(choice.ranks)),
        "link": absolute(part.group.get_absolute_url()) if part.pk and part.group_id else "",
        "most": MOST_CHOICES,
        **choice.dressed(ranks),
    }


def just_moved(chosen: list[RoundProject], choice: Choice, said: str) -> dict | None:
    """What was done a moment ago, for who hears the page: the project that moved and where it is now."""
    pk = number(said)
    if not pk:
        return None
    entry = next((each for each in chosen if each.project_id == pk), None)
    project = choice.offered[pk].project if pk in choice.offered else None
    return {"project": project, "place": entry.place if entry else ""}
