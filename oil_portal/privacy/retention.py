"""How long things stay, carried out every night. Each rule runs by itself and leaves one row for staff to read.

Where a number of people has to stay right, such as how many applied, the row stays and a nameless stand-in takes the
person's place: one per person and project, so that nothing leads from one project to another.
"""

import secrets
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta

import pgtrigger
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.contenttypes.models import ContentType
from django.contrib.sessions.models import Session
from django.db import models, transaction
from django.db.models import Exists, OuterRef, Q
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override
from pghistory.models import Context

from oil_portal.core import clock
from oil_portal.core.mail import absolute
from oil_portal.core.models import IdleWarning, Letter, Notice, RetentionRun, TimelineEntry
from oil_portal.core.tasks import post
from oil_portal.core.workflow import Refusal
from oil_portal.privacy.erase import GONE, NOBODY, erase, histories
from partners.models import User
from projects.models import Achievement, Application, Contribution, Feedback, Project

Done = tuple[int, int]  # how many were removed, and how many wait for a person


def carry_out() -> None:
    """Run every rule. One that fails is written down and stops no other; afterwards the task fails too, so that it is
    in the log."""
    problems = [problem for name, (_words, rule) in RULES.items() if (problem := _run(name, rule))]
    if problems:
        raise problems[0]


def _run(name: str, rule: Callable[[], Done]) -> Exception | None:
    """One rule in a transaction of its own, and its row for the report."""
    try:
        with transaction.atomic():
            removed, waiting = rule()
    except Exception as problem:
        RetentionRun.objects.create(rule=name, done_at=clock.now(), problem=type(problem).__name__)
        return problem
    RetentionRun.objects.create(rule=name, done_at=clock.now(), removed=removed, waiting=waiting)
    return None


def _ago(**span) -> datetime:
    return clock.now() - timedelta(**span)


def _no_append_only():
    return pgtrigger.ignore(*(f"{event._meta.label}:append_only" for event in histories().values()))


# --- Applications and projects ----------------------------------------------------------------------------------
def forget_rejected() -> Done:
    """Applications without a seat lose their person and motivation four weeks after the project's end."""
    last = _ago(weeks=settings.RETENTION_REJECTED_WEEKS).date()
    over = Q(project__ends__lt=last) | Q(project__status="cancelled", project__closing_date__lt=last)
    live = Application.objects.live().filter(project=OuterRef("project"), student=OuterRef("student"))
    rows = Application.objects.filter(over, status__in=["declined", "withdrawn"]).exclude(Exists(live))
    pairs = set(_named(rows).values_list("project", "student"))
    with _no_append_only():
        for project, student in pairs:
            _replace(student, project, [Application])
    return len(pairs), 0


def forget_projects() -> Done:
    """Two years after a project's end nothing in it says which student, contact or teacher took part."""
    last = _ago(days=round(365.25 * settings.RETENTION_PROJECT_YEARS)).date()
    old = Project.objects.filter(ends__lt=last)
    pairs = set()
    for model, field in OF_A_PROJECT:
        rows = model._base_manager.filter(project__in=old).exclude(**{field: None})
        pairs |= set(_named(rows, field).order_by().values_list("project", field))
    with _no_append_only():
        for project, person in pairs:
            _replace(person, project, [Application, Achievement, Feedback, Contribution])
    return len(pairs), 0


OF_A_PROJECT = (
    (Application, "student"), (Achievement, "student"), (Feedback, "student"), (Feedback, "author"),
    (Contribution, "by"), (Contribution, "answered_by"),
)  # fmt: skip


def _named(rows: models.QuerySet, field: str = "student") -> models.QuerySet:
    """Those that still lead to somebody."""
    return rows.exclude(**{f"{field}__email__endswith": f"@{NOBODY}"})


def _replace(person: int, project: int, models_: Iterable[type[models.Model]]) -> None:
    """Put a stand-in in the place of one person in one project."""
    nobody = User.objects.create_user(
        f"{secrets.token_hex(12)}@{NOBODY}", first_name=GONE, is_active=False,
        digest=User.Digest.NEVER, date_joined=clock.now(),
    )  # fmt: skip
    for model, field in OF_A_PROJECT:
        if model in models_:
            _point(model, field, person, project, nobody)


