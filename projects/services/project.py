"""The verbs for projects. Locks are taken in one order: round, project, application, challenge."""

from datetime import timedelta

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from challenges.models import Assignment, Challenge
from challenges.services import owners, settle
from challenges.services.talk import look
from oil_portal.core import clock, promises
from oil_portal.core.timeline import changed_fields, notify, record, take_back
from oil_portal.core.workflow import NotNow, Refusal, lock, move
from partners import roles
from partners.models import User
from projects.models import Achievement, Application, Outcome, Project
from projects.services.ranking import rankers_of, take_out
from projects.workflow import AT_WORK, DECISION_DAYS, WITH_TEAM, WRAPPING_UP, ApplicationStatus, ProjectStatus

LONGEST_DAYS = 3 * 366  # from today to the end of a project


def team_of(project: Project) -> list[User]:
    return [application.student for application in project.team()]


def _settle(project: Project, actor: User | None) -> None:
    challenge = project.challenge
    lock(challenge)  # before its projects are read: of two that end at once, the second must see the first
    statuses = set(Project.objects.filter(assignment__challenge=challenge).values_list("status", flat=True))
    settle(challenge=challenge, statuses=statuses, actor=actor)


def _require(actor: User | None, permission: str, obj: Project | Application) -> None:
    """Before a refusal says anything about the object: may `actor` (None: the portal) do this at all?"""
    if actor is not None and not actor.has_perm(permission, obj):
        raise PermissionDenied


def in_round(project: Project) -> str:
    """That a matching round fills this team, and when that is known, in a sentence; "" outside a round."""
    if (round_ := project.live_round) is None:
        return ""
    day = date_format(round_.publishes_on, "j F")
    return _("Dit project zit in een matchronde. De teams worden op %(day)s gepubliceerd.") % {"day": day}


def _outside_round(project: Project) -> None:
    """Refusal while a matching round fills the team; expects a project that was just locked."""
    if sentence := in_round(project):
        raise Refusal(sentence)


def plan_errors(*, run=None, coach=None, closing_date=None, starts=None, ends=None) -> dict[str, str]:
    """{field: message} for what the fields of a plan can't say alone; what is None is not judged."""
    errors = {}
    if closing_date and closing_date < clock.today():
        errors["closing_date"] = _("Kies een sluitdatum die nog komt.")
    if run and starts and run.ends < starts:
        errors["starts"] = _("De module is dan al voorbij. Kies een eerdere datum of een andere periode.")
    if coach and not roles.has(coach, roles.TEACHER):
        errors["coach"] = _("Kies een docent als begeleider.")
    if ends and ends > clock.today() + timedelta(days=LONGEST_DAYS):
        errors["ends"] = _("Kies een einddatum binnen drie jaar.")
    return errors


def _check_plan(project: Project, *, new_closing_date: bool = True) -> None:
    """A date that has passed is no reason to refuse a change of something else."""
    errors = plan_errors(
        run=project.run,
        coach=project.coach,
        closing_date=project.closing_date if new_closing_date else None,
        starts=project.starts,
        ends=project.ends,
    )
    if errors:
        raise ValidationError(errors)


# --- The project ------------------------------------------------------------------------------------------------
@transaction.atomic
def open_project(*, assignment: Assignment, actor: User, **plan) -> Project:
    """Open an agreed assignment to students. `plan`: run, lab, coach, sizes and dates. Raises ValidationError."""
    lock(assignment)
    if assignment.status != "agreed":
        raise NotNow(_("Het bedrijf is nog niet akkoord met deze opdracht."))
    if not actor.has_perm("projects.open_project", assignment):
        raise PermissionDenied
    if not assignment.challenge.partner.takes_part:
        raise Refusal(_("De organisatie die dit vraagt is geschorst. Een nieuw project kan nu niet."))
    project = Project(
        assignment=assignment, title=assignment.title, summary=assignment.summary, text=assignment.text, **plan
    )
    project.full_clean()
    _check_plan(project)
    project.save()
    entry = record(project, "open", actor=actor, to_status=project.status)
    notify(entry, [project.coach, *owners(project.challenge)])
    _settle(project, actor)
    return project


