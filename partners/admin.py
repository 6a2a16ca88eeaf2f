"""Support work on people and organisations. A status is shown, never set: that is what the services are for."""

from django.contrib import admin
from django.contrib.auth.admin import UserAdmin
from django.utils.translation import gettext_lazy as _

from oil_portal.core.admin import Lasting
from partners.models import Collaboration, Invitation, Membership, Partner, ProjectCard, User


@admin.register(User)
class PersonAdmin(Lasting, UserAdmin):
    ordering = ["email"]
    list_display = ["email", "first_name", "last_name", "language", "digest", "is_active", "is_staff"]
    list_filter = ["is_active", "is_staff", "language", "digest"]
    search_fields = ["email", "first_name", "last_name"]
    readonly_fields = ["last_login", "date_joined"]
    filter_horizontal = []
    fieldsets = [
        (None, {"fields": ["email", "password"]}),
        (_("Persoon"), {"fields": ["first_name", "last_name", "language", "digest"]}),
        (_("Toegang"), {"fields": ["is_active", "is_staff", "is_superuser", "last_login", "date_joined"]}),
    ]
    add_fieldsets = [(None, {"classes": ["wide"], "fields": ["email", "usable_password", "password1", "password2"]})]


@admin.register(Partner)
class PartnerAdmin(Lasting):
    """Also where a lab is hung under its school, and where a school's mail domains are set."""

    list_display = ["name", "kind", "municipality", "status", "created_at"]
    list_filter = ["kind", "status", "municipality"]
    search_fields = ["name", "kvk", "brin"]
    readonly_fields = ["status", "merged_into", "created_at"]
    autocomplete_fields = ["parent"]


@admin.register(Membership)
class MembershipAdmin(Lasting):
    list_display = ["user", "partner", "role", "status", "created_at"]
    list_filter = ["role", "status"]
    list_select_related = ["user", "partner"]
    search_fields = ["user__email", "partner__name"]
    readonly_fields = ["user", "partner", "role", "status", "created_at"]

    def has_add_permission(self, request) -> bool:
        return False


@admin.register(Invitation)
class InvitationAdmin(Lasting):
    """The link itself is never shown here: it is as good as a key."""

    list_display = ["email", "partner", "role", "status", "created_at"]
    list_filter = ["role", "status"]
    list_select_related = ["partner"]
    search_fields = ["email", "partner__name"]
    readonly_fields = ["email", "partner", "role", "status", "invited_by", "created_at"]

    def has_add_permission(self, request) -> bool:
        return False


@admin.register(Collaboration)
class CollaborationAdmin(admin.ModelAdmin):
    list_display = ["name", "kind", "state"]
    autocomplete_fields = ["members", "continued_in"]


@admin.register(ProjectCard)
class ProjectCardAdmin(admin.ModelAdmin):
    list_display = ["collaboration"]
    list_select_related = ["collaboration"]
