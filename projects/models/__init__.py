"""The models of the room, by noun."""

from projects.models.contribution import Contribution
from projects.models.copied import AgreedAssignment, AskedChallenge
from projects.models.following import Achievement, Feedback, Outcome
from projects.models.profile import Profile
from projects.models.project import (
    MAX_TEAM,
    Application,
    Project,
    asked_by,
    in_hand_of,
    led_by,
)
from projects.models.proposal import Proposal, ProposedSeat
from projects.models.round import (
    MOST_CHOICES,
    CoachLimit,
    Favourite,
    FriendGroup,
    LabPlaces,
    MatchingRound,
    Pair,
    Participant,
    Preference,
    RoundProject,
    SeatRule,
)

__all__ = [
    "MAX_TEAM",
    "MOST_CHOICES",
    "Achievement",
    "AgreedAssignment",
    "Application",
    "AskedChallenge",
    "CoachLimit",
    "Contribution",
    "Favourite",
    "Feedback",
    "FriendGroup",
    "LabPlaces",
    "MatchingRound",
    "Outcome",
    "Pair",
    "Participant",
    "Preference",
    "Profile",
    "Project",
    "Proposal",
    "ProposedSeat",
    "RoundProject",
    "SeatRule",
    "asked_by",
    "in_hand_of",
    "led_by",
]