@transaction.atomic
def edit_project(*, project: Project, actor: User, **plan) -> Project:
    """Change dates, coach or seats of an open project; seats never drop below the students already placed."""
    if not actor.has_perm("projects.edit_project", project):
        raise PermissionDenied
    lock(project)
    if project.status != ProjectStatus.OPEN:
        raise NotNow(_("Dit project is al begonnen of gesloten."))
    changes = changed_fields(project, **plan)
    for name, value in plan.items():
        setattr(project, name, value)
    project.full_clean()
    _check_plan(project, new_closing_date="closing_date" in changes)
    if project.max_size < project.team().count():
        raise ValidationError({"max_size": _("Er zijn al meer studenten geplaatst.")})
    project.save()
    if "closing_date" in changes:
        promises.redate(project.applications.filter(status=ApplicationStatus.SUBMITTED).select_related("project"))
    if changes:
        entry = record(project, "edit", actor=actor, changes=changes)
        students = [application.student for application in project.applications.live().select_related("student")]
        if round_ := project.live_round:  # who chose it keeps the choice, and reads on the page what changed
            students += rankers_of(project, round_)
        notify(entry, [project.coach, *students])
    return project


@transaction.atomic
def start_project(*, project: Project, actor: User | None, remark: str = "") -> Project:
    """The team begins; everybody who still waits gets an answer. Needs the smallest team."""
    lock(project)
    _require(actor, "projects.start_project", project)
    if project.status != ProjectStatus.OPEN:
        raise NotNow(_("Dit project is al begonnen of gesloten."))
    _outside_round(project)
    team = team_of(project)
    if len(team) < project.min_size:
        raise Refusal(
            ngettext(
                "Het team heeft minstens %(min)s student nodig. Er zijn er nu %(placed)s geplaatst.",
                "Het team heeft minstens %(min)s studenten nodig. Er zijn er nu %(placed)s geplaatst.",
                project.min_size,
            )
            % {"min": project.min_size, "placed": len(team)}
        )
    entry = move(project, "start", actor=actor, remark=remark)
    _answer_waiting(project, actor, _("De docent heeft het team gekozen. Kijk of een ander project bij je past."))
    notify(entry, [*team, project.coach, *owners(project.challenge)], mail=True)
    _settle(project, actor)
    return project


@transaction.atomic
def cancel_project(*, project: Project, actor: User | None, remark: str) -> Project:
    """Close without a team; every applicant, placed or waiting, gets the reason.

    A live matching round goes on without it, and who chose it hears so.
    """
    round_ = project.live_round
    if round_ is not None:
        lock(round_)
    entry = move(project, "cancel", actor=actor, remark=remark)
    if round_ is not None and project.live_round:
        _leave_round(project, actor)
    _answer_waiting(project, actor, remark)
    notify(entry, [project.coach, *owners(project.challenge)], mail=True)
    _settle(project, actor)
    return project


def _leave_round(project: Project, actor: User | None) -> None:
    """Tell of the round, which its students may read, and not of a project that they no longer can."""
    round_ = project.entry.round
    told = take_out(entry=project.entry)
    said = _("‘%(title)s’ gaat niet door. Je andere keuzes zijn gebleven en schuiven op.") % {"title": project.title}
    entry = record(round_, "choices_changed", actor=actor, remark=said)
    notify(entry, told, mail=True)


def _answer_waiting(project: Project, actor: User | None, remark: str) -> None:
    """Answer who waits; of a project that closes without a team, also who was placed."""
    statuses = [ApplicationStatus.SUBMITTED]
    if project.status == ProjectStatus.CANCELLED:
        statuses.append(ApplicationStatus.PLACED)
    for application in project.applications.filter(status__in=statuses).select_related("student"):
        entry = move(application, "release", actor=actor, remark=remark, decided_at=clock.now())
        notify(entry, [application.student], mail=True)


