"""`make shots`: the README's pictures, taken of a running demo (or of one it starts) into docs/shots/."""

import contextlib
import sys

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
    """Home page and the start page of every account; the student's on a phone too."""
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
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except StackError as error:
        sys.exit(f"{error}")
