"""The design's template tags, forms, pages for accounts and errors, and the mail layout."""

import re
from types import SimpleNamespace

import pytest
from django import forms
from django.template import engines
from django.template.loader import render_to_string
from django.test import RequestFactory
from django.urls import reverse

from challenges import services
from oil_portal.core.mail import compose
from oil_portal.core.templatetags.oil import Goal
from partners.models import Partner
from tests import factories as f


def html(source: str, request=None, **context) -> str:
    return engines["django"].from_string(source).render(context, request)


def request_of(user, path="/"):
    request = RequestFactory().get(path)
    request.user = user
    return request


# --- The key ----------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("count", range(15))
def test_key_rows_end_at_the_tip(count):
    drawn = html('{% key "smart" states %}', states=["open"] * count)
    places = [(int(x), int(y)) for x, y in re.findall(r'<rect[^>]* x="(\d+)" y="(\d+)"', drawn)]
    shown = min(count, 12)
    lower = [112 - 12 * (min(shown, 6) - 1 - i) for i in range(min(shown, 6))]
    upper = [112 - 12 * (shown - 6 - 1 - i) for i in range(max(shown - 6, 0))]
    assert places == [(x, 25) for x in lower] + [(x, 8) for x in upper]


def test_achieved_tooth_is_short_and_hollow():
    drawn = html('{% key "bio" states %}', states=["done"] * 7)
    assert '<rect class="key__tooth is-done" x="113" y="25" width="6" height="8" rx=".5"/>' in drawn
    assert '<rect class="key__tooth is-done" x="113" y="15" width="6" height="8" rx=".5"/>' in drawn
    assert "is-open" not in drawn


def test_plain_tooth_has_no_hue_of_its_own():
    drawn = html('{% key "school" states %}', states=["plain"])
    assert '<rect class="key__tooth" x="112"' in drawn


def test_key_alone_has_a_name_and_beside_a_sentence_has_none():
    label = "Sleutel <CIV>"
    assert 'role="img" aria-label="Sleutel &lt;CIV&gt;"' in html('{% key "bio" s label=label %}', s=[], label=label)
    drawn = html('{% key "" s size="l" %}', s=[])
    assert 'class="key key-l"' in drawn and 'aria-hidden="true"' in drawn and "data-kind" not in drawn


@pytest.mark.parametrize(
    ("count", "columns"), [(3, "456"), (6, "123456"), (8, "12345656"), (12, "123456123456"), (13, "123456123456")]
)
def test_keymap_columns(count, columns):
    drawn = html('{% keymap "bio" goals %}', goals=[Goal("Meten")] * count)
    assert "".join(re.findall(r'data-c="(\d+)"', drawn)) == columns


def test_key_for_mail_and_for_plain_text():
    states = ["open", "done", "plain"]
    assert html('{% text_key "smart" s %}', s=states) == "[ ]=#-#"
    assert html('{% text_key "school" s %}', s=states) == "(o)=#-#"
    cells = html('{% mail_key "bio" s %}', s=states)
    assert 'colspan="7"' in cells and cells.count('class="k-bio"') == 4 and cells.count('class="done"') == 1


# --- Chips and texts --------------------------------------------------------------------------------------------
def test_chips_carry_hue_shape_and_word():
    lab = Partner(name="CIV <Bio>", kind="lab", glyph="bio")
    chip = html("{% partner_chip p %}{% kind_chip p %}", p=lab)
    assert chip.count('data-kind="bio"') == 4 and "#s-bio" in chip and "CIV &lt;Bio&gt;" in chip and "Lab" in chip
    assert "#s-ring" in html("{% partner_chip p %}", p=Partner(name="Economie071", kind="network"))


def test_markdown_is_safe():
    text = "# Kop\n\n*nadruk* <script>x</script> <b onclick=x>\n[a](javascript:x) [b](https://b.example)\n\n- een"
    shown = html("{{ text|markdown }}", text=text)
    assert "<em>nadruk</em>" in shown and "<li>een</li>" in shown and 'href="https://b.example"' in shown
    for bad in ("<script", "<b ", "<h1", "<img", 'href="javascript'):
        assert bad not in shown


