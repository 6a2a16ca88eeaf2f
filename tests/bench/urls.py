"""The portal's addresses, and two that its pages are compared with: nothing, and the same list the obvious way."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpResponse
from django.urls import path
from django.views.generic import ListView

from challenges.models import Challenge
from oil_portal.urls import urlpatterns as portal
from projects.models import Project


@login_not_required
def bare(_request):
    """What the server costs before a page does anything."""
    return HttpResponse("Niets.")


class Projects(ListView):
    """As the tutorial says: a queryset, a page of it, an include a row, and the rows ask for what they show."""

    paginate_by = 12
    template_name = "bench/projects.html"

    def get_queryset(self):
        found = Project.objects.visible_to(self.request.user).open().select_related("assignment__challenge__partner")
        return found.order_by("-created_at", "-pk")


class Challenges(ListView):
    paginate_by = 12
    template_name = "bench/challenges.html"
    queryset = Challenge.objects.public().select_related("partner")


urlpatterns = [
    path("bench/kaal/", bare),
    path("bench/projecten/", login_not_required(Projects.as_view())),
    path("bench/vraagstukken/", login_not_required(Challenges.as_view())),
    *portal,
]
