"""Refusals: a service says no, in words for the person who asked."""


class Refusal(Exception):
    """A rule of the house forbids this now. `str(error)` is a sentence for the user, already translated."""


class NotNow(Refusal):
    """The object has moved on: this action does not start from its present status."""
