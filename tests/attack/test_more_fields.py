"""Fields that no form has, sent along with what a form asks: nobody gets power, a proof, or another's place by them."""

import pytest
from allauth.account.models import EmailAddress

from partners.models import Membership, User
from tests.attack import ROOMS, outsider_and_insider, rows, undone

FLAGS = dict.fromkeys(("is_staff", "is_superuser", "is_active", "verified", "primary", "admin"), "on")
WORDS = {
    "password": "!",
    "role": "broker",
    "roles": "broker",
    "status": "active",
    "groups": "1",
    "user_permissions": "1",
}


def powers() -> tuple:
    """Who may what by their account and roles, with which password and proven addresses."""
    accounts = User.objects.order_by("pk").values_list(
        "pk", "is_staff", "is_superuser", "is_active", "password", "email"
    )
    roles = (
        Membership.objects.filter(role__in=("broker", "coordinator")).order_by("pk").values_list("pk", "user", "status")
    )
    proven = EmailAddress.objects.filter(verified=True).order_by("pk").values_list("pk", "user", "email")
    return tuple(accounts), tuple(roles), tuple(proven)


@pytest.mark.parametrize("room", ROOMS)
def test_no_form_takes_more_than_it_asks(room, world, login):
    whose = dict.fromkeys(("user", "user_id", "actor", "author", "by", "owner", "id"), str(world.newcomer.pk))
    before, wrong = powers(), []
    for row in rows(room):
        if row.method != "post" or not outsider_and_insider(row):
            continue
        role = outsider_and_insider(row)[0]
        client = login(None if role == "visitor" else getattr(world, role))
        client.raise_request_exception = False
        with undone():
            answer = client.post(row.url(world), FLAGS | WORDS | whose | row.data)
            after = powers()
        if answer.status_code >= 500 or after != before:
            changed = [set(now) ^ set(then) for now, then in zip(after, before, strict=True)]
            wrong.append(f"{row.name} as {role}: {answer.status_code} {changed}")
    assert not wrong, "\n".join(wrong)


def test_the_judge_sees_power(world):
    before = powers()
    User.objects.filter(pk=world.newcomer.pk).update(is_staff=True)
    assert powers() != before
