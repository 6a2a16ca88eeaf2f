"""What waits for you: one work list per role, for the start page and the digest. Reads only.

A finder takes what people hold and yields `Source`s: what to ask, and what to say of the answers to whom. All are asked
in one query, however many people and things there are, composed once for all with the same roles. `key` names the thing
and the moment it began to wait, so that a digest knows whether it told it before; texts are in the active language.
"""

from datetime import date
from functools import lru_cache

from django.db.models import QuerySet
from django.utils.translation import get_language

from oil_portal.core import clock
from oil_portal.core.prepared import Many, prepared
from oil_portal.worklists.asking import Source, heard, union
from oil_portal.worklists.broker import for_brokers
from oil_portal.worklists.contact import for_contacts
from oil_portal.worklists.coordinator import for_coordinators
from oil_portal.worklists.item import WorkItem
from oil_portal.worklists.people import Held, People
from oil_portal.worklists.shared import contributions, drafts, refused, requests
from oil_portal.worklists.student import for_students
from oil_portal.worklists.teacher import for_teachers
from partners.models import User

FINDERS = (
    drafts, contributions, requests, for_contacts, for_teachers, for_students, for_coordinators, for_brokers,
)  # fmt: skip
ON_A_PAGE = (refused, *FINDERS)  # a mail cannot say that mail does not arrive


def work_items(user) -> list[WorkItem]:
    """Everything that waits for this user in all their roles, what was promised soonest and waits longest first."""
    return _items([user], on_a_page=True)[user.pk] if user.is_authenticated else []


def work_items_for(users: list[User]) -> dict[int, list[WorkItem]]:
    """{user: what waits for them, as a mail tells it}, for people who read one language, which is active."""
    return _items(users, on_a_page=False)


def _items(users: list[User], *, on_a_page: bool) -> dict[int, list[WorkItem]]:
    people = People(users)
    held, *lists = people.held
    found: dict[int, dict[str, WorkItem]] = {user.pk: {} for user in users}
    sources = _sources(on_a_page, held, get_language(), clock.today())
    if sources:
        for user, each in heard(people, sources, _found(on_a_page, held, *lists)):
            found[user][each.key] = each
    order = lambda item: (item.until or date.max, item.since, item.key)
    return {user: sorted(items.values(), key=order) for user, items in found.items()}


@prepared
def _found(on_a_page: bool, held: tuple[str, ...], *lists: Many) -> QuerySet:
    """What all sources ask of people who hold these roles."""
    return union(part for source in _asked(on_a_page, Held(held, *lists)) for part in source.parts)


@lru_cache(maxsize=100)
def _sources(on_a_page: bool, held: tuple[str, ...], _language: str, _day: date) -> list[Source]:
    """The sources of people with these roles, for what they say. Whom they were made for does not matter to that."""
    return _asked(on_a_page, Held(held, *[Many((0,))] * (1 + 3 * len(held))))


def _asked(on_a_page: bool, held: Held) -> list[Source]:
    return [source for find in (ON_A_PAGE if on_a_page else FINDERS) for source in find(held)]


__all__ = ["People", "WorkItem", "work_items", "work_items_for"]
