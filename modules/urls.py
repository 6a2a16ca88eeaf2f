"""Addresses below /modules/."""

from django.urls import path

from modules.views import curriculum, goal, module

app_name = "modules"
urlpatterns = [
    path("", module.module_list, name="list"),
    path("nieuw/", module.add, name="add"),
    path("<int:pk>/", module.detail, name="detail"),
    path("<int:pk>/wijzig/", module.edit, name="edit"),
    path("<int:pk>/periode/nieuw/", module.run_add, name="run_add"),
    path("periode/<int:pk>/inschrijven/", module.enrol, name="enrol"),
    path("periode/<int:pk>/uitschrijven/", module.leave, name="leave"),
    path("leerdoelen/", goal.goal_list, name="goals"),
    path("leerdoelen/case.json", goal.package, name="package"),
    path("leerdoelen/inlezen/", curriculum.add, name="import_add"),
    path("leerdoelen/inlezen/<int:pk>/", curriculum.show, name="import"),
    path("leerdoelen/<int:pk>/", goal.detail, name="goal"),
    path("leerdoelen/<int:pk>/wijzig/", goal.edit, name="goal_edit"),
]
