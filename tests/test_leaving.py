"""Leaving in order: invitations with their course, a last contact who hands over, a teacher whose work goes on."""

import re
from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from oil_portal.core import clock
from oil_portal.core.models import Notice
from oil_portal.core.timeline import timeline_of
from oil_portal.core.workflow import NotNow, Refusal
from partners import services
from partners.models import Invitation, Membership
from tests import factories as f

pytestmark = pytest.mark.django_db


def text(response) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", response.content.decode()).split())


def own(person) -> Membership:
    return person.memberships.get()


def page_of(membership) -> str:
    return reverse("handover", args=[membership.pk])


def members_of(partner) -> str:
    return reverse("partners:members", args=[partner.pk])


# --- The course of an invitation --------------------------------------------------------------------------------
@pytest.fixture
def invitation(region) -> Invitation:
    return services.invite(actor=region.contact, partner=region.company, email="gast@mail.example", role="contact")


def test_the_first_look_of_somebody_else_is_kept(region, login, invitation):
    path = invitation.get_absolute_url()
    login(region.contact).get(path)
    invitation.refresh_from_db()
    assert (invitation.opened_at, invitation.state) == (None, "sent")
    login(None).get(path)
    invitation.refresh_from_db()
    first = invitation.opened_at
    assert first and invitation.state == "opened"
    with clock.at(clock.now() + timedelta(days=2)):
        login(region.newcomer).get(path)
    invitation.refresh_from_db()
    assert invitation.opened_at == first


def test_each_state_is_said_with_its_dates(region, login, invitation):
    client, path = login(region.contact), members_of(region.company)
    assert "Verstuurd" in text(client.get(path)) and "werkt tot" in text(client.get(path))
    services.open_invitation(invitation=invitation, reader=None)
    assert "Geopend" in text(client.get(path))
    with clock.at(invitation.sent_at + timedelta(days=31)):
        shown = text(client.get(path))
        assert "Verlopen" in shown and "werkt tot" not in shown and "Stuur opnieuw" in shown
    services.withdraw_invitation(invitation=invitation, actor=region.contact)
    shown = text(client.get(path))
    assert "Ingetrokken" in shown and "Stuur opnieuw" not in shown
    other = services.invite(actor=region.contact, partner=region.company, email="b@mail.example", role="contact")
    services.accept_invitation(invitation=other, actor=region.newcomer)
    assert "Geaccepteerd" in text(client.get(path))


def test_sending_again_gives_thirty_days_once_a_day(
    region, login, invitation, mailoutbox, django_capture_on_commit_callbacks
):
    client, path = login(region.contact), reverse("partners:invitation_resend", args=[invitation.pk])
    assert "Stuur opnieuw" not in text(client.get(members_of(region.company)))
    with pytest.raises(Refusal, match="net verstuurd"):
        services.resend_invitation(invitation=invitation, actor=region.contact)
    with clock.at(invitation.sent_at + timedelta(days=40)):
        with django_capture_on_commit_callbacks(execute=True):
            answer = client.post(path, {"members": ""})
        assert answer.url == members_of(region.company)
        invitation.refresh_from_db()
        assert invitation.is_open and invitation.get_absolute_url() in mailoutbox[-1].body
        with pytest.raises(Refusal):
            services.resend_invitation(invitation=invitation, actor=region.contact)
    with pytest.raises(PermissionDenied):
        services.resend_invitation(invitation=invitation, actor=region.other_contact)
    services.withdraw_invitation(invitation=invitation, actor=region.contact)
    with clock.at(invitation.sent_at + timedelta(days=3)), pytest.raises(NotNow):
        services.resend_invitation(invitation=invitation, actor=region.contact)


def test_the_page_of_members_costs_the_same_for_one_and_three(region, login):
    client, counts = login(region.contact), []
    for more in (1, 2):
        for member in f.MembershipFactory.create_batch(more, partner=region.company):
            services.invite(actor=region.contact, partner=region.company, role="contact", leaver=member,
                            email=f"{member.pk}@mail.example")  # fmt: skip
        with CaptureQueriesContext(connection) as queries:
            assert client.get(members_of(region.company)).status_code == 200
        counts.append(len(queries))
    assert counts[0] == counts[1] < 15


