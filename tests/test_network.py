"""The page of the network: who is in it, what the address asks, and whether its figures are right."""

import re
from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import connection

from oil_portal import figures, network_page
from oil_portal.core import clock, promises
from oil_portal.core.timeline import record
from partners.models import Partner
from tests import factories as f
from tests.bench import network as bench
from tests.helpers import queries_of

URL = "/partners/netwerk/"


def pairs(page) -> dict:
    rows = page.context["seen"].lines
    told = {row.name: [*row.first, *row.rest] for row in rows}
    words = {name: [re.fullmatch(r"(.*?)(?: \((\d+) keer\))?", one) for one in others] for name, others in told.items()}
    return {frozenset((name, one[1])): int(one[2] or 1) for name, others in words.items() for one in others}


def names(page) -> list[str]:
    return [row.name for row in page.context["seen"].lines]


@pytest.fixture
def net(region, make):
    """Marewijk worked twice in the lab, once confidentially; a school's project has no lab; open ones do not count."""
    make(running=True, starts=date(2024, 9, 1), closing_date=date(2024, 8, 1), challenge={"theme": "energy"})
    make(completed=True, starts=date(2025, 9, 1), closing_date=date(2025, 8, 1))
    make(confirming=True, starts=date(2025, 9, 1), closing_date=date(2025, 8, 1), challenge={"confidential": True})
    make()
    make(cancelled=True)
    f.ProjectFactory(completed=True, run=region.run, assignment__challenge__partner=region.other_company)
    return region


def test_ties_come_from_projects_with_a_team(client, net):
    page = client.get(URL)
    assert pairs(page) == {
        frozenset(("Marewijk Bouw", "CIV Smart Technology")): 2,
        frozenset(("Kasgroei", "mboRijnland")): 1,
    }
    assert page.context["seen"].conclusion == "6 partners, 2 verbindingen; de meeste met CIV Smart Technology"
    assert 'role="img" aria-label="6 partners, 2 verbindingen' in page.content.decode()


def test_a_confidential_challenge_counts_for_brokers_alone(client, login, net):
    pair = frozenset(("Marewijk Bouw", "CIV Smart Technology"))
    assert pairs(login(net.broker).get(URL))[pair] == 3
    for person in (None, net.contact, net.teacher, net.coordinator, net.student, net.other_contact):
        page = login(person).get(URL)
        assert pairs(page)[pair] == 2
        assert sum(row[1] for row in page.context["municipalities"]) == 5  # of six that the catalogue shows


def test_members_of_a_collaboration_are_tied_and_so_is_what_came_of_it(client, region):
    made = f.CollaborationFactory()
    made.members.set([region.company, region.school, region.network])
    made.continued_in.set([region.lab, region.school])
    found = pairs(client.get(URL))
    assert found == dict.fromkeys(
        map(
            frozenset,
            [
                ("Marewijk Bouw", "mboRijnland"),
                ("Marewijk Bouw", "Economie071"),
                ("mboRijnland", "Economie071"),
                ("Marewijk Bouw", "CIV Smart Technology"),
                ("mboRijnland", "CIV Smart Technology"),
                ("Economie071", "CIV Smart Technology"),
            ],
        ),
        1,
    )
    assert pairs(client.get(URL, {"year": clock.today().year})) == {}


@pytest.mark.parametrize("status", ["submitted", "returned", "declined"])
def test_only_accepted_partners_are_shown(client, net, status):
    Partner.objects.filter(pk=net.company.pk).update(status=status)
    page = client.get(URL)
    assert "Marewijk" not in page.content.decode()
    assert list(pairs(page)) == [frozenset(("Kasgroei", "mboRijnland"))]


def test_a_paused_partner_is_in_no_picture_until_its_pause_is_over(client, net):
    Partner.objects.filter(pk=net.company.pk).update(paused_until=clock.today())
    assert "Marewijk Bouw" not in names(client.get(URL))
    Partner.objects.filter(pk=net.company.pk).update(paused_until=clock.today() - timedelta(days=1))
    assert "Marewijk Bouw" in names(client.get(URL))


