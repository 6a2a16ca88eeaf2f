"""The mail of a digest as a reader gets it: for a screen reader, on a narrow screen, in light and in dark."""

import pytest
from django.utils.translation import override

from oil_portal import digests
from tests import factories as f
from tests.browser.conftest import too_wide, violations

# A mail is a part of the page of a mail program, which has the landmarks.
WCAG = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa")


@pytest.mark.parametrize("language", ["nl", "en"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_mail_is_accessible_and_narrow_enough(region, make, new_context, scheme, language):
    for number in range(2):
        make(title=f"Meet het vocht in een muur van een huis dat te lang nat is geweest {number}", min_size=2)
    f.AssignmentFactory(sent=True, challenge__partner=region.company)
    for person in (region.student, region.contact):
        person.language = language
        with override(language):
            digest = digests.collect(person)
            mail = digests.message_for(digest)
        assert digest
        for width in (320, 600):
            context = new_context(viewport={"width": width, "height": 800}, color_scheme=scheme)
            page = context.new_page()
            page.set_content(mail.alternatives[0][0])
            headings = page.locator("h1, h2").evaluate_all("all => all.map(each => each.tagName)")
            assert headings == ["H1", *["H2"] * len(digest.sections)]
            assert page.locator("html").get_attribute("lang") == language
            assert too_wide(page) == []
            assert violations(page, *WCAG) == []
