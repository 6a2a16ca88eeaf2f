"""How a page and a service meet: `attempt` for a form of a room, `act` for every transition, `Pages` for a list."""

from collections.abc import Callable
from functools import wraps

from django import forms
from django.contrib import messages
from django.core.exceptions import NON_FIELD_ERRORS, PermissionDenied, ValidationError
from django.core.paginator import Page, Paginator
from django.db import models
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from oil_portal.core.kept import BeingCounted, can_say
from oil_portal.core.prepared import Prepared
from oil_portal.core.workflow import Refusal, Transition, available, workflow_of

MOST_COUNTED = 1000  # rows of a list that can be leafed through; who looks for more than that searches


class Pages(Paginator):
    """A list in pages. It counts no further than MOST_COUNTED, so that it costs the same however many rows there are;
    `more` is whether there are more. What `search` found is at most 180 rows and knows so itself. `name` is how the
    address says which page, for a page with two lists.
    """

    def __init__(self, rows, per_page: int, name: str = "page") -> None:
        super().__init__(rows, per_page)
        self.name = name

    def asked(self, request) -> Page:
        return self.get_page(request.GET.get(self.name))

    @cached_property
    def count(self) -> int:
        rows = self.object_list
        if not isinstance(rows, models.QuerySet):
            number = super().count
            self.more = getattr(rows, "more", False)
            return number
        counted = rows.order_by().values("pk")[: MOST_COUNTED + 1].count()
        self.more = counted > MOST_COUNTED
        return min(counted, MOST_COUNTED)


class Leaves:
    """The rows of a prepared read, for Pages: `rows` takes what is given, the first row and how many, `all_rows` says
    at most MOST_COUNTED + 1 of them to be counted; None where the page knows how many there are.
    """

    more = False

    def __init__(self, rows: Prepared, all_rows: Prepared | None, *given) -> None:
        self.rows, self.all_rows, self.given = rows, all_rows, given

    def __len__(self) -> int:
        count = self.all_rows.count(*self.given)
        self.more = count > MOST_COUNTED
        return min(count, MOST_COUNTED)

    def __getitem__(self, part: slice) -> list:
        return self.rows(*self.given, part.start, max(1, part.stop - part.start))  # of nothing, Django asks nothing


def counting(view: Callable) -> Callable:
    """A view that rather says that its figures are being counted than keeps somebody waiting for long (`core.kept`).

    The page that says so asks again, every few seconds: a script gets nothing until there is something to show.
    """

    @wraps(view)
    def answer(request, *args, **kwargs) -> HttpResponse:
        if request.method == "POST":
            return view(request, *args, **kwargs)
        try:
            with can_say():
                return view(request, *args, **kwargs)
        except BeingCounted:
            if request.headers.get("HX-Trigger") == "telling":
                return HttpResponse(status=204)
            return render(request, "core/counting.html", status=202)

    return answer


def only(rows: list):
    """The one row of a read; Http404 where there is none."""
    if not rows:
        raise Http404
    return rows[0]


def number(text: str) -> int:
    """A primary key that was sent; 0, which nothing has, for what is none ('²' is a digit to Python, and no number)."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0


def need(user, permission: str, obj=None) -> None:
    """PermissionDenied unless the user has the permission."""
    if not user.has_perm(permission, obj):
        raise PermissionDenied


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


class RemarkForm(forms.Form):
    """The remark that goes with a transition; the service says whether it may be empty."""

    remark = forms.CharField(label=_("Opmerking"), widget=forms.Textarea(attrs={"rows": 4}), max_length=2000)

    def __init__(self, *args, transition: Transition, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["remark"].required = transition.remark == "required"
        self.fields["remark"].help_text = transition.hint
        self.fields["remark"].error_messages["required"] = _("Schrijf op waarom. De ander leest dit.")
        if not transition.remark:
            del self.fields["remark"]


def act(request, obj: models.Model, action: str, services: dict[str, Callable]) -> HttpResponse:
    """Ask for the remark (GET) and carry out (POST) one transition of `obj`, which the user may see.

    `services[action]` is called with `actor` and `remark`. An action that the user may not do, or that does not
    start from the present status, is a 404 on GET; on POST the service says why not.
    """
    transition = workflow_of(obj).by_action.get(action)
    if transition is None or action not in services or transition.system:
        raise Http404
    if request.method != "POST" and transition not in available(obj, request.user):
        raise Http404
    form = RemarkForm(request.POST if request.method == "POST" else None, transition=transition)
    if request.method == "POST" and form.is_valid():
        try:
            services[action](actor=request.user, remark=form.cleaned_data.get("remark", ""))
        except ValidationError as error:
            form.add_error(None, error)
        else:
            messages.success(request, f"{transition.done}.")
            return HttpResponseRedirect(obj.get_absolute_url())
    context = {"form": form, "object": obj, "transition": transition}
    return render(request, "core/act.html", context, status=422 if form.errors else 200)
