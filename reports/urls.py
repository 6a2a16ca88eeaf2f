"""Addresses below /rapport/."""

from django.urls import path

from reports.views import business_case as case
from reports.views import report

app_name = "reports"
urlpatterns = [
    path("", report.report, name="report"),
    path("businesscase/", case.business_case, name="business_case"),
    path("businesscase/pdf/", case.business_case_pdf, name="business_case_pdf"),
    path("businesscase/versies/", case.versions, name="business_case_versions"),
    path("businesscase/versies/vergelijk/", case.compare, name="business_case_compare"),
    path("businesscase/versies/<int:pk>/", case.version, name="business_case_version"),
    path("businesscase/versies/<int:pk>/pdf/", case.version_pdf, name="business_case_version_pdf"),
    path("cijfer/<slug:key>/", report.rows, name="rows"),
    path("cijfer/<slug:key>/rijen.csv", report.rows_csv, name="rows_csv"),
]
