"""What the pages of this room fetch: an organisation that the reader may see, and what the reader is there."""

from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet

from oil_portal.core.prepared import prepared
from oil_portal.core.views import only
from partners import roles
from partners.models import Partner
from partners.workflow import LIVE_MEMBERSHIP

PAGE = 24


def visible(request, pk: int) -> Partner:
    return only(_seen(request.user, pk))


@prepared
def _seen(user, pk: int) -> QuerySet[Partner]:
    return Partner.objects.visible_to(user).select_related("parent").filter(pk=pk)


def reviewer(request) -> None:
    if not roles.has(request.user, roles.BROKER) and not request.user.is_superuser:
        raise PermissionDenied


def own_here(user, partner: Partner):
    """What `user` is here, or has asked to be."""
    return partner.memberships.filter(user=user, status__in=LIVE_MEMBERSHIP).select_related("user", "partner")
