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


def test_a_new_model_is_composed_alone_and_the_older_one_knows_it():
    state, key = ProjectState(), [("id", models.AutoField(primary_key=True))]
    CreateModel("Old", key).state_forwards("tried", state)
    old = state.apps.get_model("tried", "old")
    to = lambda name: models.ForeignKey(f"tried.{name}", models.CASCADE)
    CreateModel("New", [*key, ("old", to("old")), ("later", to("later"))]).state_forwards("tried", state)
    assert state.apps.get_model("tried", "old") is old
    new = state.apps.get_model("tried", "new")
    assert new._meta.get_field("old").remote_field.model is old
    assert [relation.related_model for relation in old._meta.related_objects] == [new]
    CreateModel("Later", key).state_forwards("tried", state)  # to which a model pointed before it was there
    assert new._meta.get_field("later").remote_field.model is state.apps.get_model("tried", "later")
