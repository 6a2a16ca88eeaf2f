"""A call, as the company reads it."""

from django.shortcuts import get_object_or_404, render

from challenges.models import Call
from partners import roles


def detail(request, pk: int):
    """What the teacher asks, what the goal means, and the way to post a question."""
    call = get_object_or_404(
        Call.objects.visible_to(request.user).select_related("goal__programme", "module__school", "by"), pk=pk
    )
    context = {
        "call": call,
        "goal": call.goal,
        "asked": request.user.has_perm("challenges.write_challenge"),
        "partners": [] if roles.has(request.user, roles.CONTACT) else call.partners.order_by("name"),
    }
    return render(request, "challenges/call_detail.html", context)
