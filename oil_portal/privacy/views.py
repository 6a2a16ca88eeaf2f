"""Mijn gegevens: see, take along, agree to, and leave. And the register, for staff."""

from allauth.account.decorators import reauthentication_required
from django.contrib import messages
from django.contrib.auth import logout
from django.core.paginator import Paginator
from django.http import FileResponse, Http404
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from oil_portal.core.models import Consent, RetentionRun
from oil_portal.core.workflow import Refusal
from oil_portal.privacy.consents import consents_of, set_consent
from oil_portal.privacy.erase import erase, obstacles
from oil_portal.privacy.export import export
from oil_portal.privacy.holdings import addresses, cells, holdings, in_words, rows_of, with_neighbours
from oil_portal.privacy.register import BESIDES, REGISTER, lines
from oil_portal.privacy.retention import RULES

SHOWN = 10


@require_safe
def mine(request):
    """What is kept about the reader, by kind, with why, how long and who reads it; and what they agreed to."""
    context = {"holdings": holdings(request.user), "consents": consents_of(request.user), "besides": BESIDES.values()}
    return render(request, "oil_portal/my_data.html", context)


@require_safe
def part(request, label: str):
    """One kind of data, row by row."""
    line = REGISTER.get(label)
    if line is None:
        raise Http404
    model = next(model for model, _line in lines() if model._meta.label == label)
    rows = with_neighbours(rows_of(model, line, request.user, addresses(request.user)))
    page = Paginator(rows, SHOWN).get_page(request.GET.get("page"))
    if not page.paginator.count:
        raise Http404
    told = [[(name, in_words(value)) for _field, name, value in cells(row, request.user)] for row in page]
    return render(request, "oil_portal/my_data_part.html", {"line": line, "page_obj": page, "told": told})


@require_safe
def take_along(request):
    """The ZIP with everything."""
    return FileResponse(export(request.user), as_attachment=True, filename="mijn-gegevens.zip")


@require_POST
def consent(request):
    """Say yes or no to one thing."""
    kind = request.POST.get("kind", "")
    if kind not in Consent.Kind.values:
        raise Http404
    yes = request.POST.get("yes") == "1"
    set_consent(user=request.user, kind=kind, yes=yes)
    messages.success(request, _("Je toestemming is bewaard.") if yes else _("Je toestemming is ingetrokken."))
    return redirect("my_data")


@reauthentication_required(allow_get=True)
def leave(request):
    """Say what goes and what stays (GET), and take the person out (POST, after the password once more)."""
    if request.method == "POST":
        try:
            erase(user=request.user)
        except Refusal as error:
            messages.error(request, str(error))
            return redirect("my_data_leave")
        logout(request)
        messages.success(request, _("Je account is weg. Bedankt dat je meedeed."))
        return redirect("home")
    found = holdings(request.user)
    context = {
        "obstacles": obstacles(request.user),
        "goes": [one for one in found if one.line.goes],
        "stays": [one for one in found if not one.line.goes and one.label not in ("partners.User", "reports.Snapshot")],
        "named": [one for one in found if one.label == "reports.Snapshot"],
    }
    return render(request, "oil_portal/my_data_leave.html", context)


@require_safe
def register(request):
    """What is kept of whom and why, and what the nightly rules did. For staff."""
    if not request.user.is_staff:
        raise Http404
    runs = Paginator(RetentionRun.objects.all(), 30).get_page(request.GET.get("page"))
    told = [(RULES[run.rule][0] if run.rule in RULES else run.rule, run) for run in runs]
    context = {"lines": [*REGISTER.items(), *BESIDES.items()], "runs": told, "page_obj": runs}
    return render(request, "oil_portal/privacy_register.html", context)
