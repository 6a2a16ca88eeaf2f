"""A person who leaves: what goes, what stays without the person, and that no table names them any more."""

import io
import json
import time
import zipfile
from datetime import timedelta

import pytest
from django.apps import apps
from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.contrib.sessions.models import Session
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from challenges.models import Attachment, Draft, Interest, Upload
from oil_portal.core import clock
from oil_portal.core.models import Consent, DigestDelivery, IdleWarning, Letter, MailAddress, Notice, ToldItem
from oil_portal.core.timeline import notify, record
from oil_portal.core.workflow import Refusal
from oil_portal.privacy.erase import erase, histories, is_erased
from oil_portal.privacy.holdings import addresses, condition, holdings
from oil_portal.privacy.register import REGISTER, lines
from partners.models import Membership, PartnerNote, User
from projects.models import Achievement, Application, Feedback, Pair, Proposal, ProposedSeat
from projects.models.contribution import Side
from projects.services import wrap_up
from tests import factories as f

pytestmark = pytest.mark.django_db
EMAIL, NAME = "quirine.zonderland@uniek.example", "Quirine Zonderland"


@pytest.fixture
def person(world) -> User:
    """Somebody with a row in every table of the register."""
    who = f.UserFactory(email=EMAIL, first_name="Quirine", last_name="Zonderland", student=world.school)
    everything(world, who)
    return who


def everything(world, who) -> None:
    """Give `who` a part in all that the portal keeps."""
    entry = record(world.challenge, "edit", actor=world.broker, remark=f"Overgedragen aan {NAME}.",
                   changes={"contact": ["Sam", NAME]})  # fmt: skip
    notify(entry, [who], mail=True)
    record(world.challenge, "edit", actor=who)
    about_people(world, who)
    about_school(world, who)
    about_projects(world, who)


def about_people(world, who) -> None:
    f.MembershipFactory(user=who, partner=world.school, role="teacher", status="ended")
    f.InvitationFactory(partner=world.company, invited_by=who, email="vriend@mail.example")
    f.InvitationFactory(partner=world.other_company, email=EMAIL)
    PartnerNote.objects.create(partner=world.company, text="Bel ze na negen uur.", by=who)
    Consent.objects.say(user=who, kind="photos", yes=True)
    IdleWarning.objects.create(user=who)
    DigestDelivery.objects.create(user=who, period="2026-W40")
    ToldItem.objects.create(user=who, key="x")
    MailAddress.objects.create(email=EMAIL)
    Letter.objects.create(to=EMAIL, language="nl", template="core/email/notice")
    LogEntry.objects.create(user=who, action_flag=2, object_repr="iets", content_type=None)
    about = ContentType.objects.get_for_model(User)
    LogEntry.objects.create(user=world.admin, action_flag=2, object_repr=NAME, object_id=who.pk, content_type=about)
    who.emailaddress_set.get().emailconfirmation_set.create(key="sleutel")
    for kind in ("totp", "webauthn", "recovery_codes"):
        data = {"name": NAME, "secret": "geheim-van-de-app"}
        apps.get_model("mfa.Authenticator").objects.create(user=who, type=kind, data=data)
    seen = {"ip": "192.0.2.7", "user_agent": f"Browser van {NAME}", "session_key": "sleutel-van-hier"}
    apps.get_model("usersessions.UserSession").objects.create(user=who, **seen)
    kept = {"provider": "school", "uid": EMAIL, "extra_data": {"organization": "mborijnland.nl"}}
    account = apps.get_model("socialaccount.SocialAccount").objects.create(user=who, **kept)
    apps.get_model("socialaccount.SocialToken").objects.create(account=account, token="geheim-van-de-school")


