"""The digest: what waits for you and what is new, in one mail, only when there is something to tell.

`schedule` says when one is due, `ledger` plans, claims and settles deliveries, `content` collects what people have not
heard yet, `letter` makes the mail, `sending` gives it to the mail server. The ledger is `core.models.DigestDelivery`;
docs/digests.md says what holds when something breaks.
"""

from oil_portal.digests.content import Collection, Digest, collect
from oil_portal.digests.ledger import plan, release_lost
from oil_portal.digests.letter import SALT, message_for, stop_path
from oil_portal.digests.preview import Preview, preview
from oil_portal.digests.sending import send_planned

__all__ = [
    "SALT", "Collection", "Digest", "Preview", "collect", "message_for", "plan", "preview", "release_lost",
    "send_planned", "stop_path",
]  # fmt: skip
