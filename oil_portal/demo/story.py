"""How the demo's challenges live: each step is a service call at the moment it would have happened."""

import json
from collections import Counter
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path

from django.conf import settings
from django.utils import timezone

from challenges import services as challenges
from challenges.models import Assignment
from challenges.services import draft as drafts
from challenges.services.talk import answer_question, ask, keep, look
from modules.models import LearningGoal, ModuleRun
from oil_portal.core import clock
from oil_portal.core.models import Notice
from partners.models import Partner, User
from projects import services as projects
from projects.models import Achievement, Contribution, Project

DATA = Path(__file__).parent / "data"
REPO_DATA = settings.BASE_DIR / "data"
OPEN_DAYS = 28
QUESTIONS = [  # what students ask, and what companies answer
    ("Moeten we zelf kunnen programmeren?", "Nee. Het is handig als één van jullie het leuk vindt."),
    ("Hoe vaak moeten we bij jullie langskomen?", "Twee of drie keer. De rest kan in het lab."),
    ("Mogen we het resultaat op een beurs laten zien?", "Ja, dat mag. Laat ons wel eerst even meekijken."),
]
GIVEN = [  # by the company: in which week, how many hours, and for what
    (0, "2", "Rondleiding en uitleg"), (2, "1.5", "Overleg met het team"), (4, "1.5", "Overleg met het team"),
    (6, "1.5", "Overleg met het team"),
]  # fmt: skip
COACHED = [(1, "3", "Begeleiding van het team"), (5, "2", "Tussentijds gesprek en beoordeling")]  # by the school
FAVOURITE = "yara.bakker@student.mborijnland.nl"


def load(name: str):
    """One file of the demo's texts."""
    return json.loads((DATA / f"{name}.json").read_text(encoding="utf-8"))


def days_ago(days: float) -> datetime:
    """A quarter past nine, that many days back."""
    return timezone.localtime().replace(hour=9, minute=15, second=0, microsecond=0) - timedelta(days=days)


def day(moment: date) -> datetime:
    """Half past ten on a day."""
    return timezone.make_aware(datetime.combine(moment, time(10, 30)))


@dataclass
class World:
    """Everybody and everything made so far, by the keys of the texts."""

    monday: date
    brokers: list[User] = field(default_factory=list)
    coordinators: dict[str, User] = field(default_factory=dict)
    companies: dict[str, Partner] = field(default_factory=dict)
    contacts: dict[str, User] = field(default_factory=dict)
    teachers: dict[str, User] = field(default_factory=dict)
    runs: dict[str, list[ModuleRun]] = field(default_factory=dict)
    goals: dict[tuple[str, str], LearningGoal] = field(default_factory=dict)
    students: dict[str, list[User]] = field(default_factory=dict)
    busy: Counter = field(default_factory=Counter)  # how many projects a student applied to
    favoured: set[str] = field(default_factory=set)  # the stages in which the demo's own student already takes part

    def applicants(self, module: str, decisions: list[str | None], stage: str) -> list[User]:
        """A student per decision: those with the fewest projects first, the demo's own student where it shows most."""
        free = sorted(self.students[module], key=lambda student: (self.busy[student.email], student.pk))
        favourite = [student for student in free if student.email == FAVOURITE]
        chosen = [student for student in free if student.email != FAVOURITE][: len(decisions)]
        wanted = {"completed": "placed", "open": None}.get(stage, "never")
        if favourite and wanted in decisions and stage not in self.favoured:
            chosen[decisions.index(wanted)] = favourite[0]
            self.favoured.add(stage)
        self.busy.update(student.email for student in chosen)
        return chosen


