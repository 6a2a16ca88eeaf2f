"""What waits for students: choose modules, rank projects, confirm goals, and days on which something closes."""

from collections import defaultdict
from datetime import date, timedelta

from django.db.models import Count, Exists, OuterRef, QuerySet, Value
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from challenges.models import Interest
from modules.models import Enrolment
from oil_portal.core import clock
from oil_portal.worklists.asking import NO_MOMENT, Part, Row, Source, Told, ask, by_row, came
from oil_portal.worklists.item import Topic, WorkItem, item
from oil_portal.worklists.people import Held, People
from oil_portal.worklists.shared import confirm, lately, look_back
from partners import roles
from partners.models import User
from projects.models import Achievement, Application, Feedback, MatchingRound, Participant, Project
from projects.services import DECISION_DAYS
from projects.workflow import LIVE_ROUND

SOON = 5  # days before something closes that it is told
FITTING = 3  # projects that fit and close soon, per student


def for_students(held: Held):
    """Each student for themselves; nothing comes for an organisation."""
    students = held.holding(roles.STUDENT)
    if students:
        yield _to_enrol(students)
        yield _to_rank(students)
        yield from _to_say(students)
        yield _closing(students)


def _to_enrol(students: list[int]) -> Source:
    def say(people: People, rows: list[Row]) -> Told:
        for student in people.holding(roles.STUDENT) - {row.pk for row in rows}:
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

    enrolled = User.objects.filter(Exists(Enrolment.objects.filter(student=OuterRef("pk"))), pk__among=students)
    return Source(say, ask(enrolled, title="email", since=NO_MOMENT, promised=False))


def _to_rank(students: list[int]) -> Source:
    """Rounds in which somebody chose nothing yet: news when it opens, and a date in its last days."""
    found = MatchingRound.objects.filter(status="open", closes_on__gte=clock.today())
    enrolled = "runs__enrolments__student"
    gone = Participant.objects.filter(round=OuterRef("pk"), student=OuterRef(enrolled))
    gone = gone.exclude(ranked_at=None, left_at=None)
    may = found.filter(**{f"{enrolled}__among": students}).annotate(gone=Exists(gone)).filter(gone=False)
    joined = found.filter(participants__in=Participant.objects.filter(
        student__among=students, ranked_at=None, left_at=None
    ))  # fmt: skip
    return Source(
        by_row(_rank),
        *(ask(rows, promised=False, student=student, closes_on="closes_on")
          for rows, student in ((may, enrolled), (joined, "participants__student"))),
    )  # fmt: skip


def _rank(_people: People, row: Row) -> Told:
    last = row.day("closes_on")
    soon = (last - clock.today()).days <= SOON
    text = _("Kies je projecten voor ‘%(round)s’. Tot en met %(day)s.")
    text %= {"round": row.title, "day": date_format(last, "j F")}
    url, topic = reverse("projects:ranking", args=[row.pk]), Topic.DATES if soon else Topic.WORK
    yield row["student"], item(row, "rank-soon" if soon else "rank", text, url=url, until=last, topic=topic)


def _to_say(students: list[int]):
    """Goals to confirm, and projects to look back on."""
    unsaid = Achievement.objects.filter(
        student__among=students, student_says=None, project__status__in=["confirming", "completed"]
    )
    said = Feedback.objects.filter(project=OuterRef("project"), side="student", student=OuterRef("student"))
    placed = Application.objects.filter(
        ~Exists(said), student__among=students, status="placed", project__status="completed"
    )
    placed = placed.alias(came=came(Project, "project__")).filter(came__gt=lately())
    for rows, make in ((unsaid.order_by().distinct(), confirm), (placed, look_back)):
        say = lambda _people, row, make=make: [(row["student"], make(row))]
        yield Source(by_row(say), ask(rows, about=Project, path="project__", student="student"))


def _closing(students: list[int]) -> Source:
    """Projects that close within days: applied to, saved, or fitting; each told once, for the first of these."""
    today = clock.today()
    soon = Project.objects.open().filter(closing_date__lte=today + timedelta(days=SOON))
    soon = soon.exclude(entry__round__status__in=LIVE_ROUND).values("pk")
    about = {"about": Project, "since": NO_MOMENT, "promised": False, "student": "student"}

    def part(rows: QuerySet, path: str, **more) -> Part:
        dates = {name: f"{path}{name}" for name in ("closing_date", "created_at")}
        return ask(rows, path=path, **about | dates | more)

    applied = Application.objects.filter(student__among=students, project__in=soon)
    path = "challenge__assignments__projects"
    saved = Interest.objects.filter(student__among=students, saved_at__isnull=False, **{f"{path}__in": soon})
    fits, through = _fitting(students, soon)
    return Source(
        _say_closing,
        part(applied, "project__", status="status"),
        part(saved, f"{path}__", saved=Value(True)),
        part(fits, f"{through}__", fit="fit"),
    )


def _fitting(students: list[int], soon: QuerySet) -> tuple[QuerySet, str]:
    """Rows with the number of open goals of a student in a project, and the path from a row to the project."""
    path = "run__module__goals__links__assignment__projects"
    reached = Achievement.objects.filter(
        student=OuterRef("student"), goal=OuterRef("run__module__goals"), achieved=True
    )
    fits = Enrolment.objects.filter(~Exists(reached), student__among=students, **{f"{path}__in": soon}).order_by()
    told = [f"{path}__{name}" for name in ("title", "closing_date", "created_at")]
    return fits.values("student", path, *told).annotate(fit=Count("run__module__goals", distinct=True)), path


def _say_closing(_people: People, rows: list[Row]) -> Told:
    applied, saved, fitting = ([row for row in rows if name in row.more] for name in ("status", "saved", "fit"))
    told = {(row["student"], row.pk) for row in applied}  # who withdrew or was turned down hears nothing of it
    for row in applied:
        if row["status"] == "submitted":
            text = _("Je hebt je aangemeld. Aanmelden sluit op %(day)s. Uiterlijk op %(answer)s hoor je het.")
            yield row["student"], _closes(row, text)
    for row in saved:
        if (row["student"], row.pk) not in told:
            told.add((row["student"], row.pk))
            yield row["student"], _closes(row, _("Je bewaarde dit. Aanmelden kan tot en met %(day)s."))
    best: dict[int, int] = defaultdict(int)
    for row in sorted(fitting, key=lambda row: (-row["fit"], row.pk)):
        if (row["student"], row.pk) not in told and best[row["student"]] < FITTING:
            best[row["student"]] += 1
            yield row["student"], _closes(row, _("Past bij wat je nog moet leren. Aanmelden kan tot en met %(day)s."))


def _closes(row: Row, text: str) -> WorkItem:
    closing = row.day("closing_date")
    began: date = max(closing - timedelta(days=SOON), timezone.localtime(row.moment("created_at")).date())
    answer = closing + timedelta(days=DECISION_DAYS)
    return WorkItem(
        key=f"projects.project:{row.pk}:closes:{closing:%Y%m%d}",
        title=row.title,
        text=text % {"day": date_format(closing, "j F"), "answer": date_format(answer, "j F")},
        url=row.url,
        since=began,
        until=closing,
        topic=Topic.DATES,
    )
