"""The addresses of the portal itself."""

from django.contrib.auth.decorators import login_not_required
from django.urls import path
from django.views.generic import TemplateView

from oil_portal import mail_pages, staff_pages, views
from oil_portal.answers.views import answer
from oil_portal.audit import audit, audit_object
from oil_portal.demo import views as demo
from oil_portal.handover import handover
from oil_portal.network_page import network
from oil_portal.ops.metrics import metrics
from oil_portal.privacy import views as privacy
from oil_portal.sign_in import views as sign_in


def page(name: str):
    return login_not_required(TemplateView.as_view(template_name=f"pages/{name}.html"))


urlpatterns = [
    path("", views.home, name="home"),
    path("start/", views.start, name="start"),
    path("bedrijf/", views.company, name="company"),
    path("partners/netwerk/", network, name="network"),
    path("overdragen/<int:pk>/", handover, name="handover"),
    path("meldingen/", views.notices, name="notices"),
    path("meldingen/<int:pk>/", views.open_notice, name="notice"),
    path("antwoord/<str:token_>/", answer, name="answer"),
    path("voorkeuren/", mail_pages.preferences, name="preferences"),
    path("voorkeuren/overzicht/", mail_pages.digest_preview, name="digest_preview"),
    path("account/gegevens/", privacy.mine, name="my_data"),
    path("account/gegevens/deel/<str:label>/", privacy.part, name="my_data_part"),
    path("account/gegevens/meenemen/", privacy.take_along, name="my_data_export"),
    path("account/gegevens/toestemming/", privacy.consent, name="my_data_consent"),
    path("account/gegevens/weg/", privacy.leave, name="my_data_leave"),
    path("account/tweede-stap/", sign_in.second_factor_page, name="second_factor"),
    path("account/apparaten/", sign_in.device_list, name="devices"),
    path("account/apparaten/andere/", sign_in.device_end_others, name="device_end_others"),
    path("account/apparaten/<int:pk>/", sign_in.device_end, name="device_end"),
    path("register/", privacy.register, name="privacy_register"),
    path("weergave/", views.theme, name="theme"),
    path("taal/", views.language, name="language"),
    path("afmelden/<str:token>/", mail_pages.unsubscribe, name="unsubscribe"),
    path("afmelden/<str:token>/<str:topic>/", mail_pages.unsubscribe, name="unsubscribe"),
    path("beheer-post/", staff_pages.mail_desk, name="mail_desk"),
    path("beheer-post/opnieuw/", staff_pages.mail_retry, name="mail_retry"),
    path("beheer-post/adres/<int:pk>/", staff_pages.mail_address, name="mail_address"),
    path("beheer-post/overzicht/", staff_pages.mail_preview, name="mail_preview"),
    path("beheer-post/overzicht/<int:pk>/", staff_pages.mail_preview_html, name="mail_preview_html"),
    path("beheer-logboek/", audit, name="audit"),
    path("beheer-logboek/<str:label>/<int:pk>/", audit_object, name="audit_object"),
    path("zo-werkt-het/", page("how"), name="how"),
    path("toegankelijkheid/", page("accessibility"), name="accessibility"),
    path("privacy/", page("privacy"), name="privacy"),
    path("contact/", views.contact, name="contact"),
    path("healthz", views.healthz, name="healthz"),
    path("readyz", views.readyz, name="readyz"),
    path("metrics", metrics, name="metrics"),
    path("demo/login/", demo.demo_login, name="demo_login"),
    path("demo/postvak/", demo.mailbox_list, name="mailbox"),
    path("demo/postvak/<str:key>/", demo.mailbox_mail, name="mailbox_mail"),
    path("demo/postvak/<str:key>/html/", demo.mailbox_html, name="mailbox_html"),
]