class Story:
    """One challenge, from its first draft to the stage that the texts give it."""

    def __init__(self, world: World, row: dict, number: int) -> None:
        self.world, self.row, self.stage = world, row, row["stage"]
        self.company, self.contact = world.companies[row["company"]], world.contacts[row["company"]]
        self.broker = world.brokers[number % len(world.brokers)]
        self.began = days_ago(row["days_ago"]) + timedelta(minutes=17 * number)
        self.number = number
        self.now = min(days_ago(0), timezone.localtime())
        plan = row.get("project")
        self.run = world.runs[plan["module"]][plan["run"]] if plan else None
        self.closing, self.starts = self.plan_dates() if plan else (None, None)
        opened = day(self.closing) - timedelta(days=OPEN_DAYS) if plan else self.now - timedelta(days=1)
        self.opened = min(max(opened, self.began + timedelta(days=9)), self.now - timedelta(hours=20))

    def plan_dates(self) -> tuple[date, date]:
        """(closing date, first day of the team), from the run it belongs to."""
        starts = self.run.starts
        if self.stage == "open":  # teams of one run begin in different weeks
            starts += timedelta(weeks=self.number % 4)
            return starts - timedelta(days=3 + self.number % 3), starts
        return starts - timedelta(days=9), starts

    def step(self, fraction: float):
        """The moment that lies this far between the first draft and the opening of the project."""
        return clock.at(self.began + (self.opened - self.began) * fraction)

    def tell(self) -> None:
        """Live through all steps up to the stage."""
        with self.step(0):
            draft = drafts.begin(actor=self.contact, partner=self.company)
            drafts.save(draft=draft, actor=self.contact, now=self.typed(), was={})
        if self.stage != "draft":
            with self.step(0.1):
                self.challenge = drafts.finish(draft=draft, actor=self.contact)
            self.review()

    def typed(self) -> dict:
        """What the company types in the four steps."""
        plain = {name: str(self.row[name]) for name in ("title", "question", "result", "theme", "location")}
        return plain | {
            "confidential": str(self.row["confidential"]),
            "why": self.row.get("why", ""),
            "deliverables": self.row.get("deliverables", []),
            "guidance_hours": str(self.row.get("guidance_hours", 1 + self.number % 3)),
        }

    def review(self) -> None:
        remark = self.row.get("review_remark", "")
        if self.stage in ("returned", "declined"):
            action = {"returned": "return", "declined": "decline"}[self.stage]
            with self.step(0.3):
                challenges.turn_down_challenge(
                    challenge=self.challenge, actor=self.broker, action=action, remark=remark
                )
        elif self.stage == "withdrawn":
            with self.step(0.3):
                challenges.withdraw_challenge(
                    challenge=self.challenge, actor=self.contact, remark=self.row["withdraw_remark"]
                )
        elif self.stage != "submitted":
            translator = self.world.teachers.get(self.row.get("translator") or "")
            with self.step(0.3):
                challenges.accept_challenge(challenge=self.challenge, actor=self.broker, translator=translator)
            if self.stage != "accepted":
                self.translate(translator)

    def translate(self, translator: User) -> None:
        text = self.row["assignment"]
        with self.step(0.5):
            assignment: Assignment = challenges.write_assignment(
                challenge=self.challenge,
                actor=translator,
                result=text["results"],
                **{name: text[name] for name in ("title", "summary", "text", "level", "hours")},
            )
            for goal in text["goals"]:
                linked = self.world.goals[goal["programme"], goal["code"]]
                challenges.link_goal(assignment=assignment, goal=linked, actor=translator)
        if self.stage == "translating":
            return
        # What still waits for the company is recent: after its term it would have gone back.
        recent = clock.at(max(self.began, days_ago(5 + self.number % 2)))
        with recent if self.stage == "awaiting_sign_off" else self.step(0.7):
            challenges.send_assignment(assignment=assignment, actor=translator)
        if self.stage == "awaiting_sign_off":
            return
        action = "ask_change" if self.stage == "change_requested" else "agree"
        with self.step(0.9):
            challenges.answer_assignment(
                assignment=assignment, actor=self.contact, action=action, remark=self.row.get("change_remark", "")
            )
        if self.row.get("project"):
            self.open(assignment, translator)

    def open(self, assignment: Assignment, translator: User) -> None:
        plan = self.row["project"]
        with clock.at(self.opened):
            self.project: Project = projects.open_project(
                assignment=assignment,
                actor=translator,
                run=self.run,
                lab=Partner.objects.filter(glyph=self.row["lab"]).first(),
                coach=self.world.teachers[plan["coach"]],
                min_size=plan["min_size"],
                max_size=plan["max_size"],
                closing_date=self.closing,
                starts=self.starts,
                ends=self.run.ends,
            )
        self.coach = self.project.coach
        self.gather(plan["applications"])
        if self.stage == "cancelled":
            with clock.at(self.now - timedelta(days=2)):
                projects.cancel_project(project=self.project, actor=self.coach, remark=self.row["cancel_reason"])
        elif self.stage != "open":
            self.work()

    def talk(self, until: datetime) -> None:
        """Students look at it and some save it; now and then one asks, and the company answers within two days."""
        curious = sorted(self.world.students[self.row["project"]["module"]], key=lambda student: student.pk)
        for number, student in enumerate(curious[self.number % 3 :: 3][: 6 + self.number % 7], 1):
            with clock.at(self.opened + (until - self.opened) * number / 16):
                look(challenge=self.challenge, student=student)
                if number % 3 == 0:
                    keep(challenge=self.challenge, actor=student, saved=True)
        if (
            self.number % 4 == 0
            and curious
            and self.challenge.partner.is_paused is False
            and not self.row["confidential"]
        ):
            asked, answered = QUESTIONS[self.number // 4 % len(QUESTIONS)]
            waits = self.stage == "open" and self.number % 8 != 0
            late = self.number % 16 == 4  # one that nobody answered in time; the others wait since this week
            with clock.at(self.now - timedelta(days=2) if waits and not late else self.opened + timedelta(hours=5)):
                question = ask(challenge=self.challenge, actor=curious[0], text=asked)
            if not waits:
                with clock.at(min(self.opened + timedelta(days=2), self.now)):
                    answer_question(question=question, actor=self.contact, text=answered, public=True)

    def gather(self, rows: list[dict]) -> None:
        """Students apply between opening and closing; the coach answers those whom the texts answer."""
        decisions = [row["decision"] for row in rows]
        until = min(day(self.closing), self.now - timedelta(hours=2))
        self.talk(until)
        applicants = self.world.applicants(self.row["project"]["module"], decisions, self.stage)
        for number, (row, student) in enumerate(zip(rows, applicants, strict=True), 1):
            applied = self.opened + (until - self.opened) * number / (len(rows) + 1)
            with clock.at(applied):
                application = projects.apply(project=self.project, actor=student, motivation=row["motivation"])
            with clock.at(min(applied + timedelta(days=2, hours=3), self.now)):
                if row["decision"] == "placed":
                    projects.place(application=application, actor=self.coach, remark=row["reason"])
                elif row["decision"] == "declined":
                    projects.decline(application=application, actor=self.coach, remark=row["reason"])
                elif row["decision"] == "withdrawn":
                    projects.withdraw(application=application, actor=student, remark=row["reason"])

    def work(self) -> None:
        """The team starts, and, where the texts say so, wraps up and completes."""
        with clock.at(day(self.starts) - timedelta(days=4)):
            projects.start_project(project=self.project, actor=self.coach)
        self.give_hours()
        if self.stage == "running":
            return
        ended = day(self.run.ends)
        with clock.at(min(ended, self.now - timedelta(days=6))):
            projects.wrap_up(project=self.project, actor=self.coach)
        with clock.at(min(ended + timedelta(days=2), self.now - timedelta(days=3))):
            self.confirm()
        if self.stage == "completed":
            with clock.at(min(ended + timedelta(days=8), self.now - timedelta(days=1))):
                self.finish()

    def give_hours(self) -> None:
        """Company and school write down what they give, every other week; the other side confirms most of it."""
        school = self.run.module.school
        rows = [(weeks, self.contact, self.company, "hours", amount, note) for weeks, amount, note in GIVEN]
        rows += [(weeks, self.coach, school, "hours", amount, note) for weeks, amount, note in COACHED]
        if self.number % 3 == 0:
            rows.append((3, self.contact, self.company, "in_kind", "180", "Materiaal voor het prototype"))
        if self.number % 4 == 1:
            rows.append((1, self.contact, self.company, "cash", "250", "Bijdrage aan de onderdelen"))
        for number, (weeks, actor, partner, kind, amount, note) in enumerate(rows):
            moment = day(self.starts) + timedelta(weeks=weeks, days=1)
            if moment < min(day(self.run.ends), self.now):
                words = {"hours" if kind == "hours" else "amount": Decimal(amount), "note": note, "kind": kind}
                with clock.at(moment):
                    given = projects.give(
                        project=self.project, actor=actor, partner=partner, day=moment.date(), **words
                    )
                self.answer(given, number, moment + timedelta(days=5))

    def answer(self, given: Contribution, number: int, moment: datetime) -> None:
        """The other side confirms after some days; a few wait, and one company disputes what the school wrote."""
        still_waits = (self.number + number) % 6 == 2 or (number == 3 and self.stage == "confirming")
        if moment > self.now or still_waits:
            return
        other = self.contact if given.side == "school" else self.coach
        with clock.at(moment):
            if given.side == "school" and self.number % 7 == 2 and self.stage == "running":
                projects.dispute(given=given, actor=other, remark="Dit overleg ging niet door. Was het een andere dag?")
            else:
                projects.confirm_contributions(given=[given], actor=other)

    def confirm(self) -> None:
        """All say which goals were reached; of a project that is still wrapping up, the company does so later."""
        ids = list(Achievement.objects.filter(project=self.project).values_list("pk", flat=True))
        missed = {pk for number, pk in enumerate(ids) if number % 5 in (1, 3)}  # nobody reaches everything
        for application in self.project.team():
            projects.confirm_goals(
                project=self.project, actor=application.student, side="student", reached=set(ids) - missed
            )
        if self.stage == "completed":
            projects.confirm_goals(project=self.project, actor=self.coach, side="teacher", reached=set(ids) - missed)
            projects.confirm_goals(project=self.project, actor=self.contact, side="company", reached=set(ids))

    def finish(self) -> None:
        told = self.row["outcome"]
        projects.record_outcome(
            project=self.project,
            actor=self.coach,
            summary=told["summary"],
            result=told["result"],
            follow_up=told["follow_up"],
            follow_up_lab=Partner.objects.filter(glyph=told.get("follow_up_lab") or "-").first(),
            follow_up_note=told.get("follow_up_note") or "",
        )
        projects.complete_project(project=self.project, actor=self.coach)
        if self.number % 2:
            self.look_back()

    def look_back(self) -> None:
        """Both sides say how it was, and the company thanks the team."""
        student = self.project.team()[0].student
        told = {"good": "We begrepen elkaar snel. De afspraken waren duidelijk.", "better": "Eerder samen testen."}
        projects.give_feedback(project=self.project, actor=self.contact, side="company", again=True, **told)
        told = {"good": "We mochten alles vragen en zagen hoe het werk echt gaat.", "better": ""}
        projects.give_feedback(project=self.project, actor=student, side="student", again=True, **told)
        told = {"good": "Het bedrijf dacht mee en kwam langs in het lab.", "better": "De vraag eerder kleiner maken."}
        projects.give_feedback(project=self.project, actor=self.coach, side="teacher", again=True, **told)
        thanks = "Dank jullie wel. Wij gebruiken jullie werk nu elke week."
        projects.thank_team(project=self.project, actor=self.contact, text=thanks)


def all_challenges(world: World) -> None:
    """Live through every challenge, in the order of the texts."""
    for number, row in enumerate(load("challenges")):
        Story(world, row, number).tell()


def settle_news() -> None:
    """What happened more than a week ago is read and told; nobody gets a year of news in the first digest."""
    Notice.objects.filter(entry__created_at__lt=days_ago(7)).update(read_at=clock.now(), told_at=clock.now())
