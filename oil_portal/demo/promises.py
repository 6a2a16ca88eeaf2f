"""What the beat did with promises in the last weeks of the demo: it reminded, closed, and asked a partner to pause."""

from datetime import timedelta

from oil_portal.answers import beat
from oil_portal.core import clock
from oil_portal.demo.story import World

WEEKS = 3


def kept_promises(_world: World) -> None:
    """Live through the last weeks; what was answered in time is not touched."""
    now = clock.now()
    for days in range(7 * WEEKS, 0, -1):
        with clock.at(now - timedelta(days=days)):
            beat.remind()
            beat.close()
    beat.ask_to_pause()


def todays_reminders() -> None:
    """The mails of today, with a button that answers."""
    beat.remind()
