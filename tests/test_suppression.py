"""What a report hides cannot be worked out from what it shows: by trying every value that fits."""

from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reports.suppression import HIDDEN, LOW, SHOWN, SMALL, Ties, protect


def fits(values: dict, ties: Ties) -> bool:
    """Whether these numbers hang together as a reader knows they must."""
    return (
        all(values[total] == sum(values[part] for part in parts) for total, parts in ties.sums)
        and all(
            max(values[part] for part in parts) <= values[whole] <= sum(values[part] for part in parts)
            for whole, parts in ties.unions
        )
        and all(values[less] <= values[more] for less, more in ties.within)
    )


def possible(values: dict, marks: dict, ties: Ties, most: int) -> dict[object, set[int]]:
    """{hidden number: the values it may have}, by trying all that "<5" and "×" may be, up to `most`."""
    hidden = [key for key, mark in marks.items() if mark]
    ranges = [range(1, SMALL) if marks[key] == LOW else range(most + 1) for key in hidden]
    found = {key: set() for key in hidden}
    for guess in product(*ranges):
        if fits({**values, **dict(zip(hidden, guess, strict=True))}, ties):
            for key, value in zip(hidden, guess, strict=True):
                found[key].add(value)
    return found


def line(parts: list[int]) -> tuple[dict, Ties]:
    names = tuple(f"part {number}" for number in range(len(parts)))
    return dict(zip(names, parts, strict=True)) | {"total": sum(parts)}, Ties(sums=(("total", names),))


def test_small_numbers_read_less_than_five_and_zero_is_zero():
    values, ties = line([0, 12, 30])
    assert set(protect(values, ties).values()) == {SHOWN}
    assert protect({"alone": 4}, Ties()) == {"alone": LOW}
    assert protect({"alone": 5, "none": 0}, Ties()) == {"alone": SHOWN, "none": SHOWN}


def test_one_small_part_takes_another_number_along():
    values, ties = line([3, 12, 30])
    marks = protect(values, ties)
    assert marks["part 0"] == LOW
    assert [key for key, mark in marks.items() if mark == HIDDEN] == ["part 1"]


def test_two_small_parts_whose_sum_gives_them_away_hide_more():
    """4 + 4 = 8 can only be 4 and 4."""
    values, ties = line([4, 4])
    assert protect(values, ties)["total"] == HIDDEN
    values, ties = line([1, 1, 1, 1])  # the total is small itself: four numbers of at least one that make at most four
    marks = protect(values, ties)
    assert all(len(each) > 1 for each in possible(values, marks, ties, 20).values())


def test_a_number_of_different_people_gives_no_part_away():
    """8 people in one school and 12 in all: the other school has at least four."""
    values = {"a": 8, "b": 4, "all": 12}
    ties = Ties(unions=(("all", ("a", "b")),))
    marks = protect(values, ties)
    assert marks["b"] == LOW
    assert HIDDEN in marks.values()
    assert all(len(each) > 1 for each in possible(values, marks, ties, 30).values())


@settings(max_examples=100)
@given(st.lists(st.integers(0, 9), min_size=1, max_size=4))
def test_of_a_line_nothing_hidden_has_one_value(parts):
    values, ties = line(parts)
    marks = protect(values, ties)
    assert all(marks[key] == LOW or marks[key] == HIDDEN for key, number in values.items() if 0 < number < SMALL)
    assert all(len(each) > 1 for each in possible(values, marks, ties, sum(parts) + 8).values())


def table(cells: list[list[int]]) -> tuple[dict, Ties]:
    """Schools by levels, with their margins."""
    across, down = range(len(cells[0])), range(len(cells))
    values = {(row, column): cells[row][column] for row in down for column in across}
    values |= {(row, "all"): sum(cells[row]) for row in down}
    values |= {("all", column): sum(each[column] for each in cells) for column in across}
    values["all", "all"] = sum(map(sum, cells))
    sums = [((row, "all"), tuple((row, column) for column in across)) for row in down]
    sums += [(("all", column), tuple((row, column) for row in down)) for column in across]
    sums += [(("all", "all"), tuple((row, "all") for row in down))]
    sums += [(("all", "all"), tuple(("all", column) for column in across))]
    return values, Ties(sums=tuple(sums))


@settings(max_examples=40)
@given(st.lists(st.lists(st.integers(0, 7), min_size=2, max_size=2), min_size=2, max_size=2))
def test_of_a_table_nothing_hidden_has_one_value(cells):
    """Every free choice of the four cells, with the margins that follow: those that look the same to a reader."""
    values, ties = table(cells)
    marks = protect(values, ties)
    alike = {key: set() for key, mark in marks.items() if mark}
    for a, b, c, d in product(range(10), repeat=4):
        other, _ties = table([[a, b], [c, d]])
        if all(_looks(other[key], values[key], marks[key]) for key in values):
            for key in alike:
                alike[key].add(other[key])
    assert all(len(each) > 1 for each in alike.values())


def _looks(other: int, true: int, mark: str) -> bool:
    return other == true if mark == SHOWN else mark == HIDDEN or 0 < other < SMALL


@settings(max_examples=40)
@given(
    st.lists(st.integers(0, 6), min_size=2, max_size=2),
    st.lists(st.integers(0, 6), min_size=2, max_size=2),
)
def test_placements_and_students_do_not_give_each_other_away(people, extra):
    """Placements add up, students do not, and there are never more students than placements."""
    placed = [one + more * (one > 0) for one, more in zip(people, extra, strict=True)]
    values = {("n", place): number for place, number in enumerate(placed)} | {("n", "all"): sum(placed)}
    values |= {("u", place): number for place, number in enumerate(people)} | {("u", "all"): max(people)}
    ties = Ties(
        sums=((("n", "all"), (("n", 0), ("n", 1))),),
        unions=((("u", "all"), (("u", 0), ("u", 1))),),
        within=tuple((("u", place), ("n", place)) for place in (0, 1, "all")),
    )
    marks = protect(values, ties)
    assert all(len(each) > 1 for each in possible_by_solver(values, marks, ties).values())


def possible_by_solver(values: dict, marks: dict, ties: Ties) -> dict:
    """Like `possible`, cut short: hidden numbers are tried near what they are."""
    hidden = [key for key, mark in marks.items() if mark]
    near = [range(1, SMALL) if marks[key] == LOW else range(max(0, values[key] - 3), values[key] + 4) for key in hidden]
    found = {key: {values[key]} for key in hidden}
    for guess in product(*near):
        if fits({**values, **dict(zip(hidden, guess, strict=True))}, ties):
            for key, value in zip(hidden, guess, strict=True):
                found[key].add(value)
            if all(len(each) > 1 for each in found.values()):
                break
    return found


def test_what_was_published_stays_as_it_was():
    values, ties = line([3, 12, 30])
    marks = protect(values, ties, given={"part 2": HIDDEN}, worth={"part 1": 1})
    assert (marks["part 2"], marks["part 1"]) == (HIDDEN, SHOWN)


@pytest.mark.parametrize("cells", [[[1, 40, 7], [9, 2, 30]], [[1, 0, 0], [0, 1, 0]], [[4, 4], [4, 4]]])
def test_tables_of_a_report(cells):
    values, ties = table(cells)
    marks = protect(values, ties)
    assert all(marks[key] for key, number in values.items() if 0 < number < SMALL)
