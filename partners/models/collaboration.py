"""What partners do together under one name, and its *projectkaart*."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from oil_portal.core.models import Worded
from oil_portal.core.prepared import address
from partners.models.partner import Partner


class CollaborationQuerySet(models.QuerySet):
    def for_cards(self) -> "CollaborationQuerySet":
        """With all that a card of the list draws."""
        return self.select_related("card", "started_from").prefetch_related("members", "continued_in")


class Collaboration(Worded):
    """Partners that work together under one name, with what it continued in."""

    class Kind(models.TextChoices):
        PROGRAMME = "programme", _("Programma")
        PROJECT = "project", _("Project")
        ACADEMY = "academy", _("Academy")

    class State(models.TextChoices):
        RUNNING = "running", _("Lopend")
        COMPLETED = "completed", _("Afgerond")

    name = models.CharField(max_length=120, unique=True)
    kind = models.CharField(max_length=10, choices=Kind.choices)
    state = models.CharField(max_length=10, choices=State.choices)
    members = models.ManyToManyField(Partner, related_name="collaborations")
    continued_in = models.ManyToManyField(Partner, related_name="continuations", blank=True)
    started_from = models.ForeignKey("self", null=True, blank=True, on_delete=models.SET_NULL, related_name="offshoots")

    objects = CollaborationQuerySet.as_manager()

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class ProjectCard(models.Model):
    """The *projectkaart* of a collaboration: why, what, what came of it, and who answers for it."""

    collaboration = models.OneToOneField(Collaboration, on_delete=models.CASCADE, related_name="card")
    urgency = models.TextField()
    assignment = models.TextField()
    results = models.TextField(help_text="One result a line.")
    next_steps = models.TextField(blank=True)
    quote = models.TextField(_("uitspraak"), blank=True, max_length=400)
    quote_by = models.CharField(_("van wie"), blank=True, max_length=120)
    structure = models.JSONField(default=list)  # [[Dutch label, [names]], ...] in the order of the card

    def __str__(self) -> str:
        return f"Projectkaart {self.collaboration}"

    def get_absolute_url(self) -> str:
        return address("partners:card", self.pk)
