"""People whose work lists are read together, with their roles."""

from collections import defaultdict
from collections.abc import Iterable, Iterator

from oil_portal.worklists.item import WorkItem
from partners import roles
from partners.models import User


class People:
    """Who is asked for, and what they are where; one query for all whose roles were not read yet."""

    def __init__(self, users: Iterable[User]) -> None:
        # {role: {user: {partner: its school, for a lab, else itself}}}
        self._held: dict[str, dict[int, dict[int, int]]] = defaultdict(lambda: defaultdict(dict))
        for user, rows in roles.of_many(users).items():
            for role, partner, parent in rows:
                self._held[role][user][partner] = parent or partner

    def holding(self, *wanted: str) -> set[int]:
        """Who has one of these roles anywhere."""
        return {user for role in wanted for user in self._held.get(role, ())}

    def at(self, role: str) -> dict[int, list[int]]:
        """{partner: who has this role there}."""
        found = defaultdict(list)
        for user, places in self._held.get(role, {}).items():
            for partner in places:
                found[partner].append(user)
        return found

    def of_school(self, role: str) -> dict[int, list[int]]:
        """{school: who has this role there or at one of its labs}."""
        found = defaultdict(list)
        for user, places in self._held.get(role, {}).items():
            for school in set(places.values()):
                found[school].append(user)
        return found

    def place(self, user: int, role: str, *near: int | None) -> int | None:
        """The organisation for which something comes to a user: one of `near`, else their only one, else None."""
        places = self._held.get(role, {}).get(user, {})
        for wanted in near:
            for partner, school in places.items():
                if wanted in (partner, school):
                    return partner
        return next(iter(places)) if len(places) == 1 else None

    def tell(self, users: Iterable[int | None], item: WorkItem, role: str, *near) -> Iterator[tuple[int, WorkItem]]:
        """The item for each of these users who has the role, with the organisation for which it comes to them."""
        held = self._held.get(role, {})
        for user in dict.fromkeys(users):
            if user in held:
                yield user, item._replace(partner=self.place(user, role, *near))