# --- A contact who leaves ---------------------------------------------------------------------------------------
def test_the_last_contact_is_led_to_the_way_out(region, login):
    last = own(region.contact)
    with pytest.raises(Refusal, match="Draag het eerst over"):
        services.end_membership(membership=last, actor=region.contact)
    for person in (region.contact, region.broker):
        client = login(person)
        answer = client.post(reverse("partners:membership_act", args=[last.pk, "end"]), {"remark": ""}, follow=True)
        assert answer.redirect_chain[-1][0] == page_of(last) and "Draag" in text(answer)
    assert Membership.objects.get(pk=last.pk).status == "active"
    for path in (region.company.get_absolute_url(), members_of(region.company)):
        assert page_of(last) in login(region.contact).get(path).content.decode()


def test_a_member_takes_the_role_over_at_once(region, login):
    colleague = f.UserFactory(first_name="Noor")
    f.MembershipFactory(user=colleague, partner=region.school, role="teacher")
    last = own(region.coordinator)
    answer = login(region.coordinator).post(page_of(last), {"successor": colleague.pk})
    assert answer.status_code == 302
    assert Membership.objects.get(pk=last.pk).status == "ended"
    assert colleague.memberships.filter(partner=region.school, role="coordinator", status="active").exists()
    said = timeline_of(last).first()
    assert said.event == "end" and "Noor" in said.remark
    assert Notice.objects.filter(recipient=colleague, entry=said).exists()


def test_a_colleague_who_is_a_contact_already_is_the_successor(region):
    colleague = f.UserFactory(contact=region.company)
    last = own(region.contact)
    services.hand_over_role(membership=last, successor=colleague, actor=region.contact)
    assert list(region.company.memberships.active().values_list("user", flat=True)) == [colleague.pk]
    with pytest.raises(NotNow):
        services.hand_over_role(membership=Membership.objects.get(pk=last.pk), successor=colleague, actor=region.broker)


def test_who_is_no_member_or_has_no_say_is_refused(region, login):
    last = own(region.contact)
    with pytest.raises(Refusal, match="nodig iemand uit"):
        services.hand_over_role(membership=last, successor=region.newcomer, actor=region.contact)
    with pytest.raises(PermissionDenied):
        services.hand_over_role(membership=last, successor=region.newcomer, actor=region.other_contact)
    with pytest.raises(PermissionDenied):
        services.hand_over_role(membership=own(region.teacher), successor=region.other_teacher, actor=region.teacher)
    assert login(region.other_contact).get(page_of(last)).status_code == 404


def test_the_leaver_goes_when_the_other_comes(region, login):
    last, client = own(region.contact), login(region.contact)
    assert client.post(page_of(last), {"email": "opvolger@mail.example"}).status_code == 302
    invitation = Invitation.objects.get()
    assert Membership.objects.get(pk=last.pk).status == "active"
    for path in (members_of(region.company), page_of(last)):
        assert "Vertrekt zodra opvolger@mail.example meedoet" in text(client.get(path))
    login(region.newcomer).post(invitation.get_absolute_url())
    assert Membership.objects.get(pk=last.pk).status == "ended"
    assert own(region.newcomer).status == "active"
    assert Notice.objects.filter(recipient=region.contact, entry__event="end").exists()


def test_a_withdrawn_invitation_or_the_leaver_itself_lets_nobody_go(region):
    last = own(region.contact)
    given = {"actor": region.contact, "partner": region.company, "role": "contact", "leaver": last}
    first = services.invite(**given, email="a@mail.example")
    services.withdraw_invitation(invitation=first, actor=region.contact)
    second = services.invite(**given, email="b@mail.example")
    services.accept_invitation(invitation=second, actor=region.contact)
    assert Membership.objects.get(pk=last.pk).status == "active"
    with pytest.raises(PermissionDenied):
        services.invite(**given | {"leaver": own(region.other_contact)}, email="c@mail.example")


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        ({}, "Kies een collega, of vul een e-mailadres in"),
        ({"email": "geen adres"}, "Vul een e-mailadres in met een @"),
        ({"email": "na\0m@mail.example"}, ""),
        ({"successor": "9" * 40, "email": ""}, "uit de lijst"),
        ({"successor": "\0"}, ""),
    ],
)
def test_what_is_wrong_is_said_and_kept(region, login, data, sentence):
    f.UserFactory(contact=region.company)
    answer = login(region.contact).post(page_of(own(region.contact)), data)
    assert answer.status_code == 422 and sentence in text(answer) and 'role="alert"' in answer.content.decode()
    assert own(region.contact).status == "active"


