"""The tables of the demo and of the tests are made from nothing: here in a quarter of the time that Django takes.

Whenever there is a new model, or one gets an index, a constraint or a trigger, Django composes every model anew that
has to do with it, and nearly all have. Our first migrations do that 600 times. Here a new model is composed alone, and
a composed one is told what it got. The SQL is the same; production migrates as Django does.
"""

from collections.abc import Callable
from typing import Any

from django.db.migrations import AddConstraint, AddIndex
from django.db.migrations.state import ModelState, ProjectState
from pgtrigger.migrations import AddTrigger


def compose_models_once() -> None:
    """From now on this process composes no model anew for a new one, an index, a constraint or a trigger."""
    ProjectState.add_model = add_model
    for operation in (AddConstraint, AddIndex, AddTrigger):
        if operation.state_forwards.__name__ != "told":
            operation.state_forwards = telling(operation.state_forwards)


def add_model(state: ProjectState, model_state: ModelState) -> None:
    """As Django's own, but for composing what was there already: nothing that is older can point to a new model."""
    key = model_state.app_label, model_state.name_lower
    state.models[key] = model_state
    if state._relations is not None:
        state.resolve_model_relations(key)
    if "apps" in state.__dict__:
        state.apps.render_multiple([model_state])


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
