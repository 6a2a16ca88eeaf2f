"""Sheets of paper made by typst: tagged, with a title and a language.

What people wrote goes in as JSON and comes out as text, so nothing in it is ever run. The templates stand apart in
`templates/typst/`, the only folder typst may read; they ask for no package, so nothing is fetched.
"""

import json
import unicodedata
from functools import cache
from tempfile import gettempdir

import typst
from django.conf import settings
from django.http import HttpResponse
from django.utils.text import slugify
from django.utils.translation import get_language

TEMPLATES = settings.BASE_DIR / "templates"
NOWHERE = f"{gettempdir()}/oil-no-typst-packages"  # never made: there are no packages to find
STANDARD = "ua-1"  # PDF/UA: tags, title and language are there, or typst refuses


@cache
def _fonts() -> typst.Fonts:
    """Only what typst brings, so that a sheet looks the same everywhere."""
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=True)


def readable(value):
    """The same without what nobody can see: typst stops at a link of a soft hyphen alone. Lists and dicts too."""
    if isinstance(value, dict):
        return {name: readable(one) for name, one in value.items()}
    if isinstance(value, list | tuple):
        return [readable(one) for one in value]
    if not isinstance(value, str):
        return value
    seen = "".join(letter for letter in value if letter in "\n\t" or unicodedata.category(letter)[0] != "C")
    return seen if seen or not value else "–"


def typeset(template: str, data: dict) -> bytes:
    """The PDF of `template` with `data`, which can be written as JSON and has a `title`; in the active language.

    A letter that typst's fonts do not have (Arabic, Chinese, emoji) breaks PDF/UA: then the sheet is still tagged,
    but does not claim the standard. Raises typst.TypstError when the template itself is wrong.
    """
    written = json.dumps(readable(data) | {"lang": (get_language() or settings.LANGUAGE_CODE)[:2]})
    compiler = typst.Compiler(
        input=TEMPLATES / template,
        root=(TEMPLATES / template).parent,
        font_paths=_fonts(),
        ignore_system_fonts=True,
        sys_inputs={"data": written},
        package_path=NOWHERE,
        package_cache_path=NOWHERE,
    )
    try:
        return compiler.compile(format="pdf", pdf_standards=[STANDARD])
    except typst.TypstError:
        return compiler.compile(format="pdf")


def sheet(template: str, data: dict, *, kind: str) -> HttpResponse:
    """The PDF as an answer that opens in the browser, under a file name of plain letters."""
    name = "-".join(filter(None, [slugify(kind), slugify(data["title"])[:60].strip("-")]))
    answer = HttpResponse(typeset(template, data), content_type="application/pdf")
    answer["Content-Disposition"] = f'inline; filename="{name}.pdf"'
    answer["Cache-Control"] = "private, no-cache"
    return answer
