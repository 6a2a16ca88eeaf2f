"""Beat mends the lexicon at night."""

from celery import shared_task

from partners import lexicon


@shared_task
def rebuild_lexicon() -> None:
    """Take out what no text has any more and bring back what got lost: two texts may change in the same moment."""
    lexicon.rebuild()
