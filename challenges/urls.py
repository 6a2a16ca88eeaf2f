"""Addresses of challenges and assignments, under vraagstukken/."""

from django.urls import path

from challenges import views

app_name = "challenges"
urlpatterns = [
    path("", views.catalogue, name="list"),
    path("nieuw/", views.add, name="add"),
    path("van-ons/", views.mine, name="mine"),
    path("controle/", views.queue, name="queue"),
    path("<int:pk>/", views.detail, name="detail"),
    path("<int:pk>/wijzig/", views.edit, name="edit"),
    path("<int:pk>/doe/<slug:action>/", views.act, name="act"),
    path("<int:pk>/accepteer/", views.accept, name="accept"),
    path("<int:pk>/vertaler/", views.translator, name="translator"),
    path("<int:pk>/neem/", views.claim, name="claim"),
    path("<int:pk>/opdracht/", views.assignment_add, name="assignment_add"),
    path("opdracht/<int:pk>/", views.assignment, name="assignment"),
    path("opdracht/<int:pk>/wijzig/", views.assignment_edit, name="assignment_edit"),
    path("opdracht/<int:pk>/leerdoelen/", views.goals, name="goals"),
    path("opdracht/<int:pk>/doe/<slug:action>/", views.assignment_act, name="assignment_act"),
]
