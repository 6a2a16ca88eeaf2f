"""What a digest says that fits: for many people at once the same as for one, and challenges near what is taught."""

import random
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from oil_portal.core import clock
from oil_portal.core.timeline import record
from oil_portal.fits import FITTING, fits_for
from partners.models import User
from projects.fitting import fitting, taste_of
from projects.models import Project
from tests import factories as f
from tests import factories_round as r

THEMES = ["food", "energy", "health", "mobility"]


def fresh(*users) -> list[User]:
    return list(User.objects.filter(pk__in=[user.pk for user in users]).order_by("pk"))


def random_world(region, dice: random.Random) -> list[User]:
    """Students with other modules, goals, interests and rounds than each other, and projects that differ in all."""
    goals = f.LearningGoalFactory.create_batch(8)
    runs = [
        f.ModuleRunFactory(module__school=region.school, module__lab=region.lab if n % 2 else None,
                           module__level=dice.choice([3, 4]), module__goals=dice.sample(goals, 3))
        for n in range(4)
    ]  # fmt: skip
    students = [f.UserFactory(student=region.school) for _ in range(6)]
    for student in students:
        for run in dice.sample(runs, dice.randint(0, 2)):
            f.EnrolmentFactory(student=student, run=run)
        if dice.random() < 0.5:
            r.ProfileFactory(student=student, interests=dice.sample(THEMES, dice.randint(0, 2)))
    round_ = r.MatchingRoundFactory(open=True, school=region.school, runs=runs[:2])
    for _number in range(16):
        project = f.ProjectFactory(
            assignment__goals=dice.sample(goals, dice.randint(1, 4)),
            assignment__level=dice.choice([3, 4]),
            assignment__challenge__theme=dice.choice(THEMES),
            run=dice.choice(runs),
            lab=dice.choice([region.lab, None]),
            closing_date=clock.today() + timedelta(days=dice.randint(-2, 20)),
        )
        if dice.random() < 0.4:
            entry = r.RoundProjectFactory(round=round_, project=project, levels=dice.choice([[], [3], [4]]))
            entry.modules.set(dice.choice([[], [runs[0].module]]))
        for student in dice.sample(students, 2) if dice.random() < 0.4 else ():
            f.ApplicationFactory(project=project, student=student)
    reached = Project.objects.first()
    for student in students[:3]:
        f.AchievementFactory(project=reached, student=student, goal=dice.choice(goals), reached=True)
    part = r.ParticipantFactory(round=round_, student=students[0])
    r.PreferenceFactory(participant=part, project=round_.entries.first().project, rank=1)
    return students


@pytest.mark.parametrize("seed", range(6))
def test_many_at_once_get_what_each_gets_alone(region, seed, few_are_weighed):
    if seed % 2:  # as where there are thousands of projects
        few_are_weighed(4)
    students = random_world(region, random.Random(seed))
    found = fits_for(fresh(*students))
    told = 0
    for student in fresh(*students):
        alone, _beside = fitting(student, taste_of(student), FITTING)
        assert [fit.key for fit in found[student.pk]] == [f"projects.project:{project.pk}:fits" for project in alone]
        assert [list(fit.states) for fit in found[student.pk]] == [project.states for project in alone]
        told += len(alone)
    assert told > 3


def test_as_many_queries_for_one_as_for_many(region):
    students = random_world(region, random.Random(1))
    teachers = [region.teacher, f.UserFactory(teacher=region.school)]
    region.run.teachers.add(teachers[1])
    accepted(f.ChallengeFactory(accepted=True), region)
    few, all_ = fresh(students[0], region.teacher), fresh(*students, *teachers)
    fits_for(few)  # fills the cache of content types and the index of goals

    def queries(users) -> int:
        with CaptureQueriesContext(connection) as captured:
            assert any(fits_for(users).values())
        return len(captured)

    assert queries(fresh(students[0], region.teacher)) == queries(all_)


def accepted(challenge, region):
    record(challenge, "accept", actor=region.broker, to_status="accepted")
    return challenge


def near(teacher) -> list[tuple[str, str]]:
    return [(fit.title, fit.text) for fit in fits_for(fresh(teacher))[teacher.pk]]


def test_a_teacher_hears_of_challenges_that_were_linked_to_what_they_teach(region):
    assignment = f.AssignmentFactory(challenge__accepted=True, challenge__title="Trilling", goals=region.goals[:2])
    accepted(assignment.challenge, region)
    goal, module = min(each.title for each in region.goals[:2]), region.run.module.title
    text = f"Raakt 2 leerdoelen die je geeft, zoals ‘{goal}’ van {module}. Er is nog geen docent voor."
    assert near(region.teacher) == [("Trilling", text)]
    assert near(region.other_teacher) == []
    assignment.challenge.translator = region.teacher
    assignment.challenge.save()
    assert near(region.teacher) == []


def test_without_links_the_words_say_what_it_is_near(region):
    goal = f.LearningGoalFactory(title="Meet trillingen in draaiende machines")
    f.LearningGoalFactory(title="Snijdt planten in een kas")
    region.run.module.goals.set([goal])
    words = {"question": "Onze machine trilt. Hoe meten we trillingen in draaiende machines?", "result": ""}
    accepted(f.ChallengeFactory(accepted=True, title="Trillingen in een machine", **words), region)
    accepted(f.ChallengeFactory(accepted=True, title="Stekjes", question="Wie snijdt planten in een kas?"), region)
    assert [title for title, _text in near(region.teacher)] == ["Trillingen in een machine"]
    with clock.at(clock.now() + timedelta(days=31)):
        assert near(region.teacher) == []
