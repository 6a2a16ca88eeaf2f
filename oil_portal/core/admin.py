"""Support work: look at what was recorded and told. Nothing here is edited by hand."""

from django.contrib import admin

from oil_portal.core.mail import retry
from oil_portal.core.models import DigestDelivery, Letter, MailAddress, Notice, TimelineEntry


class Lasting(admin.ModelAdmin):
    """Nothing disappears by hand: people are erased and the rest ends by services, which tell whom it concerns."""

    def has_delete_permission(self, request, obj=None) -> bool:
        return False


class ReadOnly(Lasting):
    def has_add_permission(self, request) -> bool:
        return False

    def has_change_permission(self, request, obj=None) -> bool:
        return False


@admin.register(TimelineEntry)
class TimelineEntryAdmin(ReadOnly):
    list_display = ["created_at", "content_type", "object_id", "event", "actor"]
    list_filter = ["content_type", "event"]
    list_select_related = ["content_type", "actor"]


@admin.register(Notice)
class NoticeAdmin(ReadOnly):
    list_display = ["pk", "recipient", "entry_id", "mailed_at", "told_at", "read_at"]
    list_select_related = ["recipient"]


@admin.register(DigestDelivery)
class DigestDeliveryAdmin(ReadOnly):
    list_display = ["period", "user", "state", "attempts", "reason", "sent_at"]
    list_filter = ["state", "period"]
    list_select_related = ["user"]
    search_fields = ["user__email"]
    actions = ["retry"]

    @admin.action(description="Try again")
    def retry(self, request, queryset) -> None:
        retry(queryset)


@admin.register(Letter)
class LetterAdmin(ReadOnly):
    list_display = ["created_at", "to", "template", "attempts", "detail", "failed_at"]
    list_filter = [("failed_at", admin.EmptyFieldListFilter)]
    search_fields = ["to"]
    actions = ["retry"]

    @admin.action(description="Try again")
    def retry(self, request, queryset) -> None:
        retry(queryset)


@admin.register(MailAddress)
class MailAddressAdmin(ReadOnly):
    list_display = ["email", "refusals", "detail", "refused_at", "set_aside_at"]
    search_fields = ["email"]
