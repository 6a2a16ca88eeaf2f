"""The demo's people and organisations, made through the services."""

from datetime import datetime, timedelta
from urllib.parse import urlsplit

from django.utils.text import slugify

from modules.importing import GoalRow, Reading, read
from modules.models import Elective, LearningGoal, Module, ModuleRun, Programme
from modules.services import apply, enrol, plan, save_module, save_run
from oil_portal.core import clock
from oil_portal.core.models import Consent
from oil_portal.demo.story import REPO_DATA, World, days_ago, load
from partners.importing import import_network
from partners.models import Partner, User
from partners.services import (
    accept_invitation,
    answer_membership,
    appoint,
    check_partner,
    invite,
    open_invitation,
    register_partner,
    request_membership,
    review_partner,
)

DETAILS = (
    "name", "kvk", "municipality", "website", "sector", "size", "training_company", "description", "description_en",
)  # fmt: skip
NOT_CHECKED = ("vezelgoed-verpakkingen", "zwemcentrum-golfslot")  # so that the brokers' queue has two to look at
SCHOOL_DOMAINS = {"mboRijnland": "mborijnland.nl", "Hogeschool Leiden": "hsleiden.nl"}


def person(email: str, first_name: str, last_name: str, *, joined: datetime, **fields) -> User:
    """A user whose address is verified; nobody can log in with a password."""
    user = User.objects.create_user(email, first_name=first_name, last_name=last_name, date_joined=joined, **fields)
    user.emailaddress_set.create(email=user.email, verified=True, primary=True)
    if user.digest != User.Digest.NEVER:
        Consent.objects.create(user=user, kind=Consent.Kind.DIGEST, given_at=joined)
    return user


def network(world: World) -> None:
    """The real partner network, its brokers and coordinators, and an administrator."""
    people = load("people")
    joined = days_ago(480)
    with clock.at(joined):
        import_network((REPO_DATA / "network.json").read_text(encoding="utf-8"))
    for broker in people["brokers"]:
        email = f"{slugify(broker['first_name'])}@economie071.example"
        user = person(email, broker["first_name"], broker["last_name"], joined=joined)
        appoint(user=user, partner=Partner.objects.get(name=broker["partner"]), role="broker")
        world.brokers.append(user)
    with clock.at(days_ago(130)):
        for partner in Partner.objects.all():  # all of them are partners already
            check_partner(partner=partner, actor=world.brokers[0])
    for coordinator in people["coordinators"]:
        partner = Partner.objects.get(name=coordinator["partner"])
        email = f"{initialled(coordinator)}@{SCHOOL_DOMAINS[partner.school.name]}"
        user = person(email, coordinator["first_name"], coordinator["last_name"], joined=joined)
        appoint(user=user, partner=partner, role="coordinator")
        world.coordinators.setdefault(partner.school.name, user)
    User.objects.create_superuser("beheer@oil.example", first_name="Bo", last_name="Beheer", date_joined=joined)


def initialled(someone: dict) -> str:
    return f"{someone['first_name'][0].lower()}.{slugify(someone['last_name']).replace('-', '')}"


def companies(world: World) -> None:
    """Every company signs up, and a broker looks at it."""
    for number, row in enumerate(load("companies")):
        waiting = row["review"] == "submitted"
        joined = days_ago(2 + number % 3 if waiting else 470 - number)
        domain = urlsplit(row["website"]).netloc
        with clock.at(joined):
            contact = company_person(row["contact"], domain, joined)
            partner = register_partner(actor=contact, **{name: row[name] for name in DETAILS if name in row})
        if not waiting:
            with clock.at(joined + timedelta(days=1)):
                action = {"accepted": "accept", "returned": "return", "declined": "decline"}[row["review"]]
                remark = row.get("review_remark", "")
                review_partner(partner=partner, actor=world.brokers[number % 2], action=action, remark=remark)
        if row.get("colleague"):
            with clock.at(joined + timedelta(days=2)):
                colleague = company_person(row["colleague"], domain, clock.now())
                sent = invite(actor=contact, partner=partner, email=colleague.email, role="contact")
                open_invitation(invitation=sent, reader=colleague)
                accept_invitation(invitation=sent, actor=colleague)
        if row["review"] == "accepted" and row["key"] not in NOT_CHECKED:
            with clock.at(joined + timedelta(days=350)):
                check_partner(partner=partner, actor=contact)
        world.contacts[row["key"]] = contact
        world.companies[row["key"]] = partner


