"""Who may do what with projects, applications and contributions."""

import rules

from challenges.models import Assignment
from challenges.permissions import is_owner
from modules.permissions import teaches_somewhere
from partners import roles
from partners.permissions import is_broker
from projects.models import Application, Contribution, Project
from projects.models.contribution import Side


@rules.predicate
def is_student(user, _obj=None) -> bool:
    return roles.has(user, roles.STUDENT)


@rules.predicate
def is_contact_somewhere(user, _obj=None) -> bool:
    return roles.has(user, roles.CONTACT)


@rules.predicate
def leads(user, project: Project | None) -> bool:
    """The coach, the translator, or a coordinator of the module's school: all answer for the team."""
    if project is None or not user.pk:
        return False
    return user.pk in (
        project.coach_id,
        project.challenge.translator_id,
    ) or project.run.module.school_id in roles.school_ids(user, roles.COORDINATOR)


@rules.predicate
def asked(user, project: Project | None) -> bool:
    """A contact of the partner whose question it is."""
    return project is not None and is_owner(user, project.challenge)


@rules.predicate
def is_placed(user, project: Project | None) -> bool:
    return project is not None and bool(user.pk) and project.has_placed(user.pk)


@rules.predicate
def is_open_book(_user, project: Project | None) -> bool:
    return project is not None and not project.challenge.confidential


@rules.predicate
def is_teacher(user, _obj=None) -> bool:
    return roles.has(user, roles.TEACHER)


@rules.predicate
def may_open(user, assignment: Assignment | None) -> bool:
    """The translator opens projects of an agreed assignment; so does a coordinator or another teacher."""
    return (
        assignment is not None and assignment.status == "agreed" and roles.has(user, roles.TEACHER, roles.COORDINATOR)
    )


@rules.predicate
def leads_its_project(user, application: Application | None) -> bool:
    return application is not None and leads(user, application.project)


@rules.predicate
def is_applicant(user, application: Application | None) -> bool:
    return application is not None and application.student_id == user.pk


@rules.predicate
def before_start(_user, application: Application | None) -> bool:
    return application is not None and application.project.status == "open"


def side_of(user, project: Project) -> str:
    """For which side `user` enters contributions to `project`: "company", "school", or "" for neither."""
    return Side.COMPANY if asked(user, project) else Side.SCHOOL if leads(user, project) else ""


@rules.predicate
def is_other_side(user, given: Contribution | None) -> bool:
    """Who stands across from the side that entered it, and did not enter it themselves."""
    if given is None or not user.pk or user.pk == given.by_id:
        return False
    return leads(user, given.project) if given.side == Side.COMPANY else asked(user, given.project)


@rules.predicate
def entered(user, given: Contribution | None) -> bool:
    """Who entered it, as long as they still belong to a side of the project."""
    return given is not None and bool(user.pk) and user.pk == given.by_id and bool(side_of(user, given.project))


rules.add_perm("projects.open_project", may_open)
for action in ("start", "cancel", "wrap_up", "complete", "edit", "record_outcome"):
    rules.add_perm(f"projects.{action}_project", leads)
rules.add_perm("projects.open_contact_project", leads)
rules.add_perm("projects.apply_project", is_student)
# Reading the text of a confidential project: the sides and the team.
rules.add_perm("projects.read_project", is_open_book | asked | is_teacher | is_broker | leads | is_placed)
rules.add_perm("projects.see_team_project", asked | leads | is_broker | is_placed)
rules.add_perm("projects.see_applications_project", leads)
rules.add_perm("projects.follow_project", asked | leads | is_broker | is_placed)
rules.add_perm("projects.follow_up_project", asked)  # thank the team, say what became of it
rules.add_perm("projects.contribute_project", asked | leads)
rules.add_perm("projects.see_contributions_project", asked | leads | is_broker)
rules.add_perm("projects.confirm_as_teacher", leads)
rules.add_perm("projects.confirm_as_company", asked)
rules.add_perm("projects.confirm_as_student", is_placed)

for action in ("confirm", "dispute", "reopen"):
    rules.add_perm(f"projects.{action}_contribution", is_other_side)
rules.add_perm("projects.correct_contribution", entered)

rules.add_perm("projects.place_application", leads_its_project)
rules.add_perm("projects.decline_application", leads_its_project)
rules.add_perm("projects.unseat_application", leads_its_project & before_start)
rules.add_perm("projects.withdraw_application", is_applicant & before_start)
rules.add_perm("projects.change_profile", is_student)
# Which goals challenges work on: for who teaches and for the brokers.
rules.add_perm("projects.see_coverage", teaches_somewhere | is_broker)
# The page of hours and money; who has no project there reads that.
rules.add_perm("projects.see_contributions", is_contact_somewhere | teaches_somewhere | is_broker)
# Where completed projects went on: for the partners, who teaches and the brokers.
rules.add_perm("projects.see_follow_ups", is_contact_somewhere | teaches_somewhere | is_broker)


# --- Matching rounds --------------------------------------------------------------------------------------------
@rules.predicate
def runs_round(user, round_=None) -> bool:
    """A coordinator of the round's school; without a round, of any school."""
    schools = roles.school_ids(user, roles.COORDINATOR)
    return bool(schools) if round_ is None else round_.school_id in schools


@rules.predicate
def helps_round(user, round_=None) -> bool:
    """Who teaches or coordinates at a school of the round, and who coaches one of its projects, reads along."""
    if round_ is None or not user.pk:
        return False
    schools = roles.school_ids(user, roles.TEACHER, roles.COORDINATOR)
    return (
        round_.school_id in schools
        or (bool(schools) and round_.runs.filter(module__school__in=schools).exists())
        or round_.entries.filter(project__coach_id=user.pk).exists()
    )


@rules.predicate
def takes_part(user, round_=None) -> bool:
    """A student of one of the runs of the round."""
    return round_ is not None and is_student(user) and round_.runs.filter(enrolments__student_id=user.pk).exists()


@rules.predicate
def coaches_entry(user, entry=None) -> bool:
    return entry is not None and leads(user, entry.project)


for action in ("open", "close", "reopen", "cancel", "edit", "solve", "publish"):
    rules.add_perm(f"projects.{action}_matchinground", runs_round)
rules.add_perm("projects.make_matchinground", runs_round)
rules.add_perm("projects.see_matchinground", runs_round | helps_round)
rules.add_perm("projects.rank_matchinground", takes_part)
rules.add_perm("projects.favour_roundproject", coaches_entry)