def test_a_filter_shows_who_answers_and_with_whom_they_work(client, net):
    Partner.objects.filter(pk=net.company.pk).update(municipality="Oegstgeest", sector="building")
    both = ["CIV Smart Technology", "Marewijk Bouw"]
    for asked in ({"municipality": "Oegstgeest"}, {"sector": "building"}, {"lab": net.lab.pk}, {"theme": "energy"}):
        assert sorted(names(client.get(URL, asked))) == both, asked
    assert sorted(names(client.get(URL, {"kind": "company"}))) == sorted([*both, "Kasgroei", "mboRijnland"])
    page = client.get(URL, {"kind": "school", "municipality": ["Leiden", "Oegstgeest"]})
    assert sorted(names(page)) == ["Hogeschool Leiden", "Kasgroei", "mboRijnland"]


def test_the_year_counts_what_ran_in_it(client, net):
    Partner.objects.update(created_at=datetime(2023, 3, 1, tzinfo=UTC))
    pair = frozenset(("Marewijk Bouw", "CIV Smart Technology"))
    assert pairs(client.get(URL, {"year": "2024"})) == {pair: 1}
    page = client.get(URL, {"year": "2025"})
    assert pairs(page) == {pair: 1}
    assert "Hogeschool Leiden" in names(page)  # was there already
    Partner.objects.filter(pk=net.other_school.pk).update(created_at=datetime(2026, 1, 1, tzinfo=UTC))
    assert "Hogeschool Leiden" not in names(client.get(URL, {"year": "2025"}))
    html = page.content.decode()
    assert '<input id="schuif" type="range" name="year" min="2024"' in html
    assert 'href="?year=2024"' in html


@pytest.mark.parametrize(
    "query",
    [
        "kind=onzin", "lab=99999999", "lab=x", "year=0", "year=9999999999999999999", "municipality=%00%27", "theme=%F0",
        "kind=company&kind=nee", "sector=" + "x" * 3000,
    ],
)  # fmt: skip
def test_what_nobody_offered_is_left_out_with_a_message(client, net, query):
    page = client.get(f"{URL}?{query}")
    assert page.status_code == 200
    assert "Deze keuze kennen we niet" in page.content.decode()
    if "company" not in query:
        assert len(names(page)) == 6


def test_an_odd_page_number_is_a_page(client, net):
    assert client.get(URL, {"page": "x"}).status_code == client.get(URL, {"page": "999"}).status_code == 200


def test_what_is_asked_is_kept_by_the_slider_and_the_links(client, net):
    html = client.get(URL, {"theme": "energy", "kind": "company"}).content.decode()
    assert '<input type="hidden" name="theme" value="energy">' in html
    assert 'href="?kind=company&amp;theme=energy&amp;year=2024"' in html


def test_a_group_opens_to_its_members(client, region):
    f.PartnerFactory.create_batch(40, municipality="Leiden", sector="building")
    f.PartnerFactory.create_batch(30, municipality="Katwijk", sector="care")
    f.PartnerFactory.create_batch(3, municipality="")
    page = client.get(URL, {"theme": ""})
    groups = {shape.label: shape.url for shape in page.context["seen"].shapes if shape.url.startswith("?")}
    assert groups["42 bedrijven in Leiden"] == "?kind=company&municipality=Leiden"
    assert groups["3 bedrijven, gemeente onbekend"] == "?kind=company&municipality=-"
    opened = client.get(URL + groups["42 bedrijven in Leiden"])
    assert opened.context["page_obj"].paginator.count == 42
    assert all(shape.url.startswith("/partners/") for shape in opened.context["seen"].shapes)
    assert len(names(client.get(URL + groups["3 bedrijven, gemeente onbekend"]))) == 3


