"""The key ring's layout: pure, so that it can be asked anything."""

import math

from hypothesis import given, settings
from hypothesis import strategies as st

from oil_portal import ring

KINDS = [("company", "company"), ("school", "school"), ("lab", "smart"), ("government", "gov"), ("network", "")]


@st.composite
def networks(draw):
    """Up to 500 partners of any kind and place, with ties between them and one to somebody who is not there."""
    chance = draw(st.randoms(use_true_random=False))
    size = draw(st.integers(0, 500))
    towns, sectors = draw(st.integers(1, 120)), draw(st.integers(1, 20))
    members = []
    for key in range(size):
        kind, hue = chance.choice(KINDS)
        places = (chance.choice(["", *map(str, range(towns))]), str(chance.randrange(sectors)))
        members.append(ring.Member(key, f"Partner {key}", kind, hue, places, chance.randrange(6)))
    ties = [(chance.randrange(size), chance.randrange(size), chance.randint(1, 9)) for _n in range(size)]
    return members, [*ties, (0, size + 1, 1)]


def apart(drawing: ring.Drawing) -> bool:
    spots = drawing.nodes
    return all(
        math.hypot(one.x - other.x, one.y - other.y) >= (one.size + other.size) / 2
        for index, one in enumerate(spots)
        for other in spots[:index]
    )


@given(networks())
@settings(max_examples=60)
def test_a_folded_network_fits_and_loses_nobody(network):
    members, ties = network
    nodes = ring.fold(members)
    assert len(nodes) <= ring.MOST
    assert sorted(each.key for node in nodes for each in node.members) == [each.key for each in members]
    drawing = ring.draw(nodes, ties)
    assert apart(drawing)
    keys = {spot.node.key for spot in drawing.nodes}
    assert all(set(chord.ends) <= keys and chord.ends[0] != chord.ends[1] for chord in drawing.chords)
    assert drawing == ring.draw(ring.fold(list(reversed(members))), list(reversed(ties)))


@given(st.integers(0, 500), st.integers(0, 20))
@settings(max_examples=25)
def test_shapes_shrink_before_they_overlap(size, hubs):
    nodes = [ring.Node((ring.Member(key, f"P{key}", "company", "company"),), hub=key < hubs) for key in range(size)]
    assert apart(ring.draw(nodes, []))


def member(key: int, town: str = "Leiden", sector: str = "Bouw", kind: str = "company", weight: int = 0):
    return ring.Member(key, f"Partner {key}", kind, "company", (town, sector), weight)


def test_groups_are_by_municipality_then_by_sector_then_the_rest():
    towns = ring.fold([member(key, town=f"G{key % 5}") for key in range(100)])
    assert {(node.place, node.values) for node in towns} == {(0, (f"G{number}",)) for number in range(5)}
    sectors = ring.fold([member(key, sector=f"S{key % 5}") for key in range(100)])
    assert {(node.place, node.values) for node in sectors} == {(1, (f"S{number}",)) for number in range(5)}
    rest = ring.fold([member(key, weight=key) for key in range(100)])
    assert [len(node.members) for node in rest] == [1] * 63 + [37]
    assert rest[-1].place is None
    assert rest[0].key == 99


def test_the_smallest_groups_go_together():
    nodes = ring.fold([member(key, town=f"G{key // 2}") for key in range(200)])
    assert len(nodes) == ring.MOST
    assert len(nodes[-1].values) == 100 - 63


def test_a_thicker_line_is_more_often_and_within_a_group_there_is_none():
    nodes = [ring.Node((member(1),)), ring.Node((member(2),)), ring.Node((member(3), member(4)))]
    thin, thick = ring.draw(nodes, [(1, 2, 1), (1, 3, 4), (1, 4, 5), (3, 4, 9)]).chords
    assert thin.width < thick.width
    assert {thin.ends, thick.ends} == {(1, 2), (1, 3)}


def test_nothing_draws_nothing():
    assert ring.draw(ring.fold([]), []) == ring.Drawing()
    assert ring.bars([]) == ()


def test_bars_stand_on_one_line_and_scale():
    one, two = ring.bars([("2024", [("company", 1), ("school", 0)]), ("2025", [("company", 2), ("school", 2)])])
    assert (one.total, two.total) == (1, 4)
    assert [part.hue for part in one.segments] == ["company"]
    assert one.segments[0].y + one.segments[0].height == two.segments[0].y + two.segments[0].height
    assert two.segments[1].y == 50
