"""Support work. What gives entry is never shown, and providers come from the environment only."""

from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount, SocialApp, SocialToken
from allauth.usersessions.models import UserSession
from django.contrib import admin

from oil_portal.sign_in.services import end_sessions

for model in (Authenticator, SocialAccount, SocialApp, SocialToken, UserSession):
    admin.site.unregister(model)


@admin.register(Authenticator)
class AuthenticatorAdmin(admin.ModelAdmin):
    """For who lost everything: taking the last one away lets somebody set up a new one at the next log-in."""

    list_display = ["user", "type", "created_at", "last_used_at"]
    list_filter = ["type"]
    list_select_related = ["user"]
    search_fields = ["user__email"]
    fields = readonly_fields = ["user", "type", "created_at", "last_used_at"]

    def has_add_permission(self, request) -> bool:
        return False

    def delete_model(self, request, obj) -> None:
        """What it opened ends with it."""
        super().delete_model(request, obj)
        end_sessions(user=obj.user, besides="")

    def delete_queryset(self, request, queryset) -> None:
        for one in queryset.select_related("user"):
            self.delete_model(request, one)


@admin.register(SocialAccount)
class SocialAccountAdmin(admin.ModelAdmin):
    list_display = ["user", "provider", "last_login", "date_joined"]
    list_select_related = ["user"]
    search_fields = ["user__email"]
    fields = readonly_fields = ["user", "provider", "extra_data", "last_login", "date_joined"]

    def has_add_permission(self, request) -> bool:
        return False
