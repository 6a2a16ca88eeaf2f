"""No template lies about unused, and none breaks the strict content security policy."""

import re
from pathlib import Path

import allauth
import pytest
from django.conf import settings

BASE = Path(settings.BASE_DIR)
ROOT = BASE / "templates"
ALLAUTH = Path(allauth.__file__).parent / "templates"
FOUND_BY_NAME = (
    "account/",
    "admin/",
    "allauth/",
    "django/",
    "400.html",
    "403.html",
    "404.html",
    "429.html",
    "500.html",
)
TEMPLATES = sorted(path.relative_to(ROOT).as_posix() for path in ROOT.rglob("*") if path.is_file())
CODE = "\n".join(
    path.read_text(encoding="utf-8")
    for room in ("oil_portal", "partners", "modules", "challenges", "projects", "reports", "templates")
    for path in (BASE / room).rglob("*")
    if path.suffix in (".py", ".html", ".txt")
)


@pytest.mark.parametrize("name", TEMPLATES)
def test_every_template_is_used(name):
    if name.startswith(FOUND_BY_NAME):
        return
    if name.startswith(("mfa/", "socialaccount/")) and (ALLAUTH / name).is_file():
        return  # ours in the place of allauth's; the tests of the log-in open them
    stem = re.sub(r"(_subject\.txt|_message\.txt|\.html|\.txt)$", "", name)
    pages = re.search(r'f"pages/\{name\}\.html"', CODE) and name.startswith("pages/")
    assert pages or f'"{name}"' in CODE or f'"{stem}"' in CODE, f"{name} is not used"


@pytest.mark.parametrize("name", [name for name in TEMPLATES if name.endswith(".html") and "email" not in name])
def test_no_inline_style_or_script(name):
    source = (ROOT / name).read_text(encoding="utf-8")
    assert not re.search(r"\sstyle=|<style|\son\w+=|javascript:", source)
    assert not re.search(r"<script(?![^>]*\ssrc=)", source)
