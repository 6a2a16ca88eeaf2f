"""Two organisations that turn out to be one: everything that points to the one comes to point to the other.

What points to a partner is asked of Django, so a table that is added later moves along. The history tables of
pghistory keep what they said. The row of the partner that goes stays, as `merged`, with `merged_into`: its address
leads on, its history keeps its object, and the importer of the network still knows the name.
"""

import secrets
from collections import Counter
from collections.abc import Iterable

from django.apps import apps
from django.contrib.contenttypes.fields import GenericForeignKey
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import PermissionDenied
from django.core.files.base import ContentFile
from django.db import IntegrityError, models, transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from pghistory.models import Event

from oil_portal.core import promises
from oil_portal.core.models import Promise
from oil_portal.core.timeline import changed_fields, notify, record
from oil_portal.core.workflow import Refusal, lock, move
from partners import roles
from partners.models import Invitation, Partner, User
from partners.services.partner import people, save_partner
from partners.workflow import LIVE_MEMBERSHIP, InvitationStatus, MembershipStatus, PartnerStatus

# Where a broker chooses which of two values stays; mail domains are put together, the rest stays the kept one's.
CHOICES = (
    "name", "kvk", "branch_number", "brin", "municipality", "sector", "size", "training_company", "website",
    "description", "description_en",
)  # fmt: skip

# In which words a page says what moves: tables are named, so that nothing here imports a higher room.
WORDS = {
    "partners_membership": gettext_lazy("Mensen"),
    "partners_partnernote": gettext_lazy("Interne notities"),
    "partners_invitation": gettext_lazy("Uitnodigingen"),
    "partners_partner": gettext_lazy("Labs en eerder samengevoegde organisaties"),
    "partners_collaboration_members": gettext_lazy("Samenwerkingen"),
    "partners_collaboration_continued_in": gettext_lazy("Samenwerkingen"),
    "challenges_challenge": gettext_lazy("Vraagstukken"),
    "challenges_draft": gettext_lazy("Concepten"),
    "challenges_call_partners": gettext_lazy("Oproepen"),
    "modules_module": gettext_lazy("Modules"),
    "projects_project": gettext_lazy("Projecten"),
    "projects_outcome": gettext_lazy("Projecten"),
    "projects_contribution": gettext_lazy("Uren en geld"),
    "projects_matchinground": gettext_lazy("Matchrondes"),
    "projects_labplaces": gettext_lazy("Matchrondes"),
    "core_promise": gettext_lazy("Wat er gevraagd is"),
    "core_timelineentry": gettext_lazy("Gebeurtenissen in het verloop"),
}


def pointers() -> list[models.ForeignKey]:
    """Every foreign key to a partner, those in tables of many-to-many fields included; not those of history tables."""
    relations = Partner._meta.get_fields(include_hidden=True)
    keys = [one.field for one in relations if isinstance(one, models.ManyToOneRel) and one.auto_created]
    return [key for key in keys if not issubclass(key.model, Event)]


def generic_pointers() -> list[GenericForeignKey]:
    """Every field that can point to any object, such as the timeline's."""
    fields = [field for model in apps.get_models() for field in model._meta.private_fields]
    return [field for field in fields if isinstance(field, GenericForeignKey)]


def _about(field: GenericForeignKey, obj: models.Model) -> models.QuerySet:
    """The rows of a generic pointer that are about `obj`."""
    content_type = ContentType.objects.get_for_model(obj)
    return field.model._base_manager.filter(**{field.ct_field: content_type, field.fk_field: obj.pk})


def what_moves(partner: Partner) -> list[tuple[str, int]]:
    """(words, number) of what points to the partner, in a fixed order, without what there is none of."""
    rows = [key.model._base_manager.filter(**{key.name: partner}) for key in pointers()]
    rows += [_about(field, partner) for field in generic_pointers()]
    counts = [
        each.order_by().annotate(place=models.Value(place), table=models.Value(each.model._meta.db_table))
        .values("place", "table").annotate(number=models.Count("pk")).values_list("place", "table", "number")
        for place, each in enumerate(rows)
    ]  # fmt: skip
    found = Counter()
    for _place, table, number in counts[0].union(*counts[1:], all=True).order_by("place"):
        found[str(WORDS.get(table, _("Andere gegevens")))] += number
    return list(found.items())


def merge_refusal(keep: Partner, gone: Partner) -> str:
    """Why `gone` cannot go into `keep`, in a sentence; "" when it can."""
    if keep.pk == gone.pk:
        return _("Dit is dezelfde organisatie. Kies een andere.")
    if keep.kind != gone.kind:
        return _("Deze organisaties zijn niet van dezelfde soort. Samenvoegen kan dan niet.")
    if gone.pk == keep.parent_id or keep.pk == gone.parent_id:
        return _("De ene organisatie hoort bij de andere. Samenvoegen kan dan niet.")
    if PartnerStatus.MERGED in (keep.status, gone.status):
        return _("Een van de twee is al samengevoegd.")
    if PartnerStatus.SUSPENDED in (keep.status, gone.status):
        return _("Een van de twee is geschorst. Hef dat eerst op.")
    if keep.status == PartnerStatus.DECLINED:
        return _("Deze organisatie is afgewezen. Houd de andere.")
    if gone.status == PartnerStatus.ACCEPTED and keep.status != PartnerStatus.ACCEPTED:
        return _("Houd de organisatie die al partner is. Keur anders eerst deze goed.")
    return ""


