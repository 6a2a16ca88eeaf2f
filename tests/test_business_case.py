"""The arithmetic of the business case: worked out by hand, and what holds whatever is assumed."""

import json
from dataclasses import replace
from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from reports import business_case_words as words
from reports.business_case import CARRIERS, CONDITIONS, COSTS, SCENARIOS, Assumptions, Case, compute, model
from reports.business_case.chart import BOTTOM, TOP, plot
from tests.factories_business_case import assumptions

HAND = {  # one project costs 450 + 520 + 1950 + 400 = 3320, brings in 350 and is worth 400 + 50 + 250 = 700
    "first_year": 2027, "projects": 10, "students": 3, "indexation": 0,
    "broker_hours": 6, "broker_rate": 75, "translator_hours": 8, "translator_rate": 65, "coaching_hours": 30,
    "coaching_rate": 65, "lab_days": 4, "lab_day_cost": 100, "platform": 6000, "start": 5000,
    "fee": 250, "cash": 100, "company_hours": 8, "company_rate": 50, "in_kind": 50,
    "follow_up_share": 25, "follow_up_value": 1000, "subsidy": 20000, "subsidy_until": 2028,
    "growth_careful": 0, "growth_expected": 10, "growth_favourable": 20,
    "cost_level_careful": 110, "cost_level_expected": 100, "cost_level_favourable": 95,
    "yield_level_careful": 50, "yield_level_expected": 100, "yield_level_favourable": 110,
}  # fmt: skip


@pytest.fixture
def hand() -> Case:
    return compute(assumptions(**HAND))


def column(run, what: str) -> list[int]:
    return [getattr(year, what) for year in run.years]


def test_the_expected_scenario_by_hand(hand):
    run = hand.expected
    assert column(run, "year") == [2027, 2028, 2029, 2030, 2031]
    assert column(run, "projects") == [11, 12, 13, 15, 16]  # 11; 12,1; 13,31; 14,641; 16,1051
    assert column(run, "students") == [33, 36, 39, 45, 48]
    assert column(run, "cost") == [47520, 45840, 49160, 55800, 59120]  # 3320 each, 6000 a year, 5000 once
    assert column(run, "income") == [23850, 24200, 4550, 5250, 5600]  # 350 each, 20000 in two years
    assert column(run, "worth") == [7700, 8400, 9100, 10500, 11200]  # 700 each
    assert run.cumulated() == [-23670, -45310, -89920, -140470, -193990]
    assert run.cumulated(with_value=True) == [-15970, -29210, -64720, -104770, -147090]
    assert run.break_even() is None


def test_the_posts_of_a_year_by_hand(hand):
    year = hand.expected.years[0]
    assert year.costs == {
        "broker": 4950, "translator": 5720, "coaching": 21450, "lab": 4400, "platform": 6000, "start": 5000
    }  # fmt: skip
    assert year.money == {"fee": 2750, "cash": 1100, "subsidy": 20000}
    assert year.value == {"hours": 4400, "in_kind": 550, "follow_ups": 2750}


def test_a_careful_year_costs_more_and_brings_less_but_keeps_its_subsidy(hand):
    year = hand.scenarios["careful"].years[0]
    assert year.projects == 10
    assert year.cost == 33200 * 1.1 + 6600 + 5500
    assert year.money == {"fee": 1250, "cash": 500, "subsidy": 20000}
    assert year.worth == 3500


def test_prices_rise_from_the_second_year_but_not_the_subsidy():
    run = compute(assumptions(**HAND | {"indexation": 10, "growth_expected": 0})).expected
    assert [year.costs["broker"] for year in run.years] == [4500, 4950, 5445, 5990, 6588]  # 5989,5 and 6588,45
    assert [year.money["subsidy"] for year in run.years] == [20000, 20000, 0, 0, 0]
    assert [year.money["fee"] for year in run.years[:2]] == [2500, 2750]


