"""What a person chooses about the digest, what they see of the next one, and stopping it by a link in the mail."""

import re
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.core import signing
from django.utils import timezone
from django.utils.translation import override

from oil_portal import digests
from oil_portal.answers import beat
from oil_portal.core import clock, promises
from oil_portal.core.mail import refused
from oil_portal.core.models import DigestDelivery, MailAddress, Notice, Promise, ToldItem
from partners.models import Membership, User
from tests import factories as f

AMSTERDAM = ZoneInfo("Europe/Amsterdam")
PAGE = "/voorkeuren/"
GOOD = {
    "first_name": "Piet", "last_name": "Bouw", "language": "nl", "digest": "weekly", "digest_weekday": "2",
    "digest_hour": "14", "topics": ["work", "fits"],
}  # fmt: skip


def at(*moment) -> datetime:
    return datetime(*moment, tzinfo=AMSTERDAM)


@pytest.fixture
def to_sign(region):
    """Something waits for the company."""
    return f.AssignmentFactory(sent=True, challenge__partner=region.company, challenge__contact=region.contact)


def test_what_is_chosen_is_kept(region, login):
    field = f"partner_{region.company.pk}"
    assert login(region.contact).post(PAGE, GOOD | {field: "never"}).status_code == 302
    user = User.objects.get(pk=region.contact.pk)
    assert (user.digest, user.digest_weekday, user.digest_hour) == ("weekly", 2, 14)
    assert user.digest_off == ["dates", "news"]
    assert Membership.objects.get(user=user).digest == "never"


def test_a_choice_that_is_none_is_refused_and_nothing_typed_is_lost(region, login):
    for wrong in ({"digest_hour": "99"}, {"topics": ["onzin"]}, {f"partner_{region.company.pk}": "hourly"}):
        answer = login(region.contact).post(PAGE, GOOD | {"first_name": "Getypt"} | wrong)
        assert answer.status_code == 422
        assert 'value="Getypt"' in answer.content.decode()
    assert User.objects.get(pk=region.contact.pk).first_name != "Getypt"


def test_an_organisation_of_others_cannot_be_chosen_for(region, login):
    login(region.contact).post(PAGE, GOOD | {f"partner_{region.other_company.pk}": "never"})
    assert not Membership.objects.exclude(digest="").exists()


def test_nothing_about_an_organisation_that_is_set_to_never(region, to_sign):
    Membership.objects.filter(user=region.contact).update(digest="never")
    assert not digests.collect(region.contact)
    Membership.objects.filter(user=region.contact).update(digest="daily")
    assert digests.collect(region.contact, weekly=False)


@pytest.mark.parametrize(
    ("now", "chosen", "moment"),
    [
        (at(2026, 3, 2, 6), {"digest": "daily"}, at(2026, 3, 2, 7)),
        (at(2026, 3, 2, 8), {"digest": "daily"}, at(2026, 3, 3, 7)),
        (at(2026, 3, 6, 8), {"digest": "daily"}, at(2026, 3, 9, 7)),  # over the weekend
        (at(2026, 3, 2, 8), {"digest": "weekly"}, at(2026, 3, 9, 7)),
        (at(2026, 3, 2, 8), {"digest": "weekly", "digest_weekday": 3, "digest_hour": 15}, at(2026, 3, 5, 15)),
        (at(2026, 4, 3, 8), {"digest": "weekly"}, at(2026, 4, 7, 7)),  # after Easter Monday
        (at(2026, 10, 24, 8), {"digest": "daily"}, at(2026, 10, 26, 7)),  # the clocks go back
        (at(2026, 3, 2, 8), {"digest": "never"}, None),
    ],
)
def test_when_the_next_mail_leaves(region, now, chosen, moment):
    for name, value in chosen.items():
        setattr(region.contact, name, value)
    with clock.at(now):
        assert digests.preview(region.contact).at == moment


