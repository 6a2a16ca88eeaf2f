"""Beat plans the digests; workers send them. Nothing is lost with a task: what is planned stands in the database."""

from celery import shared_task

from oil_portal import digests
from oil_portal.answers import beat
from oil_portal.digests import ledger
from oil_portal.privacy import retention

MOST_TASKS = 8  # as many workers as help at once; each goes on until nothing waits


@shared_task
def plan_digests() -> None:
    """Plan what is due, give back what a dead worker held, and call as many workers as there is work for."""
    digests.plan()
    digests.release_lost()
    for _each in range(min(-(-ledger.waiting().count() // ledger.BATCH), MOST_TASKS)):
        send_digests.delay()


@shared_task
def send_digests() -> None:
    """Send what waits; when the time is up the rest is for the next task."""
    if digests.send_planned():
        send_digests.delay()


@shared_task
def keep_promises() -> None:
    """Close what nobody answered, remind of what is due, and ask who lets people wait whether they want a pause."""
    beat.close()
    beat.remind()
    beat.ask_to_pause()


@shared_task
def carry_out_retention() -> None:
    """What is kept long enough goes; each rule leaves a row for staff to read."""
    retention.carry_out()