@transaction.atomic
def merge_partner(*, keep: Partner, gone: Partner, actor: User, remark: str = "", taken: Iterable[str] = ()) -> Partner:
    """Let `gone` go up in `keep`; `taken` names the CHOICES of which the value of `gone` stays.

    Raises Refusal when the two do not belong together or both have something of which there may be one.
    """
    if not actor.has_perm("partners.merge_partner", keep):
        raise PermissionDenied
    for partner in sorted((keep, gone), key=lambda one: one.pk):  # in one order, so that two merges never deadlock
        lock(partner)
    if sentence := merge_refusal(keep, gone):
        raise Refusal(sentence)
    values = {name: getattr(gone, name) for name in CHOICES if name in taken}
    values["email_domains"] = list(dict.fromkeys([*keep.email_domains, *gone.email_domains]))
    changes = changed_fields(keep, **values)
    promises.settle(gone, "merge", actor=actor)
    Promise.objects.filter(partner=gone.pk).update(partner=keep.pk)
    _settle_memberships(keep, gone, actor)
    _settle_invitations(keep, gone, actor)
    _point_all(keep, gone)
    move(gone, "merge", actor=actor, remark=remark, merged_into=keep)  # after its timeline moved: this is its own
    for name, value in values.items():
        setattr(keep, name, value)
    if gone.logo and not keep.logo:  # a copy: the file goes with the row that holds it
        keep.logo = ContentFile(gone.logo.read(), name=f"{secrets.token_hex(12)}.png")
    save_partner(keep)
    roles.forget(actor)
    entry = record(
        keep, "absorb", actor=actor, remark=f"{gone.name.removesuffix('.')}. {remark}".strip(), changes=changes
    )
    notify(entry, people(keep, roles.CONTACT, roles.COORDINATOR), mail=True)
    return keep


def _settle_memberships(keep: Partner, gone: Partner, actor: User) -> None:
    """Who holds the same role at both keeps one membership: the active one, else the one that was there."""
    theirs = {
        (one.user_id, one.role): one for one in keep.memberships.select_for_update().filter(status__in=LIVE_MEMBERSHIP)
    }
    for double in gone.memberships.select_for_update().filter(status__in=LIVE_MEMBERSHIP):
        stays = theirs.get((double.user_id, double.role))
        if stays is None:
            continue
        if double.status == MembershipStatus.ACTIVE and stays.status != MembershipStatus.ACTIVE:
            stays, double = double, stays
        promises.settle(double, "merge", actor=actor)
        for field in generic_pointers():  # what was said about the double is about the one that stays
            _about(field, double).update(**{field.fk_field: stays.pk})
        double.handovers.update(leaver=stays)
        double.delete()


def _settle_invitations(keep: Partner, gone: Partner, actor: User) -> None:
    """Of two open invitations to one address for one role the newest stays open; the other says it is withdrawn."""
    sent = Invitation.objects.select_for_update().filter(partner__in=(keep, gone), status=InvitationStatus.SENT)
    seen = set()
    for invitation in sent.order_by("-created_at", "-pk"):
        what = (invitation.email.lower(), invitation.role)
        if what in seen:
            invitation.status = InvitationStatus.WITHDRAWN
            invitation.save(update_fields=["status"])
            promises.settle(invitation, "merge", actor=actor)
        seen.add(what)


def _point_all(keep: Partner, gone: Partner) -> None:
    """Point everything at `keep`. Where a rule of the database allows one, a person has to choose: Refusal."""
    for key in pointers():
        rows = key.model._base_manager.filter(**{key.name: gone})
        if key.model._meta.auto_created:  # a collaboration that both are in has the kept one once
            other = next(one for one in key.model._meta.fields if one.is_relation and one is not key)
            held = key.model._base_manager.filter(**{key.name: keep}).values(other.attname)
            rows.filter(**{f"{other.attname}__in": held}).delete()
        try:
            with transaction.atomic():
                rows.update(**{key.name: keep})
        except IntegrityError as error:
            what = WORDS.get(key.model._meta.db_table, _("Andere gegevens"))
            raise Refusal(
                _("Beide organisaties hebben iets dat er maar één keer mag zijn. Kijk bij: %(what)s.") % {"what": what}
            ) from error
    for field in generic_pointers():
        _about(field, gone).update(**{field.fk_field: keep.pk})
