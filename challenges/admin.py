"""Support work only: looking up, and mending a text. A status changes in services.py, never here."""

from django.contrib import admin

from challenges.models import Assignment, Challenge, GoalLink
from oil_portal.core.admin import Lasting, ReadOnly


@admin.register(Challenge)
class ChallengeAdmin(Lasting):
    list_display = ["title", "partner", "status", "translator", "created_at"]
    list_filter = ["status", "theme"]
    list_select_related = ["partner", "translator"]
    search_fields = ["title", "partner__name"]
    raw_id_fields = ["partner", "contact", "translator"]
    readonly_fields = ["status", "submitted_at", "created_at"]


class GoalLinkInline(admin.TabularInline):
    model = GoalLink
    extra = 0
    fields = readonly_fields = ["goal", "position", "linked_by", "created_at"]
    can_delete = False

    def has_add_permission(self, request, obj=None) -> bool:
        return False


@admin.register(Assignment)
class AssignmentAdmin(ReadOnly):
    """Read only: what the company signed is changed by a new version alone."""

    list_display = ["title", "challenge", "version", "status", "agreed_at"]
    list_filter = ["status", "level"]
    list_select_related = ["challenge"]
    search_fields = ["title", "challenge__partner__name"]
    inlines = [GoalLinkInline]
