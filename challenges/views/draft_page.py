"""What the pages of a draft show: a step with what was typed, the advice beside it, and the check at the end."""

from django.core.signing import Signer
from django.forms import Textarea
from django.shortcuts import render
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from challenges.forms.draft import JUDGES, STEPS, SenderForm, as_data, errors_by_step
from challenges.models import Challenge, Draft, Theme
from challenges.writing import EXAMPLES, advice, readability, suggest_theme
from oil_portal.core import clock
from partners import roles
from partners.models import Partner
from partners.workflow import LIVE_PARTNER

FIRST, LAST = next(iter(STEPS)), list(STEPS)[-1]
WITH_FILES = "opdracht"
REVIEW_DAYS = 5  # working days in which a broker promises to read a new question
fresh = Signer(salt="challenges.draft")  # signs the token of a draft that is only begun when something is typed


def show(request, found: Draft, step: str, *, judged=False, clashes: dict | None = None, refused=(), left_here=None):
    """The page of a step: filled with what was typed; with `judged` it says what is missing or wrong.

    A new one says that this browser `left_here` another.
    """
    clashes = clashes or {}
    context = {
        "draft": found,
        "saved": saved_at(found) if found.pk else "",
        "step": step,
        "steps": steps_of(found, step),
        "title": STEPS[step][0],
        "number": list(STEPS).index(step) + 1,
        "back": list(STEPS)[max(0, list(STEPS).index(step) - 1)],
        "fresh": "" if found.pk else fresh.sign(found.token),
        "mine": found.author_id is not None and found.author_id == request.user.pk,
        "behalf": is_on_behalf(found, request.user),
        "refused": refused,
        "left_here": left_here,
        **aside_of(found),
    }
    if step == LAST:
        return render(request, "challenges/draft_check.html", context | check_of(request, found, judged=judged),
                      status=422 if judged else 200)  # fmt: skip
    form = bound(found, JUDGES[step], judged=judged, clashes=clashes)
    context |= {"form": form, "fields": dress(found, form, clashes), "files": step == WITH_FILES}
    status = 409 if clashes else 422 if form.errors or refused else 200
    return render(request, "challenges/draft_step.html", context, status=status)


def bound(found: Draft, form: type, *, judged: bool, clashes: dict, **options):
    """The form of a step; after a clash our text, with theirs as what stood there: saving again is a choice."""
    values = found.values | {name: ours for name, (_theirs, ours) in clashes.items()}
    if not judged and not clashes:
        return form(initial=values, **options)
    before = {f"initial-{name}": found.values.get(name, "") for name in form.base_fields}
    filled = form(as_data(values | before), **options)
    if clashes:
        filled.full_clean()
        filled.errors.clear()  # first the choice between two versions, then what is wrong with it
    return filled


def dress(found: Draft, form, clashes: dict) -> list[dict]:
    """Each field with its example, the broker's open remarks on it and the version of somebody else."""
    remarks = list(found.challenge.remarks.filter(done_at=None, assignment=None)) if found.challenge_id else []
    return [
        {
            "field": form[name],
            "example": EXAMPLES.get(name),
            "remarks": [remark for remark in remarks if remark.field == name],
            "theirs": shown(clashes[name][0]) if name in clashes else None,
        }
        for name in form.fields
    ]


def saved_at(found: Draft) -> str:
    """'Concept bewaard om 10.42 uur', with the day when it was not today."""
    moment = timezone.localtime(found.saved_at)
    if moment.date() != clock.today():
        return _("Concept bewaard op %(day)s") % {"day": date_format(moment, "j F, H.i")}
    return _("Concept bewaard om %(time)s uur") % {"time": date_format(moment, "H.i")}


def shown(value) -> str:
    return ", ".join(value) if isinstance(value, list) else value


def steps_of(found: Draft, current: str) -> list[dict]:
    """The four steps; one is past when it lies before this one, and right when nothing is missing in it."""
    wrong, order = errors_by_step(found.values), list(STEPS)
    return [
        {"name": name, "title": title, "past": order.index(name) < order.index(current), "right": name not in wrong}
        for name, (title, _form) in STEPS.items()
    ]


def aside_of(found: Draft) -> dict:
    """What stands beside the form: how students will see it, and advice that never holds anybody up."""
    text = "\n".join(str(found.values.get(name, "")) for name in ("title", "question", "why"))
    theme = suggest_theme(text)
    return {
        "points": advice(found.values) if found.version else [],
        "hints": readability(found.values.get("question", "")),
        "theme": (theme, Theme(theme).label) if theme and theme != found.values.get("theme") else None,
        "chosen_theme": dict(Theme.choices).get(found.values.get("theme"), ""),
        "results": Challenge(
            deliverables=found.values.get("deliverables", []), result=found.values.get("result", "")
        ).results,
    }


def is_on_behalf(found: Draft, user) -> bool:
    """Whether this reader writes for a company that still has to claim it."""
    return found.author_id is None and found.written_by_id is not None and found.written_by_id == user.pk


def check_of(request, found: Draft, *, judged: bool) -> dict:
    """What the last step shows: everything that was typed, what is wrong in it, and who sends it."""
    wrong = errors_by_step(found.values)
    forms = {step: bound(found, form, judged=True, clashes={}) for step, form in JUDGES.items()}
    choice = [] if found.challenge_id else own_partners(request.user)
    sender = None
    if not found.challenge_id and not found.partner_id and not choice:
        sender = bound(found, SenderForm, judged=judged, clashes={}, known=found.author_id is not None,
                       behalf=is_on_behalf(found, request.user))  # fmt: skip
    return {
        "form": sender,
        "parts": [(step, STEPS[step][0], answers(form), wrong.get(step, {})) for step, form in forms.items()],
        "wrong": wrong,
        "judged": judged,
        "choice": choice if len(choice) > 1 else [],
        "attachments": found.all_attachments,
        "review_until": clock.working_days_after(clock.today(), REVIEW_DAYS),
    }


def answers(form) -> list[dict]:
    """What was typed in a step, as people read it: labels of choices, text as it is."""
    return [
        {"field": form[name], "shown": chosen(form[name]), "long": isinstance(form.fields[name].widget, Textarea)}
        for name in form.fields
    ]


def chosen(field) -> list[str]:
    """The texts behind a value: the labels of a choice, else what was typed."""
    value = field.value()
    values = [str(each) for each in (value if isinstance(value, list) else [value]) if each not in (None, "")]
    labels = {str(key): str(label) for key, label in getattr(field.field, "choices", [])}
    return [labels.get(each, each) for each in values]


def own_partners(user) -> list[Partner]:
    """The organisations that the reader can write for."""
    return list(Partner.objects.filter(pk__in=roles.partner_ids(user, roles.CONTACT), status__in=LIVE_PARTNER))
