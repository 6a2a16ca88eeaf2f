"""Home, start, preferences, notices, the demo's pages and the signs of life."""

import mailbox
from email.message import EmailMessage

import pytest
from allauth.account.models import EmailAddress
from django.test.utils import CaptureQueriesContext

from oil_portal.core.models import Notice
from oil_portal.core.timeline import notify, record
from oil_portal.demo.accounts import ACCOUNTS
from oil_portal.worklists import work_items
from partners.models import User
from tests import factories as f


def fresh(user) -> User:
    return User.objects.get(pk=user.pk)


def told(user) -> list[str]:
    return [item.text for item in work_items(fresh(user))]


def test_home_counts_what_is_there(client, region):
    f.ProjectFactory(run=region.run)
    team = f.ProjectFactory(running=True, run=region.run)
    f.ApplicationFactory.create_batch(2, project=team, placed=True)
    page = client.get("/")
    assert page.context["open_projects"] == 1
    assert page.context["in_team"] == 2
    assert page.context["goals_linked"] == 6
    assert sum(count for _hue, _label, count in page.context["kinds"]) == page.context["partners"]


def test_staff_without_a_role_begin_at_their_own_pages(login, region):
    page = login(f.UserFactory(is_staff=True)).get("/start/")
    assert page.status_code == 200
    assert 'href="/beheer-logboek/"' in page.text and "Je hoort nog nergens bij" not in page.text


def test_who_belongs_nowhere_is_welcomed(login, region):
    answer = login(region.newcomer).get("/start/")
    assert (answer.status_code, answer.url) == (302, "/partners/welkom/")


def test_the_company_sees_what_it_must_answer(region):
    f.AssignmentFactory(sent=True, challenge__partner=region.company, challenge__title="Meet vocht")
    f.ChallengeFactory(returned=True, partner=region.company)
    assert told(region.contact) == [
        "Lees de opdracht bij ‘Meet vocht’ en geef je akkoord.",
        "De makelaar heeft een opmerking. Vul je vraagstuk aan.",
    ]
    assert told(region.other_contact) == []


def test_the_teacher_sees_the_next_step_of_each_stage(region):
    mine = {"challenge__translator": region.teacher}
    f.ChallengeFactory(accepted=True, translator=region.teacher)
    f.AssignmentFactory(change_requested=True, **mine)
    f.AssignmentFactory(agreed=True, **mine)
    project = f.ProjectFactory(coach=region.teacher)
    f.ApplicationFactory.create_batch(2, project=project)
    f.ProjectFactory(confirming=True, coach=region.teacher)
    assert set(told(region.teacher)) == {
        "Maak een opdracht van dit vraagstuk.",
        "Het bedrijf vraagt een wijziging.",
        "Het bedrijf is akkoord. Open een project voor studenten.",
        "2 aanmeldingen wachten op antwoord.",
        "Leg de uitkomst vast. Daarna kun je afronden.",
    }
    assert told(region.other_teacher) == []


def test_every_side_is_asked_to_confirm_and_only_once(region):
    project = f.ProjectFactory(
        confirming=True, coach=region.teacher, assignment__challenge__partner=region.company, run=region.run
    )
    f.ApplicationFactory(project=project, student=region.student, placed=True)
    row = f.AchievementFactory(project=project, student=region.student)
    ask = "Bevestig welke leerdoelen zijn behaald."
    assert all(ask in told(user) for user in (region.student, region.teacher, region.contact))
    assert ask not in told(region.other_student)
    row.student_says = row.teacher_says = row.company_says = False
    row.save()
    assert not any(ask in told(user) for user in (region.student, region.teacher, region.contact))


def test_brokers_and_coordinators_see_their_queues(region):
    f.PartnerFactory(submitted=True)
    f.ChallengeFactory(submitted=True)
    f.ChallengeFactory(accepted=True)
    f.MembershipFactory(partner=region.school, role="teacher", requested=True)
    assert len(told(region.broker)) == 3
    assert told(region.coordinator) == ["Wil meedoen. Bevestig of wijs af."]


@pytest.mark.parametrize("role", ["contact", "teacher", "student", "coordinator", "broker"])
def test_start_takes_the_same_queries_for_one_and_three(role, region, login, django_assert_max_num_queries):
    from django.db import connection

    def add(count):
        accepted = {"partner": region.company, "translator": region.teacher}
        f.ChallengeFactory.create_batch(count, submitted=True, partner=region.company)
        f.ChallengeFactory.create_batch(count, returned=True, partner=region.company)
        f.ChallengeFactory.create_batch(count, accepted=True, partner=region.company)
        f.ChallengeFactory.create_batch(count, accepted=True, **accepted)
        f.AssignmentFactory.create_batch(count, sent=True, challenge__partner=region.company)
        f.MembershipFactory.create_batch(count, partner=region.school, role="teacher", requested=True)
        for _number in range(count):
            project = f.ProjectFactory(
                assignment__challenge__partner=region.company, assignment__goals=region.goals, run=region.run,
                coach=region.teacher, lab=region.lab,
            )  # fmt: skip
            f.ApplicationFactory(project=project, student=region.student)
            entry = record(project, "edit", actor=None)
            notify(entry, [getattr(region, role)])
            f.ProjectFactory(assignment__goals=region.goals, run=region.run, lab=region.lab)

    def queries():
        with CaptureQueriesContext(connection) as captured:
            assert client.get("/start/").status_code == 200
        return len(captured)

    client = login(getattr(region, role))
    add(1)
    queries()  # fills the cache of content types
    one = queries()
    add(2)
    assert queries() == one
    assert one <= 40


