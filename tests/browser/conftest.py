"""Real Chromium against a real server: people with a page each, and what every page must pass."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from django.conf import settings
from django.core import mail
from playwright.sync_api import Locator, Page, expect

from partners.models import User

PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True, "device_scale_factor": 2}
NARROW = {"width": 320, "height": 640}
# Chromium reports every answer of 400 and up as an error of the console; `_watch` judges those by themselves.
STATUS_NOISE = (
    "Failed to load resource: the server responded with a status of",
    "Failed to load resource: net::ERR_INTERNET_DISCONNECTED",
)  # a test that cuts the line does so itself


def _watch(page: Page, home: str, troubles: list[str]) -> None:
    """Note what a reader does not see: errors of scripts and of the CSP, other hosts, failed parts of a page."""

    def told(message) -> None:
        if message.type in ("error", "warning") and not message.text.startswith(STATUS_NOISE):
            troubles.append(f"{page.url}: console {message.type}: {message.text}")

    def asked(request) -> None:
        if not request.url.startswith((f"{home}/", "data:", "about:")):
            troubles.append(f"{page.url}: asks {request.url}")

    def answered(response) -> None:
        # A page may be a refused form, a 403 or a 404: the test that asks for it says which.
        limit = 500 if response.request.is_navigation_request() or response.request.method == "POST" else 400
        if response.status >= limit:
            troubles.append(f"{page.url}: {response.status} for {response.url}")

    page.on("console", told)
    page.on("pageerror", lambda error: troubles.append(f"{page.url}: {error}"))
    page.on("request", asked)
    page.on("response", answered)


@pytest.fixture
def as_user(new_context, live_server, login, settings) -> Callable[..., Page]:
    """as_user(user) -> a page of a browser of their own, logged in; without a user a visitor's.

    Options go to the browser's context, such as `**PHONE` or `java_script_enabled=False`.
    """
    settings.SITE_URL = live_server.url  # the links in mails lead here
    troubles: list[str] = []

    def page_for(user=None, **options) -> Page:
        context = new_context(base_url=live_server.url, locale="nl-NL", reduced_motion="reduce", **options)
        context.set_default_timeout(15_000)
        context.add_init_script(AXE_SCRIPT)  # half a megabyte: to send it anew takes as long as to run it
        if user is not None:
            session = login(user).cookies[settings.SESSION_COOKIE_NAME].value
            context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": session, "url": live_server.url}])
        page = context.new_page()
        _watch(page, live_server.url, troubles)
        return page

    yield page_for
    assert not troubles, "\n".join(troubles)


# Text of which nothing in the style of itself and what it stands in differs from text that was judged needs no second
# look: measuring colours takes axe as long as all else together, and pages are mostly alike.
COLOURS = ("color-contrast", "link-in-text-block")
FRESH = """(judged) => {
  const styles = new Map([[null, ""]]);
  const style = (e) => {
    if (styles.has(e)) return styles.get(e);
    const s = getComputedStyle(e);
    const own = [e.localName, e.getAttribute("class"), s.color, s.backgroundColor, s.backgroundImage, s.opacity,
      s.fontSize, s.fontWeight, s.textDecorationLine, s.position].join();
    styles.set(e, `${style(e.parentElement)}/${own}`);
    return styles.get(e);
  };
  const number = (text) => [...text].reduce((sum, letter) => (sum * 31 + letter.codePointAt(0)) % 9007199254740, 7);
  const known = new Set(judged);
  const fresh = new Map();
  for (const e of document.body.querySelectorAll("*")) {
    const says = [...e.childNodes].some((node) => node.nodeType === Node.TEXT_NODE && node.data.trim());
    if (!e.checkVisibility() || !(says || e.matches("a, button, input, select, textarea"))) continue;
    const key = number(style(e));
    if (!known.has(key) && !fresh.has(key)) fresh.set(key, e);
  }
  window.fresh = [...fresh.values()];
  return [...fresh.keys()];
}"""
JUDGED: set[int] = set()
ASK = """([fresh, options]) => axe.run(fresh ? { include: window.fresh } : document, options)
  .then((said) => said.violations)"""


def violations(page: Page, *rules: str) -> list[str]:
    """What axe finds on the page, in words: rule, why, and where. Without `rules` it looks for everything."""
    if rules:
        return audit(page, {"runOnly": list(rules)})
    # The size of targets (2.5.8) is a rule that axe leaves off unless it is asked for.
    chosen = {**{rule: {"enabled": False} for rule in COLOURS}, "target-size": {"enabled": True}}
    return audit(page, {"rules": chosen}) + pale(page)


def pale(page: Page) -> list[str]:
    """What axe finds of colours in text that looks like none that was judged before."""
    fresh = page.evaluate(FRESH, list(JUDGED))
    found = audit(page, {"runOnly": list(COLOURS)}, fresh=True) if fresh else []
    if not found:  # what is wrong is found again wherever it stands
        JUDGED.update(fresh)
    return found


def audit(page: Page, options: dict, *, fresh: bool = False) -> list[str]:
    """Run axe over the page, or over what FRESH found in it."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE_SCRIPT)
    return [
        f"{rule['id']} ({rule['impact']}): {rule['help']}\n    {node['target']}: {node['html'][:160]}"
        f"\n    {node.get('failureSummary', '')}"
        for rule in page.evaluate(ASK, [fresh, {"resultTypes": ["violations"], **options}])
        for node in rule["nodes"]
    ]


