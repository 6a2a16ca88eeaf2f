"""Addresses below /rapport/."""

from django.urls import path

from reports.views import business_case as case
from reports.views import grant, report, snapshot

app_name = "reports"
urlpatterns = [
    path("", report.report, name="report"),
    path("businesscase/", case.business_case, name="business_case"),
    path("businesscase/pdf/", case.business_case_pdf, name="business_case_pdf"),
    path("businesscase/versies/", case.versions, name="business_case_versions"),
    path("businesscase/versies/vergelijk/", case.compare, name="business_case_compare"),
    path("businesscase/versies/<int:pk>/", case.version, name="business_case_version"),
    path("businesscase/versies/<int:pk>/pdf/", case.version_pdf, name="business_case_version_pdf"),
    path("rapport.csv", report.file, {"kind": "csv"}, name="csv"),
    path("rapport.xlsx", report.file, {"kind": "xlsx"}, name="xlsx"),
    path("rapport.pdf", report.file, {"kind": "pdf"}, name="pdf"),
    path("cijfer/<slug:key>/", report.rows, name="rows"),
    path("cijfer/<slug:key>/rijen.csv", report.rows_csv, name="rows_csv"),
    path("subsidies/", grant.grants, name="grants"),
    path("subsidies/<int:pk>/", grant.grant, name="grant"),
    path("bevries/<slug:period>/", snapshot.freeze, name="freeze"),
    path("bevroren/", snapshot.snapshots, name="snapshots"),
    path("bevroren/<int:pk>/", snapshot.snapshot, name="snapshot"),
    path("bevroren/<int:pk>/rapport.csv", snapshot.file, {"kind": "csv"}, name="snapshot_csv"),
    path("bevroren/<int:pk>/rapport.xlsx", snapshot.file, {"kind": "xlsx"}, name="snapshot_xlsx"),
    path("bevroren/<int:pk>/rapport.pdf", snapshot.file, {"kind": "pdf"}, name="snapshot_pdf"),
    path("bevroren/<int:pk>/cijfer/<slug:key>/", snapshot.rows, name="snapshot_rows"),
    path("bevroren/<int:pk>/cijfer/<slug:key>/rijen.csv", snapshot.rows_csv, name="snapshot_rows_csv"),
]
