"""Taking a person out of the portal: what is only theirs goes, and what others need stays without the person.

The row of the user stays, empty: it is what the rest points to. Nothing then says who it was. Two things do stay and
are said beforehand: texts that others answer or build on, and the name of who froze a report for a grant.
"""

import secrets
from dataclasses import dataclass

import pgtrigger
from django.apps import apps
from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.contrib.sessions.models import Session
from django.db import models, transaction
from django.db.models.functions import Cast, Replace
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import override

from challenges.models import Challenge
from challenges.workflow import OPEN
from oil_portal.core import clock
from oil_portal.core.models import TimelineEntry
from oil_portal.core.tasks import post
from oil_portal.core.workflow import Refusal
from oil_portal.privacy.holdings import addresses, condition
from oil_portal.privacy.register import is_history, lines
from partners import roles, services
from partners.models import ProjectCard, User
from projects.models import Participant, Project
from projects.services import leave_teams, withdraw
from projects.workflow import LED, LIVE_ROUND

NOBODY = "verwijderd.invalid"  # the domain of addresses that lead nowhere (RFC 2606)
GONE = "Iemand die weg is"  # in the table, so in one language


@dataclass(frozen=True)
class Obstacle:
    """What has to be handed over first, and where."""

    text: str
    url: str


def is_erased(user: User) -> bool:
    return user.email.endswith(f"@{NOBODY}")


def obstacles(user: User) -> list[Obstacle]:
    """What keeps somebody from leaving: others would wait for ever."""
    found = []
    for membership in user.memberships.active().select_related("partner", "user"):
        there = reverse("handover", args=[membership.pk])
        if services.is_last_contact(membership):
            found.append(Obstacle(_("Je bent de laatste contactpersoon van %s.") % membership.partner, there))
        elif membership.role == roles.TEACHER and _works(user):
            found.append(Obstacle(_("Je begeleidt of vertaalt nog iets bij %s.") % membership.partner, there))
    if not found and _works(user):
        found.append(Obstacle(_("Je begeleidt of vertaalt nog iets."), reverse("contact")))
    others = User.objects.filter(is_superuser=True, is_active=True).exclude(pk=user.pk)
    if user.is_superuser and not others.exists():
        found.append(Obstacle(_("Je bent de enige beheerder."), reverse("contact")))
    return found


def _works(user: User) -> bool:
    coached = Project.objects.filter(coach=user, status__in=LED)
    return coached.exists() or Challenge.objects.filter(translator=user, status__in=OPEN).exists()


@transaction.atomic
def erase(*, user: User) -> User:
    """Take the person out. Raises Refusal as long as something has to be handed over first."""
    user = User.objects.select_for_update().get(pk=user.pk)
    if is_erased(user):
        return user
    if found := obstacles(user):
        raise Refusal(" ".join(one.text for one in found) + " " + _("Draag dat eerst over."))
    emails, name, language, old = addresses(user), user.get_full_name(), user.language, user.email
    _step_back(user)
    with pgtrigger.ignore(*(f"{event._meta.label}:append_only" for event in histories().values())):
        for model, line in lines():
            _take_out(model, line, user, emails)
        _forget_words([name if " " in name else "", *emails])
        _log_out(user)
        _empty(user)
    with override(language):
        post("oil_portal/email/erased", to=old, language=language, context={})
    return user


def _step_back(user: User) -> None:
    """Leave what is still open by the usual way, so that those who count on the person hear it."""
    for application in user.applications.live().filter(project__status="open").select_related("project"):
        try:
            withdraw(application=application, actor=user)
        except Refusal:  # a round decides about this seat: the place in it is given up below
            continue
    leave_teams(student=user)
    live = Participant.objects.filter(student=user, round__status__in=LIVE_ROUND, left_at=None)
    live.update(left_at=clock.now(), group=None)


def histories() -> dict[type[models.Model], type[models.Model]]:
    """{model: its history table}."""
    return {one.pgh_tracked_model: one for one in apps.get_models() if is_history(one)}


def _take_out(model: type[models.Model], line, user: User, emails: list[str]) -> None:
    """Carry out one line of the register."""
    if line.emptied:
        empty(model._base_manager.filter(condition(model, line.whose, user, emails)), line.emptied)
    for lookup in line.goes:
        field = model._meta.get_field(lookup.split("__")[0])
        if field.many_to_many:
            field.remote_field.through._base_manager.filter(**{field.m2m_reverse_field_name(): user.pk}).delete()
            continue
        rows = model._base_manager.filter(condition(model, (lookup,), user, emails))
        drop(rows.exclude(line.spared) if line.spared else rows)


def empty(rows: models.QuerySet, names: tuple[str, ...]) -> None:
    """Make fields of rows empty, in their history too."""
    pks = list(rows.values_list("pk", flat=True))
    values = {name: rows.model._meta.get_field(name).get_default() for name in names}
    rows.model._base_manager.filter(pk__in=pks).update(**values)
    if history := histories().get(rows.model):
        history._base_manager.filter(pgh_obj_id__in=pks).update(**values)


def drop(rows: models.QuerySet) -> None:
    """Remove rows, what their timeline told, and their history."""
    pks = list(rows.values_list("pk", flat=True))
    TimelineEntry.objects.filter(content_type=ContentType.objects.get_for_model(rows.model), object_id__in=pks).delete()
    rows.model._base_manager.filter(pk__in=pks).delete()
    if history := histories().get(rows.model):
        history._base_manager.filter(pgh_obj_id__in=pks).delete()


def _forget_words(words: list[str]) -> None:
    """Where the portal itself wrote the name or address in a sentence, nobody is named."""
    for word in filter(None, words):
        told = TimelineEntry.objects.annotate(said=Cast("changes", models.TextField()))
        told.filter(remark__icontains=word).update(
            remark=Replace("remark", models.Value(word), models.Value(_("iemand")))
        )
        for entry in told.filter(said__icontains=word):
            entry.changes = {
                field: [_("iemand") if word.lower() in str(one).lower() else one for one in pair]
                for field, pair in entry.changes.items()
            }
            entry.save(update_fields=["changes"])
        LogEntry.objects.filter(object_repr__icontains=word).update(object_repr=_("iemand"))
        ProjectCard.objects.filter(quote_by__icontains=word).update(quote="", quote_by="")


def _log_out(user: User) -> None:
    """Everywhere; and what staff once did to this account names it."""
    for session in Session.objects.filter(expire_date__gt=clock.now()).iterator():
        if session.get_decoded().get("_auth_user_id") == str(user.pk):
            session.delete()
    about = ContentType.objects.get_for_model(User)
    LogEntry.objects.filter(content_type=about, object_id=str(user.pk)).delete()


def _empty(user: User) -> None:
    """What is left of the row says nothing of the person."""
    user.email = f"{secrets.token_hex(12)}@{NOBODY}"
    user.first_name, user.last_name = GONE, ""
    user.is_active = user.is_staff = user.is_superuser = False
    user.last_login, user.language = None, "nl"
    user.digest, user.digest_off = User.Digest.NEVER, []
    user.set_unusable_password()
    user.groups.clear()
    user.user_permissions.clear()
    user.save()
    histories()[User]._base_manager.filter(pgh_obj_id=user.pk).delete()
    roles.forget(user)
