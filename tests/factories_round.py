"""Objects of matching rounds and profiles; tests take them from tests.factories."""

from datetime import timedelta

import factory
from factory.django import DjangoModelFactory

from oil_portal.core import clock
from projects.models import (
    CoachLimit,
    Favourite,
    FriendGroup,
    MatchingRound,
    Participant,
    Preference,
    Profile,
    Proposal,
    RoundProject,
)


class MatchingRoundFactory(DjangoModelFactory):
    """In preparation; traits lead it further. `runs=[…]` are the module runs whose students take part."""

    class Meta:
        model = MatchingRound
        skip_postgeneration_save = True

    school = factory.SubFactory("tests.factories.PartnerFactory", school=True)
    title = factory.Sequence(lambda n: f"Matchronde {n}")
    opens_on = factory.LazyFunction(lambda: clock.today() - timedelta(days=3))
    closes_on = factory.LazyFunction(lambda: clock.today() + timedelta(days=11))
    publishes_on = factory.LazyAttribute(lambda each: each.closes_on + timedelta(days=7))

    class Params:
        open = factory.Trait(status="open")
        closed = factory.Trait(status="closed", closes_on=factory.LazyFunction(lambda: clock.today() - timedelta(1)))
        published = factory.Trait(
            status="published",
            opens_on=factory.LazyFunction(lambda: clock.today() - timedelta(days=21)),
            closes_on=factory.LazyFunction(lambda: clock.today() - timedelta(days=7)),
            publishes_on=factory.LazyFunction(lambda: clock.today() - timedelta(days=1)),
        )
        cancelled = factory.Trait(status="cancelled")

    @factory.post_generation
    def runs(self, create, extracted, **kwargs):
        if create and extracted:
            self.runs.set(extracted)


class RoundProjectFactory(DjangoModelFactory):
    """A project in a round; `modules=[…]` are the only ones whose students it takes."""

    class Meta:
        model = RoundProject
        skip_postgeneration_save = True

    round = factory.SubFactory(MatchingRoundFactory, open=True)
    project = factory.SubFactory("tests.factories.ProjectFactory")

    @factory.post_generation
    def modules(self, create, extracted, **kwargs):
        if create and extracted:
            self.modules.set(extracted)


class FriendGroupFactory(DjangoModelFactory):
    class Meta:
        model = FriendGroup

    round = factory.SubFactory(MatchingRoundFactory, open=True)
    made_by = factory.SubFactory("tests.factories.UserFactory")


class ParticipantFactory(DjangoModelFactory):
    """A student in a round, enrolled in one of its runs; `ranks={project: rank}` are what it wants."""

    class Meta:
        model = Participant
        skip_postgeneration_save = True

    round = factory.SubFactory(MatchingRoundFactory, open=True)
    student = factory.SubFactory("tests.factories.UserFactory")

    @factory.lazy_attribute
    def run(self):
        from tests.factories import EnrolmentFactory, ModuleRunFactory

        run = self.round.runs.first()
        if run is None:
            run = ModuleRunFactory(module__school=self.round.school)
            self.round.runs.add(run)
        if not self.student.enrolments.filter(run=run).exists():
            EnrolmentFactory(student=self.student, run=run)
        return run

    class Params:
        half = factory.Trait(load=1)
        left = factory.Trait(left_at=factory.LazyFunction(clock.now))

    @factory.post_generation
    def ranks(self, create, extracted, **kwargs):
        if create and extracted:
            for project, rank in extracted.items():
                PreferenceFactory(participant=self, project=project, rank=rank)


class PreferenceFactory(DjangoModelFactory):
    """A choice, which dates the ranking that it belongs to."""

    class Meta:
        model = Preference

    participant = factory.SubFactory(ParticipantFactory)
    project = factory.SubFactory("tests.factories.ProjectFactory")
    rank = 1

    @classmethod
    def _create(cls, model_class, *args, **kwargs):
        made = super()._create(model_class, *args, **kwargs)
        if made.participant.ranked_at is None:
            made.participant.ranked_at = clock.now()
            made.participant.save(update_fields=["ranked_at"])
        return made


class FavouriteFactory(DjangoModelFactory):
    class Meta:
        model = Favourite

    entry = factory.SubFactory(RoundProjectFactory)
    student = factory.SubFactory("tests.factories.UserFactory")
    points = 2


class CoachLimitFactory(DjangoModelFactory):
    class Meta:
        model = CoachLimit

    round = factory.SubFactory(MatchingRoundFactory)
    coach = factory.SubFactory("tests.factories.UserFactory")
    most = 2


class ProposalFactory(DjangoModelFactory):
    """A proposal that waits for the solver; traits lead it further."""

    class Meta:
        model = Proposal

    round = factory.SubFactory(MatchingRoundFactory, closed=True)
    number = factory.LazyAttribute(lambda each: each.round.proposals.count() + 1)

    class Params:
        running = factory.Trait(state="running", heard_at=factory.LazyFunction(clock.now))
        done = factory.Trait(state="done", finished_at=factory.LazyFunction(clock.now))
        clash_found = factory.Trait(state="clash", finished_at=factory.LazyFunction(clock.now))
        failed = factory.Trait(state="failed", finished_at=factory.LazyFunction(clock.now))


class ProfileFactory(DjangoModelFactory):
    """A profile that nobody else reads; traits show it."""

    class Meta:
        model = Profile

    student = factory.SubFactory("tests.factories.UserFactory")
    about = "Ik werk graag met mijn handen."
    skills = "Solderen"

    class Params:
        for_team = factory.Trait(shown="team")
        for_company = factory.Trait(shown="company")
