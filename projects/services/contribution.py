"""The verbs for contributions: one side states hours or euros, the other confirms them or says what is wrong."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from decimal import Decimal

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import Sum
from django.utils import timezone
from django.utils.translation import gettext as _

from challenges.services import owners
from oil_portal.core import clock
from oil_portal.core.models import Promise, TimelineEntry
from oil_portal.core.timeline import changed_fields, notify, record, take_back, timeline_of
from oil_portal.core.workflow import NotNow, Refusal, lock, move
from partners.models import Partner, User
from projects.models import Contribution, Project
from projects.models.contribution import MOST_HOURS, Kind
from projects.permissions import side_of
from projects.workflow import WITH_TEAM, ContributionStatus, ProjectStatus

WORDS = ("partner", "kind", "day", "hours", "amount", "note")  # what a contribution says


def partners_of(project: Project) -> list[Partner]:
    """Who works on a project and can give to it: the company that asked, the school of the module, and the lab."""
    found = [project.challenge.partner, project.run.module.school, project.lab]
    return list({partner.pk: partner for partner in found if partner is not None}.values())


def began_on(project: Project) -> date:
    """The day the team began: as planned, or earlier when its coach started it earlier."""
    start = timeline_of(project).filter(to_status=ProjectStatus.RUNNING).order_by("created_at").first()
    return min(project.starts, timezone.localtime(start.created_at).date()) if start else project.starts


def _check(given: Contribution) -> None:
    """What no constraint of the database can say; `by` is locked, so that two windows count the same day once."""
    if given.project.status not in WITH_TEAM:
        raise NotNow(_("Uren en geld schrijf je op als het team is begonnen."))
    field = "hours" if given.kind == Kind.HOURS else "amount"
    if getattr(given, field) is None:
        raise ValidationError({field: _("Vul in hoeveel het was.")})
    if given.partner not in partners_of(given.project):
        raise ValidationError({"partner": _("Kies een partner van dit project.")})
    if given.day > clock.today():
        raise ValidationError({"day": _("Kies een dag die al is geweest.")})
    if given.day < began_on(given.project):
        raise ValidationError({"day": _("Toen was het team nog niet begonnen. Kies een latere dag.")})
    given.full_clean()
    User.objects.select_for_update(no_key=True).get(pk=given.by_id)
    that_day = Contribution.objects.filter(by=given.by_id, partner=given.partner, day=given.day).exclude(pk=given.pk)
    said = {name: getattr(given, name) for name in ("project", "kind", "hours", "amount", "note")}
    if that_day.filter(**said).exists():
        raise Refusal(_("Dit staat er al. Was het nog een keer? Zeg dan bij ‘Waaraan?’ wat het verschil is."))
    before = that_day.aggregate(total=Sum("hours"))["total"] or Decimal(0)
    if given.kind == Kind.HOURS and before + given.hours > MOST_HOURS:
        raise ValidationError({"hours": _("Een dag heeft 24 uur. Vul minder in.")})


@contextmanager
def _still_there() -> Iterator[None]:
    """NotNow when its writer took the contribution away before this could lock it."""
    try:
        yield
    except Contribution.DoesNotExist:
        raise NotNow(_("Dit is net weggehaald.")) from None


@transaction.atomic
def give(
    *, project: Project, actor: User, day, partner: Partner, kind: str = Kind.HOURS, hours: Decimal | None = None,
    amount: Decimal | None = None, note: str = "",
) -> Contribution:  # fmt: skip
    """A contact or who leads the project writes down what a partner gave. Raises ValidationError by field.

    Nobody is told at once: what waits is a work item of the other side, and one line of their digest.
    """
    side = side_of(actor, project)
    if not side:
        raise PermissionDenied
    given = Contribution(
        project=project, partner=partner, kind=kind, day=day, hours=hours, amount=amount, note=note.strip(), by=actor,
        side=side,
    )  # fmt: skip
    _check(given)
    given.save()
    record(given, "give", actor=actor, to_status=ContributionStatus.STATED)
    return given


def give_again(*, given: Contribution, actor: User) -> Contribution:
    """The same as an own earlier contribution, today."""
    if given.by_id != actor.pk:
        raise PermissionDenied
    again = {name: getattr(given, name) for name in WORDS} | {"day": clock.today()}
    return give(project=given.project, actor=actor, **again)


@transaction.atomic
def correct(*, given: Contribution, actor: User, **words) -> Contribution:
    """Change an own contribution (`words` as in `give`) that is not confirmed; what was disputed is stated again."""
    with _still_there():
        lock(given)
    disputed_by = given.answered_by
    entry = move(given, "correct", actor=actor, answered_by=None, answered_at=None, reason="")
    entry.changes = changed_fields(given, **words)
    entry.save(update_fields=["changes"])
    for name, value in words.items():
        setattr(given, name, value)
    _check(given)
    given.save(update_fields=[*words])
    notify(entry, [disputed_by])
    return given


@transaction.atomic
def remove(*, given: Contribution, actor: User) -> None:
    """Take an own contribution away that is not confirmed, with its timeline: nothing is left to tell of it."""
    with _still_there():
        lock(given)
    if not actor.has_perm("projects.correct_contribution", given):
        raise PermissionDenied
    if given.status == ContributionStatus.CONFIRMED:
        raise NotNow(_("Dit is al bevestigd. Vraag de ander om de bevestiging terug te nemen."))
    timeline_of(given).delete()  # and its notices with it
    Promise.objects.of(given).delete()
    given.delete()


@transaction.atomic
def confirm_contributions(*, given: Iterable[Contribution], actor: User, seen: Mapping[int, str] | None = None) -> int:
    """The other side agrees with these, all or none; how many. Who entered them reads of one of them per project.

    `seen` is the `fingerprint` of each as its reader saw it: what was corrected in the meantime is not confirmed.
    """
    found = sorted(given, key=lambda each: each.pk)  # one order of locks
    news: dict[tuple, TimelineEntry] = {}
    for each in found:
        with _still_there():
            entry = move(each, "confirm", actor=actor, answered_by=actor, answered_at=clock.now(), reason="")
        if seen is not None and seen.get(each.pk) != each.fingerprint:
            raise NotNow(_("‘%(given)s’ is net verbeterd. Kijk nog een keer.") % {"given": each})
        take_back(each, "dispute", "reopen", "correct")
        news[each.project_id, each.by] = entry
    for (_project, writer), entry in news.items():
        notify(entry, [writer])
    return len(found)


def _answer(given: Contribution, action: str, actor: User, remark: str) -> None:
    """Say no, with a reason that who entered it reads."""
    reason = remark.strip()
    if len(reason) > Contribution._meta.get_field("reason").max_length:
        raise ValidationError({"remark": _("Maak de tekst korter: hoogstens 400 tekens.")})
    answered = {"answered_by": actor, "answered_at": clock.now(), "reason": reason}
    with _still_there():
        entry = move(given, action, actor=actor, remark=reason, **answered)
    take_back(given, "confirm", "correct")
    notify(entry, [given.by])


@transaction.atomic
def dispute(*, given: Contribution, actor: User, remark: str) -> None:
    """The other side says what is wrong; who entered it corrects it or takes it away."""
    _answer(given, "dispute", actor, remark)


@transaction.atomic
def reopen(*, given: Contribution, actor: User, remark: str) -> None:
    """The other side takes its confirmation back: the only way that something confirmed is ever mended."""
    _answer(given, "reopen", actor, remark)


@transaction.atomic
def let_unanswered(*, given: Contribution) -> None:
    """The other side let the term pass: it stays as stated, does not count as confirmed, and both hear so."""
    said = _("Er kwam geen antwoord. Het blijft staan en telt niet als bevestigd. Bel elkaar, of bevestig het nog.")
    entry = record(given, "late", actor=None, remark=said)
    notify(entry, [given.by, *answerers(given)])


def answerers(given: Contribution) -> list[User]:
    """Who may confirm it: the contacts of the company, or who leads the project; never who entered it."""
    project = given.project
    if given.side == Contribution.Side.COMPANY:
        found = [project.coach, project.challenge.translator]
    else:
        found = list(owners(project.challenge))
    return [user for user in dict.fromkeys(found) if user is not None and user.pk != given.by_id]
