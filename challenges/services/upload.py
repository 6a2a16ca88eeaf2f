"""The verbs for a spreadsheet: every row becomes a draft, whatever is still missing in it."""

from django.core.exceptions import PermissionDenied
from django.db import transaction

from challenges.forms.draft import errors_by_step
from challenges.models import Challenge, Draft, Upload
from challenges.services import draft as drafts
from challenges.spreadsheet import Row
from partners import roles
from partners.models import Partner, User
from partners.workflow import PartnerStatus


@transaction.atomic
def take_in(*, actor: User, rows: list[Row], name: str) -> tuple[Upload, int]:
    """(the upload with a draft per row, how many rows were left out because the actor has that draft already)."""
    if not roles.has(actor, roles.CONTACT, roles.BROKER, roles.TEACHER):
        raise PermissionDenied
    upload, doubles = Upload.objects.create(by=actor, name=drafts.tidy(name)[:200]), 0
    own = Draft.objects.filter(saved_by=actor).values_list("values__title", "values__organisation")
    known = {(title, organisation or "") for title, organisation in own}
    for row in rows:
        values = {field: _tidy(value) for field, value in row.values.items()}
        key = (values.get("title", ""), values.get("organisation", ""))
        if key in known:
            doubles += 1
            continue
        known.add(key)
        draft = drafts.begin(actor=actor, values=values, upload=upload, row=row.number, version=1)
        _address(draft, actor)
        draft.save()
    return upload, doubles


def _tidy(value):
    return [drafts.tidy(each) for each in value] if isinstance(value, list) else drafts.tidy(value)


def _address(draft: Draft, actor: User) -> None:
    """Whose it is: a contact chooses by name among the own organisations; another's draft goes to the company."""
    name = draft.values.get("organisation", "")
    if draft.author_id:
        mine = Partner.objects.filter(pk__in=roles.partner_ids(actor, roles.CONTACT), name__iexact=name)
        draft.partner = mine.first() or draft.partner
        return
    drafts.read_address(draft)
    draft.partner = Partner.objects.filter(name__iexact=name, status=PartnerStatus.ACCEPTED).first() if name else None
    draft.shared = draft.partner is not None


def hand_in_all(*, upload: Upload, actor: User) -> list[Challenge]:
    """Hand in every complete draft of a contact's upload; an incomplete one stays where it is."""
    if upload.by_id != actor.pk:
        raise PermissionDenied
    complete = [
        draft for draft in upload.drafts.filter(author=actor)
        if draft.partner_id and not errors_by_step(draft.values)
    ]  # fmt: skip
    return [drafts.finish(draft=draft, actor=actor) for draft in complete]


def invite_all(*, upload: Upload, actor: User) -> int:
    """Mail every company whose row has an address and that was not mailed yet; returns how many."""
    if upload.by_id != actor.pk:
        raise PermissionDenied
    waiting = list(upload.drafts.filter(written_by=actor, author=None, invited_at=None).exclude(email=""))
    for draft in waiting:
        drafts.invite_company(draft=draft, actor=actor)
    return len(waiting)
