"""The verbs of the room, by noun; callers write `services.accept_challenge(...)`. Those of drafts stand apart."""

from challenges.services.assignment import (
    answer_assignment,
    edit_assignment,
    let_assignment_lapse,
    link_goal,
    reject_goal,
    revise_assignment,
    send_assignment,
    unlink_goal,
    write_assignment,
)
from challenges.services.challenge import (
    accept_challenge,
    apologize,
    assign_translator,
    edit_challenge,
    hand_in,
    owners,
    settle,
    submit_challenge,
    turn_down_challenge,
    withdraw_challenge,
)

__all__ = [
    "accept_challenge",
    "answer_assignment",
    "apologize",
    "assign_translator",
    "edit_assignment",
    "edit_challenge",
    "hand_in",
    "let_assignment_lapse",
    "link_goal",
    "owners",
    "reject_goal",
    "revise_assignment",
    "send_assignment",
    "settle",
    "submit_challenge",
    "turn_down_challenge",
    "unlink_goal",
    "withdraw_challenge",
    "write_assignment",
]
