"""The register cannot fall behind: a new pointer to a person, address or text without a line fails here."""

import pytest
from django.apps import apps
from django.db import models

from oil_portal.privacy.holdings import label_of, told_fields
from oil_portal.privacy.register import BESIDES, NO_PERSON, REGISTER, is_history, is_person
from oil_portal.privacy.words import FIELD_WORDS

MODELS = [one for one in apps.get_models() if not is_history(one) and not one._meta.proxy]
KNOWN = [one for one in MODELS if one._meta.label in REGISTER]


def own_fields(model):
    return [*model._meta.concrete_fields, *model._meta.local_many_to_many]


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model._meta.label)
def test_every_pointer_to_a_person_has_a_line(model):
    label = model._meta.label
    pointers = {field.name for field in own_fields(model) if is_person(field)}
    pointers |= {one.name for one in own_fields(model) if one.name.endswith(("_by_name", "_email"))}
    texts = {one.name for one in own_fields(model) if isinstance(one, models.TextField)}
    if label in BESIDES or label in NO_PERSON:
        assert (label in NO_PERSON and label.startswith("pghistory")) or not pointers
        return
    if label in REGISTER:
        assert pointers | texts <= REGISTER[label].fields | {"id"}
    else:
        assert not pointers, f"{label} needs a line in oil_portal/privacy/register.py"
        assert not texts, f"{label}: say in the register whether these texts are about people"


@pytest.mark.parametrize("label", REGISTER)
def test_a_line_names_fields_that_exist(label):
    model, line = apps.get_model(label), REGISTER[label]
    for name in line.fields:
        model._meta.get_field(name)
    assert set(line.goes) <= set(line.whose) and line.whose
    assert all((line.what, line.why, line.ground, line.kept, line.readers))


@pytest.mark.parametrize("label", [*REGISTER, *BESIDES, *NO_PERSON])
def test_the_register_names_no_model_that_is_gone(label):
    assert apps.get_model(label)


@pytest.mark.parametrize("model", KNOWN, ids=lambda model: model._meta.label)
def test_every_field_that_is_told_has_words(model):
    wordless = [
        one.name
        for one in told_fields(model)
        if one.name not in FIELD_WORDS and str(one.verbose_name) == one.name.replace("_", " ")
    ]
    assert not wordless
    assert all(label_of(one)[0] == label_of(one)[0].upper() for one in told_fields(model))


def test_no_birth_date_and_no_numbers_of_persons():
    forbidden = ("birth", "geboorte", "bsn", "btw", "vat_", "gender", "nationality", "phone")
    names = {field.name for model in MODELS for field in own_fields(model)}
    assert not [name for name in names if any(word in name.lower() for word in forbidden)]


def test_a_model_without_a_line_is_seen():
    class Loose(models.Model):  # noqa: DJ008
        who = models.EmailField()

        class Meta:
            app_label = "nowhere"
            managed = False

    try:
        with pytest.raises(AssertionError, match="needs a line"):
            test_every_pointer_to_a_person_has_a_line(Loose)
    finally:
        apps.all_models["nowhere"].clear()
        apps.clear_cache()
