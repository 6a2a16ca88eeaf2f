"""The tables of the demo and of the tests are made from nothing: here in two fifths of the time that Django takes.

Whenever a model gets an index, a constraint or a trigger, Django composes every model anew that has to do with it, and
nearly all have. Our first migrations do that 250 times. Here the composed model is told what it got. The SQL is the
same; production migrates as Django does.
"""

from collections.abc import Callable
from typing import Any

from django.db.migrations import AddConstraint, AddIndex
from django.db.migrations.state import ProjectState
from pgtrigger.migrations import AddTrigger


def compose_models_once() -> None:
    """From now on this process composes no model anew for an index, a constraint or a trigger."""
    for operation in (AddConstraint, AddIndex, AddTrigger):
        if operation.state_forwards.__name__ != "told":
            operation.state_forwards = telling(operation.state_forwards)


def telling(original: Callable[..., None]) -> Callable[..., None]:
    """The operation's note in the state, with the models left as they were composed but for the one option."""

    def told(operation: Any, app_label: str, state: ProjectState) -> None:
        apps = state.__dict__.pop("apps", None)  # the original composes anew only where this is
        original(operation, app_label, state)
        if apps is not None:
            state.__dict__["apps"] = apps
            options = state.models[app_label, operation.model_name.lower()].options
            meta = apps.get_model(app_label, operation.model_name)._meta
            setattr(meta, operation.option_name, list(options[operation.option_name]))

    return told
