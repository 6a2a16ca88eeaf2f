"""What the pages of this room fetch: an organisation that the reader may see, and what the reader is there."""

from django.core.exceptions import PermissionDenied
from django.shortcuts import get_object_or_404

from partners import roles
from partners.models import Partner
from partners.workflow import LIVE_MEMBERSHIP

PAGE = 24


def visible(request, pk: int) -> Partner:
    return get_object_or_404(Partner.objects.visible_to(request.user).select_related("parent"), pk=pk)


def reviewer(request) -> None:
    if not roles.has(request.user, roles.BROKER) and not request.user.is_superuser:
        raise PermissionDenied


def own_here(user, partner: Partner):
    """What `user` is here, or has asked to be."""
    return partner.memberships.filter(user=user, status__in=LIVE_MEMBERSHIP).select_related("user", "partner")