def test_lines_leave_out_the_empty():
    assert html("{% for line in text|lines %}[{{ line }}]{% endfor %}", text="een\n\n  twee \n") == "[een][twee]"


# --- Where an object is -----------------------------------------------------------------------------------------
def test_track_marks_past_and_present():
    shown = html("{% track c %}", c=f.ChallengeFactory.build(published=True, partner=None))
    assert shown.count('class="is-past"') == 2
    assert '<li aria-current="step">Open voor studenten</li>' in shown and "stap 3 van 5" in shown


def test_track_names_a_side_road_by_its_status():
    shown = html("{% track c %}", c=f.ChallengeFactory.build(returned=True, partner=None))
    assert '<li aria-current="step">Terug voor aanvulling</li>' in shown and "stap 1 van 5" in shown


def test_waiting_says_who_acts_or_nothing():
    assert "makelaar" in html("{% waiting c %}", c=f.ChallengeFactory.build(submitted=True, partner=None))
    assert html("{% waiting c %}", c=f.ChallengeFactory.build(completed=True, partner=None)) == ""


def test_timeline_tells_what_changed_and_keeps_surnames(region):
    challenge = f.ChallengeFactory(partner=region.company, title="Oud", returned=True)
    values = {name: getattr(challenge, name) for name in ("question", "result", "theme", "location")}
    services.edit_challenge(challenge=challenge, actor=region.contact, title="Nieuw & beter", **values)
    services.submit_challenge(challenge=challenge, actor=region.contact, remark="Graag <snel>.")
    shown = html("{% timeline c %}", c=challenge)
    assert "Graag &lt;snel&gt;." in shown and "Vraagstuk ingediend" in shown and "Tekst gewijzigd" in shown
    assert re.search(r"<dt>Titel</dt>.*Oud</del>.*Nieuw &amp; beter</ins>", shown)
    assert region.contact.first_and_initial in shown and region.contact.last_name not in shown
    assert shown.index("Vraagstuk ingediend") < shown.index("Tekst gewijzigd")


def test_timeline_names_the_choices_of_a_list_and_nothing_for_nothing(region):
    challenge = f.ChallengeFactory(partner=region.company, deliverables=["prototype"])
    services.edit_challenge(
        challenge=challenge, actor=region.contact, deliverables=["prototype", "advice"], guidance_hours=2
    )
    shown = html("{% timeline c %}", c=challenge)
    assert "Een prototype dat werkt, Een advies op papier</ins>" in shown
    assert "None" not in shown


def test_actions_are_what_this_reader_may_do(region):
    challenge = f.ChallengeFactory(partner=region.company, submitted=True)
    tag = '{% actions c "challenges:act" %}'
    shown = html(tag, request_of(region.broker), c=challenge)
    assert [text.strip() for text in re.findall(r"<summary[^>]*>([^<]+)", shown)] == [
        "Keur goed",
        "Stuur terug",
        "Wijs af",
    ]
    assert f'action="{reverse("challenges:act", args=[challenge.pk, "return"])}"' in shown
    assert shown.count('<summary class="btn btn-primary">') == 1 and "csrfmiddlewaretoken" in shown
    ids = re.findall(r' id="([^"]+)"', shown)
    assert len(ids) == len(set(ids))
    assert html(tag, request_of(region.other_contact), c=challenge).strip() == ""
    some = html('{% actions c "challenges:act" exclude="accept,return" primary=False named=c %}',
                request_of(region.broker), c=challenge)  # fmt: skip
    assert "Keur goed" not in some and '<summary class="btn">' in some and str(challenge) in some


# --- Lists ------------------------------------------------------------------------------------------------------
class ChoiceForm(forms.Form):
    q = forms.CharField(label="Zoek", required=False)
    lab = forms.MultipleChoiceField(
        label="Lab", choices=[("1", "Smart"), ("2", "Bio")], required=False, widget=forms.CheckboxSelectMultiple
    )