def about_school(world, who) -> None:
    world.run.teachers.add(who)
    f.EnrolmentFactory(student=who, run=world.run)
    f.GoalImportFactory(by=who)
    f.CallFactory(goal=world.goals[0], by=who)
    done = f.ChallengeFactory(completed=True, partner=world.company, contact=who, translator=who)
    assignment = f.AssignmentFactory(challenge=done, agreed=True, agreed_by=who, goals=world.goals)
    apps.get_model("challenges.GoalLink").objects.filter(assignment=assignment).update(linked_by=who)
    apps.get_model("challenges.AssignmentVersion").objects.create(
        assignment=assignment, number=1, title="t", summary="s", text="t", result="r", level=4, hours=8,
        goals=[], sent_by=who, agreed_by=who,
    )  # fmt: skip
    apps.get_model("challenges.GoalVerdict").objects.create(challenge=done, goal=world.goals[0], fits=True, by=who)
    upload = f.UploadFactory(by=who)
    f.AttachmentFactory(draft=f.DraftFactory(author=who, saved_by=who, upload=upload), added_by=who)
    f.DraftFactory(author=who, shared=True, partner=world.company)
    f.DraftFactory(author=None, email=EMAIL)
    f.AttachmentFactory(challenge=done, added_by=who)
    f.RemarkFactory(challenge=done, author=who)
    f.QuestionFactory(challenge=done, asker=who)
    Interest.objects.create(challenge=done, student=who, seen_at=clock.now())


def about_projects(world, who) -> None:
    f.ProjectFactory(completed=True, coach=who, run=world.run)
    f.ApplicationFactory(project=world.project_completed, student=who, placed=True, motivation="Mijn verhaal.")
    f.ApplicationFactory(project=world.project, student=who)
    f.AchievementFactory(project=world.project_completed, student=who, goal=world.goals[0], reached=True)
    f.ContributionFactory(project=world.project_completed, partner=world.school, by=who, side=Side.SCHOOL)
    Feedback.objects.create(project=world.project_completed, side="student", student=who, author=who, good="Fijn.",
                            again=True)  # fmt: skip
    made = f.MatchingRoundFactory(school=world.school, runs=[world.run], made_by=who)
    f.CoachLimitFactory(round=made, coach=who)
    entry = f.RoundProjectFactory(round=made, project=f.ProjectFactory(run=world.run))
    Pair.objects.create(round=made, student=who, project=entry.project, kind="fixed", by=world.coordinator)
    Pair.objects.create(round=made, student=world.student, project=entry.project, kind="fixed", by=who)
    friends = f.FriendGroupFactory(round=made, made_by=who)
    f.ParticipantFactory(round=made, student=who, group=friends, ranks={entry.project: 1}, answer={"x": NAME})
    f.FavouriteFactory(entry=entry, student=who, by=who)
    proposal = f.ProposalFactory(round=made, made_by=who)
    Proposal.objects.filter(pk=proposal.pk).update(made_by=who)
    ProposedSeat.objects.create(proposal=proposal, student=who, project=entry.project)
    f.ProfileFactory(student=who, about=f"Ik ben {NAME}.")
    apps.get_model("reports.BusinessCase").objects.create(
        name="Zaak", assumptions={}, figures={}, outcome={}, made_by=who
    )
    apps.get_model("reports.Snapshot").objects.create(
        year=2025, quarter=1, content={}, sources={}, definitions="x", digest="x", made_by=who, made_by_name="De maker"
    )


def own_rows(user):
    """{label: number of rows that lead to the person}."""
    return {held.label: held.number for held in holdings(user)}


def texts_with(word: str) -> list[str]:
    """The tables, history included, in which a word stands anywhere: every row of every table as text."""
    found = []
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT count(*) FROM "{table}" AS one WHERE one::text ILIKE %s', [f"%{word}%"])  # noqa: S608
            if cursor.fetchone()[0]:
                found.append(table)
    return found


def test_the_walk_begins_with_a_row_in_every_table(person):
    """Else the next test would prove nothing: each line of the register finds something of this person."""
    assert set(own_rows(person)) == set(REGISTER)


