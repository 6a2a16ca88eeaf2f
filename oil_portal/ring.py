"""The key ring as a drawing: partners around it, lines through it. Pure: it knows no Django and draws nothing twice.

Measures are units of an SVG of 1000 by 900, of which the page shows the part with something in it. The same input
gives the same drawing.
"""

import math
import textwrap
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import NamedTuple

WIDTH, HEIGHT = 1000, 900
X, Y, RADIUS = WIDTH / 2, HEIGHT / 2, 215
SLOTS = 240  # the radius at which room is given out: nothing lies further in
SMALL, GROUP, HUB = 12, 30, 38  # the size of a shape
ROOM = {SMALL: 15, GROUP: 36, HUB: 66}  # along the ring
FAR = 330  # where the large ones lie, beyond the names of the small ones
MOST = 64  # shapes that fit with a name that can be read
HUBS = 8  # of those the large ones
LONGEST = 20  # letters of a name beside a small shape
LINE, GROUP_LINE = 14, 18  # letters of a line beside a large shape and beside a group
HUES = ("company", "school", "smart", "bio", "gov", "")


@dataclass(frozen=True)
class Member:
    """A partner as the ring sees it; `places` are its municipality and its sector."""

    key: int
    name: str
    kind: str
    hue: str = ""
    places: tuple[str, str] = ("", "")
    weight: int = 0  # with how many others it works


@dataclass(frozen=True)
class Node:
    """One shape: a partner, or members that share a kind and `values` of a place (0 municipality, 1 sector)."""

    members: tuple[Member, ...]
    hub: bool = False
    place: int | None = None
    values: tuple[str, ...] = ()
    label: str = ""

    @property
    def key(self) -> int:
        return self.members[0].key

    @property
    def hue(self) -> str:
        return self.members[0].hue

    @property
    def size(self) -> int:
        return HUB if self.hub else GROUP if len(self.members) > 1 else SMALL

    @property
    def order(self) -> tuple:
        return HUES.index(self.hue) if self.hue in HUES else len(HUES), self.members[0].name.lower(), self.key


@dataclass(frozen=True)
class Placed:
    """A shape with its place, the spoke that holds it, and the lines of its name."""

    node: Node
    x: float
    y: float
    size: float
    spoke: tuple[float, float, float, float]
    text: tuple[float, float]
    turn: float
    anchor: str
    lines: tuple[tuple[float, str], ...]  # (dy in em, words)

    @property
    def corner(self) -> tuple[float, float]:
        return round(self.x - self.size / 2, 1), round(self.y - self.size / 2, 1)


class Chord(NamedTuple):
    """A line between two shapes, by the keys of their nodes, as thick as they often work together."""

    ends: tuple[int, int]
    d: str
    width: float
    hue: str


@dataclass(frozen=True)
class Drawing:
    nodes: list[Placed] = field(default_factory=list)
    chords: list[Chord] = field(default_factory=list)


# --- Which shapes ------------------------------------------------------------------------------------------------
def fold(members: Iterable[Member], most: int = MOST) -> list[Node]:
    """At most `most` nodes that together have every member once; what does not fit lies in groups."""
    members = sorted(members, key=lambda each: (-each.weight, each.name.lower(), each.key))
    large = [each for each in members if each.kind != "company" and each.weight][: min(HUBS, most)]
    nodes = [Node((each,), hub=True) for each in large]
    rest = [each for each in members if each not in set(large)]
    if len(members) <= most:
        return nodes + [Node((each,)) for each in rest]
    room = most - len(nodes)
    for place in (0, 1):
        if _divides(rest, place):
            return nodes + _piles(rest, place, room)
    return nodes + _strongest(rest, room)


def _by(members: list[Member], *places: int) -> dict[tuple, list[Member]]:
    found: dict[tuple, list[Member]] = {}
    for each in members:
        found.setdefault((each.kind, each.hue, *(each.places[place] for place in places)), []).append(each)
    return found


def _divides(members: list[Member], place: int) -> bool:
    """Whether grouping by this place makes the largest kind smaller: else opening a group would lead nowhere."""
    return max(map(len, _by(members, place).values())) < max(map(len, _by(members).values()))


def _piles(members: list[Member], place: int, room: int) -> list[Node]:
    """A pile per kind and place; where that is too many, the smallest of a kind go together."""
    piles = sorted(_by(members, place).items(), key=lambda pile: (-len(pile[1]), pile[0]))
    kept = len(piles) if len(piles) <= room else max(0, room - len(_by(members)))
    nodes = [_pile(pile, place) for _key, pile in piles[:kept]]
    left = [each for _key, pile in piles[kept:] for each in pile]
    return nodes + [_pile(pile, place) for _key, pile in sorted(_by(left).items())]


def _pile(members: list[Member], place: int | None) -> Node:
    if len(members) == 1:
        return Node(tuple(members))
    values = () if place is None else tuple(sorted({each.places[place] for each in members}))
    return Node(tuple(members), place=place, values=values)


def _strongest(members: list[Member], room: int) -> list[Node]:
    """Those who work together most stand alone; the others of their kind lie in one group, which the table opens."""
    alone = max(0, room - len(_by(members)))
    rest = [_pile(pile, None) for _key, pile in sorted(_by(members[alone:]).items())]
    return [Node((each,)) for each in members[:alone]] + rest