def test_active_filters_can_be_taken_away_one_by_one():
    request = RequestFactory().get("/?q=muur&lab=1&lab=2&page=3&vreemd=1")
    source = "{% active_filters form as chosen %}{% for one in chosen %}{{ one.label }}|{{ one.url }};{% endfor %}"
    shown = html("{% autoescape off %}" + source + "{% endautoescape %}", request, form=ChoiceForm(request.GET))
    assert shown == "Zoek: muur|?lab=1&lab=2&vreemd=1;Smart|?q=muur&lab=2&vreemd=1;Bio|?q=muur&lab=1&vreemd=1;"


def test_filters_keep_the_search_box_in_sight():
    request = RequestFactory().get("/?lab=2")
    shown = html('{% include "includes/filters.html" %}', request, filter=SimpleNamespace(form=ChoiceForm(request.GET)))
    assert shown.index('name="q"') < shown.index('id="filters"') < shown.index('name="lab"')
    assert "Filters (1)" in shown and 'method="get"' in shown


def test_pages_keep_the_query():
    from django.core.paginator import Paginator

    request, pages = RequestFactory().get("/?q=muur&page=2"), Paginator(range(500), 10)
    shown = html("{% other_pages page %}", request, page=pages.page(2))
    assert 'href="?q=muur&amp;page=3" rel="next"' in shown and 'href="?q=muur&amp;page=1" rel="prev"' in shown
    assert shown.count('aria-current="page"') == 1 and shown.count("…") == 1 and 'page=50"' in shown
    assert 'rel="prev"' not in html("{% other_pages page %}", request, page=pages.page(1))
    assert 'rel="next"' not in html("{% other_pages page %}", request, page=pages.page(50))
    assert html("{% other_pages page %}", request, page=Paginator(range(5), 10).page(1)) == ""
    assert html("{% other_pages page %}", request) == ""


# --- Forms ------------------------------------------------------------------------------------------------------
class EveryForm(forms.Form):
    title = forms.CharField(label="Titel", help_text="Kort.")
    text = forms.CharField(label="Tekst", widget=forms.Textarea, required=False)
    role = forms.ChoiceField(label="Rol", choices=[("a", "A"), ("b", "B")], widget=forms.RadioSelect)
    agree = forms.BooleanField(label="Akkoord")
    secret = forms.CharField(widget=forms.HiddenInput)


def test_form_without_errors():
    shown = str(EveryForm())
    assert "error-summary" not in shown and "aria-invalid" not in shown
    assert 'class="input" required aria-describedby="id_title_helptext" id="id_title"' in shown
    assert shown.count("(hoeft niet)") == 1
    assert re.search(r'<fieldset class="field">\s*<legend>Rol</legend>', shown)
    assert re.search(r'<label class="choice"><input type="checkbox"[^>]*><span>Akkoord</span></label>', shown)
    assert '<input type="hidden" name="secret" id="id_secret">' in shown


def test_form_with_errors_links_each_field_to_its_message():
    shown = str(EveryForm({}))
    assert "Er zijn 4 dingen nog niet goed" in shown and 'role="alert" tabindex="-1"' in shown
    for target in re.findall(r'<a href="#([^"]+)"', shown):
        assert f'id="{target}"' in shown
    assert 'aria-describedby="id_title_helptext id_title_error"' in shown and 'id="id_title_error"' in shown
    assert shown.index('id="id_title_helptext"') < shown.index('id="id_title_error"') < shown.index('name="title"')


def test_one_error_is_one_thing():
    shown = str(EveryForm({"title": "x", "role": "a", "secret": "y"}))
    assert "Er is 1 ding nog niet goed" in shown


def test_message_of_the_whole_form_has_no_link():
    form = EveryForm({"title": "x", "role": "a", "agree": "on", "secret": "y"})
    form.add_error(None, "Dit kan nu niet.")
    assert "<li>Dit kan nu niet.</li>" in str(form)


# --- Pages ------------------------------------------------------------------------------------------------------
ACCOUNT_PAGES = [
    "account_login",
    "account_signup",
    "account_reset_password",
    "account_reset_password_done",
    "account_reset_password_from_key_done",
    "account_email_verification_sent",
    "account_inactive",
]
OWN_ACCOUNT_PAGES = ["account_logout", "account_email", "account_change_password", "account_reauthenticate"]
STATIC_PAGES = ["how", "accessibility", "privacy", "contact"]


