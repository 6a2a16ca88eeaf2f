"""Objects for tests, made in any stage of their life by a trait: ChallengeFactory(accepted=True)."""

import io
from datetime import timedelta

import factory
from django.core.files.base import ContentFile
from factory.django import DjangoModelFactory
from PIL import Image

from challenges.models import Assignment, Attachment, Call, Challenge, Draft, GoalLink, Question, Remark, Upload
from modules.models import Elective, Enrolment, GoalImport, LearningGoal, Module, ModuleRun, Programme
from oil_portal.core import clock
from partners.models import Membership, Partner, User
from projects.models import Achievement, Application, Outcome, Project


class UserFactory(DjangoModelFactory):
    """A person with a password ('geheim-geheim'); `contact=partner`, `teacher=school` … give a role."""

    class Meta:
        model = User
        skip_postgeneration_save = True

    email = factory.Sequence(lambda n: f"persoon{n}@mail.example")
    first_name = factory.Sequence(lambda n: f"Sam{n}")
    last_name = "Vermeer"
    language = "nl"

    @classmethod
    def _create(cls, model_class, *args, **kwargs):
        return model_class.objects.create_user(*args, password="geheim-geheim", **kwargs)

    @factory.post_generation
    def verified(self, create, extracted, **kwargs):
        self.emailaddress_set.create(email=self.email, verified=extracted is not False, primary=True)

    @factory.post_generation
    def contact(self, create, extracted, **kwargs):
        _join(self, extracted, "contact")

    @factory.post_generation
    def teacher(self, create, extracted, **kwargs):
        _join(self, extracted, "teacher")

    @factory.post_generation
    def student(self, create, extracted, **kwargs):
        _join(self, extracted, "student")

    @factory.post_generation
    def coordinator(self, create, extracted, **kwargs):
        _join(self, extracted, "coordinator")

    @factory.post_generation
    def broker(self, create, extracted, **kwargs):
        _join(self, extracted, "broker")


def _join(user, partner, role):
    if partner is not None:
        MembershipFactory(user=user, partner=partner, role=role)


class PartnerFactory(DjangoModelFactory):
    class Meta:
        model = Partner

    kind = "company"
    name = factory.Sequence(lambda n: f"Bedrijf {n}")
    municipality = "Leiden"
    status = "accepted"

    class Params:
        school = factory.Trait(kind="school", name=factory.Sequence(lambda n: f"School {n}"))
        lab = factory.Trait(kind="lab", glyph="smart", name=factory.Sequence(lambda n: f"Lab {n}"))
        network = factory.Trait(kind="network", name=factory.Sequence(lambda n: f"Netwerk {n}"))
        submitted = factory.Trait(status="submitted")
        returned = factory.Trait(status="returned")


class MembershipFactory(DjangoModelFactory):
    class Meta:
        model = Membership

    user = factory.SubFactory(UserFactory)
    partner = factory.SubFactory(PartnerFactory)
    role = "contact"
    status = "active"

    class Params:
        requested = factory.Trait(status="requested")


class ProgrammeFactory(DjangoModelFactory):
    class Meta:
        model = Programme

    code = factory.Sequence(lambda n: f"{20000 + n}")
    name = factory.Sequence(lambda n: f"Opleiding {n}")
    level = 4


class LearningGoalFactory(DjangoModelFactory):
    class Meta:
        model = LearningGoal

    programme = factory.SubFactory(ProgrammeFactory)
    code = factory.Sequence(lambda n: f"B1-K1-W{n}")
    title = factory.Sequence(lambda n: f"Test een prototype {n}")
    core_task_code = "B1-K1"
    core_task = "Ontwerpt producten"


class GoalImportFactory(DjangoModelFactory):
    class Meta:
        model = GoalImport

    name = "leerdoelen.csv"
    text = "code,naam\nK0072,Ondernemend gedrag\n"


class CallFactory(DjangoModelFactory):
    class Meta:
        model = Call
        skip_postgeneration_save = True

    goal = factory.SubFactory("tests.factories.LearningGoalFactory")
    text = "Hebben jullie een vraag waarbij studenten meten?"

    @factory.post_generation
    def partners(self, create, extracted, **kwargs):
        if create and extracted:
            self.partners.set(extracted)


