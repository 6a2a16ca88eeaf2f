"""The cumulated balance as lines on one scale: geometry for the page, which draws it with classes, and for the PDF."""

from dataclasses import dataclass

WIDTH, HEIGHT = 560, 340
LEFT, RIGHT, TOP, BOTTOM = 122, 446, 16, 296  # the plot itself
NAMES, YEARS = 438, 330  # where the names of the lines begin, and the height of the years
APART = 22  # between two names
STEPS = (1, 2, 5)


@dataclass(frozen=True)
class Line:
    """One line: its name, the points of a polyline, and where its name stands."""

    key: str
    label: str
    points: str
    dots: list[tuple[float, float]]
    at: float  # the height of its name


@dataclass(frozen=True)
class Plot:
    lines: list[Line]
    zero: float
    ticks: list[tuple[float, int]]  # (height, euros)
    years: list[tuple[float, int]]


def plot(rows: list[tuple[str, str, list[int]]], years: list[int]) -> Plot:
    """Lines of (key, label, euros per year); zero is always on the scale."""
    amounts = [amount for _key, _label, each in rows for amount in each] + [0]
    step = _step(max(amounts) - min(amounts))
    low, high = (min(amounts) // step) * step, -(-max(amounts) // step) * step
    if low == high:
        high += step

    def y(amount: int) -> float:
        return round(BOTTOM - (amount - low) / (high - low) * (BOTTOM - TOP), 1)

    across = [round(LEFT + 20 + at * (RIGHT - LEFT - 40) / max(1, len(years) - 1), 1) for at in range(len(years))]
    dots = {key: [(x, y(amount)) for x, amount in zip(across, each, strict=True)] for key, _label, each in rows}
    heights = _apart({key: dots[key][-1][1] for key in dots})
    lines = [
        Line(key, label, " ".join(f"{x},{height}" for x, height in dots[key]), dots[key], heights[key])
        for key, label, _each in rows
    ]
    ticks = [(y(amount), amount) for amount in range(low, high + 1, step)]
    return Plot(lines, y(0), ticks, list(zip(across, years, strict=True)))


def _step(span: int) -> int:
    """A round number of euros between two ticks, of which about five fit."""
    size = 1
    while True:
        for one in STEPS:
            if span <= 5 * one * size:
                return one * size
        size *= 10


def _apart(wanted: dict[str, float]) -> dict[str, float]:
    """Heights at which no two names touch, in the order in which the lines end."""
    found: dict[str, float] = {}
    lowest = TOP - APART
    for key in sorted(wanted, key=lambda each: wanted[each]):
        lowest = max(wanted[key], lowest + APART)
        found[key] = lowest
    over = max(0, lowest - (BOTTOM))
    return {key: round(height - over, 1) for key, height in found.items()}
