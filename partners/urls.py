"""Addresses below /partners/."""

from django.urls import path

from partners.views import card, invitation, joining, partner, review

app_name = "partners"
urlpatterns = [
    path("", partner.partner_list, name="list"),
    path("nieuw/", partner.add, name="add"),
    path("controle/", review.queue, name="queue"),
    path("welkom/", joining.welcome, name="welcome"),
    path("uitnodiging/<slug:token>/", invitation.invitation, name="invitation"),
    path("uitnodiging/<int:pk>/trek-in/", invitation.invitation_withdraw, name="invitation_withdraw"),
    path("uitnodiging/<int:pk>/opnieuw/", invitation.invitation_resend, name="invitation_resend"),
    path("lid/<int:pk>/doe/<slug:action>/", joining.membership_act, name="membership_act"),
    path("projectkaart/<int:pk>/", card.card, name="card"),
    path("projectkaart/<int:pk>/kaart.pdf", card.card_pdf, name="card_pdf"),
    path("<int:pk>/", partner.detail, name="detail"),
    path("<int:pk>/wijzig/", partner.edit, name="edit"),
    path("<int:pk>/logo/", partner.logo, name="logo"),
    path("<int:pk>/logo/wijzig/", partner.logo_edit, name="logo_edit"),
    path("<int:pk>/klopt/", partner.check, name="check"),
    path("<int:pk>/doe/<slug:action>/", partner.act, name="act"),
    path("<int:pk>/nodig-uit/", invitation.invite, name="invite"),
    path("<int:pk>/doe-mee/", joining.join, name="join"),
    path("<int:pk>/notities/", review.notes, name="notes"),
    path("<int:pk>/voeg-samen/<int:other>/", review.merge, name="merge"),
    path("<int:pk>/mensen/", joining.members, name="members"),
]
