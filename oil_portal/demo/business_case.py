"""The demo's business case: one version that a broker kept for the steering group, from the demo's own figures."""

from decimal import Decimal

from oil_portal.core import clock
from oil_portal.demo.story import World, days_ago
from reports import business_case_words as words
from reports.business_case import Assumptions
from reports.business_case_figures import figures_between, four_quarters
from reports.services import save_business_case

PROPOSED = {"fee": Decimal(250)}  # what the steering group is asked to decide


def business_case(world: World) -> None:
    """What the portal knows and the assumptions as they are, with the fee that is proposed."""
    with clock.at(days_ago(8)):
        own = figures_between.count(*four_quarters())  # of a day in the past, so nothing to keep
        save_business_case(
            actor=world.brokers[0],
            name="Eerste versie voor de stuurgroep",
            remark="Met een eigen bijdrage van € 250 per project als voorstel. Geen subsidie: die is niet toegezegd.",
            assumptions=Assumptions.from_flat(words.starting(own) | PROPOSED),
            figures=own,
        )
