"""`make shots`: the README's pictures, taken of a running demo (or of one it starts) into docs/shots/."""

import contextlib
import sys
import time

from playwright.sync_api import Browser, ViewportSize, sync_playwright

from oil_portal.stack import chromium
from oil_portal.stack.embedded import HOME, ROOT, read_state
from oil_portal.stack.processes import StackError
from oil_portal.stack.smoke import started_demo

SHOTS = ROOT / "docs" / "shots"
LARGEST = 200_000  # bytes of one picture
WIDE, NARROW = ViewportSize(width=1280, height=900), ViewportSize(width=390, height=844)


def take(
    browser: Browser, url: str, name: str, *, account: str = "", path: str = "/start/", size: ViewportSize = WIDE
) -> None:
    """One picture: the home page, or a page as an account sees it."""
    context = browser.new_context(viewport=size, locale="nl-NL", color_scheme="light", reduced_motion="reduce")
    page = context.new_page()
    if account:
        page.goto(f"{url}/account/login/")
        page.locator(f'button[name="account"][value="{account}"]').click()
        page.goto(f"{url}{path}")
    else:
        page.goto(url)
    file = SHOTS / f"{name}.png"
    page.screenshot(path=file, animations="disabled")
    context.close()
    print(f"{file.relative_to(ROOT)}: {file.stat().st_size // 1000} kB", flush=True)
    if file.stat().st_size > LARGEST:
        raise StackError(f"{file.name} is larger than {LARGEST // 1000} kB.")


def main() -> int:
    """Home page, the start page of every account, and the pages that the README tells of."""
    from oil_portal.demo.accounts import ACCOUNTS

    SHOTS.mkdir(parents=True, exist_ok=True)
    if not (program := chromium.find()):
        raise StackError("No Chromium: set CHROMIUM or install one.")
    running = (read_state(HOME) or {}).get("url")
    with contextlib.ExitStack() as until, sync_playwright() as playwright:
        url = running or until.enter_context(started_demo(shown=False)).url
        browser = playwright.chromium.launch(executable_path=program, args=chromium.ARGUMENTS)
        take(browser, url, "home")
        for account in ACCOUNTS:
            take(browser, url, account, account=account)
        take(browser, url, "student-phone", account="student", size=NARROW)
        take(browser, url, "question", account="other-company", path="/vraagstukken/nieuw/")
        take(browser, url, "question-phone", account="other-company", path="/vraagstukken/nieuw/", size=NARROW)
        take(browser, url, "link-goals", account="teacher", path="/vraagstukken/opdracht/5/leerdoelen/")
        take(browser, url, "coverage", account="teacher", path="/projecten/dekking/")
        take(browser, url, "company-page", account="other-company", path="/bedrijf/")
        take(browser, url, "ranking-phone", account="student", path="/projecten/ronde/1/keuzes/", size=NARROW)
        take(browser, url, "round", account="coordinator", path="/projecten/ronde/1/")
        take_broker(browser, url)
        take(browser, url, "hours-phone", account="company", path="/projecten/bijdragen/", size=NARROW)
        take(browser, url, "preferences", account="student", path="/voorkeuren/")
        take(browser, url, "second-step", account="broker", path="/account/beveiliging/")
        take_mailbox(browser, url)
        if running:
            print("For the board's pictures a round is closed: stop the demo, so that one of its own is used.")
        else:
            take_board(browser, url)
    return 0


def take_mailbox(browser: Browser, url: str) -> None:
    """The demo's mails, once the worker has sent the first digests."""
    page = browser.new_page()
    for _second in range(90):
        page.goto(f"{url}/demo/postvak/")
        if page.get_by_text("wacht").count():
            break
        time.sleep(1)
    page.close()
    take(browser, url, "mailbox", account="student", path="/demo/postvak/")


def take_broker(browser: Browser, url: str) -> None:
    """A broker's year: a double, the network of last year, a frozen quarter, the business case and a card."""
    last = int(time.strftime("%Y")) - 1
    for name, path in (
        ("double", "/partners/controle/"),
        ("network", f"/partners/netwerk/?year={last}"),
        ("report", "/rapport/"),
        ("snapshot", "/rapport/bevroren/1/"),
        ("business-case", "/rapport/businesscase/"),
        ("card", "/partners/projectkaart/1/"),
    ):
        take(browser, url, name, account="broker", path=path)


def take_board(browser: Browser, url: str) -> None:
    """Close the demo's round, wait for its proposal, and take the board and the reasons of one seat."""
    page = browser.new_page()
    page.goto(f"{url}/account/login/")
    page.locator('button[name="account"][value="coordinator"]').click()
    page.goto(f"{url}/projecten/ronde/1/")
    page.locator("summary", has_text="Sluit het kiezen").click()
    page.get_by_role("button", name="Sluit het kiezen").last.click()
    page.goto(f"{url}/projecten/voorstel/1/")
    page.get_by_text("Dat is bewezen").wait_for(timeout=60_000)
    why = page.locator(".seat.is-last b a").first.get_attribute("href") or "/projecten/voorstel/1/"
    page.close()
    take(browser, url, "board", account="coordinator", path="/projecten/voorstel/1/#kwaliteit")
    take(browser, url, "board-phone", account="coordinator", path="/projecten/voorstel/1/#projecten", size=NARROW)
    take(browser, url, "why", account="coordinator", path=why)


if __name__ == "__main__":
    try:
        sys.exit(main())
    except StackError as error:
        sys.exit(f"{error}")