@transaction.atomic
def close_overdue(*, project: Project) -> None:
    """What the portal does when a teacher lets applicants wait: start a team that is large enough, else close."""
    lock(project)
    if project.status != ProjectStatus.OPEN or project.closing_date >= clock.today() - timedelta(days=DECISION_DAYS):
        return
    if project.live_round:  # which says when the teams are known
        return
    if project.team().count() >= project.min_size:
        start_project(project=project, actor=None)
    else:
        cancel_project(
            project=project, actor=None, remark=_("Er kwam op tijd geen team. Kijk of een ander project bij je past.")
        )


# --- Applications -----------------------------------------------------------------------------------------------
def no_room(project: Project) -> str:
    """Why the company takes no new interest now, in a sentence; "" when it does. Locks nothing."""
    challenge = project.challenge
    if challenge.partner.is_paused:
        day = date_format(challenge.partner.paused_until, "j F")
        return _("%(partner)s heeft het nu druk. Aanmelden kan weer na %(day)s.") % {
            "partner": challenge.partner, "day": day,
        }  # fmt: skip
    if challenge.most_interested:
        live = Application.objects.live().filter(project__assignment__challenge=challenge)
        if live.values("student").distinct().count() >= challenge.most_interested:
            return _("Er zijn al genoeg aanmeldingen voor dit vraagstuk. Kijk of een ander project bij je past.")
    return ""


@transaction.atomic
def apply(*, project: Project, actor: User, motivation: str) -> Application:
    """A student asks for a seat, once per project, up to and including the closing date."""
    if not actor.has_perm("projects.apply_project", project):
        raise PermissionDenied
    lock(project)
    if not project.is_open:
        raise NotNow(_("Aanmelden kan niet meer. De aanmelding is gesloten."))
    _outside_round(project)
    if project.applications.live().filter(student=actor).exists():
        raise Refusal(_("Je hebt je al aangemeld voor dit project."))
    lock(project.challenge)  # two projects of one challenge share its cap
    if problem := no_room(project):
        raise Refusal(problem)
    look(challenge=project.challenge, student=actor)
    application = Application(project=project, student=actor, motivation=motivation)
    application.full_clean()
    application.save()
    notify(record(application, "apply", actor=actor, to_status=application.status), [project.coach])
    return application


@transaction.atomic
def place(*, application: Application, actor: User, remark: str = "") -> Application:
    """Give a student a seat. The lock on the project keeps two teachers from giving the last one twice."""
    lock(application.project)
    project = application.project
    _require(actor, "projects.place_application", application)
    if project.status != ProjectStatus.OPEN:
        raise NotNow(_("Dit project is al begonnen of gesloten."))
    _outside_round(project)
    if project.team().count() >= project.max_size:
        raise Refusal(_("Het team is vol. Verhoog eerst het aantal plekken."))
    entry = move(application, "place", actor=actor, remark=remark, decided_at=clock.now())
    notify(entry, [application.student], mail=True)
    return application


@transaction.atomic
def decline(*, application: Application, actor: User, remark: str) -> Application:
    """Say no, with a reason that the student reads."""
    lock(application.project)
    entry = move(application, "decline", actor=actor, remark=remark, decided_at=clock.now())
    notify(entry, [application.student], mail=True)
    return application


@transaction.atomic
def unseat(*, application: Application, actor: User, remark: str) -> Application:
    """Take back a seat as long as the team has not begun, with a reason that the student reads."""
    lock(application.project)
    entry = move(application, "unseat", actor=actor, remark=remark, decided_at=clock.now())
    take_back(application, "place", "match")
    notify(entry, [application.student], mail=True)
    return application


@transaction.atomic
def withdraw(*, application: Application, actor: User, remark: str = "") -> Application:
    """The student takes the application back, placed or not, until the team begins."""
    lock(application.project)
    entry = move(application, "withdraw", actor=actor, remark=remark)
    take_back(application, "apply", "place", "decline")
    notify(entry, [application.project.coach])
    return application


# --- The team at work -------------------------------------------------------------------------------------------
@transaction.atomic
def open_contact(*, project: Project, actor: User) -> Project:
    """The company may reach the team by mail from now on; students and company hear so."""
    _require(actor, "projects.open_contact_project", project)
    lock(project)
    if project.status not in WITH_TEAM:
        raise NotNow(_("Contact open je als het team is begonnen."))
    if project.contact_opened_at:
        raise NotNow(_("Het contact is al open."))
    project.contact_opened_at = clock.now()
    project.save(update_fields=["contact_opened_at"])
    entry = record(project, "open_contact", actor=actor)
    notify(entry, [*team_of(project), project.coach, *owners(project.challenge)], mail=True)
    return project


