"""What the portal does by itself with projects."""

from contextlib import suppress
from datetime import timedelta

from celery import shared_task

from oil_portal.core import clock
from oil_portal.core.workflow import Refusal
from projects.models import MatchingRound, Project
from projects.services import DECISION_DAYS, ask_later, close_overdue, due_to_ask
from projects.services.proposal import compute
from projects.services.publication import publish_due
from projects.services.round import close_round, open_round
from projects.workflow import RoundStatus


@shared_task
def close_due_projects() -> None:
    """Answer the applicants of projects whose teacher let the decision date pass."""
    last = clock.today() - timedelta(days=DECISION_DAYS)
    for project in Project.objects.filter(open_until__lt=last):
        close_overdue(project=project)


@shared_task
def ask_what_became() -> None:
    """Half a year after completion, ask the company what became of the result; once."""
    for outcome in due_to_ask().select_related("project"):
        ask_later(outcome=outcome)


@shared_task(bind=True)
def solve_proposal(self, proposal_id: int) -> None:
    """Compute a proposal; a task that comes again after its worker was killed takes over."""
    compute(proposal_id=proposal_id, again=bool((self.request.delivery_info or {}).get("redelivered")))


@shared_task
def advance_rounds() -> None:
    """Open, close and publish the rounds whose day has come; a round that cannot waits for its coordinator."""
    today = clock.today()
    for round_ in MatchingRound.objects.filter(status=RoundStatus.DRAFT, opens_on__lte=today, closes_on__gte=today):
        with suppress(Refusal):  # no projects yet
            open_round(round_=round_, actor=None)
    for round_ in MatchingRound.objects.filter(status=RoundStatus.OPEN, closes_on__lt=today):
        with suppress(Refusal):  # somebody was quicker
            close_round(round_=round_, actor=None)
    for round_ in MatchingRound.objects.filter(status=RoundStatus.CLOSED, publishes_on__lte=today):
        with suppress(Refusal):
            publish_due(round_=round_)