# --- Where they lie ----------------------------------------------------------------------------------------------
def draw(nodes: list[Node], ties: Iterable[tuple[int, int, int]]) -> Drawing:
    """Place the nodes and the lines for `ties`: (key of a member, key of another, how often). Ties of others are left
    out, and so are those within one node."""
    placed = _place(_around(nodes))
    at = {each.key: spot for spot in placed for each in spot.node.members}
    strength = {each.key: _strength(each) for each in nodes}
    together: Counter[tuple[int, int]] = Counter()
    for one, other, often in ties:
        if one in at and other in at and at[one] is not at[other]:
            a, b = sorted((at[one].node.key, at[other].node.key), key=strength.get)
            together[a, b] += often
    return Drawing(placed, [_chord(at[a], at[b], often) for (a, b), often in sorted(together.items())])


def _strength(node: Node) -> tuple:
    return node.hub, sum(each.weight for each in node.members), node.key


def _around(nodes: list[Node]) -> list[Node]:
    """By kind and name, with the large ones spread evenly so that their names have room."""
    small = sorted((node for node in nodes if not node.hub), key=lambda node: node.order)
    large = sorted((node for node in nodes if node.hub), key=lambda node: node.order)
    ordered, taken = [], 0
    for number, node in enumerate(large):
        until = number * len(small) // len(large)
        ordered += [*small[taken:until], node]
        taken = until
    return ordered + small[taken:]


def _place(nodes: list[Node]) -> list[Placed]:
    """Each node gets its share of the ring from the top clockwise; shapes shrink where there is not enough."""
    total = sum(ROOM[node.size] for node in nodes)
    scale = min(1.0, 2 * math.pi * SLOTS / total) if total else 1.0
    found, at = [], -ROOM[nodes[0].size] / 2 if nodes else 0
    for node in nodes:
        angle = 2 * math.pi * (at + ROOM[node.size] / 2) / total - math.pi / 2
        found.append(_spot(node, angle, node.size * scale))
        at += ROOM[node.size]
    return found


def _spot(node: Node, angle: float, size: float) -> Placed:
    """The longer the spoke, the more the partner works together; the large ones lie in an outer circle."""
    degree = max(each.weight for each in node.members)
    middle = FAR if node.hub else SLOTS + min(degree, 8) * 2.5 + size / 2
    cos, sin = math.cos(angle), math.sin(angle)

    def point(radius: float) -> tuple[float, float]:
        return round(X + radius * cos, 1), round(Y + radius * sin, 1)

    degrees = round(math.degrees(angle), 1)
    text, left = point(middle + size / 2 + 5), cos < 0
    anchor, turn = ("end", degrees + 180) if left else ("start", degrees)
    lines = _lines(node)
    if node.hub:
        text, turn = point(middle + size / 2 + (14 if abs(cos) < 0.35 else 8)), 0
        anchor = "middle" if abs(cos) < 0.35 else anchor
    above = 1 if node.hub and sin < -0.9 else 0.5  # the lines stand above the point, or around it
    first = 0.35 - 1.1 * (len(lines) - 1) * above
    spaced = tuple((round(first, 2) if number == 0 else 1.1, line) for number, line in enumerate(lines))
    spoke = (*point(RADIUS + 3), *point(middle - size / 2 + 1))
    return Placed(node, *point(middle), round(size, 1), spoke, text, round(turn % 360, 1), anchor, spaced)


def _lines(node: Node) -> list[str]:
    """The name in the room that it has: a line beside a small shape, two beside a group, three beside a large one."""
    line, most = (LINE, 3) if node.hub else (GROUP_LINE, 2) if len(node.members) > 1 else (LONGEST, 1)
    return textwrap.wrap(node.label, line, max_lines=most, placeholder="…") or [""]


def _chord(one: Placed, other: Placed, often: int) -> Chord:
    """A curve that leaves the ring at both ends and bends through its middle; it has the hue of the stronger end."""

    def inward(spot: Placed, share: float) -> str:
        distance = math.hypot(spot.x - X, spot.y - Y)
        radius = (RADIUS - 3) * share
        return f"{X + (spot.x - X) / distance * radius:.1f} {Y + (spot.y - Y) / distance * radius:.1f}"

    d = f"M{inward(one, 1)}C{inward(one, 0.24)} {inward(other, 0.24)} {inward(other, 1)}"
    return Chord((one.node.key, other.node.key), d, round(min(8, 0.8 + 0.8 * math.sqrt(often)), 1), other.node.hue)


# --- Bars --------------------------------------------------------------------------------------------------------
class Segment(NamedTuple):
    hue: str
    number: int
    y: float
    height: float


class Bar(NamedTuple):
    """One column of segments in a drawing of 560 by 400, with its total above it and its name below."""

    label: str
    total: int
    x: float
    width: float
    middle: float
    top: float
    segments: tuple[Segment, ...]


def bars(columns: list[tuple[str, tuple[tuple[str, int], ...]]]) -> tuple[Bar, ...]:
    """Columns of (name, [(hue, number)]) as stacked bars on one scale."""
    most = max((sum(number for _hue, number in parts) for _name, parts in columns), default=0) or 1
    pitch = 560 / max(1, len(columns))
    width = round(min(62, pitch * 0.64), 1)
    found = []
    for index, (name, parts) in enumerate(columns):
        x, y, segments = round(pitch * index + (pitch - width) / 2, 1), 360.0, []
        for hue, number in parts:
            height = number / most * 310
            if number:
                segments.append(Segment(hue, number, round(y - height, 1), round(max(1.0, height - 1.5), 1)))
            y -= height
        total = sum(number for _hue, number in parts)
        found.append(Bar(name, total, x, width, round(x + width / 2, 1), round(y - 10, 1), tuple(segments)))
    return tuple(found)
