"""What waits for students: choose modules, rank projects, confirm goals, and days on which something closes."""

from collections import defaultdict
from datetime import date, timedelta

from django.db.models import Count, Exists, OuterRef, QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from challenges.models import Interest
from modules.models import Enrolment
from oil_portal.core import clock
from oil_portal.worklists.item import Topic, WorkItem, entered, item
from oil_portal.worklists.people import People
from oil_portal.worklists.shared import Told, confirm, lately, look_back
from partners import roles
from projects.models import Achievement, Application, Feedback, MatchingRound, Participant, Project
from projects.services import DECISION_DAYS
from projects.workflow import LIVE_ROUND

SOON = 5  # days before something closes that it is told
FITTING = 3  # projects that fit and close soon, per student


def for_students(people: People) -> Told:
    """Each student for themselves; nothing comes for an organisation."""
    students = people.holding(roles.STUDENT)
    if not students:
        return
    runs: dict[int, set[int]] = defaultdict(set)
    for student, run in Enrolment.objects.filter(student__in=students).values_list("student", "run"):
        runs[student].add(run)
    for student in students - runs.keys():
        yield (
            student,
            WorkItem(
                key="modules:enrol",
                title=_("Kies je modules"),
                text=_("Dan zie je welke projecten passen bij wat je nog moet leren."),
                url=reverse("modules:list"),
                since=clock.today(),
            ),
        )
    yield from _to_rank(students, runs)
    yield from _to_say(students)
    yield from _closing(students)


def _to_rank(students: set[int], runs: dict[int, set[int]]) -> Told:
    """Rounds in which somebody chose nothing yet: news when it opens, and a date in its last days. Three queries."""
    today = clock.today()
    found = MatchingRound.objects.filter(status="open", closes_on__gte=today)
    choosing = {each.pk: each for each in entered(found).prefetch_related("runs")}
    if not choosing:
        return
    takes: dict[int, set[int]] = defaultdict(set)
    for each in choosing.values():
        own = {run.pk for run in each.runs.all()}
        takes[each.pk] = {student for student, theirs in runs.items() if theirs & own}
    parts = Participant.objects.filter(student__in=students, round__in=list(choosing))
    for round_, student, ranked, left in parts.values_list("round", "student", "ranked_at", "left_at"):
        (takes[round_].discard if ranked or left else takes[round_].add)(student)
    for pk, who in takes.items():
        each = choosing[pk]
        soon = each.days_left <= SOON
        text = _("Kies je projecten voor ‘%(round)s’. Tot en met %(day)s.")
        text %= {"round": each, "day": date_format(each.closes_on, "j F")}
        url, topic = reverse("projects:ranking", args=[pk]), Topic.DATES if soon else Topic.WORK
        said = item(each, "rank-soon" if soon else "rank", text, url=url, until=each.closes_on, topic=topic)
        yield from ((student, said) for student in who)


def _to_say(students: set[int]) -> Told:
    """Goals to confirm, and projects to look back on. Three queries."""
    unsaid = Achievement.objects.filter(
        student__in=students, student_says=None, project__status__in=["confirming", "completed"]
    )
    confirming = set(unsaid.order_by().values_list("project", "student").distinct())
    said = Feedback.objects.filter(project=OuterRef("project"), side="student", student=OuterRef("student"))
    placed = Application.objects.filter(
        ~Exists(said), student__in=students, status="placed", project__status="completed"
    )
    looking = set(placed.order_by().values_list("project", "student"))
    wanted = {project for project, _student in confirming | looking}
    projects = {each.pk: each for each in entered(Project.objects.filter(pk__in=wanted))} if wanted else {}
    for pk, student in confirming:
        yield student, confirm(projects[pk])
    for pk, student in looking:
        if projects[pk].since and projects[pk].since > lately():
            yield student, look_back(projects[pk])


def _closing(students: set[int]) -> Told:
    """Projects that close within days: applied to, saved, or fitting; each told once, for the first of these."""
    today = clock.today()
    soon = Project.objects.open().filter(closing_date__lte=today + timedelta(days=SOON))
    soon = soon.exclude(entry__round__status__in=LIVE_ROUND)
    projects = {project.pk: project for project in soon.only("title", "closing_date", "created_at")}
    if not projects:
        return
    applied = Application.objects.filter(student__in=students, project__in=projects).order_by()
    live, told = set(), set()
    for student, project, status in applied.values_list("student", "project", "status"):
        told.add((student, project))  # who withdrew or was turned down hears nothing of it
        if status == "submitted":
            live.add((student, project))
    for student, project in live:
        text = _("Je hebt je aangemeld. Aanmelden sluit op %(day)s. Uiterlijk op %(answer)s hoor je het.")
        yield student, _closes(projects[project], text)
    for pairs, text in (
        (_saved(students, projects), _("Je bewaarde dit. Aanmelden kan tot en met %(day)s.")),
        (_fitting(students, soon, told), _("Past bij wat je nog moet leren. Aanmelden kan tot en met %(day)s.")),
    ):
        for pair in pairs:
            if pair not in told:
                told.add(pair)
                yield pair[0], _closes(projects[pair[1]], text)


def _saved(students: set[int], projects: dict[int, Project]) -> list[tuple[int, int]]:
    """(student, project) of the challenges that they saved."""
    path = "challenge__assignments__projects"
    kept = Interest.objects.filter(student__in=students, saved_at__isnull=False, **{f"{path}__in": list(projects)})
    return list(kept.order_by("student", path).values_list("student", path).distinct())


def _fitting(students: set[int], soon: QuerySet[Project], told: set[tuple[int, int]]) -> list[tuple[int, int]]:
    """(student, project) by most open goals, at most FITTING of each student."""
    path = "run__module__goals__links__assignment__projects"
    reached = Achievement.objects.filter(
        student=OuterRef("student"), goal=OuterRef("run__module__goals"), achieved=True
    )
    fits = Enrolment.objects.filter(~Exists(reached), student__in=students, **{f"{path}__in": soon.values("pk")})
    rows = fits.order_by().values("student", path).annotate(fit=Count("run__module__goals", distinct=True))
    best: dict[int, list[tuple[int, int]]] = defaultdict(list)
    for row in sorted(rows, key=lambda row: (-row["fit"], row[path])):
        pair = (row["student"], row[path])
        if pair not in told and len(best[pair[0]]) < FITTING:
            best[pair[0]].append(pair)
    return [pair for pairs in best.values() for pair in pairs]


def _closes(project: Project, text: str) -> WorkItem:
    began: date = max(project.closing_date - timedelta(days=SOON), timezone.localtime(project.created_at).date())
    answer = project.closing_date + timedelta(days=DECISION_DAYS)
    return WorkItem(
        key=f"projects.project:{project.pk}:closes:{project.closing_date:%Y%m%d}",
        title=project.title,
        text=text % {"day": date_format(project.closing_date, "j F"), "answer": date_format(answer, "j F")},
        url=project.get_absolute_url(),
        since=began,
        until=project.closing_date,
        topic=Topic.DATES,
    )