def test_the_carriers_by_hand(hand):
    year = hand.expected.years[0]
    # broker 4950, half of the platform 3000, start 5000; half of 5720 and 21450, quarters of 6000; the lab 4400
    assert year.carried == {
        "economie071": 12950, "mborijnland": 2860 + 10725 + 4400 + 1500, "hsleiden": 2860 + 10725 + 1500,
        "companies": 0, "subsidy": 0,
    }  # fmt: skip
    assert [year.paid(who) for who in CARRIERS] == [0, 0, 0, 3850, 20000]


def test_the_margin_of_a_project_by_hand(hand):
    assert (hand.margin.cost, hand.margin.income, hand.margin.balance, hand.margin.worth) == (3320, 350, -2970, 700)


def test_break_even_by_hand():
    """4320 a project is 1000 more than it costs: −1000 after the first year, 3000 after the second."""
    paid = HAND | {"growth_expected": 0, "subsidy": 0, "fee": 4320, "cash": 0}
    run = compute(assumptions(**paid)).expected
    assert run.cumulated() == [-1000, 3000, 7000, 11000, 15000]
    assert run.break_even() == 2028
    assert run.break_even(with_value=True) == 2027  # 7000 of value in the first year
    assert run.sinks() is None


def test_exactly_zero_is_break_even():
    paid = HAND | {"growth_expected": 0, "subsidy": 1000, "subsidy_until": 2027, "fee": 4320, "cash": 0}
    assert compute(assumptions(**paid)).expected.cumulated()[0] == 0
    assert compute(assumptions(**paid)).expected.break_even() == 2027


def test_a_break_even_that_does_not_last_says_so():
    run = compute(assumptions(**HAND | {"subsidy": 60000, "subsidy_until": 2027})).expected
    assert run.break_even() == 2027
    assert run.cumulated()[:2] == [16330, 16330 - 41640]
    assert run.sinks() == 2028


def test_without_a_broker_by_hand():
    """From the second year half of the 12 projects stays, and nobody pays a broker."""
    run = compute(assumptions(**HAND | {"stay_broker": 50, "falls_broker": 2})).without["broker"]
    assert column(run, "projects") == [11, 6, 7, 8, 8]  # half of 12, 13, 15 and 16; halves go up
    assert [year.costs["broker"] for year in run.years] == [4950, 0, 0, 0, 0]
    assert run.years[1].costs["translator"] == 6 * 520
    assert run.years[1].balance == 6 * 350 + 20000 - 6 * (3320 - 450) - 6000


def test_room_in_the_curriculum_has_no_cost_that_falls_away():
    run = compute(assumptions(**HAND | {"stay_curriculum": 0, "falls_curriculum": 3})).without["curriculum"]
    assert column(run, "projects") == [11, 12, 0, 0, 0]
    assert run.years[2].cost == 6000  # the platform stays
    assert run.years[1].cost == 45840


def test_shares_that_do_not_add_up_are_refused():
    with pytest.raises(ValueError, match="lab"):
        assumptions(share_lab_mborijnland=90)


def test_rounding_gives_the_rest_to_the_largest_remainder():
    thirds = {"a": Decimal("33.4"), "b": Decimal("33.3"), "c": Decimal("33.3")}
    assert model.split(100, thirds) == {"a": 34, "b": 33, "c": 33}
    assert model.split(1, thirds) == {"a": 1, "b": 0, "c": 0}
    assert model.euros(Decimal("0.5")) == 1


# --- Whatever is assumed -----------------------------------------------------------------------------------------
@st.composite
def any_assumptions(draw) -> Assumptions:
    """Every number within the bounds of its field."""
    found = {}
    for name, one in words.ALL.items():
        if one.group != "shares":
            found[name] = draw(st.decimals(one.lowest, one.highest, places=one.places))
    for post in COSTS:
        cuts = sorted(draw(st.lists(st.integers(0, 10_000), min_size=4, max_size=4)))
        edges = [0, *cuts, 10_000]
        for who, low, high in zip(CARRIERS, edges, edges[1:], strict=False):
            found[f"share_{post}_{who}"] = Decimal(high - low) / 100
    return Assumptions.from_flat(found)