class ElectiveFactory(DjangoModelFactory):
    class Meta:
        model = Elective

    code = factory.Sequence(lambda n: f"K{n:04d}")
    title = "Duurzaamheid in het beroep"


class ModuleFactory(DjangoModelFactory):
    """A module with three goals; `goals=n` or a list of goals changes that."""

    class Meta:
        model = Module
        skip_postgeneration_save = True

    school = factory.SubFactory(PartnerFactory, school=True)
    code = factory.Sequence(lambda n: f"M{n}")
    title = factory.Sequence(lambda n: f"Module {n}")
    level = 4
    study_load = 240

    @factory.post_generation
    def goals(self, create, extracted, **kwargs):
        goals = extracted if isinstance(extracted, list) else LearningGoalFactory.create_batch(extracted or 3)
        self.goals.set(goals)


class ModuleRunFactory(DjangoModelFactory):
    """A run that began a week ago and goes on for 20 weeks."""

    class Meta:
        model = ModuleRun

    module = factory.SubFactory(ModuleFactory)
    period = "Periode 2"
    starts = factory.LazyFunction(lambda: clock.today() - timedelta(weeks=1))
    ends = factory.LazyAttribute(lambda run: run.starts + timedelta(weeks=20))


class EnrolmentFactory(DjangoModelFactory):
    class Meta:
        model = Enrolment

    student = factory.SubFactory(UserFactory)
    run = factory.SubFactory(ModuleRunFactory)


class ChallengeFactory(DjangoModelFactory):
    """Handed in; traits lead it further."""

    class Meta:
        model = Challenge

    partner = factory.SubFactory(PartnerFactory)
    title = factory.Sequence(lambda n: f"Meet vocht in muur {n}")
    question = "Wij boren nu een gat. Dat beschadigt de muur. Kan het ook zonder gat?"
    result = "Een prototype\nEen advies"
    theme = "sustainable_building"
    location = "both"
    submitted_at = factory.LazyFunction(clock.now)

    class Params:
        submitted = factory.Trait(status="submitted")
        returned = factory.Trait(status="returned")
        accepted = factory.Trait(status="accepted")
        published = factory.Trait(status="published")
        running = factory.Trait(status="running")
        completed = factory.Trait(status="completed")
        declined = factory.Trait(status="declined")


class DraftFactory(DjangoModelFactory):
    """A draft that could be handed in; `values` is what was typed."""

    class Meta:
        model = Draft

    author = factory.SubFactory(UserFactory)
    version = 1

    @factory.lazy_attribute
    def values(self):
        return {
            "title": "Meet vocht in oude muren",
            "question": "Wij boren nu een gat. Dat beschadigt de muur. Kan het ook zonder gat?",
            "deliverables": ["prototype"],
            "theme": "sustainable_building",
            "location": "both",
            "confidential": "False",
            "secrecy": "False",
            "rights": "use",
            "photos": "ask",
        }


def pixel() -> bytes:
    """A whole PNG of one pixel."""
    out = io.BytesIO()
    Image.new("RGB", (1, 1)).save(out, "PNG")
    return out.getvalue()


PIXEL = pixel()


class AttachmentFactory(DjangoModelFactory):
    """A picture of one pixel; say beside which draft or challenge."""

    class Meta:
        model = Attachment

    name = "muur.png"
    kind = "png"
    size = len(PIXEL)
    file = factory.LazyFunction(lambda: ContentFile(PIXEL, "muur.png"))
    thumbnail = factory.LazyFunction(lambda: ContentFile(PIXEL, "muur-klein.png"))


class UploadFactory(DjangoModelFactory):
    class Meta:
        model = Upload

    by = factory.SubFactory(UserFactory)
    name = "sectordag.xlsx"


class RemarkFactory(DjangoModelFactory):
    class Meta:
        model = Remark

    challenge = factory.SubFactory(ChallengeFactory)
    field = "question"
    quote = "een gat"
    text = "Hoe groot is het gat?"


