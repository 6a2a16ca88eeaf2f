"""Every colour of the stylesheet that is read or seen, on what lies below it, in every theme: WCAG 1.4.3 and 1.4.11.

The pairs come from the stylesheet itself: which colour a rule writes with, and on which ground. A new colour or ground
that this file cannot place fails, so that somebody decides what it is for.
"""

import re
from collections.abc import Iterator
from functools import cache

import pytest
from django.conf import settings

TEXT, SEEN = 4.5, 3.0
KINDS = ("company", "school", "smart", "bio", "gov")
GROUNDS = ("paper", "sheet")
# Lines that only decorate: the words or the white space around them say the same.
DECORATION = {"rule"}
# Boundaries and shapes that have to be seen on paper and on a sheet.
STROKES = ("ink", "control", "action", "action-text", "focus", "ok", "warn", *KINDS)
# Borders of what is filled with the same colour, and text on a kind: their own pairs are judged.
FILLED = {"paper", "on-kind", "action-hover"}


@cache
def stylesheet() -> str:
    text = (settings.BASE_DIR / "static" / "oil.css").read_text()
    return re.sub(r"/\*.*?\*/", "", text, flags=re.DOTALL)


def blocks() -> Iterator[tuple[str, dict[str, str]]]:
    """Every rule as (selector, its own declarations); a nested rule stands by itself."""
    stack, start = [("", {})], 0
    text = stylesheet()
    for found in re.finditer(r"[{};]", text):
        said = text[start : found.start()].strip()
        start = found.end()
        if found.group() == "{":
            stack.append((said, {}))
            continue
        if ":" in said and not said.startswith("@"):
            name, _, value = said.partition(":")
            stack[-1][1][name.strip()] = value.strip()
        if found.group() == "}":
            yield stack.pop()


# --- Colours -----------------------------------------------------------------------------------------------------
Colour = tuple[float, float, float]


def parse(value: str) -> Colour:
    """#rgb or #rrggbb as three numbers from 0 to 1."""
    digits = value.lstrip("#")
    digits = "".join(each * 2 for each in digits) if len(digits) == 3 else digits
    red, green, blue = (int(digits[at : at + 2], 16) / 255 for at in (0, 2, 4))
    return red, green, blue


def linear(channel: float) -> float:
    return channel / 12.92 if channel <= 0.04045 else ((channel + 0.055) / 1.055) ** 2.4


def gamma(channel: float) -> float:
    channel = min(max(channel, 0), 1)
    return channel * 12.92 if channel <= 0.0031308 else 1.055 * channel ** (1 / 2.4) - 0.055


def contrast(one: Colour, other: Colour) -> float:
    """WCAG's ratio of two colours, 1 to 21."""
    light = sorted(
        0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue) for red, green, blue in (one, other)
    )
    return (light[1] + 0.05) / (light[0] + 0.05)


def oklab(colour: Colour) -> Colour:
    """Björn Ottosson's space, in which the stylesheet mixes."""
    red, green, blue = map(linear, colour)
    long = (0.4122214708 * red + 0.5363325363 * green + 0.0514459929 * blue) ** (1 / 3)
    middle = (0.2119034982 * red + 0.6806995451 * green + 0.1073969566 * blue) ** (1 / 3)
    short = (0.0883024619 * red + 0.2817188376 * green + 0.6299787005 * blue) ** (1 / 3)
    return (
        0.2104542553 * long + 0.7936177850 * middle - 0.0040720468 * short,
        1.9779984951 * long - 2.4285922050 * middle + 0.4505937099 * short,
        0.0259040371 * long + 0.7827717662 * middle - 0.8086757660 * short,
    )


def srgb(colour: Colour) -> Colour:
    lightness, a, b = colour
    long = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3
    middle = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3
    short = (lightness - 0.0894841775 * a - 1.2914855480 * b) ** 3
    return (
        gamma(4.0767416621 * long - 3.3077115913 * middle + 0.2309699292 * short),
        gamma(-1.2684380046 * long + 2.6097574011 * middle - 0.3413193965 * short),
        gamma(-0.0041960863 * long - 0.7034186147 * middle + 1.7076147010 * short),
    )


def mixed(colour: Colour, ground: Colour, share: float) -> Colour:
    """color-mix(in oklab, colour share, ground)."""
    pairs = zip(oklab(colour), oklab(ground), strict=True)
    one, two, three = (share * each + (1 - share) * below for each, below in pairs)
    return srgb((one, two, three))


def over(colour: Colour, ground: Colour, share: float) -> Colour:
    """color-mix(in oklab, colour share, transparent) as it looks on a ground: a see-through layer."""
    one, two, three = (share * each + (1 - share) * below for each, below in zip(colour, ground, strict=True))
    return one, two, three


# --- Themes ------------------------------------------------------------------------------------------------------
def tokens(selector: str, *, last: bool = False) -> dict[str, str]:
    """The colour tokens that rules with exactly this selector set: what stands first of a name, or last."""
    found: dict[str, str] = {}
    for name, declared in blocks():
        if name == selector:
            new = {key[12:]: value for key, value in declared.items() if key.startswith("--oil-color-")}
            found = found | new if last else new | found
    return found


def theme(dark: bool, **changes: str) -> dict[str, Colour]:
    """Every token as a colour, in light or in dark; with what a part of the page sets differently."""

    def resolve(value: str) -> Colour:
        if found := re.fullmatch(r"light-dark\((.+), (.+)\)", value):
            return resolve(found.group(2 if dark else 1))
        if found := re.fullmatch(r"var\(--oil-color-([\w-]+)\)", value):
            return resolve(said[found.group(1)])
        return parse(value)

    said = tokens(":root") | changes
    return {name: resolve(value) for name, value in said.items()}