def assert_in_the_design(response, status=200):
    page = response.content.decode()
    assert response.status_code == status
    assert page.count("<h1") == 1 and "oil.css" in page and '<main id="inhoud"' in page
    assert re.search(r"<title>\s*\S.* – Open Innovatie Lab</title>", page)
    assert " style=" not in page and "<script>" not in page


@pytest.mark.django_db
@pytest.mark.parametrize("name", ACCOUNT_PAGES + STATIC_PAGES)
def test_pages_for_visitors(client, name):
    assert_in_the_design(client.get(reverse(name)))


@pytest.mark.parametrize("name", OWN_ACCOUNT_PAGES)
def test_pages_for_users(region, login, name):
    assert_in_the_design(login(region.contact).get(reverse(name)))


@pytest.mark.django_db
def test_broken_links_in_mails_have_a_page(client):
    assert_in_the_design(client.get(reverse("account_confirm_email", args=["niets"])))
    assert_in_the_design(client.get(reverse("account_reset_password_from_key", args=["1", "niets"])))


@pytest.mark.parametrize("template", ["400.html", "403.html", "403_csrf.html", "404.html", "500.html"])
def test_error_pages_need_no_context(template):
    page = render_to_string(template)
    assert page.count("<h1") == 1 and "oil.css" in page and "<form" not in page


@pytest.mark.django_db
def test_menu_says_where_you_are(client):
    page = client.get(reverse("how")).content.decode()
    assert f'<a href="{reverse("how")}" aria-current="page">' in page and page.count('aria-current="page"') == 1


@pytest.mark.django_db
def test_theme_of_the_cookie(client):
    client.cookies["theme"] = "dark"
    assert 'data-theme="dark"' in client.get(reverse("how")).content.decode()
    client.cookies["theme"] = '"><script>'
    assert "data-theme" not in client.get(reverse("how")).content.decode()


# --- Mail -------------------------------------------------------------------------------------------------------
def test_notice_in_two_forms(region):
    challenge = f.ChallengeFactory(partner=region.company, title="Meet & weet", submitted=True)
    services.turn_down_challenge(
        challenge=challenge, actor=region.broker, action="return", remark="Hoe <groot> & hoe snel?"
    )
    entry = challenge_entry(challenge)
    context = {"reader": region.contact, "entry": entry, "title": str(challenge), "url": "https://oil.example/1/"}
    mail = compose("core/email/notice", to="a@b.example", language="nl", context=context)
    assert mail.subject == "Teruggestuurd met een opmerking: Meet & weet"
    assert "Hoe <groot> & hoe snel?" in mail.body and "https://oil.example/1/" in mail.body
    page = mail.alternatives[0][0]
    assert "Hoe &lt;groot&gt; &amp; hoe snel?" in page and 'lang="nl"' in page
    assert region.broker.last_name not in mail.body + page


def challenge_entry(challenge):
    from oil_portal.core.timeline import timeline_of

    return timeline_of(challenge).first()


@pytest.mark.parametrize("role", ["contact", "teacher", "student", "coordinator"])
def test_invitation_says_what_the_role_does(role):
    context = {"inviter": "Kees", "partner": "Bouw & Zn", "role": role, "url": "https://oil.example/u/"}
    mail = compose("partners/email/invitation", to="a@b.example", language="nl", context=context)
    assert mail.subject == "Kees nodigt je uit bij Bouw & Zn"
    assert (
        "Je wordt" in mail.body and "https://oil.example/u/" in mail.body and "Bouw &amp; Zn" in mail.alternatives[0][0]
    )


@pytest.mark.django_db
def test_sign_up_mail_is_ours(client, mailoutbox):
    client.post(reverse("account_reset_password"), {"email": "onbekend@mail.example"})
    mail = mailoutbox[-1]
    assert mail.subject == "Dit adres heeft nog geen account"
    assert "OPEN INNOVATIE LAB" in mail.body and "onbekend@mail.example" in mail.alternatives[0][0]
