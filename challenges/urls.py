"""Addresses of challenges and assignments, under vraagstukken/."""

from django.urls import path
from django.views.generic import RedirectView

from challenges.views import assignment, attachment, call, challenge, draft, goals, talk, upload, version

app_name = "challenges"
urlpatterns = [
    path("", challenge.catalogue, name="list"),
    path("nieuw/", draft.add, name="add"),
    path("concept/<str:token>/", draft.draft, name="draft"),
    path("concept/<str:token>/bewaar/", draft.save, name="draft_save"),
    path("concept/<str:token>/deel/", draft.share, name="draft_share"),
    path("concept/<str:token>/weg/", draft.discard, name="draft_discard"),
    path("concept/<str:token>/bijlage/", attachment.add, name="draft_attach"),
    path("concept/<str:token>/bijlage/<int:pk>/weg/", attachment.remove, name="draft_detach"),
    path("concept/<str:token>/<slug:step>/", draft.step, name="draft_step"),
    path("bijlage/<int:pk>/", attachment.show, name="attachment"),
    path("bijlage/<int:pk>/klein/", attachment.thumbnail, name="thumbnail"),
    path("van-ons/", RedirectView.as_view(pattern_name="company", permanent=True), name="mine"),
    path("lijst/", upload.add, name="upload_add"),
    path("lijst/voorbeeld.xlsx", upload.example, name="upload_template"),
    path("lijst/<int:pk>/", upload.detail, name="upload"),
    path("lijst/<int:pk>/indienen/", upload.finish, name="upload_finish"),
    path("controle/", challenge.queue, name="queue"),
    path("<int:pk>/", challenge.detail, name="detail"),
    path("<int:pk>/wijzig/", draft.edit, name="edit"),
    path("<int:pk>/kopie/", draft.copy, name="copy"),
    path("<int:pk>/doe/<slug:action>/", challenge.act, name="act"),
    path("<int:pk>/opmerking/", talk.remark, name="remark"),
    path("opmerking/<int:pk>/", talk.remark_done, name="remark_done"),
    path("<int:pk>/bewaar/", talk.keep, name="keep"),
    path("<int:pk>/vraag/", talk.ask, name="ask"),
    path("vraag/<int:pk>/antwoord/", talk.answer, name="answer"),
    path("<int:pk>/accepteer/", challenge.accept, name="accept"),
    path("<int:pk>/vertaler/", challenge.translator, name="translator"),
    path("<int:pk>/neem/", challenge.claim, name="claim"),
    path("<int:pk>/opdracht/", assignment.assignment_add, name="assignment_add"),
    path("opdracht/<int:pk>/", assignment.assignment, name="assignment"),
    path("opdracht/<int:pk>/wijzig/", assignment.assignment_edit, name="assignment_edit"),
    path("opdracht/<int:pk>/leerdoelen/", goals.goals, name="goals"),
    path("opdracht/<int:pk>/versies/", version.versions, name="versions"),
    path("opdracht/<int:pk>/opmerking/", version.remark, name="assignment_remark"),
    path("oproep/<int:pk>/", call.detail, name="call"),
    path("opdracht/<int:pk>/doe/<slug:action>/", assignment.assignment_act, name="assignment_act"),
]
