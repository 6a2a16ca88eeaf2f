"""What a draft keeps, who may write it, and how it becomes a challenge."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from hypothesis import given
from hypothesis import strategies as st

from challenges.forms.draft import MULTIPLE, NAMES, errors_by_step
from challenges.models import Challenge, Draft
from challenges.services import draft as drafts
from challenges.tasks import drop_forgotten_drafts
from oil_portal.core import clock
from oil_portal.core.timeline import timeline_of
from oil_portal.core.workflow import NotNow, Refusal
from partners.models import Partner, User
from tests import factories as f


def unproven() -> User:
    """Somebody who has not shown yet that the address is theirs."""
    user = f.UserFactory()
    user.emailaddress_set.update(verified=False)
    return user


def proven(user) -> User:
    """The same person, after the link in the mail."""
    user.emailaddress_set.update(verified=True)
    return user


def keep(draft, actor, now, was=None):
    return drafts.save(draft=draft, actor=actor, now=now, was=was or {})


# --- Keeping ----------------------------------------------------------------------------------------------------
def test_everything_typed_is_kept_also_what_is_wrong(region):
    draft = drafts.begin(actor=region.contact)
    keep(draft, region.contact, {"title": "x" * 300, "guidance_hours": "veel", "start_from": "31 februari"})
    draft.refresh_from_db()
    assert draft.values["title"] == "x" * 300
    assert draft.values["guidance_hours"] == "veel"
    assert set(errors_by_step(draft.values)) == {"vraag", "opdracht", "praktisch"}
    assert (draft.author, draft.partner, draft.version) == (region.contact, region.company, 1)


def test_saving_the_same_again_changes_nothing(region):
    draft = f.DraftFactory(author=region.contact)
    keep(draft, region.contact, {"title": draft.values["title"]})
    assert draft.version == 1


def test_two_windows_on_different_fields_both_win(region):
    draft = f.DraftFactory(author=region.contact)
    was = {"title": draft.values["title"], "why": ""}
    keep(draft, region.contact, {"title": "Van het ene raam", "why": ""}, was)
    saved = keep(draft, region.contact, {"title": was["title"], "why": "Van het andere"}, was)
    assert saved.clashes == {}
    assert (draft.values["title"], draft.values["why"]) == ("Van het ene raam", "Van het andere")


def test_two_windows_on_one_field_show_both_and_overwrite_nothing(region):
    draft = f.DraftFactory(author=region.contact)
    was = {"title": draft.values["title"]}
    keep(draft, region.contact, {"title": "Eerst"}, was)
    saved = keep(draft, region.contact, {"title": "Daarna", "why": "Nieuw"}, was | {"why": ""})
    assert saved.clashes == {"title": ("Eerst", "Daarna")}
    draft.refresh_from_db()
    assert (draft.values["title"], draft.values["why"]) == ("Eerst", "Nieuw")
    saved = keep(draft, region.contact, {"title": "Daarna"}, {"title": "Eerst"})  # chosen with open eyes
    assert (saved.clashes, draft.values["title"]) == ({}, "Daarna")


VALUES = st.fixed_dictionaries(
    {}, optional={name: st.lists(st.text(max_size=5), max_size=3) if name in MULTIPLE else st.text() for name in NAMES}
)


@given(values=VALUES)
def test_no_text_is_too_strange_to_judge(values):
    errors = errors_by_step(values)
    assert set(errors) <= {"vraag", "opdracht", "praktisch"}


@given(text=st.text())
def test_what_is_kept_has_no_control_characters(text):
    kept = drafts.tidy(text)
    assert "\x00" not in kept and "\r" not in kept
    assert drafts.tidy(kept) == kept


# --- Whose it is ------------------------------------------------------------------------------------------------
def test_a_visitors_draft_becomes_theirs_by_the_proven_address(region):
    draft, writer = drafts.begin(actor=None), unproven()
    keep(draft, None, {"title": "Van een bezoeker", "email": writer.email.upper()})
    assert draft.email == writer.email
    assert drafts.adopt(writer) == 0
    assert drafts.adopt(proven(writer)) == 1
    draft.refresh_from_db()
    assert draft.author == writer
    assert not drafts.may_write(draft, None)


@pytest.mark.parametrize("who", ["other_contact", "teacher", "student", "broker", "coordinator"])
def test_nobody_else_writes_somebodys_draft(region, who):
    draft = f.DraftFactory(author=region.contact, partner=region.company)
    other = getattr(region, who)
    assert not drafts.may_write(draft, other)
    with pytest.raises(PermissionDenied):
        keep(draft, other, {"title": "Van mij nu"})


def test_a_colleague_writes_along_when_it_is_shared(region):
    colleague = f.UserFactory(contact=region.company)
    draft = f.DraftFactory(author=region.contact, partner=region.company)
    assert not drafts.may_write(draft, colleague)
    with pytest.raises(PermissionDenied):
        drafts.share(draft=draft, actor=colleague, shared=True)
    drafts.share(draft=draft, actor=region.contact, shared=True)
    keep(draft, colleague, {"why": "Dit kost ons een dag per week."})
    assert draft.saved_by == colleague
    drafts.share(draft=draft, actor=region.contact, shared=False)
    assert not drafts.may_write(draft, colleague)


def test_sharing_needs_an_organisation(region):
    draft = f.DraftFactory(author=region.newcomer)
    with pytest.raises(Refusal):
        drafts.share(draft=draft, actor=region.newcomer, shared=True)


@pytest.mark.parametrize("who", ["broker", "teacher"])
def test_a_draft_on_behalf_is_claimed_by_the_proven_address(
    region, who, mailoutbox, django_capture_on_commit_callbacks
):
    writer = getattr(region, who)
    draft = drafts.begin(actor=writer)
    keep(draft, writer, {"title": "Voor het bedrijf", "organisation": "Waterwerk", "email": "bedrijf@mail.example"})
    assert (draft.author, draft.written_by) == (None, writer)
    assert not drafts.may_write(draft, None)  # the address of the page is not enough
    assert not drafts.take(draft=draft, actor=region.other_contact)
    with django_capture_on_commit_callbacks(execute=True):
        drafts.invite_company(draft=draft, actor=writer)
    assert [message.to for message in mailoutbox] == [["bedrijf@mail.example"]]
    assert draft.get_absolute_url() in mailoutbox[0].body
    assert drafts.take(draft=draft, actor=region.contact)
    assert (draft.author, draft.partner) == (region.contact, region.company)
    assert not drafts.may_write(draft, writer)  # from here on it is the company's own


def test_the_mail_to_a_company_needs_an_address(region):
    draft = drafts.begin(actor=region.broker)
    keep(draft, region.broker, {"title": "Zonder adres"})
    with pytest.raises(Refusal):
        drafts.invite_company(draft=draft, actor=region.broker)


# --- Handing in -------------------------------------------------------------------------------------------------
def test_a_complete_draft_is_handed_in(region):
    draft = f.DraftFactory(author=region.contact, partner=region.company)
    challenge = drafts.finish(draft=draft, actor=region.contact)
    assert (challenge.status, challenge.partner, challenge.contact) == ("submitted", region.company, region.contact)
    assert (challenge.deliverables, challenge.rights, challenge.secrecy) == (["prototype"], "use", False)
    assert [entry.event for entry in timeline_of(challenge)] == ["submit"]
    assert list(timeline_of(challenge)[0].notices.values_list("recipient", flat=True)) == [region.broker.pk]
    assert not Draft.objects.exists()
    with pytest.raises(NotNow):
        drafts.finish(draft=draft, actor=region.contact)  # the second press
    assert Challenge.objects.count() == 1


def test_an_incomplete_draft_says_what_is_missing_and_stays(region):
    draft = f.DraftFactory(author=region.contact, partner=region.company)
    keep(draft, region.contact, {"title": "", "theme": "onzin"})
    with pytest.raises(ValidationError) as refused:
        drafts.finish(draft=draft, actor=region.contact)
    assert set(refused.value.message_dict) == {"title", "theme"}
    assert Draft.objects.count() == 1


def test_somebody_without_an_organisation_registers_it_at_once(region):
    draft = f.DraftFactory(author=region.newcomer)
    with pytest.raises(ValidationError) as refused:
        drafts.finish(draft=draft, actor=region.newcomer)
    assert set(refused.value.message_dict) == {"organisation"}
    keep(draft, region.newcomer, {"organisation": "Waterwerk", "municipality": "Katwijk"})
    challenge = drafts.finish(draft=draft, actor=region.newcomer)
    partner = Partner.objects.get(name="Waterwerk")
    assert (challenge.partner, partner.municipality, partner.status) == (partner, "Katwijk", "submitted")


def test_a_copy_asks_the_next_question(region):
    old = f.ChallengeFactory(completed=True, partner=region.company, deliverables=["advice"], confidential=True)
    draft = drafts.begin_copy(challenge=old, actor=region.contact)
    assert (draft.copied_from, draft.partner) == (old, region.company)
    challenge = drafts.finish(draft=draft, actor=region.contact)
    same = ("title", "question", "deliverables", "confidential", "rights", "theme")
    assert [getattr(challenge, name) for name in same] == [getattr(old, name) for name in same]
    with pytest.raises(PermissionDenied):
        drafts.begin_copy(challenge=old, actor=region.other_contact)


def test_a_change_of_a_returned_challenge_goes_in_again(region):
    challenge = f.ChallengeFactory(returned=True, partner=region.company, contact=region.contact)
    draft = drafts.begin_edit(challenge=challenge, actor=region.contact)
    assert drafts.begin_edit(challenge=challenge, actor=region.contact).pk == draft.pk
    keep(draft, region.contact, {"title": "Nu met maten"})
    challenge.refresh_from_db()
    assert challenge.title != "Nu met maten"  # the broker does not read a half sentence
    done = drafts.finish(draft=draft, actor=region.contact)
    assert (done.pk, done.title, done.status) == (challenge.pk, "Nu met maten", "submitted")
    assert [entry.event for entry in timeline_of(challenge)] == ["submit", "edit"]


def test_a_change_of_an_accepted_challenge_tells_the_translator(region, mailoutbox, django_capture_on_commit_callbacks):
    challenge = f.ChallengeFactory(accepted=True, partner=region.company, translator=region.teacher)
    draft = drafts.begin_edit(challenge=challenge, actor=region.contact)
    keep(draft, region.contact, {"question": "Het gaat om drie muren."})
    with django_capture_on_commit_callbacks(execute=True):
        done = drafts.finish(draft=draft, actor=region.contact)
    assert done.status == "accepted"
    assert [message.to for message in mailoutbox] == [[region.teacher.email]]


def test_a_change_that_nobody_made_follows_the_challenge(region):
    challenge = f.ChallengeFactory(partner=region.company)
    draft = drafts.begin_edit(challenge=challenge, actor=region.contact)
    Challenge.objects.filter(pk=challenge.pk).update(title="Ander begin")
    assert drafts.begin_edit(challenge=challenge, actor=region.contact).values["title"] == "Ander begin"
    assert draft.version == 0


def test_throwing_away(region):
    challenge = f.ChallengeFactory(partner=region.company)
    for draft in (f.DraftFactory(author=region.contact), drafts.begin_edit(challenge=challenge, actor=region.contact)):
        with pytest.raises(PermissionDenied):
            drafts.discard(draft=draft, actor=region.other_contact)
        drafts.discard(draft=draft, actor=region.contact)
    assert not Draft.objects.exists()
    assert Challenge.objects.get() == challenge


def test_what_a_visitor_forgot_is_thrown_away(region):
    kept = f.DraftFactory(author=region.contact, saved_at=clock.now() - timedelta(days=300))
    behalf = f.DraftFactory(author=None, written_by=region.broker, saved_at=clock.now() - timedelta(days=300))
    f.DraftFactory(author=None, saved_at=clock.now() - timedelta(days=61))
    recent = f.DraftFactory(author=None, saved_at=clock.now() - timedelta(days=59))
    drop_forgotten_drafts()
    assert set(Draft.objects.all()) == {kept, behalf, recent}
