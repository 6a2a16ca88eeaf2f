"""Somebody else's: every model has pages that refuse strangers, or a word why it has none; and no page, list, file or
export shows an outsider what is another partner's."""

import random
import re
import zlib

import pytest
from django.apps import apps
from django.db.models import Model

from partners.models import Invitation, PartnerNote
from projects.models import Feedback
from tests import factories as f
from tests.attack import IN, ROOMS, Prey, fields_of, is_page, rows, undone

OURS = ("core", "partners", "modules", "challenges", "projects", "reports", "sign_in")
# The addresses by which somebody could guess an object's number or word.
PAGES = {
    "partners.Partner": ["partners:detail", "partners:edit", "partners:members", "partners:logo_edit"],
    "partners.PartnerNote": ["partners:notes"],
    "partners.Membership": ["partners:membership_act", "handover"],
    "partners.Invitation": ["partners:invitation", "partners:invitation_withdraw", "partners:invitation_resend"],
    "partners.User": ["mail_preview_html", "projects:proposal_student"],
    "core.Promise": ["answer"],
    "core.Notice": ["notice"],
    "core.MailAddress": ["mail_address"],
    "modules.Module": ["modules:edit"],
    "modules.ModuleRun": ["modules:enrol", "modules:leave"],
    "modules.LearningGoal": ["modules:goal_edit", "projects:call"],
    "modules.GoalImport": ["modules:import"],
    "challenges.Challenge": ["challenges:detail", "challenges:edit", "challenges:act", "challenges:copy"],
    "challenges.Assignment": ["challenges:assignment", "challenges:assignment_edit", "challenges:assignment_act"],
    "challenges.AssignmentVersion": ["challenges:versions"],
    "challenges.Call": ["challenges:call"],
    "challenges.Upload": ["challenges:upload", "challenges:upload_finish"],
    "challenges.Draft": ["challenges:draft", "challenges:draft_step", "challenges:draft_save"],
    "challenges.Attachment": ["challenges:attachment", "challenges:thumbnail", "challenges:draft_detach"],
    "challenges.Remark": ["challenges:remark_done"],
    "challenges.Question": ["challenges:answer"],
    "challenges.GoalLink": ["challenges:goals"],
    "projects.Project": ["projects:edit", "projects:act", "projects:confirm", "projects:outcome"],
    "projects.Application": ["projects:application_act"],
    "projects.Achievement": ["projects:confirm"],
    "projects.Outcome": ["projects:outcome"],
    "projects.Contribution": ["projects:contribution", "projects:contribution_correct", "projects:contribution_remove"],
    "projects.Feedback": ["projects:feedback"],
    "projects.MatchingRound": ["projects:round", "projects:round_edit", "projects:solve", "projects:ranking"],
    "projects.RoundProject": ["projects:round_entry", "projects:favour"],
    "projects.CoachLimit": ["projects:rule_remove"],
    "projects.LabPlaces": ["projects:rule_remove"],
    "projects.SeatRule": ["projects:rule_remove"],
    "projects.Pair": ["projects:rule_remove"],
    "projects.FriendGroup": ["projects:friends_join"],
    "projects.Profile": ["projects:profile", "projects:calendar"],
    "projects.Proposal": ["projects:proposal", "projects:proposal_publish"],
    "projects.ProposedSeat": ["projects:proposal_student"],
    "reports.Grant": ["reports:grant"],
    "reports.Snapshot": ["reports:snapshot", "reports:snapshot_csv", "reports:snapshot_pdf"],
    "reports.SnapshotRow": ["reports:snapshot_rows", "reports:snapshot_rows_csv"],
    "reports.BusinessCase": ["reports:business_case_version", "reports:business_case_version_pdf"],
}  # fmt: skip
# No address holds its number.
NO_PAGE = {
    "core.TimelineEntry": "a line on the page of its object",
    "core.DigestDelivery": "a line for staff at /beheer-post/",
    "core.ToldItem": "shown nowhere",
    "core.Letter": "a line for staff at /beheer-post/",
    "core.Consent": "a line on one's own page",
    "core.IdleWarning": "a line on one's own page",
    "core.RetentionRun": "a line for staff at /register/",
    "partners.Lexeme": "words of public texts",
    "partners.Collaboration": "a tie in the public network",
    "partners.ProjectCard": "public, for who may see its partners",
    "modules.Programme": "a name beside a goal",
    "modules.Elective": "a line of an import",
    "modules.Enrolment": "a line on the page of its module",
    "challenges.GoalVerdict": "a line on the page of its assignment",
    "challenges.Interest": "a mark of one's own",
    "projects.AgreedAssignment": "a tie",
    "projects.AskedChallenge": "a tie",
    "projects.Participant": "a student's own ranking, by the round's number",
    "projects.Preference": "a line of that ranking",
    "projects.Favourite": "a line on the page of a project in a round",
}
REFUSALS = {302, 303, 403, 404, 405, 422}


def test_every_model_has_its_pages_or_a_word_why_not():
    ours = {
        model._meta.label
        for model in apps.get_models()
        if model._meta.app_label in OURS and not hasattr(model, "pgh_tracked_model")
    }
    assert ours == set(PAGES) | set(NO_PAGE)
    assert not set(PAGES) & set(NO_PAGE)


@pytest.mark.parametrize("label", PAGES)
def test_every_page_of_a_model_refuses_strangers(label):
    """The table itself is walked by test_access.py, so what stands there holds."""
    table = rows()
    for name in PAGES[label]:
        mine = [row for row in table if row.name == name]
        assert mine, name
        strangers = [row.expected[role] for row in mine for role in ("newcomer", "other_contact", "other_student")]
        assert set(strangers) & REFUSALS, name


