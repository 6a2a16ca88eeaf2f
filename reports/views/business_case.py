"""The business case: the page that computes, its versions, and the PDF of both."""

from dataclasses import dataclass
from decimal import Decimal
from functools import partial

from django.contrib import messages
from django.core.paginator import Paginator
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from oil_portal.core.views import attempt, counting, need, number
from partners import pdf
from reports import business_case_pages as pages
from reports import business_case_paper as paper
from reports import business_case_words as words
from reports import services
from reports.business_case import Assumptions, compute
from reports.business_case_figures import Figure, own_figures
from reports.forms.business_case import BusinessCaseForm
from reports.models import BusinessCase

MAY = "reports.change_businesscase"
PER_PAGE = 24


def kept(request, pk: int) -> BusinessCase:
    """A version, for who works on the business case; PermissionDenied for others, Http404 for what is not there."""
    need(request.user, MAY)
    return get_object_or_404(BusinessCase.objects.visible_to(request.user).select_related("made_by"), pk=pk)


@dataclass(frozen=True)
class Opening:
    """The page before anybody typed: all of it follows from these, so what is the same is drawn once (`part`)."""

    own: tuple[tuple[str, Figure], ...]
    numbers: tuple[tuple[str, Decimal], ...]

    @property
    def form(self) -> BusinessCaseForm:
        return BusinessCaseForm(own=dict(self.own), initial=dict(self.numbers))

    @property
    def told(self) -> pages.Told:
        return told(self.form.assumptions)


def opening(request, own: dict[str, Figure]) -> Opening:
    """A version to begin with (`van`), else what the portal knows and what we assume."""
    start = words.starting(own)
    if begin := number(request.GET.get("van", "")):
        start |= kept(request, begin).assumed.numbers()
    return Opening(tuple(own.items()), tuple(start.items()))


def told(assumed: Assumptions | None) -> pages.Told | None:
    return pages.tell(compute(assumed), assumed) if assumed else None


@counting
def business_case(request):
    """The assumptions with what comes out; computes on POST, and keeps a version when asked to."""
    need(request.user, MAY)
    counted = own_figures()
    own = counted.value
    about = {"counted": counted, "versions": BusinessCase.objects.visible_to(request.user).count()}
    if request.method != "POST":
        return render(request, "reports/business_case.html", about | {"opening": opening(request, own)})
    form = BusinessCaseForm(request.POST, own=own)
    if form.is_valid() and request.POST.get("do") == "save":
        save = partial(services.save_business_case, actor=request.user, assumptions=form.assumptions, figures=own)
        made = attempt(form, save, name=form.cleaned_data["name"], remark=form.cleaned_data["remark"])
        if made:
            messages.success(request, _("De versie is bewaard."))
            return redirect(made)
    context = about | {"form": form, "told": told(form.assumptions)}
    return render(request, "reports/business_case.html", context, status=422 if form.errors else 200)


@require_POST
def business_case_pdf(request):
    """What stands on the page as a PDF that calls itself a concept; the page again when something is wrong."""
    need(request.user, MAY)
    own = own_figures().value
    form = BusinessCaseForm(request.POST, own=own)
    if not form.is_valid():
        return render(request, "reports/business_case.html", {"form": form}, status=422)
    assumed = form.assumptions
    data = paper.concept(compute(assumed), assumed, own, form.cleaned_data["name"])
    return pdf.sheet(paper.TEMPLATE, data, kind=_("Businesscase concept"))


@require_safe
def versions(request):
    """The versions, newest first, two of which can be compared."""
    need(request.user, MAY)
    found = BusinessCase.objects.visible_to(request.user).select_related("made_by")
    page = Paginator(found.defer("assumptions", "figures", "outcome"), PER_PAGE).get_page(request.GET.get("page"))
    return render(request, "reports/business_case_versions.html", {"page_obj": page})


@require_safe
def version(request, pk: int):
    """One version as it was kept."""
    found = kept(request, pk)
    context = {
        "version": found,
        "told": pages.tell(found.case, found.assumed),
        "sources": pages.sources(found.assumed, found.own),
        "assumed": pages.assumed_tables(found.assumed),
    }
    return render(request, "reports/business_case_version.html", context)


@require_safe
def version_pdf(request, pk: int):
    """One version as a PDF."""
    return pdf.sheet(paper.TEMPLATE, paper.version(kept(request, pk)), kind=_("Businesscase"))


@require_safe
def compare(request):
    """What changed between two versions (`een`, `ander`): in the assumptions and in what comes out."""
    one, other = (kept(request, number(request.GET.get(name, ""))) for name in ("een", "ander"))
    context = {"one": one, "other": other, **pages.differ(one, other)}
    return render(request, "reports/business_case_compare.html", context)
