"""Addresses of projects and applications."""

from django.urls import path

from projects.views import coverage, following, project, ranking

app_name = "projects"
urlpatterns = [
    path("", project.project_list, name="list"),
    path("van-mij/", project.mine, name="mine"),
    path("dekking/", coverage.coverage, name="coverage"),
    path("oproep/<int:pk>/", coverage.call, name="call"),
    path("nieuw/<int:assignment_pk>/", project.open_, name="open"),
    path("aanmelding/<int:pk>/doe/<slug:action>/", project.application_act, name="application_act"),
    path("<int:pk>/", project.detail, name="detail"),
    path("<int:pk>/wijzig/", project.edit, name="edit"),
    path("<int:pk>/doe/<slug:action>/", project.act, name="act"),
    path("<int:pk>/aanmelden/", project.apply, name="apply"),
    path("<int:pk>/leerdoelen/", project.confirm, name="confirm"),
    path("<int:pk>/uitkomst/", project.outcome, name="outcome"),
    path("<int:pk>/uren/", following.hours, name="hours"),
    path("uren/<int:pk>/weg/", following.hours_remove, name="hours_remove"),
    path("<int:pk>/bedankt/", following.thank, name="thank"),
    path("<int:pk>/feedback/", following.feedback, name="feedback"),
    path("<int:pk>/later/", following.later, name="later"),
    path("<int:pk>/kaart/", following.card, name="card"),
    # A student in a matching round.
    path("ronde/<int:pk>/keuzes/", ranking.ranking, name="ranking"),
    path("ronde/<int:pk>/studielast/", ranking.load, name="ranking_load"),
    path("ronde/<int:pk>/vrienden/", ranking.friends, name="friends"),
    path("vrienden/<str:token>/", ranking.friends_join, name="friends_join"),
]
