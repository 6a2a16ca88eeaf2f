"""People whose work lists are read together, with their roles; and what of that the database is asked with."""

from collections import defaultdict
from collections.abc import Iterable, Iterator

from oil_portal.core.prepared import Many
from oil_portal.worklists.item import WorkItem
from partners import roles
from partners.models import User


class Held:
    """What people hold between them, as lists of numbers for `__among`. What is asked depends on the roles alone."""

    def __init__(self, held: tuple[str, ...], users: Many, *lists: Many) -> None:
        """`lists`: of each role the users, their partners and the schools of those."""
        self.users = users
        self._of = {role: lists[3 * place : 3 * place + 3] for place, role in enumerate(held)}

    def holding(self, *wanted: str) -> list[int]:
        """Who has one of these roles anywhere, somebody with two of them twice."""
        return [user for role in wanted if role in self._of for user in self._of[role][0]]

    def at(self, role: str) -> list[int]:
        """The partners where somebody has this role."""
        return list(self._of[role][1]) if role in self._of else []

    def of_school(self, role: str) -> list[int]:
        """The schools where somebody has this role, or at one of their labs."""
        return list(self._of[role][2]) if role in self._of else []


class People:
    """Who is asked for, and what they are where; one query for all whose roles were not read yet."""

    def __init__(self, users: list[User]) -> None:
        # {role: {user: {partner: its school, for a lab, else itself}}}
        self._held: dict[str, dict[int, dict[int, int]]] = defaultdict(lambda: defaultdict(dict))
        self.users = [user.pk for user in users]
        for user, rows in roles.of_many(users).items():
            for role, partner, parent in rows:
                self._held[role][user][partner] = parent or partner

    @property
    def held(self) -> tuple[tuple[str, ...], *tuple[Many, ...]]:
        """What `Held` is made of."""
        roles_ = tuple(sorted(self._held))
        lists = ((self._held[role], self.at(role), self.of_school(role)) for role in roles_)
        return roles_, Many(self.users), *(Many(each) for three in lists for each in three)

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
            for school in dict.fromkeys(places.values()):
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
