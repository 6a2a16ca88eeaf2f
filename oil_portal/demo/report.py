"""The demo's grant, and its last two full quarters, frozen by a broker."""

from datetime import date, timedelta
from decimal import Decimal

from oil_portal.core import clock
from oil_portal.demo.story import World
from reports.period import Period
from reports.services import freeze, save_grant


def report(world: World) -> None:
    """An example of a grant: nobody promised this money, and its name says so."""
    today = clock.today()
    save_grant(
        actor=world.brokers[0],
        funder="Voorbeeldsubsidie (alleen in de demo)",
        starts=date(today.year - 2, 1, 1),
        ends=date(today.year + 1, 12, 31),
        amount=Decimal(60_000),
        hour_rate=Decimal(45),
        share=Decimal("66.67"),
    )
    last = Period.last_full()
    for quarter in (Period.of(last.first - timedelta(days=1)), last):
        freeze(period=quarter, actor=world.brokers[0], remark="Kwartaalrapport voor de stuurgroep.")
