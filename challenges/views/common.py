"""How the pages of this room fetch what a reader may see."""

from django.http import QueryDict
from django.shortcuts import get_object_or_404

from challenges.models import Assignment, Challenge
from oil_portal.core.promises import with_promise
from oil_portal.core.views import need

__all__ = ["assignment_for", "challenge_for", "need", "posted"]


def challenge_for(user, pk: int) -> Challenge:
    """The challenge with its partner and translator; Http404 when `user` may not see it."""
    found = Challenge.objects.visible_to(user).select_related("partner", "translator", "contact")
    return get_object_or_404(with_promise(found), pk=pk)


def assignment_for(user, pk: int) -> Assignment:
    """The assignment with its challenge and `rejected` goals; Http404 when `user` may not see it."""
    related = ("challenge__partner", "challenge__translator", "agreed_by")
    found = Assignment.objects.visible_to(user).with_rejected().select_related(*related)
    return get_object_or_404(with_promise(found), pk=pk)


def posted(request) -> QueryDict | None:
    """What a form is bound to: a POST with nothing in it is a POST too."""
    return request.POST if request.method == "POST" else None
