"""Every address of the portal. Paths are Dutch: people read and share them."""

from django.contrib import admin
from django.urls import include, path

handler429 = "oil_portal.limits.too_often"  # allauth's name for it
urlpatterns = [
    path("vraagstukken/", include("challenges.urls")),
    path("projecten/", include("projects.urls")),
    path("partners/", include("partners.urls")),
    path("modules/", include("modules.urls")),
    path("rapport/", include("reports.urls")),
    path("account/", include("allauth.account.urls")),
    path("beheer/", admin.site.urls),
    path("", include("oil_portal.pages")),
]
