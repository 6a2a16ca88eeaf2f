"""A random walk over the projects of one challenge: whoever tries whatever, and however the days pass.

What each verb is allowed to is written down here once more, apart from the code's permissions.
"""

from datetime import timedelta

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from hypothesis import HealthCheck, Phase, event, given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from oil_portal.core import clock
from oil_portal.core.models import Notice, TimelineEntry
from oil_portal.core.timeline import timeline_of
from oil_portal.core.workflow import Refusal
from partners import roles
from projects import services
from projects.models import Achievement, Application, Outcome, Project
from projects.tasks import close_due_projects
from projects.workflow import WITH_TEAM
from tests import factories as f

LEADS = {"teacher", "coordinator"}
STUDENTS = {"student0", "student1", "student2", "student3"}
ACTORS = sorted(LEADS | STUDENTS | {"contact", "other_contact", "other_teacher", "broker", "newcomer"})
ALLOWED = {
    "open": LEADS | {"other_teacher"},
    "resize": LEADS,
    "start": LEADS,
    "cancel": LEADS,
    "wrap_up": LEADS,
    "complete": LEADS,
    "place": LEADS,
    "decline": LEADS,
    "unseat": LEADS,
    "outcome": LEADS,
    "confirm_teacher": LEADS,
    "confirm_company": {"contact"},
    "confirm_student": STUDENTS,
    "apply": STUDENTS,
    "withdraw": STUDENTS,
}
NUMBER = st.integers(0, 3)
# Mostly what would come next, so that walks get far; else anybody at any door, or some days that pass.
NEXT = {
    "open": [("student", "apply"), ("teacher", "place"), ("teacher", "place"), ("teacher", "start"),
             ("student", "withdraw"), ("teacher", "decline"), ("teacher", "unseat"),
             ("teacher", "resize"), ("coordinator", "cancel")],
    "running": [("teacher", "wrap_up"), ("coordinator", "wrap_up")],
    "confirming": [("student", "confirm_student"), ("teacher", "confirm_teacher"), ("contact", "confirm_company"),
                   ("teacher", "outcome"), ("teacher", "complete")],
    "completed": [("contact", "confirm_company"), ("teacher", "outcome"), ("teacher", "open")],
    "cancelled": [("teacher", "open")],
}  # fmt: skip
ANYBODY = st.tuples(st.sampled_from(ACTORS), st.sampled_from(sorted(ALLOWED)))
DAYS = st.tuples(st.just("clock"), st.sampled_from(["1", "1", "1", "16"]))


@st.composite
def moves(draw) -> tuple[str, str, int, int]:
    """(actor, verb, which project, which of its applications or students)."""
    dice = draw(st.integers(0, 19))
    if dice < 15:
        actor, verb = "along", str(draw(st.integers(0, 7)))
    else:
        actor, verb = draw(ANYBODY if dice < 18 else DAYS)
    return actor, verb, draw(NUMBER), draw(NUMBER)


class Region:
    """One challenge with an agreed assignment, everybody around it, and the time that passes."""

    def __init__(self) -> None:
        company, school = f.PartnerFactory(), f.PartnerFactory(school=True)
        self.moment = clock.now()
        self.people = {
            "teacher": f.UserFactory(teacher=school),
            "coordinator": f.UserFactory(coordinator=school),
            "other_teacher": f.UserFactory(teacher=f.PartnerFactory(school=True)),
            "contact": f.UserFactory(contact=company),
            "other_contact": f.UserFactory(contact=f.PartnerFactory()),
            "broker": f.UserFactory(broker=f.PartnerFactory(network=True)),
            "newcomer": f.UserFactory(),
            **{name: f.UserFactory(student=school) for name in sorted(STUDENTS)},
        }
        self.assignment = f.AssignmentFactory(
            agreed=True, goals=2, challenge__partner=company, challenge__translator=self.people["teacher"]
        )
        self.challenge = self.assignment.challenge
        self.run = f.ModuleRunFactory(module__school=school, ends=clock.today() + timedelta(days=900))

    def plan(self) -> dict:
        today = clock.today()
        return {
            "run": self.run, "lab": None, "coach": self.people["teacher"], "min_size": 1, "max_size": 2,
            "closing_date": today + timedelta(days=3), "starts": today + timedelta(days=20),
            "ends": today + timedelta(days=40),
        }  # fmt: skip

    def along(self, number: int, which: int, other: int) -> tuple[str, str]:
        """Who does what next with one of the projects."""
        projects = list(Project.objects.order_by("pk"))
        moves = NEXT[projects[which % len(projects)].status]
        actor, verb = moves[number % len(moves)]
        return (f"student{other}" if actor == "student" else actor), verb

    def act(self, actor_name: str, verb: str, which: int, other: int) -> None:
        """Try one verb on one of the projects or applications; the service says whether it can be."""
        actor = self.people[actor_name]
        roles.forget(actor)
        if verb == "open":
            if Project.objects.count() < 4:
                services.open_project(assignment=self.assignment, actor=actor, **self.plan())
            return
        projects = list(Project.objects.order_by("pk"))
        if not projects:
            return
        project = projects[which % len(projects)]
        given_words = {"project": project, "actor": actor}
        if verb in ("place", "decline", "unseat", "withdraw"):
            for application in self.pick(project, actor if verb == "withdraw" else None, other):
                getattr(services, verb)(application=application, actor=actor, remark="Daarom.")
        elif verb.startswith("confirm_"):
            rows = set(project.achievements.order_by("pk").values_list("pk", flat=True)[: other + 1])
            services.confirm_goals(**given_words, side=verb.removeprefix("confirm_"), reached=rows)
        elif verb == "apply":
            services.apply(**given_words, motivation="Ik wil leren meten.")
        elif verb == "resize":
            services.edit_project(**given_words, max_size=other + 1)
        elif verb == "outcome":
            services.record_outcome(**given_words, summary="Klaar.", result="Een meter.", follow_up="none")
        else:
            name = verb if verb == "wrap_up" else f"{verb}_project"
            getattr(services, name)(**given_words, remark="Daarom.")

    @staticmethod
    def pick(project: Project, student, number: int) -> list[Application]:
        """One application: the student's own where there is one, rather one that waits; [] without any."""
        every = list(project.applications.order_by("pk"))
        own = [one for one in every if student is not None and one.student_id == student.pk]
        waiting = [one for one in every if one.status == "submitted"]
        found = own or waiting or every
        return [found[number % len(found)]] if found else []


