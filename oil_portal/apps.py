from django.apps import AppConfig


class PortalConfig(AppConfig):
    name = "oil_portal"
