from django.apps import AppConfig


class CoreConfig(AppConfig):
    name = "oil_portal.core"
    label = "core"
