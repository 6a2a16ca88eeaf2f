"""What the larger pages of projects show to one reader. Reads only."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import NamedTuple

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from challenges.models.draft import attachments_of, read_attachments
from challenges.services.talk import ASKABLE, interest_of
from oil_portal.core import clock
from oil_portal.core.models import Consent
from oil_portal.core.prepared import prepared
from oil_portal.core.templatetags.parts import status_word
from oil_portal.core.timeline import course, course_of
from partners import roles
from projects.chain import chain, chain_reads, sees
from projects.choosing import part_of
from projects.contributing import of_project, sums_of
from projects.forms.project import ApplyForm, ConfirmForm
from projects.goals import Reader, goals_of, links_of, with_fit
from projects.models import Achievement, Application, Profile, Project
from projects.models.project import team_of
from projects.permissions import asked, leads
from projects.services import DECISION_DAYS, in_round, no_room, sides_of, speaks_as
from projects.workflow import LIVE_APPLICATION, WITH_TEAM, WRAPPING_UP, ApplicationStatus, ProjectStatus, RoundStatus


class Taught(NamedTuple):
    """A goal of a project as its page tells it; `state` is what it is to the reader."""

    pk: int
    title: str
    code: str
    state: str
    explanation: str


class Asks(NamedTuple):
    """Who asked for a seat, as the page tells it."""

    name: str
    status: str
    waits: bool
    fit: int
    at: datetime
    motivation: str

    @classmethod
    def told(cls, asked: Application) -> "Asks":
        waits = asked.status == ApplicationStatus.SUBMITTED
        return cls(str(asked.student), status_word(asked), waits, asked.fit, asked.created_at, asked.motivation)


# --- One project ------------------------------------------------------------------------------------------------
def reads(user, project: Project) -> list[tuple]:
    """What the page of a project is going to ask for sure, for `ahead`."""
    challenge, open_book = project.challenge.pk, not project.challenge.confidential
    asks = [(links_of, (project.assignment_id,)), (team_of, project.pk)]
    if open_book:
        asks.append((attachments_of, challenge))
    if roles.has(user, roles.STUDENT):
        asks += [(goals_of, user.pk), (interest_of, challenge, user.pk), (_last_application, project.pk, user.pk)]
    if project.status in WRAPPING_UP:
        asks += [(_asked_of_all, project.pk), *chain_reads(user, project)]
    if leads(user, project):
        asks.append((_asked, project.pk, project.assignment_id))
    if leads(user, project) or asked(user, project):
        asks.append(course(project))
        if project.status in WITH_TEAM:
            asks.append((sums_of, user, project.pk))
    return asks


def detail(user, project: Project, form: ApplyForm | None) -> dict:
    """Everything on a project's page. `project` comes from `for_cards`; `form` is what a student fills in."""
    reader = Reader(user)
    reader.dress([project])
    project.read_team()
    links = list(project.assignment.links.all())
    may = {
        name: user.has_perm(f"projects.{name}_project", project)
        for name in ("read", "see_applications", "see_team", "follow", "edit", "record_outcome")
    }
    if may["read"]:
        read_attachments(project.challenge)
    contact = contact_side(user, project)
    return {
        "project": project,
        "challenge": project.challenge,
        "reader": reader,
        "may": may,
        "form": form,
        "goals": tuple(
            Taught(link.goal_id, link.goal.title, link.goal.code, state, link.goal.explanation)
            for link, state in zip(links, project.states, strict=True)
        ),
        "plan": plan(project),
        "beside": beside(user, project),
        "applications": applicants(project) if may["see_applications"] else None,
        "team": members(user, project, addresses=contact["reads_addresses"])
        if may["see_team"] and project.status != ProjectStatus.OPEN
        else None,
        "no_room": no_room(project) if project.is_open else "",
        "asks": may["read"] and roles.has(user, roles.STUDENT) and project.challenge.status in ASKABLE,
        **own_application(user, project),
        **round_side(user, project),
        **contact,
        **wrapping_up(user, project),
        **company_side(user, project),
        **of_project(user, project),
    }


