"""The access table: which role gets which answer at which address. A URL without a row fails the tests."""

from collections.abc import Callable
from dataclasses import dataclass, field

ROLES = (
    "visitor", "newcomer", "contact", "other_contact", "teacher", "other_teacher", "student", "other_student",
    "coordinator", "broker", "admin",
)  # fmt: skip
PUBLIC = dict.fromkeys(ROLES, 200)
LOGGED_IN = PUBLIC | {"visitor": 302}
HIDDEN = dict.fromkeys(ROLES, 404) | {"visitor": 302}
FORBIDDEN = dict.fromkeys(ROLES, 403) | {"visitor": 302}


@dataclass(frozen=True)
class Row:
    """`name` of the URL, its path in a world, and the status per role."""

    name: str
    url: Callable
    expected: dict[str, int]
    method: str = "get"
    data: dict = field(default_factory=dict)
