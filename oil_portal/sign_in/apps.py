from django.apps import AppConfig


class SignInConfig(AppConfig):
    name = "oil_portal.sign_in"

    def ready(self) -> None:
        from oil_portal.sign_in import signals  # noqa: F401  listens to allauth
