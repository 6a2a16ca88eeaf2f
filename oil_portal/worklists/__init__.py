"""What waits for you: one work list per role, for the start page and the digest. Reads only.

A finder takes `People` and yields `Source`s: what to ask, and what to say of the answers to whom. All are asked in one
query, however many people and things there are. `key` names the thing and the moment it began to wait, so that a digest
knows whether it told it before; texts are in the active language.
"""

from datetime import date

from oil_portal.worklists.asking import Source, heard
from oil_portal.worklists.broker import for_brokers
from oil_portal.worklists.contact import for_contacts
from oil_portal.worklists.coordinator import for_coordinators
from oil_portal.worklists.item import WorkItem
from oil_portal.worklists.people import People
from oil_portal.worklists.shared import contributions, drafts, requests
from oil_portal.worklists.student import for_students
from oil_portal.worklists.teacher import for_teachers
from partners.models import User

FINDERS = (
    drafts, contributions, requests, for_contacts, for_teachers, for_students, for_coordinators, for_brokers,
)  # fmt: skip


def work_items(user, *beside: Source) -> list[WorkItem]:
    """Everything that waits for this user in all their roles, what was promised soonest and waits longest first."""
    return work_items_for([user], *beside)[user.pk] if user.is_authenticated else []


def work_items_for(users: list[User], *beside: Source) -> dict[int, list[WorkItem]]:
    """{user: what waits for them}, for people who read one language, which is active.

    What a page wants to know `beside` it is asked in the same query.
    """
    people = People(users)
    found: dict[int, dict[str, WorkItem]] = {user.pk: {} for user in users}
    for user, each in heard([*beside, *(source for find in FINDERS for source in find(people))]):
        found[user][each.key] = each
    order = lambda item: (item.until or date.max, item.since, item.key)
    return {user: sorted(items.values(), key=order) for user, items in found.items()}


__all__ = ["People", "WorkItem", "work_items", "work_items_for"]
