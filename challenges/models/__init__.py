"""The models of the room, by noun."""

from challenges.models.assignment import Assignment, AssignmentVersion, GoalLink, GoalVerdict
from challenges.models.call import Call
from challenges.models.challenge import (
    Challenge,
    Deliverable,
    Location,
    Photos,
    Rights,
    Theme,
)
from challenges.models.draft import Attachment, Draft, Upload
from challenges.models.talk import Interest, Question, Remark

__all__ = [
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
]
