"""What the beat did with promises in the last weeks of the demo: it reminded, closed, and asked a partner to pause."""

from challenges.models import Challenge
from challenges.services.talk import ASKABLE, ask
from oil_portal.answers import beat
from oil_portal.core import clock
from oil_portal.demo.story import World, days_ago
from partners.rates import LEAST_PERCENT, MOST_LATE, rates_of

WEEKS = 3
QUESTION = "Mogen wij een keer bij jullie langskomen om te kijken?"


def kept_promises(world: World) -> None:
    """Live through the last weeks; what was answered in time is not touched."""
    _one_too_many(world)
    for days in range(7 * WEEKS, 0, -1):
        with clock.at(days_ago(days)):
            beat.close()
            beat.remind()
    beat.ask_to_pause()


def _one_too_many(world: World) -> None:
    """A company that already let people wait gets one more question that it does not answer."""
    students = sorted((each for some in world.students.values() for each in some), key=lambda student: student.pk)
    slow = [pk for pk, rate in rates_of().items() if rate.late == MOST_LATE - 1 and rate.percent < LEAST_PERCENT]
    open_book = Challenge.objects.filter(partner__in=slow, status__in=ASKABLE, confidential=False)
    challenge = open_book.filter(partner__paused_until=None).order_by("partner", "pk").first()
    if challenge:
        with clock.at(days_ago(7 * WEEKS + 1)):
            ask(challenge=challenge, actor=students[-1], text=QUESTION)


def todays_reminders() -> None:
    """The mails of today, with a button that answers."""
    beat.remind()
