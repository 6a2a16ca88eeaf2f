"""A proposal of teams in a round: computed or changed by hand, compared, and one of them published."""

from datetime import timedelta

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from oil_portal.core import clock
from oil_portal.core.models import Worded
from oil_portal.core.prepared import address
from projects.models.project import Project
from projects.models.round import MatchingRound

SILENT = timedelta(seconds=30)  # a solver that says nothing for so long has stopped


class Proposal(Worded):
    """One way to fill the teams, with its figures and what is known of its quality."""

    class Kind(models.TextChoices):
        BEST = "best", _("Berekend")
        STABLE = "stable", _("Stabiel")
        HAND = "hand", _("Met de hand")
        REPAIR = "repair", _("Herstel")

    class State(models.TextChoices):
        WAITING = "waiting", _("wacht op berekening")
        RUNNING = "running", _("wordt berekend")
        DONE = "done", _("klaar")
        CLASH = "clash", _("regels botsen")
        FAILED = "failed", _("mislukt")

    class Problem(models.TextChoices):
        REPLACED = "replaced", _("Er is een nieuw voorstel gevraagd.")
        RULES = "rules", _("De regels van deze ronde spreken elkaar tegen. Kijk ze na.")
        ERROR = "error", _("Het berekenen is mislukt. Probeer het opnieuw.")

    round = models.ForeignKey(MatchingRound, on_delete=models.CASCADE, related_name="proposals")
    number = models.PositiveSmallIntegerField()
    kind = models.CharField(max_length=6, choices=Kind.choices, default=Kind.BEST)
    state = models.CharField(max_length=7, choices=State.choices, default=State.WAITING)
    based_on = models.ForeignKey("self", null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    progress = models.JSONField(default=dict, blank=True)  # stage, seconds, value, bound, gap
    stages = models.JSONField(default=list, blank=True)  # what was proven, per goal
    figures = models.JSONField(default=dict, blank=True)
    clash = models.JSONField(default=dict, blank=True)  # the rules that cannot hold together, and what dropping gives
    inputs = models.CharField(max_length=64, blank=True)  # fingerprint of the choices and rules that it was made from
    problem = models.CharField(max_length=10, choices=Problem.choices, blank=True)
    created_at = models.DateTimeField(default=clock.now)
    heard_at = models.DateTimeField(null=True, blank=True)  # when the solver last said something
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-number"]
        constraints = [models.UniqueConstraint(fields=["round", "number"], name="one_proposal_per_number")]

    def __str__(self) -> str:
        return _("Voorstel %(number)s") % {"number": self.number}

    def get_absolute_url(self) -> str:
        return address("projects:proposal", self.pk)

    @property
    def is_busy(self) -> bool:
        """Whether a solver is at it, or will be."""
        return self.state in (self.State.WAITING, self.State.RUNNING) and not self.has_stopped

    @property
    def has_stopped(self) -> bool:
        """Nothing was heard for so long that the solver must have been killed, or that there is none."""
        unfinished = self.state in (self.State.WAITING, self.State.RUNNING)
        return unfinished and clock.now() - (self.heard_at or self.created_at) > SILENT


class ProposedSeat(models.Model):
    """A student in a proposal, with a project or with none."""

    proposal = models.ForeignKey(Proposal, on_delete=models.CASCADE, related_name="seats")
    student = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    project = models.ForeignKey(Project, null=True, blank=True, on_delete=models.CASCADE, related_name="+")

    class Meta:
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["proposal", "student"], name="one_seat_per_proposal")]

    def __str__(self) -> str:
        return f"{self.student_id} → {self.project_id}"
