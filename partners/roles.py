"""Roles come from active memberships, read once per user object and kept on it."""

from django.utils.translation import gettext_lazy as _

CONTACT, TEACHER, STUDENT, COORDINATOR, BROKER = "contact", "teacher", "student", "coordinator", "broker"
CHOICES = [
    (CONTACT, _("contactpersoon")),
    (TEACHER, _("docent")),
    (STUDENT, _("student")),
    (COORDINATOR, _("coördinator")),
    (BROKER, _("makelaar")),
]


def of(user) -> tuple[tuple[str, int, int | None], ...]:
    """(role, partner id, id of the partner's parent) per active membership; () for a visitor."""
    if not getattr(user, "pk", None):
        return ()
    if not hasattr(user, "_roles"):
        from partners.models.membership import held_by  # whose own models ask for roles

        user._roles = tuple(held_by(user.pk))
    return user._roles


def of_many(users) -> dict[int, tuple[tuple[str, int, int | None], ...]]:
    """{user: their roles}, kept on each; one query for all whose roles were not read yet."""
    unread = {user.pk: [] for user in users if not hasattr(user, "_roles")}
    if unread:
        memberships = users[0].memberships.model.objects.active().filter(user__among=unread)
        for user, *role in memberships.values_list("user", "role", "partner_id", "partner__parent_id"):
            unread[user].append(tuple(role))
    for user in users:
        if user.pk in unread:
            user._roles = tuple(unread[user.pk])
    return {user.pk: user._roles for user in users}


def forget(user) -> None:
    """Read the roles anew next time, after a membership changed."""
    if hasattr(user, "_roles"):
        del user._roles  # and not by __dict__: the user of a request is a wrapper around the real one


def has(user, *wanted: str) -> bool:
    """Whether the user has one of these roles anywhere."""
    return any(role in wanted for role, _partner, _parent in of(user))


def partner_ids(user, *wanted: str) -> set[int]:
    """The partners where the user has one of these roles; without `wanted`, any role."""
    return {partner for role, partner, _parent in of(user) if not wanted or role in wanted}


def school_ids(user, *wanted: str) -> set[int]:
    """The schools where the user has one of these roles, directly or through a lab of that school."""
    return {parent or partner for role, partner, parent in of(user) if not wanted or role in wanted}