def test_the_page_says_when_and_how_much_and_shows_it(region, login, to_sign):
    with clock.at(at(2026, 11, 30, 9)):
        client = login(region.contact)
        page = client.get(PAGE).content.decode()
        assert "maandag 7 december" in page and "7.00" in page
        assert "nu 1 ding" in page
        frame = re.search(r'<iframe[^>]* src="([^"]+)"[^>]*sandbox="([^"]*)"', page)
        assert "allow-scripts" not in frame[2] and "allow-same-origin" not in frame[2]
        answer = client.get(frame[1])
    assert to_sign.title in answer.content.decode()
    policy = answer.headers["Content-Security-Policy"]
    assert "style-src 'unsafe-inline'" in policy and "script-src 'none'" in policy
    assert "unsafe-inline" not in client.get(PAGE).headers["Content-Security-Policy"]


def test_looking_sends_and_marks_nothing(region, login, to_sign, mailoutbox):
    client = login(region.contact)
    for _time in range(2):
        assert to_sign.title in client.get(f"{PAGE}overzicht/").content.decode()
    assert (ToldItem.objects.count(), DigestDelivery.objects.count(), mailoutbox) == (0, 0, [])
    assert not Notice.objects.exclude(told_at=None).exists()


def test_an_address_that_is_set_aside_is_told_and_can_be_tried_again(region, login):
    client = login(region.contact)
    for _time in range(3):
        refused(region.contact.email, "550 no such user")
    for page in ("/start/", PAGE):
        assert f"Mail naar {region.contact.email} komt niet aan" in client.get(page).content.decode()
    assert client.post(PAGE, {"address": ""}).status_code == 302
    assert not MailAddress.objects.exists()
    assert "komt niet aan" not in client.get("/start/").content.decode()


# --- Stopping by the link in a mail ------------------------------------------------------------------------------
def test_a_topic_is_stopped_and_taken_up_again_without_a_log_in(client, region):
    path = digests.stop_path(region.contact, "news")
    assert client.get(path).status_code == 200
    assert User.objects.get(pk=region.contact.pk).digest_off == []
    page = client.post(path, {"List-Unsubscribe": "One-Click"}).content.decode()
    assert User.objects.get(pk=region.contact.pk).digest_off == ["news"]
    assert "Je krijgt nog wel bericht over je eigen aanmeldingen" in page
    undo = re.search(r'name="undo" value="([^"]+)"', page)[1]
    client.post(path, {"undo": undo})
    assert User.objects.get(pk=region.contact.pk).digest_off == []


def test_everything_is_stopped_also_what_was_chosen_for_an_organisation(client, region):
    Membership.objects.filter(user=region.contact).update(digest="daily")
    page = client.post(digests.stop_path(region.contact)).content.decode()
    chosen = lambda: (User.objects.get(pk=region.contact.pk).digest, Membership.objects.get(user=region.contact).digest)
    assert chosen() == ("never", "")
    assert digests.preview(User.objects.get(pk=region.contact.pk)).at is None
    client.post(digests.stop_path(region.contact), {"undo": re.search(r'name="undo" value="([^"]+)"', page)[1]})
    assert chosen() == ("weekly", "daily")


def test_a_token_is_worth_nothing_for_another_or_when_changed(client, region):
    page = client.post(digests.stop_path(region.contact)).content.decode()
    undo = re.search(r'name="undo" value="([^"]+)"', page)[1]
    assert client.post(digests.stop_path(region.student), {"undo": undo}).status_code == 404
    assert client.post(digests.stop_path(region.student), {"undo": "onzin"}).status_code == 404
    assert client.get(digests.stop_path(region.student, "onzin")).status_code == 404
    for said in ([region.student.pk, "work"], ["x", ""], [0, ""], [1, 2, 3], {"a": 1}, None):
        assert client.get(f"/afmelden/{signing.dumps(said, salt=digests.SALT)}/").status_code == 404
    assert User.objects.get(pk=region.student.pk).digest == "weekly"


