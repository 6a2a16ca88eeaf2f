"""What a screen reader is given: Chromium's accessibility tree, and what is wrong with it."""

import re
from collections import defaultdict
from collections.abc import Iterator

from playwright.sync_api import Page

CONTROLS = {
    "button", "link", "textbox", "searchbox", "checkbox", "radio", "combobox", "listbox", "spinbutton", "slider",
    "switch", "tab", "menuitem", "DisclosureTriangle", "progressbar", "meter", "popUpButton", "Date", "DateTime",
}  # fmt: skip
PICTURES = {"image", "img", "graphics-document", "graphics-symbol", "Canvas", "SvgRoot"}
LISTS = {"list", "table", "grid", "group", "navigation", "region", "main", "article", "contentinfo", "banner"}
LANDMARKS = {"navigation", "region", "complementary", "search", "main"}
SAYS = re.compile(r"\w")


class Node:
    """One node that is told, with the nearest told ones around it."""

    def __init__(self, raw: dict, parent: "Node | None") -> None:
        self.role = raw.get("role", {}).get("value", "")
        self.name = raw.get("name", {}).get("value", "").strip()
        self.said = raw.get("description", {}).get("value", "").strip()
        self.has = {each["name"]: each["value"].get("value") for each in raw.get("properties", ())}
        self.parent, self.children = parent, []

    def above(self) -> "Iterator[Node]":
        node = self.parent
        while node:
            yield node
            node = node.parent

    def below(self) -> "Iterator[Node]":
        for child in self.children:
            yield child
            yield from child.below()

    def __str__(self) -> str:
        near = next((node.name for node in self.above() if node.name), "")
        return f"{self.role} “{self.name[:60]}” in “{near[:60]}”"


def tree(page: Page) -> Node:
    """The root of the page's tree, without what is not told."""
    session = page.context.new_cdp_session(page)
    raw = {node["nodeId"]: node for node in session.send("Accessibility.getFullAXTree")["nodes"]}
    session.detach()
    top = Node(next(node for node in raw.values() if "parentId" not in node), None)

    def grow(node: Node, children: list[str]) -> None:
        for key in children:
            if child := raw.get(key):
                told = node if child["ignored"] else Node(child, node)
                if told is not node:
                    node.children.append(told)
                grow(told, child.get("childIds", []))

    grow(top, next(node for node in raw.values() if "parentId" not in node).get("childIds", []))
    return top


def spoken(page: Page) -> list[str]:
    """What is wrong with what a screen reader is given."""
    nodes = list(tree(page).below())
    return [*nameless(nodes), *skipping(nodes), *headless(nodes), *alike(nodes), *twins(nodes), *mute(page)][:12]


def nameless(nodes: list[Node]) -> Iterator[str]:
    for node in nodes:
        picture = node.role in PICTURES and not node.children  # a drawing full of links is none
        if (picture or node.role in CONTROLS) and not SAYS.search(node.name):
            yield f"has no name: {node}"


def skipping(nodes: list[Node]) -> Iterator[str]:
    last = 0
    for node in nodes:
        if node.role == "heading":
            level = int(node.has.get("level", 0))
            if level > last + 1:
                yield f"skips from level {last} to {level}: {node}"
            if not SAYS.search(node.name):
                yield f"says nothing: {node}"
            last = level


def headless(nodes: list[Node]) -> Iterator[str]:
    for node in nodes:
        if node.role in ("table", "grid", "LayoutTable"):  # a table without headers is one for show, thinks Chromium
            roles = {each.role for each in node.below()}
            if not roles & {"columnheader", "rowheader"}:
                yield f"has no headers: {node}"


def alike(nodes: list[Node]) -> Iterator[str]:
    """Links of one name in one list that lead to different places."""
    places = defaultdict(set)
    for node in nodes:
        if node.role == "link" and node.has.get("url"):
            within = next((each for each in node.above() if each.role in LISTS), None)
            places[id(within), node.name, node.said].add(node.has["url"].split("#")[0])
    for (_within, name, _said), urls in places.items():
        if len(urls) > 1:
            yield f"“{name[:60]}” leads to {len(urls)} places: {sorted(urls)[:3]}"


def twins(nodes: list[Node]) -> Iterator[str]:
    """Two landmarks of one kind need names that differ."""
    seen = set()
    for node in nodes:
        if node.role in LANDMARKS or (node.role == "form" and node.name):
            if (node.role, node.name) in seen:
                yield f"is there twice: {node}"
            seen.add((node.role, node.name))


def mute(page: Page) -> Iterator[str]:
    """A list that answers without a new page says how many there are: portal.js tells what these say."""
    if page.locator("form[data-filters]").count():
        told = page.locator("main [aria-live], #aantal")
        if not told.count() or not SAYS.search(told.first.text_content()):
            yield "a filter answers and nothing says how many"