def round_side(user, project: Project) -> dict:
    """That a matching round fills the team, and whether the reader is one of who choose in it."""
    if (round_ := project.live_round) is None:
        return {}
    return {
        "in_round": in_round(project),
        "round": round_,
        "chooses": round_.status != RoundStatus.DRAFT and part_of(round_, user) is not None,
        "can_apply": False,
    }


class Member(NamedTuple):
    """One of the team, as the reader may know them: `email` once the contact is open to the reader, `photos` whether
    they may be in a picture for who takes it, else None."""

    name: str
    email: str
    photos: bool | None
    about: str
    skills: str


def members(user, project: Project, *, addresses: bool) -> tuple[Member, ...]:
    """The team, with what each shows to the reader."""
    seats = project.read_team()
    shown = {Profile.Shown.COMPANY} if asked(user, project) else set()
    if leads(user, project) or user.pk in {seat.student_id for seat in seats}:
        shown = {Profile.Shown.TEAM, Profile.Shown.COMPANY}
    decides = bool(seats) and (leads(user, project) or asked(user, project))  # who takes pictures has to know
    photos = set(_in_pictures(tuple(seat.student_id for seat in seats))) if decides else set()
    told = []
    for seat in seats:
        student, profile = seat.student, getattr(seat.student, "profile", None)
        says = (profile.about, profile.skills) if profile and profile.shown in shown else ("", "")
        email = student.email if addresses else ""
        told.append(Member(student.first_and_initial, email, student.pk in photos if decides else None, *says))
    return tuple(told)


class Beside(NamedTuple):
    """What stands beside a project: whose question it is, and its facts. `partner_url` is "" for who may not go there,
    `coach` for visitors."""

    hue: str
    kind: str
    partner: str
    partner_url: str
    described: str
    places: int
    hours: int
    location: str
    module: str
    module_url: str
    period: str
    elective: str
    room: int  # hours of the elective
    coach: str
    challenge: str
    challenge_url: str


def beside(user, project: Project) -> Beside:
    challenge, module, elective = project.challenge, project.run.module, project.run.module.elective
    partner = challenge.partner
    known = partner.status == "accepted" or roles.has(user, roles.BROKER)
    return Beside(
        partner.hue, partner.get_kind_display(), str(partner), partner.get_absolute_url() if known else "",
        partner.described, project.max_size, project.assignment.hours, challenge.get_location_display(), str(module),
        module.get_absolute_url(), project.run.period, str(elective or ""), elective.hours if elective else 0,
        str(project.coach) if user.is_authenticated else "", challenge.title, challenge.get_absolute_url(),
    )  # fmt: skip


def contact_side(user, project: Project) -> dict:
    """Whether the reader may open the contact, and whether it reads the addresses of the team."""
    begun = project.status in WITH_TEAM
    opens = begun and user.has_perm("projects.open_contact_project", project)
    return {
        "opens_contact": opens and not project.contact_opened_at,
        "reads_addresses": begun and bool(project.contact_opened_at) and (opens or asked(user, project)),
        "waits_for_contact": begun
        and project.status != "completed"
        and not project.contact_opened_at
        and asked(user, project),
    }


def company_side(user, project: Project) -> dict:
    """What a contact can still do; for the team, feedback."""
    ended = project.status in WRAPPING_UP
    asks = user.has_perm("projects.follow_up_project", project)
    return {
        "thanks": ended and asks,
        "speaks": ended and bool(speaks_as(user, project)),
    }


@dataclass(frozen=True)
class Moment:
    """A date in the planning of a project."""

    day: date
    label: str
    is_next: bool


def in_order(dates: list[tuple[date, str]]) -> tuple[Moment, ...]:
    """(day, label) pairs as moments by day; the first that is still to come is the next."""
    dates = sorted(dates, key=lambda pair: pair[0])
    following = next((index for index, (day, _label) in enumerate(dates) if day >= clock.today()), None)
    return tuple(Moment(day, label, index == following) for index, (day, label) in enumerate(dates))


