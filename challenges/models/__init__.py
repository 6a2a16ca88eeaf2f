"""The models of the room, by noun."""

from challenges.models.assignment import Assignment, AssignmentVersion, GoalLink, GoalVerdict
from challenges.models.call import Call
from challenges.models.challenge import (
    SEARCH_CONFIG,
    Challenge,
    Deliverable,
    Location,
    Photos,
    Rights,
    Theme,
    full_text,
)
from challenges.models.draft import Attachment, Draft, Upload
from challenges.models.talk import Interest, Question, Remark

__all__ = [
    "SEARCH_CONFIG",
    "Assignment",
    "AssignmentVersion",
    "Attachment",
    "Call",
    "Challenge",
    "Deliverable",
    "Draft",
    "GoalLink",
    "GoalVerdict",
    "Interest",
    "Location",
    "Photos",
    "Question",
    "Remark",
    "Rights",
    "Theme",
    "Upload",
    "full_text",
]
