"""The verbs for what a student tells of itself."""

from django.core.exceptions import PermissionDenied
from django.db import transaction

from oil_portal.core import clock
from partners.models import User
from projects.models import Profile
from projects.models.round import new_token


def profile_of(student: User) -> Profile:
    """The student's profile, or an empty one that is not saved."""
    return Profile.objects.filter(student=student).first() or Profile(student=student)


@transaction.atomic
def save_profile(*, actor: User, **fields) -> Profile:
    """A student writes interests, skills and who may read them. Raises ValidationError by field."""
    profile = _own(actor)
    for name, value in fields.items():
        setattr(profile, name, value)
    profile.changed_at = clock.now()
    profile.full_clean()
    profile.save()
    return profile


@transaction.atomic
def open_calendar(*, actor: User) -> Profile:
    """The profile with a secret address for the own calendar, made when it is first asked for."""
    profile = _own(actor)
    if profile.pk is None:
        profile.save()
    return profile


@transaction.atomic
def renew_calendar(*, actor: User) -> Profile:
    """A new secret address; whoever has the old one reads nothing any more."""
    profile = _own(actor)
    profile.calendar_token = new_token()
    profile.save()
    return profile


def _own(actor: User) -> Profile:
    if not actor.has_perm("projects.change_profile"):
        raise PermissionDenied
    return Profile.objects.select_for_update(of=("self",)).filter(student=actor).first() or Profile(student=actor)