# --- A teacher who leaves ---------------------------------------------------------------------------------------
@pytest.fixture
def colleague(region):
    return f.UserFactory(first_name="Noor", teacher=region.lab)


def test_open_work_goes_to_a_colleague_in_one_act(region, login, make, colleague):
    running, done = make(running=True), make(completed=True)
    asked = f.ChallengeFactory(accepted=True, partner=region.company, translator=region.teacher)
    client, mine = login(region.teacher), own(region.teacher)
    shown = text(client.get(page_of(mine)))
    assert running.title in shown and str(asked) in shown
    form = client.get(page_of(mine)).context["form"]
    work = [value for value, _label in form.fields["work"].choices]
    assert f"project-{done.pk}" not in work
    assert client.post(page_of(mine), {"work": work, "successor": colleague.pk, "end": "on"}).status_code == 302
    for obj in (running, done, asked, running.challenge):
        obj.refresh_from_db()
    assert (running.coach, done.coach, asked.translator) == (colleague, region.teacher, colleague)
    assert running.challenge.translator == colleague
    for obj in (running, asked):
        said = timeline_of(obj).first()
        assert said.event == "hand_over" and "Noor" in said.remark
        assert Notice.objects.filter(recipient=colleague, entry=said).exists()
        assert Notice.objects.filter(recipient=region.contact, entry=said).exists()
    assert Membership.objects.get(pk=mine.pk).status == "ended"


def test_part_of_the_work_can_stay_and_so_can_the_teacher(region, login, make, colleague):
    one, other = make(), make(running=True)
    coordinator = login(region.coordinator)
    answer = coordinator.post(page_of(own(region.teacher)), {"work": [f"project-{one.pk}"], "successor": colleague.pk})
    assert answer.status_code == 302
    one.refresh_from_db()
    other.refresh_from_db()
    assert (one.coach, other.coach) == (colleague, region.teacher)
    assert own(region.teacher).status == "active"


def test_a_colleague_is_a_teacher_of_the_school(region, login, make, colleague):
    one = make(running=True)
    for data in ({"work": [f"project-{one.pk}"]}, {"work": [f"project-{one.pk}"], "successor": region.other_teacher.pk},
                 {"work": ["project-999999"], "successor": colleague.pk}, {}):  # fmt: skip
        assert login(region.teacher).post(page_of(own(region.teacher)), data).status_code == 422
    from projects.services.handover import hand_over_projects

    given = {"membership": own(region.teacher), "pks": [one.pk]}
    with pytest.raises(Refusal):
        hand_over_projects(**given, successor=region.other_teacher, actor=region.teacher)
    with pytest.raises(PermissionDenied):
        hand_over_projects(**given, successor=colleague, actor=region.contact)
    one.refresh_from_db()
    assert one.coach == region.teacher


def test_a_teacher_without_work_just_stops(region, login):
    mine = own(region.other_teacher)
    assert login(region.other_teacher).post(page_of(mine), {"end": "on"}).status_code == 302
    assert Membership.objects.get(pk=mine.pk).status == "ended"


def test_the_page_costs_the_same_for_one_and_three(region, login, make, colleague):
    client, counts = login(region.teacher), []
    for more in (1, 2):
        for _each in range(more):
            make(running=True)
        f.UserFactory(teacher=region.school)
        with CaptureQueriesContext(connection) as queries:
            client.get(page_of(own(region.teacher)))
        counts.append(len(queries))
    assert counts[0] == counts[1] < 15


# --- Where a suspended partner is named -------------------------------------------------------------------------
def test_a_suspended_partner_is_named_without_a_link(region, login, make, client):
    project = make(running=True)
    paths = [project.get_absolute_url(), project.challenge.get_absolute_url()]
    for path in paths:
        assert f'href="{region.company.get_absolute_url()}"' in client.get(path).content.decode()
    services.review_partner(partner=region.company, actor=region.broker, action="suspend", remark="Belt nooit terug.")
    for path in paths:
        shown = client.get(path)
        assert shown.status_code == 200 and "Marewijk Bouw" in text(shown)
        assert region.company.get_absolute_url() not in shown.content.decode()
        assert region.company.get_absolute_url() in login(region.broker).get(path).content.decode()
