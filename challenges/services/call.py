"""The verb for a call: ask partners for a question that needs a goal, and whom to ask."""

from dataclasses import dataclass
from datetime import timedelta

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from challenges.models import Call, GoalLink
from challenges.services.suggestion import index
from challenges.suggestions import Index, words_of
from modules.models import LearningGoal, Module
from oil_portal.core import clock
from oil_portal.core.timeline import notify, record
from partners import roles
from partners.models import Membership, Partner, User

QUIET = timedelta(days=90)  # a partner is called for one goal once in this time
NEAR, CANDIDATES, READ = 6, 12, 400
SHARED = 2  # words that a description must share with a goal


@dataclass
class Candidate:
    """A partner that did something near a goal: by its earlier links, or by its own description."""

    partner: Partner
    goals: list[str]
    words: list[str]
    called: bool = False

    @property
    def score(self) -> tuple:
        return (not self.called, 3 * len(self.goals) + len(self.words))


def near_goals(goal: LearningGoal, ready: Index) -> list[str]:
    """The titles that resemble a goal most, itself first."""
    text = ". ".join([goal.explanation, *goal.company_says, *goal.keywords])
    return [one.title for one in ready.rank(goal.title, text)[:NEAR]]


def candidates(goal: LearningGoal) -> list[Candidate]:
    """At most CANDIDATES accepted companies for a call, the nearest first, with the reason. Four queries."""
    ready = index()
    titles = near_goals(goal, ready)
    linked: dict[int, list[str]] = {}
    for pk, title in (
        GoalLink.objects.filter(goal__title__in=titles)
        .order_by("-pk")
        .values_list("assignment__challenge__partner", "goal__title")[:READ]
    ):
        linked.setdefault(pk, []).append(title)
    known = next((each for each in ready.goals if each.title == goal.title), None)
    called = set(
        Call.objects.filter(goal__title=goal.title, created_at__gte=clock.now() - QUIET).values_list(
            "partners", flat=True
        )
    )
    found = []
    companies = Partner.objects.filter(status="accepted", kind=Partner.Kind.COMPANY).order_by("name", "pk")
    for partner in companies:
        goals = list(dict.fromkeys(linked.get(partner.pk, [])))
        words = ready.reasons("", partner.description, known) if known and words_of(partner.description) else []
        if not partner.is_paused and (goals or len(words) >= SHARED):
            found.append(Candidate(partner, goals[:3], words, partner.pk in called))
    return sorted(found, key=lambda one: one.score, reverse=True)[:CANDIDATES]


def draft_text(goal: LearningGoal) -> str:
    """A first invitation in plain words, for the teacher to change."""
    lines = [_("Onze studenten leren dit: %s.") % goal.title[:1].lower().join(["", goal.title[1:]])]
    if goal.explanation:
        lines.append(goal.explanation)
    if goal.company_says:
        lines.append(_("Een bedrijf zegt bijvoorbeeld: “%s”") % goal.company_says[0])
    lines.append(_("Hebben jullie zo'n vraag? Dan helpen onze studenten graag."))
    return "\n\n".join(lines)


@transaction.atomic
def call_for(*, goal: LearningGoal, actor: User, partners: list[Partner], text: str, module: Module | None = None):
    """Ask partners for a question that needs this goal; their contacts read it in their digest."""
    if not actor.has_perm("challenges.call_for_goal"):
        raise PermissionDenied
    quiet = Call.objects.filter(goal__title=goal.title, created_at__gte=clock.now() - QUIET, partners__in=partners)
    if quiet.exists():
        raise ValidationError({"partners": _("Een van deze bedrijven kreeg deze oproep al. Wacht drie maanden.")})
    made = Call(goal=goal, module=module, text=text.strip(), by=actor)
    made.full_clean()
    made.save()
    made.partners.set(partners)
    contacts = Membership.objects.active().filter(partner__in=partners, role=roles.CONTACT).select_related("user")
    notify(record(made, "call", actor=actor, remark=made.text), [each.user for each in contacts])
    return made