def test_notices_can_be_read(region, login):
    project = f.ProjectFactory()
    notify(record(project, "edit", actor=region.teacher), [region.student, region.teacher])
    client = login(region.student)
    assert project.title in client.get("/meldingen/").content.decode()
    client.post("/meldingen/")
    assert Notice.objects.get().read_at is not None


def test_preferences_are_kept_and_bad_ones_refused(region, login):
    client = login(region.student)
    good = {
        "first_name": "Yara", "last_name": "B", "language": "en", "digest": "daily", "digest_weekday": "0",
        "digest_hour": "7", "topics": ["work", "news"],
    }  # fmt: skip
    assert client.post("/voorkeuren/", good).status_code == 302
    assert (fresh(region.student).language, fresh(region.student).digest) == ("en", "daily")
    bad = client.post("/voorkeuren/", good | {"first_name": "", "digest": "hourly", "last_name": "Lange naam"})
    assert bad.status_code == 422
    assert "Lange naam" in bad.content.decode()
    assert fresh(region.student).first_name == "Yara"


def test_an_address_offers_only_what_makes_sense(region, login):
    page = lambda: login(region.student).get("/account/email/").content.decode()
    assert not any(button in page() for button in ("action_primary", "action_send", "action_remove"))
    EmailAddress.objects.filter(user=region.student).update(verified=False)
    assert "action_send" in page() and "action_remove" not in page()
    EmailAddress.objects.create(user=region.student, email="tweede@voorbeeld.example")
    assert all(button in page() for button in ("action_primary", "action_send", "action_remove"))


def test_language_of_visitor_and_user(client, region, login):
    assert '<html lang="nl"' in client.get("/").content.decode()
    client.post("/taal/", {"language": "en"})
    assert '<html lang="en"' in client.get("/").content.decode()
    client.post("/taal/", {"language": "xx"})
    assert '<html lang="en"' in client.get("/").content.decode()
    member = login(region.student)
    member.post("/taal/", {"language": "en"})
    assert fresh(region.student).language == "en"


def test_theme_is_a_cookie(client, db):
    client.post("/weergave/", {"theme": "dark"})
    assert 'data-theme="dark"' in client.get("/").content.decode()
    client.post("/weergave/", {"theme": "auto"})
    assert "data-theme" not in client.get("/").content.decode()


def test_a_redirect_never_leaves_the_portal(client, db):
    answer = client.post("/weergave/", {"theme": "dark"}, headers={"referer": "https://elders.example/"})
    assert answer.url == "/"


def test_signs_of_life(client, db, monkeypatch):
    from oil_portal import views

    assert client.get("/healthz").content == b"ok"
    monkeypatch.setattr(views, "_worker_answers", lambda: True)
    assert client.get("/readyz").json() == {"database": True, "redis": True, "worker": True}

    def broken():
        raise OSError("gone")

    monkeypatch.setattr(views, "_redis_answers", broken)
    assert client.get("/readyz").status_code == 503


@pytest.mark.parametrize("name", ACCOUNTS)
def test_demo_log_in(name, client, db, settings):
    settings.DEMO = True
    f.UserFactory(email=ACCOUNTS[name].email)
    assert f'value="{name}"' in client.get("/account/login/").content.decode()
    assert client.post("/demo/login/", {"account": name}).url == "/start/"
    assert client.get("/voorkeuren/").status_code == 200


def test_demo_log_in_knows_only_its_accounts(client, db, settings):
    settings.DEMO = True
    assert client.post("/demo/login/", {"account": "root"}).status_code == 404
    settings.DEMO = False
    assert "/demo/login/" not in client.get("/account/login/").content.decode()


def test_mailbox_shows_what_was_caught(client, db, settings, tmp_path):
    settings.DEMO, settings.MAILBOX_DIR = True, str(tmp_path / "mail")
    assert client.get("/demo/postvak/").status_code == 200
    box = mailbox.Maildir(settings.MAILBOX_DIR)
    message = EmailMessage()
    message["To"], message["From"] = "yara@mail.example", "portal@oil.example"
    message["Subject"], message["Date"] = "Vraagstuk goedgekeurd", "Mon, 02 Mar 2026 08:00:00 -0000"
    message.set_content("Hallo <b>Yara</b>")
    message.add_alternative("<h1>Hallo</h1><script>alert(1)</script>", subtype="html")
    key = box.add(message)
    assert "Vraagstuk goedgekeurd" in client.get("/demo/postvak/?aan=YARA").content.decode()
    assert "Vraagstuk goedgekeurd" not in client.get("/demo/postvak/?aan=bram").content.decode()
    assert "&lt;b&gt;Yara" in client.get(f"/demo/postvak/{key}/").content.decode()
    html = client.get(f"/demo/postvak/{key}/html/")
    assert b"<h1>Hallo" in html.content
    assert "script-src 'none'" in html.headers["Content-Security-Policy"]
    assert client.get("/demo/postvak/..%2f..%2fetc/").status_code == 404


def test_no_style_or_script_inside_pages(client, db):
    page = client.get("/").content.decode()
    assert " style=" not in page and "<style" not in page
    assert "script-src 'self'" in client.get("/").headers["Content-Security-Policy"]


def test_the_contact_page_says_where_to_write_to(client, db, settings):
    settings.CONTACT_EMAIL = "hulp@lab.example"
    assert 'href="mailto:hulp@lab.example"' in client.get("/contact/").content.decode()
    settings.CONTACT_EMAIL = ""
    page = client.get("/contact/").content.decode()
    assert "mailto:" not in page and "Zoek Economie071" in page