class QuestionFactory(DjangoModelFactory):
    class Meta:
        model = Question

    challenge = factory.SubFactory(ChallengeFactory, accepted=True)
    asker = factory.SubFactory(UserFactory)
    text = "Hoe oud is de muur?"

    class Params:
        answered = factory.Trait(answer="Uit 1640.", answered_at=factory.LazyFunction(clock.now))


class AssignmentFactory(DjangoModelFactory):
    """A draft with three linked goals on an accepted challenge; `goals=n` or a list changes that."""

    class Meta:
        model = Assignment
        skip_postgeneration_save = True

    challenge = factory.SubFactory(ChallengeFactory, accepted=True)
    title = factory.SelfAttribute("challenge.title")
    summary = "Maak een meter die geen gat nodig heeft."
    text = "Jullie ontwerpen en testen een meter."
    result = "Een prototype"
    level = 4
    hours = 80

    class Params:
        sent = factory.Trait(status="sent")
        change_requested = factory.Trait(status="change_requested")
        agreed = factory.Trait(status="agreed", agreed_at=factory.LazyFunction(clock.now))

    @factory.post_generation
    def goals(self, create, extracted, **kwargs):
        count = 3 if extracted is None else extracted
        goals = extracted if isinstance(extracted, list) else LearningGoalFactory.create_batch(count)
        for position, goal in enumerate(goals, 1):
            GoalLink.objects.create(assignment=self, goal=goal, position=position)


class ProjectFactory(DjangoModelFactory):
    """An open project that closes in ten days; traits lead it further."""

    class Meta:
        model = Project

    assignment = factory.SubFactory(AssignmentFactory, agreed=True, challenge__status=factory.SelfAttribute("...asked"))
    run = factory.SubFactory(ModuleRunFactory)
    coach = factory.SubFactory(UserFactory)
    title = factory.SelfAttribute("assignment.title")
    summary = factory.SelfAttribute("assignment.summary")
    text = factory.SelfAttribute("assignment.text")
    min_size = 1
    max_size = 4
    closing_date = factory.LazyFunction(lambda: clock.today() + timedelta(days=10))
    starts = factory.LazyAttribute(lambda project: project.closing_date + timedelta(days=7))
    ends = factory.LazyAttribute(lambda project: project.starts + timedelta(weeks=10))

    class Params:
        asked = "published"  # where the challenge is, which follows its project
        running = factory.Trait(status="running", asked="running")
        confirming = factory.Trait(status="confirming", asked="running")
        completed = factory.Trait(status="completed", asked="completed")
        cancelled = factory.Trait(status="cancelled", asked="accepted")


class ApplicationFactory(DjangoModelFactory):
    class Meta:
        model = Application

    project = factory.SubFactory(ProjectFactory)
    student = factory.SubFactory(UserFactory)
    motivation = "Ik wil leren meten."

    class Params:
        placed = factory.Trait(status="placed", decided_at=factory.LazyFunction(clock.now))
        declined = factory.Trait(status="declined", decided_at=factory.LazyFunction(clock.now))


class AchievementFactory(DjangoModelFactory):
    class Meta:
        model = Achievement

    project = factory.SubFactory(ProjectFactory, completed=True)
    student = factory.SubFactory(UserFactory)
    goal = factory.SubFactory(LearningGoalFactory)

    class Params:
        reached = factory.Trait(student_says=True, teacher_says=True, company_says=True)


class OutcomeFactory(DjangoModelFactory):
    class Meta:
        model = Outcome

    project = factory.SubFactory(ProjectFactory, completed=True)
    summary = "De meter werkt."
    result = "Een prototype dat een week meet."
    follow_up = "none"


from tests.factories_following import ContributionFactory  # noqa: E402, F401  so have what follows a project
from tests.factories_partners import CollaborationFactory, InvitationFactory, ProjectCardFactory  # noqa: E402, F401
from tests.factories_round import (  # noqa: E402, F401  rounds have a file of their own, and one door
    CoachLimitFactory,
    FavouriteFactory,
    FriendGroupFactory,
    MatchingRoundFactory,
    ParticipantFactory,
    PreferenceFactory,
    ProfileFactory,
    ProposalFactory,
    RoundProjectFactory,
)