def test_the_table_names_everybody(client, region):
    made = f.CollaborationFactory()
    made.members.set(Partner.objects.all())
    made.members.add(*f.PartnerFactory.create_batch(5))
    row = client.get(URL).content.decode().split('data-label="Werkt samen met"')[1].split("</td>")[0]
    assert all(name in row for name in made.members.exclude(name="Bedrijf 0").values_list("name", flat=True)[1:])
    assert "en nog 4" in row


def test_an_empty_portal_has_a_page(client, db):
    page = client.get(URL)
    assert page.status_code == 200
    assert page.context["seen"].conclusion == "0 partners, nog geen verbindingen"


def test_the_number_of_queries_does_not_grow(login, region, make):
    def grow():
        make(running=True)
        project = f.ProjectFactory(completed=True, run=region.run)
        record(project.assignment, "send", actor=None)
        f.QuestionFactory(challenge=project.challenge)
        made = f.CollaborationFactory()
        made.members.set([region.company, project.challenge.partner])

    grow()
    people = (None, region.contact, region.broker)
    few = [queries_of(login(person), URL) for person in people]
    grow()
    grow()
    assert [queries_of(login(person), URL) for person in people] == few
    assert max(few) < 15


@pytest.mark.usefixtures("keeping_figures")
def test_what_took_long_is_kept_for_who_may_know_as_much_and_reads_as_much(client, login, net, settings, monkeypatch):
    for each in (network_page.see, figures.totals, figures.stages):
        monkeypatch.setattr(each, "slow", 0)
    pair = frozenset(("Marewijk Bouw", "CIV Smart Technology"))
    assert pairs(client.get(URL))[pair] == 2
    f.ProjectFactory(completed=True, run=net.run, assignment__challenge__partner=net.other_company)
    page = client.get(URL)
    assert page.content.decode().count("Geteld om") == 2
    assert pairs(page)[frozenset(("Kasgroei", "mboRijnland"))] == 1
    assert pairs(client.get(URL, {"year": ""}))[pair] == 2
    assert pairs(login(net.broker).get(URL))[pair] == 3
    assert pairs(login(net.other_contact).get(URL))[pair] == 2
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"
    assert "connections" in client.get(URL).context["seen"].conclusion
    assert queries_of(client, URL) == 0


def test_a_large_network_is_drawn_in_time(client, db):
    """Generous, since others may use the machine; `python -m tests.bench.network` measures it."""
    bench.fill()
    drawing = client.get(URL).context["seen"].shapes
    assert len(drawing) <= 64
    assert sum(shape.count for shape in drawing) == Partner.objects.count() == 400
    found = bench.measure()
    assert found["the picture"] < 4 * bench.MOST, found


def test_all_years_is_another_address_than_the_year_that_is_shown(client, net):
    words = client.get(URL, {"year": "2026"}).content.decode()
    assert '<a href="?">Alle jaren</a>' in words and 'href="?year=2026" aria-current="page"' in words
    words = client.get(URL, {"year": "2026", "kind": "company", "page": "2"}).content.decode()
    assert '<a href="?kind=company">Alle jaren</a>' in words
    assert '<input type="hidden" name="kind" value="company">' in words


def test_a_partner_with_another_name_is_drawn_with_it(client, net):
    assert "Marewijk Bouw" in client.get(URL).content.decode()
    Partner.objects.filter(pk=net.company.pk).update(name="Marewijk en zonen")
    words = client.get(URL).content.decode()
    assert words.count("Marewijk en zonen") >= 3 and "Marewijk Bouw" not in words


