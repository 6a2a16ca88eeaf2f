"""The admin site is for looking up and mending a text: what people decide goes by services."""

import pytest
from django.contrib import admin
from django.test import RequestFactory

from challenges.models import Assignment, Challenge
from partners.models import Invitation, Membership, Partner, User
from projects.models import Achievement, Application, Outcome, Project

OURS = ("core", "partners", "modules", "challenges", "projects", "reports")
LASTING = (User, Partner, Membership, Invitation, Challenge, Assignment, Project, Application, Achievement, Outcome)


@pytest.fixture
def asked(world):
    request = RequestFactory().get("/")
    request.user = User.objects.create_superuser("staf@mail.example")
    return request


def test_every_list_and_page_of_it_opens(asked):
    opened = 0
    for model, site in admin.site._registry.items():
        if model._meta.app_label not in OURS:
            continue
        assert site.changelist_view(asked).render().status_code == 200, model
        if (one := model._default_manager.first()) is not None:
            assert site.changeform_view(asked, str(one.pk)).render().status_code == 200, model
            opened += 1
    assert opened > 15


@pytest.mark.parametrize("model", LASTING)
def test_people_and_their_work_are_not_deleted_by_hand(asked, model):
    site = admin.site._registry[model]
    assert not site.has_delete_permission(asked)
    assert "delete_selected" not in site.get_actions(asked)


@pytest.mark.parametrize("model", [Assignment, Application, Achievement])
def test_what_sides_said_is_not_changed_by_hand(asked, model):
    site = admin.site._registry[model]
    assert not site.has_change_permission(asked) and not site.has_add_permission(asked)