def fallback(**changes: str) -> dict[str, Colour]:
    """What a browser without light-dark() shows: one set of colours, always light."""
    own = {name: value for name, value in tokens(":root", last=True).items() if "light-dark" not in value}
    return theme(False, **{**own, **changes})


THEMES = {
    "light": lambda: theme(False),
    "dark": lambda: theme(True),
    "a dark part of a dark page": lambda: theme(True, paper=tokens("[data-theme=dark] .inverse")["paper"]),
    "a browser without light-dark()": fallback,
    "there, a part that would be dark": lambda: fallback(paper=tokens(".inverse")["paper"]),
}


@pytest.fixture(params=THEMES)
def colours(request) -> dict[str, Colour]:
    return THEMES[request.param]()


# --- Pairs -------------------------------------------------------------------------------------------------------
def named(value: str) -> list[str]:
    """The tokens that a declaration can show: one, or every kind for `var(--kind, …)`."""
    names = re.findall(r"--oil-color-([\w-]+)", value)
    return [*KINDS, *names] if "--kind" in value else names


def ground_of(declared: dict[str, str]) -> str:
    return declared.get("background") or declared.get("background-color") or ""


def written() -> set[tuple[str, str]]:
    """(text, ground) of every rule that sets both, and every text colour alone on each ground that text stands on."""
    found = set()
    for selector, declared in blocks():
        below = ground_of(declared)
        if "color-mix" in below or selector.endswith((" svg", " .icon")):  # drawings: below, with the strokes
            continue
        grounds = named(below) or GROUNDS
        found |= {(text, ground) for text in named(declared.get("color", "")) for ground in grounds}
    return found


def failing(pairs, colours: dict[str, Colour], least: float) -> list[str]:
    ratios = {(top, below): contrast(colours[top], colours[below]) for top, below in pairs}
    return [f"{top} on {below}: {ratio:.2f}" for (top, below), ratio in sorted(ratios.items()) if ratio < least]


def test_the_pairs_are_found():
    pairs = written()
    assert {("ink", "paper"), ("ink-soft", "sheet"), ("on-action", "action"), ("on-kind", "bio")} <= pairs
    assert {("paper", "ink"), ("action-text", "paper"), ("ok", "sheet"), ("on-kind", "school")} <= pairs


def test_text_can_be_read(colours):
    pairs = written() | {("ink", ground) for ground in GROUNDS} | {("on-action", "action-hover")}
    assert failing(pairs, colours, TEXT) == []


def test_shapes_and_borders_can_be_seen(colours):
    assert failing({(stroke, ground) for stroke in STROKES for ground in GROUNDS}, colours, SEEN) == []


def test_every_line_is_seen_or_only_decorates():
    """A border, outline, fill or stroke in a colour that no test looks at fails here."""
    drawn = re.compile(r"^(border|outline|fill|stroke|text-decoration|accent-color)")
    used = {
        token
        for _selector, declared in blocks()
        for name, value in declared.items()
        if drawn.match(name) or name.startswith("--oil-border")
        for token in named(value)
    }
    assert used - set(STROKES) - DECORATION - FILLED == set()


def mixes() -> Iterator[tuple[str, float, str]]:
    """(colour, share, ground) of every mix that is a ground of text; the share may come from a property."""
    levels = [float(each) / 100 for each in re.findall(r"--heat:(\d+)%", stylesheet())]
    for _selector, declared in blocks():
        found = re.search(r"color-mix\(in oklab, var\(--oil-color-([\w-]+)\) (.+), (.+)\)$", ground_of(declared))
        if not found:
            continue
        name, share, ground = found.groups()
        for each in {float(number) / 100 for number in re.findall(r"(\d+)%", share)} | {
            level for level in levels if "--heat" in share
        }:
            yield name, each, ground


def test_text_on_a_mix_can_be_read(colours):
    """Heat map, changes between versions and passages with a remark: ink on a thin layer of a colour."""
    found = list(mixes())
    assert len(found) >= 3
    wrong = []
    for name, share, ground in found:
        if ground == "transparent":
            layers = {each: over(colours[name], colours[each], share) for each in GROUNDS}
        else:
            layers = {ground: mixed(colours[name], colours[named(ground)[0]], share)}
        wrong += [
            f"ink on {share:.0%} {name} on {each}: {ratio:.2f}"
            for each, layer in layers.items()
            if (ratio := contrast(colours["ink"], layer)) < TEXT
        ]
    assert wrong == []


def test_an_old_browser_gets_the_light_colours():
    """The flat list is written by hand beside light-dark(): they must not grow apart."""
    assert fallback() == theme(False)


def test_the_arithmetic():
    """Against known values: WCAG's extremes, a published pair, and a mix that Chromium gives."""
    assert contrast(parse("#000"), parse("#fff")) == pytest.approx(21)
    assert contrast(parse("#767676"), parse("#fff")) == pytest.approx(4.54, abs=0.01)
    half = mixed(parse("#000"), parse("#fff"), 0.5)
    assert [round(255 * each) for each in half] == [99, 99, 99]
    assert mixed(parse("#3e55bb"), parse("#fffdf8"), 1) == pytest.approx(parse("#3e55bb"), abs=1e-4)