def test_nothing_leads_to_somebody_who_left(person, world, django_capture_on_commit_callbacks):
    emails = addresses(person)
    assert len(texts_with("Zonderland")) > 5
    with django_capture_on_commit_callbacks(execute=True):
        erase(user=person)
    assert texts_with("zonderland") == [] and texts_with("quirine") == []
    for model, line in lines():
        rows = model._base_manager.filter(condition(model, line.goes, person, emails))
        assert not (rows.exclude(line.spared) if line.spared else rows).exists(), model
        for row in model._base_manager.filter(condition(model, line.whose, person, emails)):
            assert all(not getattr(row, name) for name in line.emptied), model
    left = User.objects.get(pk=person.pk)
    assert is_erased(left) and not left.is_active and not left.has_usable_password()
    assert str(left) == "Iemand die weg is" == left.first_and_initial


def test_history_forgets_too(person):
    application = person.applications.get(motivation="Mijn verhaal.")
    history = histories()
    assert history[Application].objects.filter(pgh_obj_id=application.pk, motivation="Mijn verhaal.").exists()
    assert history[Membership].objects.filter(user_id=person.pk).exists()
    erase(user=person)
    assert not history[Application].objects.filter(pgh_obj_id=application.pk).exclude(motivation="").exists()
    assert not history[Membership].objects.filter(user_id=person.pk).exists()
    assert not history[User].objects.filter(pgh_obj_id=person.pk).exists()
    with pytest.raises(Exception, match="Cannot"):  # and stays append-only for everything else
        history[Application].objects.filter(pgh_obj_id=application.pk).update(motivation="anders")


def test_what_others_need_stays(person, world):
    kept = [(model, model._base_manager.count()) for model in (Achievement, ProposedSeat, Feedback, Attachment)]
    placed = Application.objects.filter(status="placed").count()
    erase(user=person)
    assert Application.objects.filter(status="placed").count() == placed
    assert person.applications.get(project=world.project).status == "withdrawn"  # the teacher knows
    assert [number - (model is Attachment) for model, number in kept] == [
        model._base_manager.count() for model, _n in kept
    ]
    assert Draft.objects.filter(author=person).count() == 1 == Draft.objects.filter(author=person, shared=True).count()
    assert not Upload.objects.filter(by=person).exists() and not Notice.objects.filter(recipient=person).exists()


def test_a_file_of_a_draft_goes_from_the_disk(person, django_capture_on_commit_callbacks):
    file = Attachment.objects.get(draft__author=person).file
    assert file.storage.exists(file.name)
    with django_capture_on_commit_callbacks(execute=True):
        erase(user=person)
    assert not file.storage.exists(file.name)


def test_who_leaves_is_logged_out_everywhere_and_can_make_an_account_again(person, login):
    client = login(person)
    assert client.get(reverse("my_data")).status_code == 200 and Session.objects.exists()
    erase(user=person)
    assert client.get(reverse("my_data")).status_code == 302 and not Session.objects.exists()
    assert not User.objects.filter(email=EMAIL).exists()
    again = erase(user=User.objects.get(pk=person.pk))
    assert is_erased(again)


