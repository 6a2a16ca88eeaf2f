"""Support work only: everything people do themselves is on the portal's own pages, and a status moves there."""

from django.contrib import admin

from oil_portal.core.admin import ReadOnly
from projects.models import Achievement, Application, Contribution, Outcome, Project


@admin.register(Project)
class ProjectAdmin(admin.ModelAdmin):
    list_display = ["title", "status", "coach", "closing_date", "starts"]
    list_filter = ["status"]
    search_fields = ["title"]
    raw_id_fields = ["assignment", "run", "lab", "coach"]
    readonly_fields = ["status", "created_at"]


@admin.register(Application)
class ApplicationAdmin(admin.ModelAdmin):
    list_display = ["project", "student", "status", "created_at"]
    list_filter = ["status"]
    search_fields = ["project__title", "student__email"]
    raw_id_fields = ["project", "student"]
    readonly_fields = ["status", "created_at", "decided_at"]


@admin.register(Achievement)
class AchievementAdmin(admin.ModelAdmin):
    list_display = ["project", "student", "goal", "achieved"]
    list_filter = ["achieved"]
    raw_id_fields = ["project", "student", "goal"]


@admin.register(Outcome)
class OutcomeAdmin(admin.ModelAdmin):
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
