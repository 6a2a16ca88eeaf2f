"""The models of the room, by noun."""

from projects.models.following import Feedback, HoursEntry
from projects.models.project import (
    MAX_TEAM,
    Achievement,
    Application,
    Outcome,
    Project,
    asked_by,
    led_by,
)

__all__ = [
    "MAX_TEAM",
    "Achievement",
    "Application",
    "Feedback",
    "HoursEntry",
    "Outcome",
    "Project",
    "asked_by",
    "led_by",
]
