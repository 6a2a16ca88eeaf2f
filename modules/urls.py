"""Addresses below /modules/."""

from django.urls import path

from modules import views

app_name = "modules"
urlpatterns = [
    path("", views.module_list, name="list"),
    path("nieuw/", views.add, name="add"),
    path("<int:pk>/", views.detail, name="detail"),
    path("<int:pk>/wijzig/", views.edit, name="edit"),
    path("<int:pk>/periode/nieuw/", views.run_add, name="run_add"),
    path("periode/<int:pk>/inschrijven/", views.enrol, name="enrol"),
    path("periode/<int:pk>/uitschrijven/", views.leave, name="leave"),
]
