"""The verbs for attachments. What comes in is judged by its content, never by its name, and pictures are made anew."""

import secrets
import unicodedata
from pathlib import PurePath

import pypdfium2
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.files.base import ContentFile
from django.db import transaction
from django.db.models import Sum
from django.utils.translation import gettext as _

from challenges.models import Attachment, Draft
from challenges.services import draft as drafts
from oil_portal.core.workflow import lock
from partners import files
from partners.models import User

MOST_BYTES = 10 * 1024 * 1024
MOST_FILES = 8
MOST_OF_ONE = 500 * 1024 * 1024  # bytes that one person keeps here
MOST_PIXELS = 50_000_000
LONGEST_SIDE = 4000  # pixels of a kept picture
THUMBNAIL = (320, 320)
PDF_START = 1024  # bytes in which a PDF must say what it is
SUFFIX = {"pdf": ".pdf", "jpeg": ".jpg", "png": ".png"}


def refuse(message: str) -> ValidationError:
    return ValidationError({"attachment": message})


def clean_name(name: str, kind: str) -> str:
    """A name to show: no path, no control characters, at most 120 characters, and the ending of what it really is."""
    stem = PurePath(name.replace("\\", "/")).name
    stem = "".join(c for c in stem if unicodedata.category(c)[0] != "C").strip(" .")
    for suffix in (".pdf", ".jpg", ".jpeg", ".png"):
        stem = stem[: -len(suffix)] if stem.lower().endswith(suffix) else stem
    return f"{stem.strip()[:110] or 'bijlage'}{SUFFIX[kind]}"


def remake(content: bytes) -> tuple[str, bytes, bytes]:
    """(kind, content, thumbnail) of an upload: a PDF as it came, a picture drawn anew without its metadata.

    Raises ValidationError when it is neither, broken, locked or too large to draw.
    """
    if b"%PDF-" in content[:PDF_START]:
        return "pdf", content, _first_page(content)
    try:
        kind, drawn = files.read(content, most_pixels=MOST_PIXELS)
    except files.TooLarge as error:
        raise refuse(_("Deze foto is te groot om te tekenen. Maak hem kleiner.")) from error
    except files.Unreadable as error:
        raise refuse(_("Dit is geen pdf, jpg of png die wij kunnen lezen. Kies een ander bestand.")) from error
    drawn.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    kept = files.written(drawn, kind)
    drawn.thumbnail(THUMBNAIL)
    return kind, kept, files.written(drawn, kind)


def _first_page(content: bytes) -> bytes:
    try:
        document = pypdfium2.PdfDocument(content)
        try:
            page = document[0]
            scale = THUMBNAIL[0] / max(page.get_width(), page.get_height(), 1)
            picture = page.render(scale=min(scale, 2)).to_pil().convert("RGB")
        finally:
            document.close()
    except Exception as error:  # PDFium tells broken, locked and empty files apart by message only
        raise refuse(_("Deze pdf kunnen wij niet openen. Staat er een wachtwoord op?")) from error
    picture.thumbnail(THUMBNAIL)
    return files.written(picture, "jpeg")


def kept_by(person: User) -> int:
    """The bytes of all attachments that somebody added."""
    return Attachment.objects.filter(added_by=person).aggregate(sum=Sum("size"))["sum"] or 0


@transaction.atomic
def attach(*, draft: Draft, actor: User | None, upload) -> Attachment:
    """Put an uploaded file beside a draft. `actor` None is a visitor who holds the draft's token."""
    if draft.pk is None:
        drafts.save(draft=draft, actor=actor, now={}, was={})
    lock(draft)
    if not drafts.may_write(draft, actor):
        raise PermissionDenied
    already = draft.attachments.count()
    if draft.challenge_id:
        already += draft.challenge.attachments.count()
    if already >= MOST_FILES:
        raise refuse(_("Er zijn al %(count)s bijlagen. Haal er eerst een weg.") % {"count": MOST_FILES})
    if upload.size > MOST_BYTES:
        raise refuse(_("Dit bestand is groter dan 10 MB. Kies een kleiner bestand."))
    if actor and kept_by(actor) + upload.size > MOST_OF_ONE:
        raise refuse(_("Je bijlagen zijn samen te groot. Haal eerst bij een ander vraagstuk iets weg."))
    if not upload.size:
        raise refuse(_("Dit bestand is leeg. Kies een ander bestand."))
    kind, content, thumbnail = remake(upload.read())
    attachment = Attachment(
        draft=draft, name=clean_name(upload.name, kind), kind=kind, size=len(content), added_by=actor
    )
    stored = secrets.token_hex(12)
    attachment.file.save(f"{stored}{SUFFIX[kind]}", ContentFile(content), save=False)
    small = ".png" if kind == "png" else ".jpg"
    attachment.thumbnail.save(f"{stored}-klein{small}", ContentFile(thumbnail), save=False)
    attachment.save()
    return attachment


@transaction.atomic
def detach(*, attachment: Attachment, actor: User | None) -> None:
    """Take a file away; of a challenge that was handed in, who may change its text may do so."""
    if attachment.draft_id:
        allowed = drafts.may_write(attachment.draft, actor)
    else:
        allowed = actor is not None and actor.has_perm("challenges.edit_challenge", attachment.challenge)
    if not allowed:
        raise PermissionDenied
    attachment.delete()  # django-cleanup takes the files along on commit
