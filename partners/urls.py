"""Addresses below /partners/."""

from django.urls import path

from partners import views

app_name = "partners"
urlpatterns = [
    path("", views.partner_list, name="list"),
    path("nieuw/", views.add, name="add"),
    path("controle/", views.queue, name="queue"),
    path("welkom/", views.welcome, name="welcome"),
    path("uitnodiging/<slug:token>/", views.invitation, name="invitation"),
    path("uitnodiging/<int:pk>/trek-in/", views.invitation_withdraw, name="invitation_withdraw"),
    path("lid/<int:pk>/doe/<slug:action>/", views.membership_act, name="membership_act"),
    path("projectkaart/<int:pk>/", views.card, name="card"),
    path("projectkaart/<int:pk>/kaart.pdf", views.card_pdf, name="card_pdf"),
    path("<int:pk>/", views.detail, name="detail"),
    path("<int:pk>/wijzig/", views.edit, name="edit"),
    path("<int:pk>/doe/<slug:action>/", views.act, name="act"),
    path("<int:pk>/nodig-uit/", views.invite, name="invite"),
    path("<int:pk>/doe-mee/", views.join, name="join"),
    path("<int:pk>/notities/", views.notes, name="notes"),
    path("<int:pk>/voeg-samen/<int:other>/", views.merge, name="merge"),
    path("<int:pk>/mensen/", views.members, name="members"),
]
