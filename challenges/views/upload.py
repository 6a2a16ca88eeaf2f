"""Pages for many challenges at once: hand over a spreadsheet, see row by row what is missing, hand in the rest."""

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST

from challenges.forms.draft import JUDGES, errors_by_step
from challenges.models import Draft, Upload
from challenges.services import upload as uploads
from challenges.spreadsheet import read, template
from partners import roles

ROWS = 50
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
LABELS = {name: field.label for form in JUDGES.values() for name, field in form.base_fields.items()}


class UploadForm(forms.Form):
    """A spreadsheet."""

    file = forms.FileField(
        label=gettext_lazy("Je bestand"),
        help_text=gettext_lazy("Een .xlsx of .csv, hoogstens 500 rijen en 5 MB."),
        widget=forms.ClearableFileInput(attrs={"accept": ".xlsx,.csv"}),
        error_messages={
            "required": gettext_lazy("Kies een bestand."),
            "empty": gettext_lazy("Dit bestand is leeg."),
        },
    )


def may_upload(user) -> None:
    """PermissionDenied for who writes challenges for nobody."""
    if not roles.has(user, roles.CONTACT, roles.BROKER, roles.TEACHER):
        raise PermissionDenied


def add(request):
    """Hand over a spreadsheet; every row becomes a draft."""
    may_upload(request.user)
    form = UploadForm(request.POST, request.FILES) if request.method == "POST" else UploadForm()
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data["file"]
        try:
            rows = read(given.read(), given.name)
        except ValidationError as error:
            form.add_error("file", error.message_dict["file"])
        else:
            made, doubles = uploads.take_in(actor=request.user, rows=rows, name=given.name)
            if doubles:
                told = ngettext(
                    "%(count)s rij stond er al en is overgeslagen.",
                    "%(count)s rijen stonden er al en zijn overgeslagen.",
                    doubles,
                )  # fmt: skip
                messages.info(request, told % {"count": doubles})
            return redirect(made)
    recent = Upload.objects.filter(by=request.user)[:10]
    context = {"form": form, "recent": recent}
    return render(request, "challenges/upload_form.html", context, status=422 if form.errors else 200)


def example(request):
    """The spreadsheet to fill in."""
    may_upload(request.user)
    response = HttpResponse(template(), content_type=XLSX)
    response["Content-Disposition"] = 'attachment; filename="vraagstukken.xlsx"'
    return response


def judged(draft: Draft) -> Draft:
    """The draft with `wrong`: (label, message) for all that is missing or wrong in its row."""
    found = errors_by_step(draft.values)
    draft.wrong = [(LABELS[name], " ".join(told)) for step in found.values() for name, told in step.items()]
    return draft


def detail(request, pk: int):
    """Row by row: what is complete and what is missing."""
    upload = get_object_or_404(Upload, pk=pk, by=request.user)
    every = [judged(draft) for draft in upload.drafts.select_related("partner").order_by("row", "pk")]
    context = {
        "upload": upload,
        "page_obj": Paginator(every, ROWS).get_page(request.GET.get("page")),
        "complete": sum(not draft.wrong for draft in every),
        "others": any(draft.written_by_id and not draft.author_id for draft in every),
        "to_mail": sum(bool(draft.email and not draft.invited_at and not draft.author_id) for draft in every),
    }
    return render(request, "challenges/upload_detail.html", context)


@require_POST
def finish(request, pk: int):
    """Hand in all that is complete, or mail the companies that it was written for."""
    upload = get_object_or_404(Upload, pk=pk, by=request.user)
    done = len(uploads.hand_in_all(upload=upload, actor=request.user))
    mailed = uploads.invite_all(upload=upload, actor=request.user)
    if done:
        told = ngettext("%(count)s vraagstuk is ingediend.", "%(count)s vraagstukken zijn ingediend.", done)
        messages.success(request, told % {"count": done})
    if mailed:
        told = ngettext("%(count)s bedrijf krijgt een mail.", "%(count)s bedrijven krijgen een mail.", mailed)
        messages.success(request, told % {"count": mailed})
    if not done and not mailed:
        messages.info(request, _("Er was niets dat klaar was. Vul eerst de rijen aan."))
    return redirect(upload)
