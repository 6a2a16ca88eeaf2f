"""Beat plans the digests; a worker sends each. Ids in, and a second run does no harm."""

from celery import shared_task

from oil_portal import digests


@shared_task
def plan_digests() -> None:
    """Plan what is due and hand every waiting delivery to a worker."""
    for delivery_id in digests.plan():
        send_digest.delay(delivery_id)


@shared_task
def send_digest(delivery_id: int) -> None:
    """Send one digest; a delivery that fails stays planned and is tried at the next beat."""
    digests.deliver(delivery_id)
