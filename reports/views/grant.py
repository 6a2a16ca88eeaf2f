"""The subsidies against which co-financing counts."""

from functools import partial

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from oil_portal.core.views import attempt, need
from reports import services
from reports.forms.report import GrantForm
from reports.models import Grant


def grants(request):
    """All subsidies, and a form for a new one."""
    return _edit(request, None)


def grant(request, pk: int):
    """Change one."""
    need(request.user, "reports.change_grant")
    return _edit(request, get_object_or_404(Grant, pk=pk))


def _edit(request, chosen: Grant | None):
    need(request.user, "reports.change_grant")
    posted = request.POST if request.method == "POST" else None
    form = GrantForm(posted, instance=Grant.objects.get(pk=chosen.pk) if chosen else None)
    service = partial(services.save_grant, actor=request.user, grant=chosen)
    if posted is not None and form.is_valid() and attempt(form, service, **form.cleaned_data):
        messages.success(request, _("De subsidie is bewaard."))
        return redirect("reports:grants")
    context = {"form": form, "grants": Grant.objects.all(), "chosen": chosen}
    return render(request, "reports/grants.html", context, status=422 if form.errors else 200)