def plan(project: Project) -> tuple[Moment, ...]:
    """The dates of a project in order; the first that is still to come is the next."""
    closing = [(project.closing_date, _("Aanmelden sluit"))]
    if project.status == ProjectStatus.OPEN:  # the portal answers then, also where the team should begin before that
        answer = project.closing_date + timedelta(days=DECISION_DAYS)
        closing.append((answer, _("Uiterlijk dan hoor je of je in het team zit")))
    if round_ := project.live_round:
        closing = [(round_.closes_on, _("Kiezen sluit")), (round_.publishes_on, _("De teams zijn bekend"))]
    return in_order([*closing, (project.starts, _("Het team begint")), (project.ends, _("Het team is klaar"))])


def applicants(project: Project) -> list[Application]:
    """Who asked for a seat, those without an answer first, each with `fit`."""
    rows = _asked(project.pk, project.assignment_id)
    order = [ApplicationStatus.SUBMITTED, ApplicationStatus.PLACED, ApplicationStatus.DECLINED]
    for row in rows:
        row.project = project  # read once, with all that the permissions ask of it
        row.told = Asks.told(row)
    return sorted(rows, key=lambda row: order.index(row.status))


@prepared
def _asked(project: int, assignment: int) -> QuerySet[Application]:
    found = Application.objects.filter(project=project).exclude(status=ApplicationStatus.WITHDRAWN)
    return with_fit(found, assignment).select_related("student")


def own_application(user, project: Project) -> dict:
    """The reader's last application here, what was said with its answer, and whether they can apply (again)."""
    if not roles.has(user, roles.STUDENT):
        return {"application": None, "can_apply": False}
    last = next(iter(_last_application(project.pk, user.pk)), None)
    if last is None:
        return {"application": None, "can_apply": project.is_open}
    last.project = project
    answer = next((entry for entry in course_of(last) if entry.to_status == last.status), None)
    return {
        "application": last,
        "answer": answer.remark if answer else "",
        "can_apply": project.is_open and last.status not in LIVE_APPLICATION,
    }


def wrapping_up(user, project: Project) -> dict:
    """The outcome, who still has to confirm, and whether the reader is one of them."""
    if project.status not in WRAPPING_UP:
        return {}
    outcome = getattr(project, "outcome", None)
    following = outcome.next_challenge if outcome else None
    if following and not sees(user, following):
        following = None
    ended = project.status == ProjectStatus.COMPLETED and user.has_perm("projects.read_project", project)
    rows = _asked_of_all(project.pk)
    silent = [side for side in Achievement.SIDES if any(getattr(row, f"{side}_says") is None for row in rows)]
    sides = sides_of(user, project) if user.is_authenticated else []
    mine = [(row, side) for row in rows for side in sides if side != "student" or row.student_id == user.pk]
    return {
        "wrapping_up": True,
        "outcome": outcome,
        "next_challenge": following,
        "chain": chain(user, project, outcome) if ended else [],
        "reached": sum(row.achieved for row in rows),
        "asked": len(rows),
        "silent": silent,
        "confirms": bool(mine),
        "unsaid": any(getattr(row, f"{side}_says") is None for row, side in mine),
    }


@prepared
def _asked_of_all(project: int) -> QuerySet[Achievement]:
    """Each goal of each student, with what the three sides said of it."""
    return Achievement.objects.filter(project=project)


@prepared
def _last_application(project: int, student: int) -> QuerySet[Application]:
    return Application.objects.filter(project=project, student=student).order_by("-created_at", "-pk")[:1]


@prepared
def _in_pictures(students: tuple) -> QuerySet:
    return Consent.objects.in_force(Consent.Kind.PHOTOS).filter(user__in=students).values_list("user", flat=True)


# --- Confirming -------------------------------------------------------------------------------------------------
def confirm_forms(user, project: Project, sides: list[str], data, sent: str | None) -> dict[str, ConfirmForm]:
    """{side: form} for the sides that have something to say; the one that was `sent` holds `data`."""
    rows = list(project.achievements.select_related("student", "goal"))
    order = {goal: place for place, goal in enumerate(project.assignment.links.values_list("goal_id", flat=True))}
    rows.sort(key=lambda row: (order.get(row.goal_id, len(order)), row.student.first_name, row.student_id))
    forms = {}
    for side in sides:
        own = [row for row in rows if side != "student" or row.student_id == user.pk]
        if own:
            forms[side] = ConfirmForm(data if side == sent else None, side=side, achievements=own)
    return forms