def too_wide(page: Page) -> list[str]:
    """How much wider than the window the page is, and which elements stick out."""
    over = page.evaluate("""() => {
        const room = document.documentElement.clientWidth;
        if (document.documentElement.scrollWidth <= room) return null;
        const out = (element) => element.getBoundingClientRect().right > room + 0.5;
        const parts = [...document.body.querySelectorAll("*")].filter(out).slice(0, 5);
        return parts.length ? parts.map((e) => e.outerHTML.slice(0, 120)) : ["text that sticks out of its box"];
    }""")
    return [f"wider than {page.viewport_size['width']} px: {part}" for part in over or []]


def scripts_run(page: Page) -> bool:
    """Whether the browser of this page has JavaScript: only without it, it reads what is in <noscript>."""
    probe = "document.createRange().createContextualFragment('<noscript><p></noscript>').querySelector('p') === null"
    return page.evaluate(probe)


def check(page: Page, title: str = "") -> None:
    """No axe violation, and nothing to scroll sideways for. Axe itself is a script, so it needs a browser with them.

    After a click that leads to another page, `title` is the heading to wait for.
    """
    if title:
        expect(page.get_by_role("heading", name=title, level=1, exact=True)).to_be_visible()
    page.wait_for_load_state()
    problems = (violations(page) if scripts_run(page) else []) + too_wide(page)
    assert not problems, f"{page.url}\n" + "\n".join(problems)


@contextmanager
def english(page: Page) -> Iterator[None]:
    """The pages that this browser opens next are in English: a visitor's by a cookie, a user's by a preference."""
    page.context.add_cookies([{"name": settings.LANGUAGE_COOKIE_NAME, "value": "en", "url": page.url}])
    User.objects.update(language="en")
    yield
    User.objects.update(language="nl")
    page.context.clear_cookies(name=settings.LANGUAGE_COOKIE_NAME)


def mails_to(address: str) -> list:
    """What the portal mailed to an address, oldest first."""
    return [message for message in mail.outbox if address in message.to]


def link_in(message, path: str) -> str:
    """The path of the one link in a mail that has `path` in it."""
    found = set(re.findall(rf"https?://\S*{path}\S*", message.body))
    assert len(found) == 1, message.body
    return urlsplit(found.pop()).path


def tab_to(page: Page, target: Locator) -> None:
    """Press Tab until the target has the focus."""
    for _press in range(120):
        page.keyboard.press("Tab")
        if target.evaluate("element => element === document.activeElement"):
            return
    raise AssertionError(f"Tab never came to {target}")


# --- What stands on many pages ----------------------------------------------------------------------------------
def act(scope: Page | Locator, label: str, remark: str = "") -> None:
    """Take one step of a workflow: open its form, write the remark, send."""
    step = scope.locator("details.act").filter(has_text=label)
    step.locator("summary").click()
    if remark:
        step.get_by_label("Opmerking").fill(remark)
    step.get_by_role("button", name=label).click()


def timeline(page: Page) -> Locator:
    """What happened, newest first."""
    return page.get_by_role("region", name="Wat er is gebeurd").get_by_role("listitem")


def current_step(page: Page | Locator) -> Locator:
    """Where the object of the page is."""
    return page.get_by_role("list", name="Status").locator("[aria-current=step]")