# --- What they read ---------------------------------------------------------------------------------------------
SECRET = "Zwanenburgwaterkers"  # in no word list and no factory
BESIDE = "kwelderspiegelzaag"  # stands beside it, to search for
OUTSIDERS = ("visitor", "other_contact", "other_student")


@pytest.fixture
def secrets(world):
    """The word in every text of the company that is not for everybody."""
    for name in ("challenge_submitted", "challenge_returned"):
        challenge = getattr(world, name)
        challenge.title = challenge.question = f"{SECRET} {BESIDE}"
        challenge.save()
    world.draft.values = world.draft.values | {"title": SECRET}
    world.draft.save()
    world.remark.text = SECRET
    world.remark.save()
    for name in ("assignment", "assignment_sent"):
        found = getattr(world, name)
        found.title = found.summary = found.text = f"{SECRET} {BESIDE}"
        found.save()
    world.application.motivation = SECRET
    world.application.save()
    world.contribution.note = SECRET
    world.contribution.save()
    Invitation.objects.filter(pk=world.invitation.pk).update(email=f"{SECRET.lower()}@mail.example")
    PartnerNote.objects.create(partner=world.company, by=world.broker, text=SECRET)
    f.ChallengeFactory(accepted=True, confidential=True, partner=world.company, question=SECRET, why=SECRET)
    world.partner_submitted.name = f"{SECRET} {BESIDE}"
    world.partner_submitted.save()
    Feedback.objects.create(
        project=world.project_confirming, side="teacher", author=world.teacher, good=SECRET, again=True
    )
    return world


@pytest.mark.parametrize("room", ROOMS)
def test_no_outsider_reads_it_anywhere(room, secrets, login):
    wrong = []
    for row in rows(room):
        if row.name in BY_TOKEN:
            continue
        path = row.url(secrets)
        for role in [each for each in OUTSIDERS if row.expected[each] in (200, 422)]:
            prey = Prey(login(None if role == "visitor" else getattr(secrets, role)), role)
            answer = prey.ask(row.method, path, row.data)
            if SECRET.lower() in content(answer).lower():
                wrong.append(f"{row.method} {row.name} {path} as {role}")
    assert not wrong, "\n".join(wrong)


BY_TOKEN = {"answer", "partners:invitation"}  # whoever holds the secret address of a mail reads what the mail said


# --- What they change -------------------------------------------------------------------------------------------
def kept(world) -> dict[tuple[str, int], dict]:
    """(model, number) -> what the database says now, of every object of the world."""
    objects = {(type(each), each.pk) for each in vars(world).values() if isinstance(each, Model)}
    return {(model._meta.label, pk): model.objects.filter(pk=pk).values().get() for model, pk in objects}


@pytest.mark.parametrize("role", ["other_contact", "other_teacher", "other_student"])
def test_numbers_of_others_in_a_form_change_nothing_of_theirs(role, world, login):
    """Every field of every form that this outsider may send, filled with numbers of the company's objects."""
    dice, before, wrong = random.Random(7), kept(world), []
    numbers = sorted({str(pk) for _label, pk in before})
    prey = Prey(login(getattr(world, role)), role)
    for row in rows():
        if row.method != "post" or row.expected[role] not in IN or row.name in BY_TOKEN:
            continue
        path = row.url(world)
        page = prey.ask("get", path)
        names = sorted({*fields_of(page.text if is_page(page) else ""), *row.data, "pk", "partner", "given", "goals"})
        for _turn in range(2):
            sent = {name: dice.sample(numbers, k=2) for name in names}
            for name in dice.sample(names, k=len(names) // 2):
                sent[name] = row.data.get(name, "1")
            with undone():
                answer = prey.client.post(path, sent)
                after = kept_or_gone(before)
            wrong += [f"{answer.status_code}: {path} with {sent}"] if answer.status_code >= 500 else []
            changed = [key for key in before if before[key] != after.get(key) and str(key[1]) not in path]
            wrong += [f"{path} as {role} changed {key} with {sent}" for key in changed if key not in told(role, world)]
    assert not wrong, "\n".join(wrong)


def kept_or_gone(before: dict) -> dict:
    found = {key: apps.get_model(key[0]).objects.filter(pk=key[1]).values().first() for key in before}
    return {key: row for key, row in found.items() if row is not None}


def told(role: str, world) -> set[tuple[str, int]]:
    """What is the outsider's own: their account and their organisation."""
    person = getattr(world, role)
    return {("partners.User", person.pk), *(("partners.Partner", each.partner_id) for each in person.memberships.all())}


def test_the_search_tells_an_outsider_nothing(secrets, login):
    for role in OUTSIDERS:
        client = login(None if role == "visitor" else getattr(secrets, role))
        for address in ("/vraagstukken/", "/projecten/", "/partners/", "/modules/"):
            assert SECRET not in client.get(address, {"q": BESIDE}).text, f"{address} as {role}"


def test_the_word_is_really_there(secrets, login):
    """So that a page without it says something."""
    assert SECRET in login(secrets.contact).get(secrets.challenge_submitted.get_absolute_url()).text
    assert SECRET in login(secrets.broker).get(f"/partners/{secrets.company.pk}/notities/").text
    assert SECRET in login(secrets.teacher).get(secrets.assignment.get_absolute_url()).text


def content(answer) -> str:
    """The text of an answer, with what a PDF holds packed."""
    raw = answer.streamed if answer.streaming else answer.content
    if raw[:4] == b"%PDF":
        packed = re.findall(rb"stream\r?\n(.*?)endstream", raw, flags=re.DOTALL)
        raw += b"".join(zlib.decompressobj().decompress(each) for each in packed if each[:1] == b"x")
    return raw.decode("utf-8", "replace")
