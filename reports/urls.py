"""Addresses below /rapport/."""

app_name = "reports"
urlpatterns: list = []
