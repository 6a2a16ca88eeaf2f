"""A student's dates as a calendar feed after RFC 5545: whole days, with identifiers that stay. Reads only."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _
from icalendar import Calendar, Event

from oil_portal.core import clock
from oil_portal.core.mail import absolute
from projects.models import Application, MatchingRound
from projects.workflow import LIVE_APPLICATION, ApplicationStatus, ProjectStatus, RoundStatus

REFRESH = timedelta(hours=6)  # how often a calendar asks again
PAST = timedelta(days=365)  # what is longer ago is left out


@dataclass(frozen=True)
class Day:
    """Something on one day: `label` says what, `about` is the round or project, `name` is for its identifier."""

    name: str
    about: object
    day: date
    label: str
    path: str
    since: datetime

    @property
    def uid(self) -> str:
        host = settings.SITE_URL.split("//")[-1].split(":")[0]
        return f"{self.about._meta.model_name}-{self.about.pk}-{self.name}@{host}"


def days_of(student) -> list[Day]:
    """The dates of the rounds and projects that a student is in, in order, in two queries."""
    applications = Application.objects.filter(student=student).select_related("project")
    return days(MatchingRound.objects.for_student(student), applications)


def days(rounds: Iterable[MatchingRound], applications: Iterable[Application]) -> list[Day]:
    """The dates of these, in order; of what was called off or withdrawn there are none."""
    found = [*_of_rounds(rounds), *_of_projects(applications)]
    return sorted(found, key=lambda each: (each.day, each.uid))


def _of_rounds(rounds: Iterable[MatchingRound]) -> Iterator[Day]:
    """A coordinator may close and publish sooner than planned: a day to come on which nothing happens is left out."""
    past = lambda day: day <= clock.today()
    for each in rounds:
        if each.status == RoundStatus.CANCELLED:
            continue
        path = reverse("projects:ranking", args=[each.pk])
        if each.status == RoundStatus.OPEN or past(each.closes_on):
            yield Day("closes", each, each.closes_on, _("Laatste dag om te kiezen"), path, each.created_at)
        if each.status != RoundStatus.PUBLISHED or past(each.publishes_on):
            yield Day("publishes", each, each.publishes_on, _("Je hoort je team"), path, each.created_at)


def _of_projects(applications: Iterable[Application]) -> Iterator[Day]:
    for application in applications:
        project, path = application.project, application.project.get_absolute_url()
        if application.status not in LIVE_APPLICATION or project.status == ProjectStatus.CANCELLED:
            continue
        if application.status == ApplicationStatus.SUBMITTED:
            label = _("Aanmelden sluit")
            yield Day("closes", project, project.closing_date, label, path, project.created_at)
        yield Day("starts", project, project.starts, _("Het team begint"), path, project.created_at)
        yield Day("ends", project, project.ends, _("Het team is klaar"), path, project.created_at)


def feed(student) -> bytes:
    """The calendar of a student, in the active language."""
    calendar = Calendar()
    calendar.add("prodid", "-//Open Innovatie Lab//oil-portal//NL")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", "Open Innovatie Lab")
    calendar.add("refresh-interval", REFRESH, parameters={"VALUE": "DURATION"})
    for each in days_of(student):
        if each.day >= clock.today() - PAST:
            calendar.add_component(_event(each))
    return calendar.to_ical()


def _event(each: Day) -> Event:
    event = Event()
    event.add("uid", each.uid)
    event.add("dtstamp", each.since)  # and not now: the same dates are the same file
    event.add("dtstart", each.day)
    event.add("dtend", each.day + timedelta(days=1))  # the end of a whole day is the next one
    event.add("summary", f"{each.label}: {each.about}")
    event.add("url", absolute(each.path))
    event.add("transp", "TRANSPARENT")
    return event
