"""People and the organisations they belong to."""

from partners.models.collaboration import Collaboration, CollaborationQuerySet, ProjectCard
from partners.models.invitation import INVITATION_DAYS, Invitation, new_token
from partners.models.membership import Membership, MembershipQuerySet
from partners.models.partner import CHECK_AFTER, Partner, PartnerNote, PartnerNoteQuerySet, PartnerQuerySet
from partners.models.user import User, UserManager

__all__ = [
    "CHECK_AFTER",
    "INVITATION_DAYS",
    "Collaboration",
    "CollaborationQuerySet",
    "Invitation",
    "Membership",
    "MembershipQuerySet",
    "Partner",
    "PartnerNote",
    "PartnerNoteQuerySet",
    "PartnerQuerySet",
    "ProjectCard",
    "User",
    "UserManager",
    "new_token",
]