def test_the_mail_has_a_way_out_per_topic_and_one_for_all(region, to_sign):
    digest = digests.collect(region.contact)
    message = digests.message_for(digest)
    ways = lambda text: re.findall(r"/afmelden/([^/\s]+)/(?:(\w+)/)?", text)
    found = [(signing.loads(token, salt=digests.SALT), topic) for token, topic in ways(message.body)]
    assert found == [(region.contact.pk, "work"), (region.contact.pk, "")]
    assert ways(message.alternatives[0][0]) == ways(message.body)
    assert ways(message.extra_headers["List-Unsubscribe"]) == ways(message.body)[-1:]


@pytest.mark.parametrize("language", ["nl", "en"])
def test_the_plain_text_has_at_most_72_columns(region, to_sign, make, language):
    make(title="Een lange titel over het meten van vocht in muren van huizen die te lang nat zijn geweest")
    for person in (region.contact, region.student):
        person.language, person.digest = language, "daily" if person == region.student else "weekly"
        with override(language):
            digest = digests.collect(person)
            assert digest
            lines = digests.message_for(digest).body.splitlines()
        assert [line for line in lines if len(line) > 72 and "://" not in line] == []


def test_every_word_of_a_thing_stands_in_the_html(region, make):
    make(title="Meet <b>vocht</b>")
    html = digests.message_for(digests.collect(region.student)).alternatives[0][0]
    assert "Meet &lt;b&gt;vocht&lt;/b&gt;" in html
    assert html.count("3 van 3 leerdoelen open voor jou.") == 2  # for the eye, and for who does not see the key
    assert not re.search(r"zq[a-z_]+q[ht]z", html)


def test_who_is_away_gets_no_mail_and_hears_it_all_afterwards(region, to_sign, login, mailoutbox):
    User.objects.filter(pk=region.contact.pk).update(date_joined=at(2026, 1, 5))
    with clock.at(at(2026, 3, 2, 6)):
        chosen = GOOD | {"digest_weekday": "0", "away_until": "2026-03-11"}
        assert login(region.contact).post(PAGE, chosen).status_code == 302
        assert digests.preview(User.objects.get(pk=region.contact.pk)).at == at(2026, 3, 16, 14)
    for day in (2, 9):
        with clock.at(at(2026, 3, day, 15)):
            digests.plan()
            digests.send_planned()
    assert region.contact.email not in [mail.to[0] for mail in mailoutbox]
    with clock.at(at(2026, 3, 12, 9)):
        digests.plan()
        digests.send_planned()
    assert region.contact.email in [mail.to[0] for mail in mailoutbox]  # the week's mail stays due until the next one


@pytest.mark.parametrize(("day", "kept"), [("2026-03-01", None), ("2026-03-02", date(2026, 3, 2)), ("", None)])
def test_a_day_that_has_passed_says_nothing(region, login, day, kept):
    with clock.at(at(2026, 3, 2, 8)):
        assert login(region.contact).post(PAGE, GOOD | {"away_until": day}).status_code == 302
    assert User.objects.get(pk=region.contact.pk).away_until == kept


@pytest.mark.parametrize("day", ["2028-01-01", "morgen", "9999-12-31", "0000-00-00"])
def test_a_day_that_is_none_or_too_far_is_refused(region, login, day):
    with clock.at(at(2026, 3, 2, 8)):
        answer = login(region.contact).post(PAGE, GOOD | {"away_until": day, "first_name": "Getypt"})
    assert answer.status_code == 422 and 'value="Getypt"' in answer.content.decode()


@pytest.mark.parametrize("alone", [False, True])
def test_a_reminder_goes_to_colleagues_who_are_there(region, alone):
    """Where nobody is there it comes all the same: the other side waits."""
    region.contact.away_until = clock.today() + timedelta(days=60)
    region.contact.save()
    to_sign = f.AssignmentFactory(challenge__partner=region.company, challenge__contact=region.contact)
    promises.make(to_sign, "sent")
    colleague = None if alone else f.UserFactory(contact=region.company)
    promise = Promise.objects.of(to_sign).get()
    with clock.at(timezone.make_aware(datetime.combine(promise.due, time(9)))):
        beat.remind()
    told = Notice.objects.filter(promise=promise).values_list("recipient", flat=True)
    assert list(told) == [region.contact.pk if alone else colleague.pk]