# --- Figures -----------------------------------------------------------------------------------------------------
def test_growth_and_companies_agree_with_sql(client, region):
    for year, number in ((2023, 2), (2024, 1), (2026, 2)):
        f.PartnerFactory.create_batch(number, created_at=datetime(year, 6, 1, tzinfo=UTC))
    one, other = region.company, region.other_company
    for company, year in ((one, 2023), (one, 2024), (other, 2024), (one, 2026)):
        f.ChallengeFactory(accepted=True, partner=company, submitted_at=datetime(year, 6, 1, tzinfo=UTC))
    page = client.get(URL)
    with connection.cursor() as cursor:
        cursor.execute("""SELECT count(*) FROM partners_partner WHERE status = 'accepted'
            AND created_at < '2025-01-01 00:00+01'""")
        assert {year.year: year.total for year in page.context["growth"]}[2024] == cursor.fetchone()[0]
    told = {year.year: (year.new, year.returning, year.gone) for year in page.context["growth"]}
    assert told[2023] == (1, 0, 0)
    assert told[2024] == (1, 1, 0)
    assert told[2025] == (0, 0, 2)
    assert told[2026][:2] == (0, 1)
    assert told[clock.today().year][2] is None
    assert page.context["growth"][-1].total == Partner.objects.filter(status="accepted").count()


def test_origins_count_public_challenges_and_their_partners(client, region):
    Partner.objects.filter(pk=region.company.pk).update(municipality="Katwijk", sector="building")
    f.ChallengeFactory.create_batch(2, accepted=True, partner=region.company)
    f.ChallengeFactory(completed=True, partner=region.other_company)
    f.ChallengeFactory(submitted=True, partner=region.other_company)
    page = client.get(URL)
    assert page.context["municipalities"] == (("Katwijk", 2, 1), ("Leiden", 1, 1))
    assert page.context["sectors"] == (("Bouw, wonen en installatie", 2, 1), ("", 1, 1))


def at(day: int) -> datetime:
    """A moment in March 2026; the 2nd is a Monday."""
    return datetime(2026, 3, day, 10, tzinfo=UTC)


def test_lead_times_are_medians_of_first_moments(client, region):
    for accepted in (3, 5, 10):  # 1, 3 and 6 working days
        assignment = f.AssignmentFactory(agreed=True, challenge__accepted=True)
        with clock.at(at(2)):
            record(assignment.challenge, "submit", actor=None)
        for day in (accepted, 20):  # accepted anew later: the first counts
            with clock.at(at(day)):
                record(assignment.challenge, "accept", actor=None)
        with clock.at(at(12)):
            record(assignment, "agree", actor=None)
    stages = client.get(URL).context["stages"]
    assert [(days, number) for _label, days, number in stages] == [(3, 3), (5, 3), (None, 0), (None, 0), (None, 0)]


@pytest.fixture
def asked(region):
    """Marewijk agreed in time, then was late; one question answered in time, one too late to be answered, one open."""
    assignment = f.AssignmentFactory(challenge__partner=region.company, challenge__translator=region.teacher)
    for event, status, day, actor in (
        ("send", "sent", 2, region.teacher), ("agree", "agreed", 9, region.contact),
        ("send", "sent", 10, region.teacher), ("ask_change", "change_requested", 18, region.contact),
    ):  # fmt: skip
        with clock.at(at(day)):
            record(assignment, event, actor=actor, to_status=status)
    for day, answered in ((2, 3), (2, None), (25, None)):
        question = f.QuestionFactory(challenge=assignment.challenge)
        with clock.at(at(day)):
            promises.make(question, "asked")
        if answered:
            with clock.at(at(answered)):
                promises.settle(question, "answer", actor=region.contact)
    return region


def test_the_answer_rate_is_for_the_partner_and_brokers(login, asked):
    with clock.at(at(26)):
        for person in (asked.contact, asked.broker):
            page = login(person).get(URL)
            found = dict(page.context["rates"])
            rate = found[asked.company]
            assert (rate.in_time, rate.asked, rate.percent, rate.late) == (2, 4, 50, 2)
            assert rate.median == 5  # of 1, 5 and 6 working days
            assert "Antwoord op tijd" in page.content.decode()
        for person in (None, asked.other_contact, asked.teacher, asked.coordinator, asked.student, asked.newcomer):
            page = login(person).get(URL)
            assert page.context["rates"] == []
            assert "Antwoord op tijd" not in page.content.decode()
