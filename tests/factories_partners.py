"""Where people are invited and what partners do together; `tests.factories` is their one door."""

import factory
from factory.django import DjangoModelFactory

from partners.models import Collaboration, Invitation, ProjectCard


class InvitationFactory(DjangoModelFactory):
    class Meta:
        model = Invitation

    partner = factory.SubFactory("tests.factories.PartnerFactory")
    email = factory.Sequence(lambda n: f"gast{n}@mail.example")
    role = "contact"


class CollaborationFactory(DjangoModelFactory):
    class Meta:
        model = Collaboration

    name = factory.Sequence(lambda n: f"Samenwerking {n}")
    kind = "programme"
    state = "running"


class ProjectCardFactory(DjangoModelFactory):
    class Meta:
        model = ProjectCard

    collaboration = factory.SubFactory(CollaborationFactory)
    urgency = "Bedrijven en onderwijs hebben elkaar nodig."
    assignment = "Maak een plan."
    results = "Een netwerk\nEen plan"
