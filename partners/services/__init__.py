"""The verbs for people and organisations. Keyword-only, atomic; they check, lock, save, record and notify."""

from partners.services.invitation import accept_invitation, invitations_for, invite, withdraw_invitation
from partners.services.membership import (
    answer_membership,
    appoint,
    change_preferences,
    confirmers,
    end_membership,
    proven_addresses,
    request_membership,
    role_by_address,
    schools_by_address,
    verified_domains,
)
from partners.services.merge import CHOICES as MERGE_CHOICES
from partners.services.merge import merge_partner, merge_refusal, what_moves
from partners.services.partner import (
    LONGEST_PAUSE_DAYS,
    brokers,
    change_partner,
    check_partner,
    note_partner,
    pause_partner,
    people,
    register_partner,
    resubmit_partner,
    review_partner,
    set_logo,
)

__all__ = [
    "LONGEST_PAUSE_DAYS",
    "MERGE_CHOICES",
    "accept_invitation",
    "answer_membership",
    "appoint",
    "brokers",
    "change_partner",
    "change_preferences",
    "check_partner",
    "confirmers",
    "end_membership",
    "invitations_for",
    "invite",
    "merge_partner",
    "merge_refusal",
    "note_partner",
    "pause_partner",
    "people",
    "proven_addresses",
    "register_partner",
    "request_membership",
    "resubmit_partner",
    "review_partner",
    "role_by_address",
    "schools_by_address",
    "set_logo",
    "verified_domains",
    "what_moves",
    "withdraw_invitation",
]
