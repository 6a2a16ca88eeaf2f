"""The verbs of a student in a matching round. Locks are taken in one order: round, then participant."""

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from oil_portal.core import clock
from oil_portal.core.workflow import NotNow, Refusal, lock
from partners.models import User
from projects.choosing import Choice, dense, largest_team, run_of
from projects.models import (
    MOST_CHOICES,
    FriendGroup,
    MatchingRound,
    Pair,
    Participant,
    Preference,
    Project,
    RoundProject,
)


def _begin(round_: MatchingRound, actor: User) -> Participant:
    """The actor's part, locked, in a round in which students still choose."""
    if not actor.has_perm("projects.rank_matchinground", round_):
        raise PermissionDenied
    lock(round_)  # a round that closes waits for who is just saving, and who comes later is refused
    if not round_.is_choosing:
        day = date_format(round_.publishes_on, "j F")
        raise NotNow(_("Kiezen kan niet meer. Op %(day)s hoor je in welk team je zit.") % {"day": day})
    part = Participant.objects.filter(round=round_, student=actor).first()
    if part is None:
        if (run := run_of(round_, actor)) is None:  # somebody of staff, whom every permission is given
            raise PermissionDenied
        part = Participant.objects.create(round=round_, student=actor, run=run)
    lock(part)
    if part.left_at:
        raise Refusal(_("Je doet niet meer mee aan deze ronde. Vraag het je coördinator."))
    part.round = round_
    return part


@transaction.atomic
def take_part(*, round_: MatchingRound, actor: User) -> Participant:
    """A student of one of the runs takes part; doing it twice changes nothing."""
    return _begin(round_, actor)


@transaction.atomic
def rank(*, round_: MatchingRound, actor: User, ranks: dict[int, int]) -> Participant:
    """Save {project id: rank}, 1 is wanted most, equal ranks equally; replaces what was chosen before.

    Up to five projects of the round that the student may choose, until and including the closing date. Raises
    ValidationError, NotNow, Refusal or PermissionDenied.
    """
    part = _begin(round_, actor)
    wanted = dense(ranks)
    _check(Choice(part), wanted)
    if wanted != dict(part.preferences.values_list("project", "rank")):
        part.preferences.all().delete()
        Preference.objects.bulk_create(
            Preference(participant=part, project_id=project, rank=place)
            for project, place in sorted(wanted.items(), key=lambda each: each[1])
        )
    part.ranked_at = clock.now() if wanted else None
    part.save(update_fields=["ranked_at"])
    return part


def _check(choice: Choice, wanted: dict[int, int]) -> None:
    """Raise ValidationError unless the student may want all of this."""
    if len(wanted) > MOST_CHOICES:
        raise ValidationError(_("Kies hoogstens vijf projecten. Haal er eerst een weg."))
    entries = {entry.project_id: entry for entry in choice.entries}
    problems = []
    for project in wanted:
        if project not in entries:
            problems.append(_("Een project dat je koos zit niet meer in deze ronde."))
        elif why := choice.why_not(entries[project]):
            problems.append(f"‘{entries[project].project.title}’: {why}")
    if problems:
        raise ValidationError(problems)


@transaction.atomic
def set_load(*, round_: MatchingRound, actor: User, load: int) -> Participant:
    """Half or all of the study load. Refused while a choice needs the other: no choice is lost in silence."""
    part = _begin(round_, actor)
    part.load = load
    part.full_clean()
    choice = Choice(part)
    for entry in choice.entries:
        if entry.project_id in choice.ranks and (why := choice.why_not(entry)):
            title = entry.project.title
            raise Refusal(_("%(why)s Haal eerst ‘%(title)s’ uit je keuzes.") % {"why": why, "title": title})
    part.save(update_fields=["load"])
    return part


# --- Friends ----------------------------------------------------------------------------------------------------
@transaction.atomic
def make_group(*, round_: MatchingRound, actor: User) -> FriendGroup:
    """A group that friends join by its link; who has one already gets that one."""
    part = _begin(round_, actor)
    if part.group is None:
        part.group = FriendGroup.objects.create(round=round_, made_by=actor)
        part.save(update_fields=["group"])
    return part.group


@transaction.atomic
def join_group(*, token: str, actor: User) -> FriendGroup:
    """Join the friends who shared this link. Raises FriendGroup.DoesNotExist, NotNow, Refusal or PermissionDenied."""
    group = FriendGroup.objects.select_related("round").get(token=token)
    part = _begin(group.round, actor)  # the lock on the round keeps two from taking the last place
    if part.group_id == group.pk:
        return group
    if part.group_id and part.group.members.count() > 1:
        raise Refusal(_("Je zit al in een groep vrienden. Ga daar eerst uit."))
    if not group.members.exists():
        raise Refusal(_("Deze groep bestaat niet meer. Vraag een nieuwe link."))
    if group.members.filter(left_at=None).count() >= largest_team(group.round):
        raise Refusal(_("Deze groep is vol. Meer vrienden passen niet in één team."))
    empty = part.group
    part.group = group
    part.save(update_fields=["group"])
    if empty:
        empty.delete()
    return group


@transaction.atomic
def leave_group(*, round_: MatchingRound, actor: User) -> None:
    """Leave the friends; who would stay behind alone has no group any more."""
    part = _begin(round_, actor)
    if part.group is None:
        return
    group, part.group = part.group, None
    part.save(update_fields=["group"])
    if group.members.count() < 2:
        group.delete()


@transaction.atomic
def take_over(*, round_: MatchingRound, actor: User, friend: User) -> int:
    """Take the choices of a friend in the own group instead of one's own; returns how many do not fit the actor."""
    part = _begin(round_, actor)
    other = (
        Participant.objects.filter(round=round_, student=friend).exclude(group=None).filter(group=part.group).first()
    )
    if other is None or other.pk == part.pk:
        raise PermissionDenied
    wanted, choice = dict(other.preferences.values_list("project", "rank")), Choice(part)
    mine = {entry.project_id for entry in choice.entries if choice.fits(entry)}
    fitting = {project: place for project, place in wanted.items() if project in mine}
    if not fitting:
        raise Refusal(_("Geen van deze keuzes kun jij kiezen. Je eigen keuzes zijn gebleven."))
    rank(round_=round_, actor=actor, ranks=fitting)
    return len(wanted) - len(fitting)


# --- A project leaves a round -----------------------------------------------------------------------------------
def rankers_of(project: Project, round_: MatchingRound) -> list[User]:
    """The students who chose a project in a round and still take part."""
    found = Participant.objects.filter(round=round_, left_at=None, preferences__project=project)
    return [part.student for part in found.select_related("student")]


def take_out(*, entry: RoundProject) -> list[User]:
    """Take a project out of its round: other choices move up, nothing else is lost. Returns who had chosen it.

    Called by services that hold the lock on the round.
    """
    round_, project = entry.round, entry.project
    told = rankers_of(project, round_)
    parts = list(round_.participants.filter(preferences__project=project).prefetch_related("preferences"))
    Preference.objects.filter(participant__in=parts, project=project).delete()
    for part in parts:
        left = [each for each in part.preferences.all() if each.project_id != project.pk]
        places = dense({each.pk: each.rank for each in left})
        for each in left:
            if each.rank != places[each.pk]:
                each.rank = places[each.pk]
                each.save(update_fields=["rank"])
        if not left:
            part.ranked_at = None
            part.save(update_fields=["ranked_at"])
    Pair.objects.filter(round=round_, project=project).delete()
    entry.delete()
    return told
