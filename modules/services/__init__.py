"""The verbs of the room, by noun; callers write `services.save_module(...)`."""

from modules.services.curriculum import Change, Plan, apply, apply_import, plan
from modules.services.goal import explain_goal
from modules.services.module import enrol, leave, save_module, save_run

__all__ = [
    "Change",
    "Plan",
    "apply",
    "apply_import",
    "enrol",
    "explain_goal",
    "leave",
    "plan",
    "save_module",
    "save_run",
]
