"""What the portal does by itself with drafts."""

from celery import shared_task

from challenges.services.draft import drop_forgotten


@shared_task
def drop_forgotten_drafts() -> None:
    """Throw away what visitors began and never claimed."""
    drop_forgotten()
