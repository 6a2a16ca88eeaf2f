"""The verbs for learning goals."""

from django.core.exceptions import PermissionDenied
from django.db import transaction

from modules.models import LearningGoal
from oil_portal.core import clock
from partners.models import User


@transaction.atomic
def explain_goal(
    *, goal: LearningGoal, actor: User, explanation: str, company_says: list[str], keywords: list[str], twins: bool
) -> int:
    """Put a goal in plain language, with `twins` for every programme that has a goal of this title; how many changed.

    Goals are saved one by one, so that the history says what each was before.
    """
    if not actor.has_perm("modules.explain_learninggoal", goal):
        raise PermissionDenied
    same = LearningGoal.objects.filter(title=goal.title) if twins else LearningGoal.objects.filter(pk=goal.pk)
    values = {"explanation": explanation, "company_says": company_says, "keywords": keywords}
    changed = 0
    for each in same.select_for_update().order_by("pk"):
        if any(getattr(each, name) != value for name, value in values.items()):
            for name, value in values.items():
                setattr(each, name, value)
            each.changed_at = clock.now()
            each.full_clean()
            each.save(update_fields=[*values, "changed_at"])
            changed += 1
    return changed
