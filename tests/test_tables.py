"""The models that the demo and the tests leave composed know the same as the ones that Django composes anew."""

import pytest
from django.db import models
from django.db.migrations import AddConstraint, AddIndex, CreateModel
from django.db.migrations.state import ProjectState
from pgtrigger import Protect, Update
from pgtrigger.migrations import AddTrigger

CHOSEN = {
    "indexes": AddIndex("thing", models.Index(fields=["name"], name="by_name")),
    "constraints": AddConstraint("thing", models.UniqueConstraint(fields=["name"], name="one_name")),
    "triggers": AddTrigger("thing", Protect(name="kept", operation=Update)),
}


@pytest.mark.parametrize("option", CHOSEN)
def test_a_model_is_told_what_it_got(option):
    state = ProjectState()
    fields = [("id", models.AutoField(primary_key=True)), ("name", models.CharField(max_length=9))]
    CreateModel("Thing", fields).state_forwards("tried", state)
    composed = state.apps.get_model("tried", "thing")
    CHOSEN[option].state_forwards("tried", state)
    assert state.apps.get_model("tried", "thing") is composed
    anew = ProjectState({("tried", "thing"): state.models["tried", "thing"].clone()}).apps.get_model("tried", "thing")
    assert len(getattr(anew._meta, option)) == 1
    assert getattr(composed._meta, option) == getattr(anew._meta, option)