def settled(statuses: set[str]) -> str:
    """What a challenge with projects in these statuses is."""
    if "open" in statuses:
        return "published"
    if statuses & {"running", "confirming"}:
        return "running"
    return "completed" if "completed" in statuses else "accepted"


def snapshot() -> dict:
    """Every status, to see what a step changed."""
    return {
        (model, pk): status
        for model in (Project, Application)
        for pk, status in model.objects.values_list("pk", "status")
    }


class Walk(TestCase):
    """Each example starts from the same region, is rolled back."""

    def check(self, region: Region) -> None:
        for project in Project.objects.prefetch_related("applications"):
            statuses = [application.status for application in project.applications.all()]
            placed = statuses.count("placed")
            assert placed <= project.max_size
            if project.status != "open":
                assert "submitted" not in statuses
            if project.status in WITH_TEAM:
                assert placed >= project.min_size
            if project.status == "cancelled":
                assert not placed
            asked = 2 * placed if project.status in ("confirming", "completed") else 0
            assert project.achievements.count() == asked
            if project.status == "completed":
                assert Outcome.objects.filter(project=project).exists()
        for row in Achievement.objects.all():
            assert row.achieved == (row.student_says is row.teacher_says is row.company_says is True)
        region.challenge.refresh_from_db()
        assert region.challenge.status == settled(set(Project.objects.values_list("status", flat=True)))

    def check_told(self, before: dict) -> None:
        """Every status that changed is the last one of its timeline, and who got an answer was told."""
        for (model, pk), status in snapshot().items():
            if before.get((model, pk)) == status:
                continue
            obj = model.objects.get(pk=pk)
            entry = timeline_of(obj).exclude(to_status="").first()
            assert entry is not None and entry.to_status == status
            if model is Application and status in ("placed", "declined"):
                assert Notice.objects.filter(entry=entry, recipient=obj.student).exists()
                assert obj.decided_at is not None

    def step(self, region: Region, actor: str, verb: str, which: int, other: int) -> None:
        if actor == "along":
            actor, verb = region.along(int(verb), which, other)
        before, told = snapshot(), TimelineEntry.objects.count()
        if actor == "clock":
            region.moment += timedelta(days=int(verb))
        with clock.at(region.moment):
            try:
                with transaction.atomic():
                    if actor == "clock":
                        close_due_projects()
                    else:
                        region.act(actor, verb, which, other)
            except (Refusal, PermissionDenied, ValidationError) as error:
                event(f"{verb}: {type(error).__name__}")
                assert snapshot() == before and TimelineEntry.objects.count() == told
                return
            changed = snapshot() != before or TimelineEntry.objects.count() != told
            event(f"{verb}: {'done' if changed else 'nothing'}")
            if changed and actor != "clock":
                assert actor in ALLOWED[verb], (actor, verb)
            self.check_told(before)

    @settings(
        max_examples=15,
        deadline=None,
        phases=[Phase.explicit, Phase.generate, Phase.shrink],
        suppress_health_check=list(HealthCheck),
    )
    @given(st.lists(moves(), min_size=12, max_size=25))
    def test_whatever_is_tried(self, steps) -> None:
        region = Region()
        for actor, verb in (("teacher", "open"), ("student0", "apply"), ("student1", "apply"), ("teacher", "place")):
            self.step(region, actor, verb, 0, 0)
        for actor, verb, which, other in steps:
            self.step(region, actor, verb, which, other)
            self.check(region)
        region.moment += timedelta(days=60)
        self.step(region, "clock", "0", 0, 0)
        assert not Application.objects.filter(status="submitted").exists(), "somebody never got an answer"
        self.check(region)
