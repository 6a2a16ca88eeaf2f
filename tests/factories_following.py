"""What partners give to a project."""

import factory
from factory.django import DjangoModelFactory

from oil_portal.core import clock
from projects.models import Contribution
from tests.factories import ProjectFactory, UserFactory


class ContributionFactory(DjangoModelFactory):
    """Two hours of the company, entered by the company, that nobody answered; or what the traits say."""

    class Meta:
        model = Contribution

    class Params:
        confirmed = factory.Trait(
            status="confirmed", answered_by=factory.SubFactory(UserFactory), answered_at=factory.LazyFunction(clock.now)
        )
        disputed = factory.Trait(
            status="disputed", answered_by=factory.SubFactory(UserFactory), answered_at=factory.LazyFunction(clock.now),
            reason="Ik was er die dag niet.",
        )  # fmt: skip
        money = factory.Trait(kind="cash", hours=None, amount=250)

    project = factory.SubFactory(ProjectFactory, running=True)
    partner = factory.SelfAttribute("project.assignment.challenge.partner")
    by = factory.SubFactory(UserFactory)
    side = "company"
    day = factory.LazyFunction(clock.today)
    hours = 2