def runs(case: Case) -> list:
    return [*case.scenarios.values(), *case.without.values()]


@settings(max_examples=60)
@given(any_assumptions())
def test_what_stands_on_the_page_adds_up(a):
    case = compute(a)
    for run in runs(case):
        for year in run.years:
            assert sum(year.carried.values()) == year.cost == sum(year.costs.values())
            assert sum(year.paid(who) for who in CARRIERS) == year.income
            assert sum(year.carried[who] - year.paid(who) for who in CARRIERS) == -year.balance
            assert year.balance_with_value == year.balance + sum(year.value.values())
        assert run.cumulated()[-1] == run.total("income") - run.total("cost")


@settings(max_examples=60)
@given(any_assumptions(), st.booleans())
def test_break_even_is_the_first_year_that_is_not_below_zero(a, with_value):
    for run in runs(compute(a)):
        above = [year.year for year, sofar in zip(run.years, run.cumulated(with_value), strict=True) if sofar >= 0]
        assert run.break_even(with_value) == (above[0] if above else None)


@settings(max_examples=60)
@given(any_assumptions(), st.decimals(10, 300, places=2), st.decimals(0, 300, places=2))
def test_a_scenario_that_costs_less_and_brings_more_is_never_worse(a, cost, worth):
    better = {"cost_level": min(cost, a.cost_level["expected"]), "yield_level": max(worth, a.yield_level["expected"])}
    changed = {name: {**getattr(a, name), "expected": value} for name, value in better.items()}
    before, after = compute(a).expected, compute(replace(a, **changed)).expected
    for one, other in zip(before.years, after.years, strict=True):
        assert other.balance >= one.balance
        assert other.balance_with_value >= one.balance_with_value


@settings(max_examples=60)
@given(any_assumptions(), st.decimals(0, 50, places=2))
def test_growth_helps_when_a_project_brings_more_than_it_costs(a, extra):
    cost, income = (
        sum(each.values()) for each in (model._per_project_costs(a), model._per_project_yields(a)[0])
    )  # unrounded
    assume(income * a.yield_level["expected"] >= cost * a.cost_level["expected"])
    growth = {**a.growth, "expected": a.growth["expected"] + extra}
    before, after = compute(a).expected, compute(replace(a, growth=growth)).expected
    for one, other in zip(before.years, after.years, strict=True):
        assert other.balance >= one.balance - 6  # six posts that grow, each rounded by at most half a euro twice


@settings(max_examples=40)
@given(any_assumptions())
def test_a_condition_never_makes_projects(a):
    case = compute(a)
    for name in CONDITIONS:
        pairs = list(zip(case.expected.years, case.without[name].years, strict=True))
        assert all(without.projects <= year.projects for year, without in pairs)
        assert [p[0] for p in pairs[: a.falls[name] - 1]] == [p[1] for p in pairs[: a.falls[name] - 1]]


@settings(max_examples=40)
@given(any_assumptions())
def test_a_version_gives_back_what_was_kept(a):
    assert Assumptions.from_flat(json.loads(json.dumps(a.flat()))) == a
    case = compute(a)
    assert Case.from_plain(json.loads(json.dumps(case.plain()))) == case


@given(st.lists(st.lists(st.integers(-(10**9), 10**9), min_size=5, max_size=5), min_size=3, max_size=3))
def test_lines_stay_on_the_picture_with_zero_and_names_apart(amounts):
    rows = [(key, key, each) for key, each in zip(SCENARIOS, amounts, strict=True)]
    drawn = plot(rows, [2027, 2028, 2029, 2030, 2031])
    assert all(TOP <= y <= BOTTOM for line in drawn.lines for _x, y in line.dots)
    assert TOP <= drawn.zero <= BOTTOM
    assert any(amount == 0 for _height, amount in drawn.ticks)
    assert 2 <= len(drawn.ticks) <= 8
    heights = sorted(line.at for line in drawn.lines)
    assert all(high - low >= 21.9 for low, high in pairwise(heights))
