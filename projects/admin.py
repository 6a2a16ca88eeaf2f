"""Support work only: everything people do themselves is on the portal's own pages, and a status moves there."""

from django.contrib import admin

from oil_portal.core.admin import Lasting, ReadOnly
from projects.models import Achievement, Application, Contribution, Outcome, Project


@admin.register(Project)
class ProjectAdmin(Lasting):
    list_display = ["title", "status", "coach", "closing_date", "starts"]
    list_filter = ["status"]
    search_fields = ["title"]
    raw_id_fields = ["assignment", "run", "lab", "coach"]
    readonly_fields = ["status", "created_at"]


@admin.register(Application)
class ApplicationAdmin(ReadOnly):
    list_display = ["project", "student", "status", "created_at"]
    list_filter = ["status"]
    list_select_related = ["project", "student"]
    search_fields = ["project__title", "student__email"]


@admin.register(Achievement)
class AchievementAdmin(ReadOnly):
    list_display = ["project", "student", "goal", "achieved"]
    list_filter = ["achieved"]
    list_select_related = ["project", "student", "goal"]


@admin.register(Outcome)
class OutcomeAdmin(Lasting):
    list_display = ["project", "summary", "follow_up"]
    list_filter = ["follow_up"]
    raw_id_fields = ["project", "follow_up_lab", "next_challenge"]


@admin.register(Contribution)
class ContributionAdmin(ReadOnly):
    """Two sides answer for what it says, and staff is neither."""

    list_display = ["project", "partner", "kind", "day", "hours", "amount", "status"]
    list_filter = ["status", "kind"]
    list_select_related = ["project", "partner"]
    search_fields = ["project__title", "partner__name"]
