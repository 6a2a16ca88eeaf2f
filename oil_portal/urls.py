"""Every address of the portal. Paths are Dutch: people read and share them."""

from allauth.account.decorators import secure_admin_login
from django.contrib import admin
from django.urls import include, path

from oil_portal.sign_in.oidc import school_callback, school_login

admin.site.login = secure_admin_login(admin.site.login)  # one door: ours, with its limits and second step

handler429 = "oil_portal.limits.too_often"  # allauth's name for it
urlpatterns = [
    path("vraagstukken/", include("challenges.urls")),
    path("projecten/", include("projects.urls")),
    path("partners/", include("partners.urls")),
    path("modules/", include("modules.urls")),
    path("rapport/", include("reports.urls")),
    path("account/", include("allauth.account.urls")),
    path("account/beveiliging/", include("allauth.mfa.urls")),
    path("account/school/inloggen/", school_login, name="school_login"),
    path("account/school/terug/", school_callback, name="school_callback"),
    path("account/school/", include("allauth.socialaccount.urls")),
    path("beheer/", admin.site.urls),
    path("", include("oil_portal.pages")),
]