@transaction.atomic
def leave_teams(*, student: User) -> None:
    """A student leaves the portal: each team at work and its coach hear that somebody left, and not who.

    The seat stays and counts, without a name.
    """
    seats = student.applications.filter(status=ApplicationStatus.PLACED, project__status__in=AT_WORK)
    for seat in seats.select_related("project__coach"):
        entry = record(seat.project, "member_left", actor=None)
        notify(entry, [other for other in team_of(seat.project) if other != student])
        notify(entry, [seat.project.coach], mail=True)


# --- Wrapping up ------------------------------------------------------------------------------------------------
@transaction.atomic
def wrap_up(*, project: Project, actor: User, remark: str = "") -> Project:
    """Ask student, teacher and company which goals were reached: one row per placed student and goal."""
    entry = move(project, "wrap_up", actor=actor, remark=remark)
    goals = list(project.assignment.links.values_list("goal_id", flat=True))
    team = team_of(project)
    Achievement.objects.bulk_create(
        Achievement(project=project, student=student, goal_id=goal) for student in team for goal in goals
    )
    notify(entry, [*team, project.coach, *owners(project.challenge)], mail=True)
    return project


def sides_of(user: User, project: Project) -> list[str]:
    """For which sides `user` may confirm the goals of `project`, in the order of Achievement.SIDES."""
    return [side for side in Achievement.SIDES if user.has_perm(f"projects.confirm_as_{side}", project)]


@transaction.atomic
def confirm_goals(*, project: Project, actor: User, side: str, reached: set[int]) -> None:
    """One side says which achievements (ids) were reached; the others of its rows were not. May be said again.

    A student speaks for itself alone; teacher and company for the whole team.
    """
    if side not in Achievement.SIDES or side not in sides_of(actor, project):
        raise PermissionDenied
    lock(project)
    if project.status not in WRAPPING_UP:
        raise NotNow(_("Leerdoelen bevestig je als het project wordt afgerond."))
    rows = project.achievements.select_for_update()
    if side == "student":
        rows = rows.filter(student=actor)
    for achievement in rows:
        setattr(achievement, f"{side}_says", achievement.pk in reached)
        achievement.save(update_fields=[f"{side}_says"])
    notify(record(project, "confirm", actor=actor), [project.coach])


@transaction.atomic
def record_outcome(*, project: Project, actor: User, **values) -> Outcome:
    """Write down what came of the project and where it continues; may be improved later."""
    if not actor.has_perm("projects.record_outcome_project", project):
        raise PermissionDenied
    lock(project)
    if project.status not in WRAPPING_UP:
        raise NotNow(_("De uitkomst leg je vast als het project wordt afgerond."))
    outcome = Outcome.objects.filter(project=project).first() or Outcome(project=project)
    for name, value in values.items():
        setattr(outcome, name, value)
    outcome.full_clean()
    outcome.save()
    record(project, "outcome", actor=actor)
    return outcome


@transaction.atomic
def complete_project(*, project: Project, actor: User, remark: str = "") -> Project:
    """Close the book; needs an outcome. A side that has not confirmed yet can still do so afterwards."""
    lock(project)
    _require(actor, "projects.complete_project", project)
    if project.status != ProjectStatus.CONFIRMING:
        raise NotNow(_("Een project rond je af nadat de leerdoelen zijn gevraagd."))
    if not Outcome.objects.filter(project=project).exists():
        raise Refusal(_("Leg eerst de uitkomst vast. Dan kan het project worden afgerond."))
    entry = move(project, "complete", actor=actor, remark=remark)
    notify(entry, [*team_of(project), project.coach, *owners(project.challenge)], mail=True)
    _settle(project, actor)
    return project


def next_challenges(project: Project):
    """The challenges that can be named as what follows: the same partner's others."""
    return Challenge.objects.filter(partner=project.challenge.partner).exclude(pk=project.challenge.pk)
