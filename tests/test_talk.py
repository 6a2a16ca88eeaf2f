"""Remarks on a passage, questions and answers: who may, who hears, who reads."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.urls import reverse

from challenges.models import Interest, Question
from challenges.services import talk
from oil_portal.core import clock
from oil_portal.core.models import Notice
from oil_portal.worklists import work_items
from tests import factories as f


@pytest.fixture
def challenge(region):
    return f.ChallengeFactory(partner=region.company, contact=region.contact, accepted=True, translator=region.teacher)


# --- Remarks ----------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("who", ["broker", "teacher"])
def test_a_remark_marks_its_passage_for_the_sides(region, login, challenge, who):
    made = talk.remark(
        challenge=challenge, actor=getattr(region, who), field="question", quote="boren nu  een gat", text="Hoe diep?"
    )
    assert Notice.objects.filter(recipient=region.contact, entry__event="remark").exists()
    page = login(region.contact).get(challenge.get_absolute_url()).content.decode()
    assert f'<mark id="passage-{made.pk}">boren nu een gat</mark>' in page
    assert "Hoe diep?" in page
    public = login(region.student).get(challenge.get_absolute_url()).content.decode()
    assert "<mark" not in public and "Hoe diep?" not in public
    login(region.contact).post(reverse("challenges:remark_done", args=[made.pk]))
    assert "<mark" not in login(region.contact).get(challenge.get_absolute_url()).content.decode()


@pytest.mark.parametrize("who", ["contact", "other_teacher", "student", "coordinator", "newcomer"])
def test_others_put_no_remark(region, challenge, who):
    with pytest.raises(PermissionDenied):
        talk.remark(challenge=challenge, actor=getattr(region, who), field="title", text="Nee")


def test_words_that_are_not_there_are_named(region, login, challenge):
    data = {"opmerking-field": "question", "opmerking-quote": "paarse muur", "opmerking-text": "Welke?"}
    page = login(region.broker).post(reverse("challenges:remark", args=[challenge.pk]), data)
    html = page.content.decode()
    assert page.status_code == 422
    assert html.count("Deze woorden staan niet zo in de tekst") == 2
    assert "paarse muur" in html and "Welke?" in html
    assert not challenge.remarks.exists()


def test_the_company_finds_the_remark_beside_the_field(region, login):
    challenge = f.ChallengeFactory(partner=region.company, returned=True)
    f.RemarkFactory(challenge=challenge, author=region.broker)
    page = login(region.contact).get(reverse("challenges:edit", args=[challenge.pk]), follow=True)
    assert (
        "Hoe groot is het gat?"
        in login(region.contact)
        .get(reverse("challenges:draft_step", args=[challenge.draft.token, "vraag"]))
        .content.decode()
    )
    assert page.status_code == 200


# --- Questions --------------------------------------------------------------------------------------------------
def test_a_question_is_answered_for_all_or_for_the_asker(region, login, challenge, mailoutbox,
                                                         django_capture_on_commit_callbacks):  # fmt: skip
    with django_capture_on_commit_callbacks(execute=True):
        question = talk.ask(challenge=challenge, actor=region.student, text="Hoe oud is de muur?")
    assert [message.to for message in mailoutbox] == [[region.contact.email]]
    shown = login(region.contact).get(challenge.get_absolute_url()).content.decode()
    assert "Een student vroeg" in shown and region.student.first_name not in shown
    assert region.student.last_name not in mailoutbox[0].body
    assert [item.title for item in work_items(region.contact)] == ["Hoe oud is de muur?"]
    assert "Hoe oud is de muur?" not in login(region.other_student).get(challenge.get_absolute_url()).content.decode()

    with django_capture_on_commit_callbacks(execute=True):
        talk.answer_question(question=question, actor=region.contact, text="Uit 1640.", public=False)
    assert mailoutbox[-1].to == [region.student.email]
    for person, reads in ((region.student, True), (region.broker, True), (region.other_student, False), (None, False)):
        assert ("Uit 1640." in login(person).get(challenge.get_absolute_url()).content.decode()) == reads
    talk.answer_question(question=question, actor=region.contact, text="Uit 1641.", public=True)
    for person in (region.other_student, None):
        assert "Uit 1641." in login(person).get(challenge.get_absolute_url()).content.decode()
    assert work_items(region.contact) == []


def test_who_asks_and_when(region, challenge):
    for who in ("contact", "newcomer", "coordinator", "broker"):
        with pytest.raises(PermissionDenied):
            talk.ask(challenge=challenge, actor=getattr(region, who), text="Mag ik?")
    for _each in range(talk.MOST_OPEN):
        talk.ask(challenge=challenge, actor=region.student, text="Nog een vraag?")
    with pytest.raises(talk.Refusal):
        talk.ask(challenge=challenge, actor=region.student, text="De vierde?")
    region.company.paused_until = clock.today() + timedelta(days=3)
    region.company.save()
    with pytest.raises(talk.Refusal, match="heeft het druk"):
        talk.ask(challenge=f.ChallengeFactory(partner=region.company, accepted=True), actor=region.student, text="Nu?")
    with pytest.raises(talk.NotNow):
        talk.ask(challenge=f.ChallengeFactory(completed=True), actor=region.student, text="Te laat?")


def test_a_refused_answer_keeps_what_was_typed(region, login, challenge):
    question = f.QuestionFactory(challenge=challenge, asker=region.student)
    data = {f"antwoord-{question.pk}-answer": "Ja. " * 600, f"antwoord-{question.pk}-public": "True"}
    page = login(region.contact).post(reverse("challenges:answer", args=[question.pk]), data)
    assert page.status_code == 422
    assert "Ja. Ja. Ja." in page.content.decode()
    with pytest.raises(ValidationError):
        talk.answer_question(question=question, actor=region.contact, text=" ", public=True)


def test_a_confidential_question_is_asked_by_who_reads_it(region, challenge):
    challenge.confidential = True
    challenge.save()
    with pytest.raises(PermissionDenied):
        talk.ask(challenge=challenge, actor=region.student, text="Wat staat er?")
    assert talk.ask(challenge=challenge, actor=region.other_teacher, text="Wat staat er?")


def test_questions_cost_the_same_for_one_and_three(region, login, challenge):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    def cost() -> int:
        with CaptureQueriesContext(
            connection,
        ) as caught:
            login(region.contact).get(challenge.get_absolute_url())
        return len(caught)

    f.QuestionFactory(challenge=challenge), f.RemarkFactory(challenge=challenge)
    one = cost()
    for _each in range(2):
        f.QuestionFactory(challenge=challenge), f.RemarkFactory(challenge=challenge)
    assert cost() == one
    assert Question.objects.count() == 3


# --- Until when -------------------------------------------------------------------------------------------------
def test_the_page_says_until_when_and_when_that_has_passed(region, login):
    from challenges.services import hand_in

    details = {"title": "Meet", "question": "Hoe?", "theme": "energy", "location": "lab"}
    challenge = hand_in(actor=region.contact, partner=region.company, **details)
    client, address = login(region.contact), challenge.get_absolute_url()
    assert "Uiterlijk" in client.get(address).content.decode()
    with clock.at(clock.now() + timedelta(days=30)):
        assert "klaar moeten zijn" in client.get(address).content.decode()


# --- Interest ---------------------------------------------------------------------------------------------------
def test_a_look_counts_once_and_only_of_students(region, login, challenge):
    for person in (None, region.contact, region.teacher, region.student, region.student):
        login(person).get(challenge.get_absolute_url())
    assert [each.student for each in Interest.objects.all()] == [region.student]
    login(region.student).post(
        reverse("challenges:keep", args=[challenge.pk]), {"saved": "1", "back": "//kwaad.example"}
    )
    assert Interest.objects.get().saved_at
    login(region.student).post(reverse("challenges:keep", args=[challenge.pk]), {"saved": "0"})
    assert not Interest.objects.get().saved_at
