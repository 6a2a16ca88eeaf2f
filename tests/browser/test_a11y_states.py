"""What a page is for a moment: a form that was refused, a list without anything, a project that is full or stopped."""

import pytest
from django.urls import reverse
from playwright.sync_api import Page, expect

from tests import factories as f
from tests.browser.conftest import english, pale, too_wide, violations
from tests.browser.seen import focus, spaced_out

NARROW = {"viewport": {"width": 320, "height": 700}}
# Empty what somebody may type or choose in the form of the page's main button, as a reader in a hurry would leave it.
EMPTIED = """(button) => {
  for (const field of button.form.elements) {
    if (field.matches("[type=radio], [type=checkbox]")) field.checked = false;
    else if (field.matches("input:not([type=hidden], [type=file]), textarea")) field.value = "";
    else if (field.matches("select")) field.value = "";
  }
}"""
# Every message of the box leads to a field that says it is wrong, why, and what it is called.
UNLINKED = """() => {
  const found = [];
  for (const link of document.querySelectorAll(".error-summary a")) {
    const field = document.getElementById(link.hash.slice(1));
    if (!field) { found.push(`leads nowhere: ${link.outerHTML}`); continue; }
    link.click();
    if (document.activeElement !== field) found.push(`takes no focus: ${link.hash}`);
    const group = field.closest("fieldset[aria-describedby]");
    const told = (group ?? field).getAttribute("aria-describedby") ?? "";
    const texts = told.split(" ").map((id) => document.getElementById(id)?.textContent ?? "");
    if (!texts.some((text) => text.trim() && link.textContent.includes(text.trim().replace(/^(Fout|Error): */, "")))) {
      found.push(`the field does not say it: ${link.textContent.trim()} <> ${texts}`);
    }
  }
  return found;
}"""


def judged(page: Page) -> list[str]:
    """What is wrong with a page in light, and with its colours in the dark."""
    found = [*violations(page), *too_wide(page), *focus(page), *spaced_out(page)]
    page.emulate_media(color_scheme="dark")
    found += [f"dark: {each}" for each in pale(page)]
    page.emulate_media(color_scheme="light")
    return found


def judged_at(page: Page, path: str) -> list[str]:
    """What is wrong with the page of an address, in Dutch and in English."""
    page.goto(path)
    found = judged(page)
    with english(page):
        page.goto(path)
        return found + [f"English: {each}" for each in (*violations(page), *too_wide(page), *spaced_out(page))]


FORMS = {
    "log in": (None, lambda w: "/account/login/"),
    "sign up": (None, lambda w: "/account/signup/"),
    "new password": (None, lambda w: "/account/password/reset/"),
    "draft": ("contact", lambda w: reverse("challenges:add")),
    "company": ("contact", lambda w: reverse("partners:edit", args=[w.company.pk])),
    "invite": ("contact", lambda w: reverse("partners:invite", args=[w.company.pk])),
    "module": ("coordinator", lambda w: reverse("modules:add")),
    "round": ("coordinator", lambda w: reverse("projects:round_make")),
    "assignment": ("teacher", lambda w: reverse("challenges:assignment_edit", args=[w.assignment.pk])),
    "project": ("teacher", lambda w: reverse("projects:open", args=[w.assignment_agreed.pk])),
    "grant": ("broker", lambda w: reverse("reports:grants")),
}


def test_refused_forms(world, as_user):
    problems, pages = [], {}
    for name, (role, path) in FORMS.items():
        page = pages.setdefault(role, as_user(getattr(world, role) if role else None, **NARROW))
        problems += [f"{name}: {each}" for each in refused(page, path(world), "Fout:")]
        with english(page):
            problems += [f"{name}, English: {each}" for each in refused(page, path(world), "Error:")]
    assert not problems, "\n".join(problems)


def refused(page: Page, path: str, begins: str) -> list[str]:
    """What is wrong with the form of an address once it came back refused; the page's title `begins` with it."""
    page.goto(path)
    button = page.locator("main form[method=post] .btn-primary").first
    button.evaluate(EMPTIED)
    button.click()
    summary = page.locator(".error-summary")
    expect(summary, path).to_be_visible()
    expect(summary, path).to_be_focused()
    assert page.title().startswith(begins), path
    return [*page.evaluate(UNLINKED), *judged(page)]


@pytest.mark.parametrize(
    ("role", "paths"),
    [
        ("student", ["/start/", "/projecten/?q=onderwaterdrone", "/vraagstukken/?q=onderwaterdrone", "/modules/",
                     "/partners/?q=onderwaterdrone", "/projecten/van-mij/", "/meldingen/", "/projecten/vervolg/"]),
        ("contact", ["/start/", "/bedrijf/", "/projecten/bijdragen/"]),
        ("coordinator", ["/start/", "/projecten/rondes/", "/projecten/dekking/"]),
        ("broker", ["/start/", "/vraagstukken/controle/", "/rapport/bevroren/", "/rapport/businesscase/versies/"]),
    ],
)  # fmt: skip
def test_nothing_there_yet(region, as_user, role, paths):
    page = as_user(getattr(region, role), **NARROW)
    problems = []
    for path in paths:
        problems += [f"{path}: {each}" for each in judged_at(page, path)]
    assert not problems, "\n".join(problems)


def test_stopped_full_and_refused(region, make, as_user):
    """A project that stopped, one without places, one that is done; and a step that somebody else took first."""
    stopped, done, full = make(cancelled=True), make(completed=True), make(max_size=1, min_size=1)
    f.ApplicationFactory(project=full, student=region.other_student, placed=True)
    for each in (stopped, done):
        f.ApplicationFactory(project=each, student=region.student, placed=True)
    late = f.ApplicationFactory(project=make(), student=region.student)
    problems = []
    for role in ("student", "teacher", "contact"):
        page = as_user(getattr(region, role), **NARROW)
        for project in (stopped, done, full):
            found = judged_at(page, project.get_absolute_url())
            problems += [f"{role} at {project.status}: {each}" for each in found]
    page = as_user(region.student, **NARROW)
    page.goto(late.project.get_absolute_url())
    late.__class__.objects.filter(pk=late.pk).update(status="declined")
    step = page.locator("details.act", has_text="Trek je aanmelding in")
    step.locator("summary").click()
    step.get_by_role("button", name="Trek je aanmelding in").click()
    expect(page.locator(".note[data-tone=error], .note[data-tone=warn]").first).to_be_visible()
    problems += judged(page)
    assert not problems, "\n".join(problems)
