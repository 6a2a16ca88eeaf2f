"""Addresses of projects and applications."""

from django.urls import path

from projects.views import board, card, coverage, following, profile, project, ranking, round

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
    path("<int:pk>/bedankt/", following.thank, name="thank"),
    path("<int:pk>/feedback/", following.feedback, name="feedback"),
    path("<int:pk>/later/", following.later, name="later"),
    path("<int:pk>/kaart/", card.card, name="card"),
    path("<int:pk>/kaart.pdf", card.card_pdf, name="card_pdf"),
    path("vervolg/", card.follow_ups, name="follow_ups"),
    # Who runs a matching round.
    path("rondes/", round.round_list, name="rounds"),
    path("ronde/nieuw/", round.round_make, name="round_make"),
    path("ronde/<int:pk>/", round.round_detail, name="round"),
    path("ronde/<int:pk>/wijzig/", round.round_edit, name="round_edit"),
    path("ronde/<int:pk>/projecten/", round.round_projects, name="round_projects"),
    path("ronde/<int:pk>/regels/", round.round_rules, name="round_rules"),
    path("ronde/<int:pk>/regels/<slug:kind>/", round.round_rules, name="rule_add"),
    path("ronde/<int:pk>/regels/<slug:kind>/<int:rule_pk>/weg/", round.rule_remove, name="rule_remove"),
    path("ronde/<int:pk>/doe/<slug:action>/", round.act, name="round_act"),
    path("ronde/<int:pk>/herinner/", round.remind, name="remind"),
    path("ronde/<int:pk>/bereken/", round.solve, name="solve"),
    path("ronde/<int:pk>/vergelijk/", round.compare, name="compare"),
    path("ronde/<int:pk>/uitval/", round.drop_out, name="drop_out"),
    path("ronde/<int:pk>/laat/", round.late, name="late"),
    path("ronde/project/<int:pk>/", round.entry_edit, name="round_entry"),
    path("ronde/project/<int:pk>/voorkeur/", round.favour, name="favour"),
    path("voorstel/<int:pk>/", board.board, name="proposal"),
    path("voorstel/<int:pk>/kies/", board.choose, name="proposal_choose"),
    path("voorstel/<int:pk>/publiceer/", board.publish, name="proposal_publish"),
    path("voorstel/<int:pk>/student/<int:student_pk>/", board.student, name="proposal_student"),
    path("voorstel/<int:pk>/student/<int:student_pk>/verplaats/", board.move, name="proposal_move"),
    path("voorstel/<int:pk>/student/<int:student_pk>/prijzen/", board.prices, name="proposal_prices"),
    path("voorstel/<int:pk>/student/<int:student_pk>/slot/", board.lock, name="proposal_lock"),
    path("voorstel/<int:pk>/project/<int:project_pk>/", board.project, name="proposal_project"),
    path("<int:pk>/contact/", project.contact, name="contact"),
    # A student's own page and calendar.
    path("profiel/", profile.profile, name="profile"),
    path("profiel/agenda/", profile.calendar_link, name="calendar_link"),
    path("agenda/<str:token>.ics", profile.calendar, name="calendar"),
    # A student in a matching round.
    path("ronde/<int:pk>/keuzes/", ranking.ranking, name="ranking"),
    path("ronde/<int:pk>/studielast/", ranking.load, name="ranking_load"),
    path("ronde/<int:pk>/vrienden/", ranking.friends, name="friends"),
    path("vrienden/<str:token>/", ranking.friends_join, name="friends_join"),
]
