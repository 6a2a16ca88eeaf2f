"""What a page asks of a phone and a slow line: few bytes, one host, nothing that blocks, nothing that jumps."""

import gzip
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.staticfiles import finders
from django.core.files.base import ContentFile
from django.urls import reverse

from tests import factories as f
from tests.browser.conftest import PHONE

MOST_HTML, MOST_FILES, MOST_SHIFT = 60_000, 60_000, 0.1  # bytes as they are, bytes compressed, layout shift
PAGES = {
    None: ("home", "projects:list", "challenges:list", "modules:list", "modules:goals", "partners:list", "network"),
    "student": ("start", "projects:list", "projects:mine", "projects:profile"),
    "contact": ("start", "company", "projects:mine", "projects:contributions"),
    "teacher": ("start", "projects:mine", "projects:follow_ups"),
    "coordinator": ("start", "projects:coverage", "projects:rounds"),
    "broker": ("start", "challenges:queue", "partners:queue", "reports:report"),
}
SHIFTS = """
window.jumped = 0;
new PerformanceObserver((list) => {
  for (const one of list.getEntries()) if (!one.hadRecentInput) window.jumped += one.value;
}).observe({type: "layout-shift", buffered: true});
"""
# A script in the head stops the page unless it says otherwise; a picture without a size moves what stands below it.
BLOCKING = "Array.from(document.scripts).filter((one) => one.src && !one.defer && !one.async).map((one) => one.src)"
SIZELESS = """Array.from(document.images).filter((one) =>
  !(one.hasAttribute("width") && one.hasAttribute("height")) && one.computedStyleMap().get("height").value === "auto"
).map((one) => one.outerHTML)"""


@pytest.fixture
def full_world(world):
    """The world with a full page in every list, and a partner with a logo."""
    f.ProjectFactory.create_batch(12, run=world.run, coach=world.teacher, assignment__challenge__partner=world.company)
    f.PartnerFactory.create_batch(20)
    f.PartnerFactory(name="Aardig bedrijf", logo=ContentFile(f.PIXEL, "logo.png"))
    return world


def compressed(url: str) -> int:
    """Bytes of a static file as WhiteNoise sends it to who takes gzip; brotli makes less of it."""
    path = Path(finders.find(url.split(settings.STATIC_URL, 1)[1]))
    return len(gzip.compress(path.read_bytes(), 9))


@pytest.mark.parametrize("role", PAGES)
def test_main_pages_are_light(role, full_world, as_user):
    """Other hosts are refused by `as_user` itself."""
    page = as_user(getattr(full_world, role) if role else None, **PHONE)
    page.add_init_script(SHIFTS)
    for name in PAGES[role]:
        files = set()
        page.on("response", lambda got, files=files: files.add(got.url.split("?")[0]))
        answer = page.goto(reverse(name), wait_until="networkidle")
        assert answer.status == 200, name
        assert len(answer.body()) < MOST_HTML, name
        drawn = [url for url in files if url.endswith((".css", ".js"))]
        assert drawn, name
        assert sum(compressed(url) for url in drawn) < MOST_FILES, (name, drawn)
        assert page.evaluate(BLOCKING) == [], name
        assert page.evaluate(SIZELESS) == [], name
        assert page.evaluate("window.jumped") < MOST_SHIFT, name
