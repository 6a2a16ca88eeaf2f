"""Pages of attachments: put one beside a draft, take it away, read it."""

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, JsonResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.loader import render_to_string
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_POST

from challenges.models import Attachment, Challenge
from challenges.permissions import is_in_team
from challenges.services import draft as drafts
from challenges.services.attachment import detach
from challenges.views.draft import actor_of, as_sent, attach_all, draft_for
from challenges.views.draft_page import WITH_FILES
from partners.files import served
from partners.limits import limited

TYPES = {"pdf": "application/pdf", "jpeg": "image/jpeg", "png": "image/png"}


@login_not_required
@require_POST
@limited("attach")
def add(request, token: str):
    """Keep the step and the files that came with it; JSON for a script, else back to the step."""
    draft = draft_for(request, token)
    drafts.save(draft=draft, actor=actor_of(request), **as_sent(request))
    refused = attach_all(request, draft)
    return answer(request, draft, refused)


@login_not_required
@require_POST
def remove(request, token: str, pk: int):
    """Keep the step and take one file away."""
    draft = draft_for(request, token)
    drafts.save(draft=draft, actor=actor_of(request), **as_sent(request))
    attachment = draft.attachments.filter(pk=pk).first()
    if attachment is None and draft.challenge_id:
        attachment = draft.challenge.attachments.filter(pk=pk).first()
    if attachment is not None:  # somebody else may have taken it away already
        detach(attachment=attachment, actor=actor_of(request))
    return answer(request, draft, [])


def answer(request, draft, refused: list[str]):
    """The list of files as it is now, and what was refused."""
    if "application/json" in request.headers.get("Accept", ""):
        shown = render_to_string(
            "challenges/attachments.html", {"attachments": draft.all_attachments, "draft": draft}, request
        )
        return JsonResponse({"list": shown, "errors": refused}, status=422 if refused else 200)
    for sentence in refused:
        messages.error(request, sentence)
    return redirect("challenges:draft_step", draft.token, WITH_FILES)


def readable(request, pk: int) -> Attachment:
    """The attachment; Http404 unless the reader may write its draft, or read the details of its challenge."""
    attachment = get_object_or_404(Attachment.objects.select_related("draft", "challenge"), pk=pk)
    if attachment.draft_id:
        allowed = drafts.may_write(attachment.draft, actor_of(request))
    else:
        challenge = Challenge.objects.visible_to(request.user).filter(pk=attachment.challenge_id).first()
        allowed = challenge is not None and (
            request.user.has_perm("challenges.read_challenge", challenge) or is_in_team(request.user, challenge)
        )
    if not allowed:
        raise Http404
    return attachment


@login_not_required
@cache_control(private=True, max_age=3600)
def show(request, pk: int):
    """The file: a picture in the window, a PDF to keep."""
    attachment = readable(request, pk)
    return served(
        attachment.file,
        TYPES[attachment.kind],
        filename=attachment.name,
        as_attachment=attachment.kind == Attachment.Kind.PDF,
    )


@login_not_required
@cache_control(private=True, max_age=3600)
def thumbnail(request, pk: int):
    """The small picture of the file."""
    attachment = readable(request, pk)
    return served(attachment.thumbnail, "image/png" if attachment.kind == "png" else "image/jpeg")
