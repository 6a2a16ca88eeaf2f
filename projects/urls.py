"""Addresses of projects and applications."""

from django.urls import path

from projects import views

app_name = "projects"
urlpatterns = [
    path("", views.project_list, name="list"),
    path("van-mij/", views.mine, name="mine"),
    path("nieuw/<int:assignment_pk>/", views.open_, name="open"),
    path("aanmelding/<int:pk>/doe/<slug:action>/", views.application_act, name="application_act"),
    path("<int:pk>/", views.detail, name="detail"),
    path("<int:pk>/wijzig/", views.edit, name="edit"),
    path("<int:pk>/doe/<slug:action>/", views.act, name="act"),
    path("<int:pk>/aanmelden/", views.apply, name="apply"),
    path("<int:pk>/leerdoelen/", views.confirm, name="confirm"),
    path("<int:pk>/uitkomst/", views.outcome, name="outcome"),
]