def company_person(row: dict, domain: str, joined: datetime) -> User:
    return person(f"{slugify(row['first_name'])}@{domain}", row["first_name"], row["last_name"], joined=joined)


def teachers(world: World) -> None:
    """Teachers ask to join their school; a coordinator confirms all but the newest."""
    for row in load("people")["teachers"]:
        school = Partner.objects.get(name=row["school"])
        joined = days_ago(460 if row["confirmed"] else 3)
        with clock.at(joined):
            user = person(
                f"{initialled(row)}@{SCHOOL_DOMAINS[row['school']]}", row["first_name"], row["last_name"], joined=joined
            )
            membership = request_membership(actor=user, partner=school, role="teacher")
        if row["confirmed"]:
            with clock.at(joined + timedelta(days=1)):
                answer_membership(membership=membership, actor=world.coordinators[row["school"]], action="confirm")
        world.teachers[row["key"]] = user


def curriculum(world: World) -> None:
    """The real goals and electives, two hbo programmes, and twelve modules with their runs."""
    for name in ("werkprocessen.csv", "keuzedelen.csv"):
        apply(plan(read((REPO_DATA / name).read_text(encoding="utf-8"))))
    data = load("modules")
    for programme in data["hbo_programmes"]:
        rows = [
            GoalRow(
                crebo=programme["code"], programme=programme["name"], level=programme["level"], dossier_code="",
                dossier="", core_task_code=goal["core_task_code"], core_task=goal["core_task"], code=goal["code"],
                title=goal["title"],
            )
            for goal in programme["goals"]
        ]  # fmt: skip
        apply(plan(Reading(goals=rows)))
    world.goals = {(goal.programme.code, goal.code): goal for goal in LearningGoal.objects.select_related("programme")}
    for row in data["modules"]:
        with clock.at(days_ago(450)):
            module(world, row)


def module(world: World, row: dict) -> None:
    """One module of a school, made by its coordinator, with all its runs."""
    school = Partner.objects.get(name=row["school"])
    coordinator = world.coordinators[row["school"]]
    made = save_module(
        actor=coordinator,
        module=Module(
            school=school,
            lab=Partner.objects.filter(glyph=row["lab"]).first() if row["lab"] else None,
            programme=Programme.objects.get(code=row["programme"]),
            elective=Elective.objects.filter(code=row.get("elective_code") or "").first(),
            **{name: row[name] for name in ("code", "title", "level", "study_load", "description")},
        ),
        goals=[world.goals[goal["programme"], goal["code"]] for goal in row["goals"]],
    )
    runs = []
    for run in row["runs"]:
        starts = world.monday + timedelta(weeks=run["start_week_offset"])
        ends = world.monday + timedelta(weeks=run["end_week_offset"], days=4)
        plan = ModuleRun(module=made, period=run["period_label"], starts=starts, ends=ends)
        givers = [world.teachers[key] for key in run["teachers"]]
        runs.append(save_run(actor=coordinator, run=plan, teachers=givers))
    world.runs[row["key"]] = runs


def students(world: World) -> None:
    """Students join with the address of their school and take their modules' newest run."""
    for number, row in enumerate(load("people")["students"]):
        joined = days_ago(440 - number % 60)
        with clock.at(joined):
            name = f"{slugify(row['first_name'])}.{slugify(row['last_name']).replace('-', '')}"
            email = f"{name}@student.{SCHOOL_DOMAINS[row['school']]}"
            user = person(email, row["first_name"], row["last_name"], joined=joined)
            request_membership(actor=user, partner=Partner.objects.get(name=row["school"]), role="student")
        with clock.at(days_ago(60)):
            for key in row["modules"]:
                enrol(actor=user, run=world.runs[key][-1])
                world.students.setdefault(key, []).append(user)