def _point(model: type[models.Model], field: str, person: int, project: int, nobody: User) -> None:
    rows = model._base_manager.filter(project=project, **{field: person})
    pks = list(rows.values_list("pk", flat=True))
    values = {field: nobody} | ({"motivation": ""} if model is Application else {})
    model._base_manager.filter(pk__in=pks).update(**values)
    past = histories()[model]._base_manager.filter(pgh_obj_id__in=pks)
    past.filter(**{field: person}).update(**values)
    told = TimelineEntry.objects.filter(content_type=ContentType.objects.get_for_model(model), object_id__in=pks)
    Notice.objects.filter(entry__in=told).delete()
    told.update(remark="", changes={})
    told.filter(actor=person).update(actor=nobody)


# --- Audit, sessions and letters --------------------------------------------------------------------------------
def forget_audit() -> Done:
    """What the database noted of every change, after a year."""
    before, gone = _ago(days=settings.RETENTION_AUDIT_DAYS), 0
    with _no_append_only():
        for event in histories().values():
            gone += event._base_manager.filter(pgh_created_at__lt=before)._raw_delete(using="default")
    Context.objects.filter(created_at__lt=before)._raw_delete(using="default")
    return gone, 0


def forget_leftovers() -> Done:
    """Sessions that ended, with where they were, and mails that could not be sent for a month."""
    gone, _each = Session.objects.filter(expire_date__lt=clock.now()).delete()
    live = Session.objects.filter(session_key=OuterRef("session_key"))
    UserSession.objects.exclude(Exists(live)).delete()
    lost, _each = Letter.objects.filter(failed_at__lt=_ago(days=30)).delete()
    return gone + lost, 0


# --- Accounts that nobody uses ----------------------------------------------------------------------------------
def idle_since(moment: datetime) -> models.QuerySet:
    """Who did not log in and did nothing since `moment`; staff aside."""
    acted = TimelineEntry.objects.filter(actor=OuterRef("pk"), created_at__gte=moment)
    people = User.objects.filter(is_active=True, is_staff=False, is_superuser=False)
    seen = people.alias(seen=Coalesce("last_login", "date_joined")).filter(seen__lt=moment, date_joined__lt=moment)
    return seen.exclude(Exists(acted)).exclude(email__endswith=f"@{NOBODY}")


def forget_idle() -> Done:
    """Warn who did not come for two years; a month later the account goes, unless somebody has to take over first."""
    idle = idle_since(_ago(days=round(365.25 * settings.RETENTION_IDLE_YEARS)))
    IdleWarning.objects.exclude(user__in=idle).delete()
    for person in idle.filter(idle_warning=None):
        _warn(person)
    due = IdleWarning.objects.filter(warned_at__lt=_ago(days=settings.RETENTION_WARNING_DAYS)).select_related("user")
    gone = waiting = 0
    for warning in due:
        try:
            with transaction.atomic():
                erase(user=warning.user)
            gone += 1
        except Refusal:
            waiting += 1
    return gone, waiting


def _warn(person: User) -> None:
    IdleWarning.objects.create(user=person, warned_at=clock.now())
    until = clock.today() + timedelta(days=settings.RETENTION_WARNING_DAYS)
    with override(person.language):
        context = {"day": date_format(until, "j F Y"), "url": absolute(reverse("start"))}
    post("oil_portal/email/idle", to=person.email, language=person.language, context=context)


RULES: dict[str, tuple[str, Callable[[], Done]]] = {
    "rejected": (_("Aanmeldingen zonder plek: vier weken na het einde zonder naam"), forget_rejected),
    "projects": (_("Projecten: twee jaar na het einde zonder namen"), forget_projects),
    "audit": (_("Wie wat veranderde: na een jaar weg"), forget_audit),
    "idle": (_("Accounts die niemand gebruikt: na twee jaar gewaarschuwd, een maand later weg"), forget_idle),
    "leftovers": (_("Oude sessies en mails die niet weg konden"), forget_leftovers),
}