def test_a_last_mail_says_so(person, mailoutbox, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        erase(user=person)
    last = [mail for mail in mailoutbox if EMAIL in mail.to]
    assert last[-1].subject == "Je account is weg" and not Letter.objects.filter(to=EMAIL).exists()


def test_a_team_at_work_hears_that_somebody_left_and_not_who(person, world, mailoutbox, committing):
    project = world.project_running
    f.ApplicationFactory(project=project, student=person, placed=True)
    gone = f.UserFactory(student=world.school, is_active=False)  # who left before, or a stand-in
    f.ApplicationFactory(project=project, student=gone, placed=True)
    with committing():
        erase(user=person)
    news = Notice.objects.filter(entry__event="member_left")
    assert {notice.recipient for notice in news} == {world.student, project.coach}
    assert {notice.entry.target for notice in news} == {project}  # not the one that was completed before
    told = [mail for mail in mailoutbox if mail.to == [project.coach.email]]
    assert any("Een teamlid is vertrokken" in mail.subject + mail.body for mail in told)
    assert not any(NAME in mail.body or "Quirine" in mail.body for mail in told)
    assert not [mail for mail in mailoutbox if "verwijderd.invalid" in mail.to[0] or gone.email in mail.to]
    assert project.team().filter(student=person).exists()  # the seat counts


def test_who_left_gets_no_mail_of_what_follows(world, mailoutbox, committing):
    """The seat stays in the team, but its address leads nowhere."""
    f.ApplicationFactory(project=world.project_running, student=world.newcomer, placed=True)
    erase(user=world.newcomer)
    with committing():
        wrap_up(project=world.project_running, actor=world.teacher)
    assert world.student.email in {mail.to[0] for mail in mailoutbox}
    assert not [mail for mail in mailoutbox if mail.to[0].endswith("verwijderd.invalid")]
    assert not Notice.objects.filter(recipient=world.newcomer).exists()


# --- What has to be handed over first ---------------------------------------------------------------------------
def test_a_last_contact_hands_over_first(region, login):
    page = login(region.contact).get(reverse("my_data_leave")).content.decode()
    assert "laatste contactpersoon van Marewijk Bouw" in page and "Haal alles weg" not in page
    with pytest.raises(Refusal, match="laatste contactpersoon"):
        erase(user=region.contact)
    f.UserFactory(contact=region.company)
    erase(user=region.contact)


def test_a_coach_hands_over_first(region, make):
    made = make()
    with pytest.raises(Refusal, match="begeleidt of vertaalt"):
        erase(user=region.teacher)
    made.assignment.challenge.translator = made.coach = region.coordinator
    made.assignment.challenge.save()
    made.save()
    erase(user=region.teacher)


def test_the_only_administrator_stays(world):
    with pytest.raises(Refusal, match="enige beheerder"):
        erase(user=world.admin)


# --- The pages --------------------------------------------------------------------------------------------------
def test_leaving_asks_for_the_password_again(region, client):
    who = region.newcomer
    client.post(reverse("account_login"), {"login": who.email, "password": "geheim-geheim"})
    page = reverse("my_data_leave")
    assert client.get(page).status_code == 200
    asked = client.post(page)  # asked even of who logged in just now
    assert asked.status_code == 302 and reverse("account_reauthenticate") in asked.url
    assert User.objects.filter(pk=who.pk, is_active=True).exists()
    wrong = client.post(asked.url, {"password": "niet-dit", "next": page})
    assert wrong.status_code == 200 and User.objects.filter(pk=who.pk, is_active=True).exists()
    done = client.post(asked.url, {"password": "geheim-geheim", "next": page})
    assert done.status_code == 302
    assert not User.objects.filter(pk=who.pk, is_active=True).exists()
    assert client.get(reverse("start")).status_code == 302


def test_my_data_shows_every_kind_with_few_queries(person, login):
    client = login(person)
    with CaptureQueriesContext(connection) as told:
        page = client.get(reverse("my_data"))
    assert len(told) < 15, [query["sql"][:120] for query in told]
    shown = page.content.decode()
    for line in REGISTER.values():
        assert str(line.what).replace("'", "&#x27;") in shown


def test_what_there_is_none_of_is_not_named(region, login):
    assert own_rows(region.newcomer) == {"partners.User": 1, "account.EmailAddress": 1}
    client = login(region.newcomer)
    for page in ("my_data", "my_data_leave"):
        shown = client.get(reverse(page)).content.decode()
        assert "Je e-mailadressen" in shown and "Je profiel" not in shown


@pytest.mark.parametrize("label", REGISTER)
def test_a_part_opens_with_few_queries(person, login, label):
    client = login(person)
    with CaptureQueriesContext(connection) as told:
        page = client.get(reverse("my_data_part", args=[label]))
    assert page.status_code == 200 and len(told) < 15
    assert "geheim-geheim" not in page.content.decode() and "md5$" not in page.content.decode()


def test_more_rows_ask_no_more_queries(region, login):
    client, numbers = login(region.student), []
    for count in (1, 2):
        for _each in range(count):
            notify(record(f.ChallengeFactory(), "edit", actor=region.broker), [region.student])
            f.ApplicationFactory(student=region.student)
        asked = []
        for label in ("core.Notice", "projects.Application", "modules.Enrolment", "core.TimelineEntry"):
            record(f.ChallengeFactory(), "edit", actor=region.student)
            with CaptureQueriesContext(connection) as told:
                client.get(reverse("my_data_part", args=[label]))
            asked.append(len(told))
        numbers.append(asked)
    assert numbers[0] == numbers[1]


def test_what_is_told_of_others_is_a_first_name(region, login):
    challenge = f.ChallengeFactory(contact=region.contact, translator=region.student)
    page = login(region.contact).get(reverse("my_data_part", args=["challenges.Challenge"])).content.decode()
    assert "jij" in page and region.student.first_and_initial in page and "Vermeer" not in page.split("<main")[1]
    assert challenge.title in page


def archive(client) -> zipfile.ZipFile:
    answer = client.get(reverse("my_data_export"))
    assert answer["Content-Disposition"] == 'attachment; filename="mijn-gegevens.zip"'
    return zipfile.ZipFile(io.BytesIO(b"".join(answer.streaming_content)))


def test_the_export_holds_every_kind_and_the_files(person, login):
    packed = archive(login(person))
    told = {what for name in packed.namelist() if name.endswith(".json") for what in json.loads(packed.read(name))}
    assert told == {str(line.what) for line in REGISTER.values()}
    account = json.loads(packed.read("partners.json"))["Je account"][0]
    assert account["email"] == EMAIL and "password" not in account
    assert next(name for name in packed.namelist() if name.startswith("bestanden/")).endswith(".png")
    assert packed.testzip() is None


def test_nobody_exports_somebody_else(person, world, login):
    packed = archive(login(world.other_student))
    assert not any(b"Zonderland" in packed.read(name) for name in packed.namelist())


def test_a_full_account_is_exported_within_a_minute(region, login):
    challenge = f.ChallengeFactory(partner=region.company, contact=region.contact)
    for _number in range(3000):
        record(challenge, "edit", actor=region.contact)
    f.AttachmentFactory.create_batch(100, challenge=challenge, added_by=region.contact)
    begun = time.monotonic()
    packed = archive(login(region.contact))
    assert time.monotonic() - begun < 60
    assert len(json.loads(packed.read("core.json"))["Wat je deed"]) == 3000
    assert sum(name.startswith("bestanden/") for name in packed.namelist()) == 200


# --- Consent ----------------------------------------------------------------------------------------------------
def test_consent_has_a_date_and_is_withdrawn_at_once(region, login):
    client, page = login(region.student), reverse("my_data_consent")
    then = clock.now() - timedelta(days=40)
    with clock.at(then):
        client.post(page, {"kind": "photos", "yes": "1"})
        client.post(page, {"kind": "photos", "yes": "1"})
    given = Consent.objects.get(user=region.student, kind="photos")
    assert given.given_at == then and given.withdrawn_at is None
    client.post(page, {"kind": "photos", "yes": "0"})
    given.refresh_from_db()
    assert given.withdrawn_at
    client.post(page, {"kind": "photos", "yes": "1"})
    assert Consent.objects.filter(user=region.student, kind="photos").count() == 2
    assert "ingetrokken op" in client.get(reverse("my_data")).content.decode()


def test_consent_for_the_digest_is_its_frequency(region, login):
    client = login(region.student)
    client.post(reverse("my_data_consent"), {"kind": "digest", "yes": "0"})
    assert User.objects.get(pk=region.student.pk).digest == "never"
    client.post(reverse("my_data_consent"), {"kind": "digest", "yes": "1"})
    assert User.objects.get(pk=region.student.pk).digest == "weekly"
    assert Consent.objects.in_force("digest").filter(user=region.student).count() == 1
