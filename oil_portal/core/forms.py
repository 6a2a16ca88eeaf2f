"""How a form and a service meet: a no of the service lands on the form, with all that was typed still in it."""
from collections.abc import Callable

from django import forms
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError

from oil_portal.core.errors import Refusal


def attempt(form: forms.BaseForm, service: Callable, **values):
    """Call `service` and return what it answers, or None when it refuses; `form.errors` then says why."""
    try:
        return service(**values)
    except Refusal as error:
        form.add_error(None, str(error))
    except ValidationError as error:
        by_field = error.message_dict if hasattr(error, "error_dict") else {NON_FIELD_ERRORS: error.messages}
        for field, sentences in by_field.items():
            form.add_error(field if field in form.fields else None, sentences)
    return None
