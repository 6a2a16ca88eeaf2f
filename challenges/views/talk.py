"""Remarks, questions and answers: their forms stand on the page of the challenge, which shows what was refused."""

from functools import partial

from django.contrib import messages
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from challenges.forms.talk import AnswerForm, AskForm, RemarkForm
from challenges.models import Challenge, Question, Remark
from challenges.services import talk
from challenges.views.challenge import page
from challenges.views.common import assignment_for, challenge_for, need
from oil_portal.core.views import attempt


def said(request, challenge: Challenge, form, service, told: str, **shown):
    """Call the service with a valid form and go back; else the page again with the form as it was typed."""
    if form.is_valid() and attempt(form, service, actor=request.user, **form.cleaned_data):
        messages.success(request, told)
        return redirect(challenge)
    return page(request, challenge, status=422, form=form, **shown)


@require_POST
def remark(request, pk: int):
    """Say something about a passage."""
    challenge = challenge_for(request.user, pk)
    need(request.user, "challenges.remark_challenge", challenge)
    form = RemarkForm(request.POST)
    service = partial(talk.remark, challenge=challenge)
    return said(request, challenge, form, service, _("Je opmerking staat bij de tekst."), remark_form=form)


@require_POST
def remark_done(request, pk: int):
    """A remark was handled, or not after all."""
    found = get_object_or_404(Remark.objects.select_related("challenge__partner", "assignment__challenge"), pk=pk)
    if found.assignment_id:
        assignment_for(request.user, found.assignment_id)
    elif not Challenge.objects.visible_to(request.user).filter(pk=found.challenge_id).exists():
        raise Http404
    talk.handle_remark(remark=found, actor=request.user, done=request.POST.get("done") != "0")
    return redirect(found)


@require_POST
def ask(request, pk: int):
    """Ask the company something."""
    challenge = challenge_for(request.user, pk)
    need(request.user, "challenges.ask_challenge", challenge)
    form = AskForm(request.POST)
    service = partial(talk.ask, challenge=challenge)
    return said(request, challenge, form, service, _("Je vraag is gesteld. Je krijgt een mail als er antwoord is."),
                ask_form=form)  # fmt: skip


@require_POST
def answer(request, pk: int):
    """Answer a question."""
    question = get_object_or_404(Question.objects.select_related("challenge__partner", "asker"), pk=pk)
    challenge = challenge_for(request.user, question.challenge_id)
    need(request.user, "challenges.answer_challenge", challenge)
    form = AnswerForm(request.POST, number=question.pk)

    def service(*, actor, answer, public):
        return talk.answer_question(question=question, actor=actor, text=answer, public=public)

    return said(request, challenge, form, service, _("Je antwoord staat erbij."), answer_form=(question.pk, form))


@require_POST
def keep(request, pk: int):
    """Save a challenge, or no longer; back to the page that the button stood on."""
    challenge = challenge_for(request.user, pk)
    saved = request.POST.get("saved") == "1"
    talk.keep(challenge=challenge, actor=request.user, saved=saved)
    messages.success(request, _("Bewaard. Je vindt het op je startpagina.") if saved else _("Niet meer bewaard."))
    back = request.POST.get("back", "")
    safe = url_has_allowed_host_and_scheme(back, {request.get_host()}, require_https=request.is_secure())
    return redirect(back if safe else challenge)
