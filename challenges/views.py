"""Pages of challenges and assignments: fetch what the reader may see, validate, call one service, answer."""

from functools import partial

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import Count, Q, prefetch_related_objects
from django.http import HttpResponseRedirect, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from challenges import services
from challenges.filters import ChallengeFilter
from challenges.forms import (
    AcceptForm,
    AssignmentForm,
    ChallengeForm,
    GoalSearchForm,
    LinkForm,
    TranslatorForm,
)
from challenges.models import Assignment, Challenge
from challenges.permissions import is_owner, is_teacher_somewhere, is_translator
from challenges.workflow import EDITABLE, PUBLIC, WRITABLE
from modules.models import LearningGoal
from oil_portal.core import views as core
from oil_portal.core.views import attempt
from oil_portal.core.workflow import available
from partners import roles

CARDS, ROWS, GOALS = 12, 25, 30


def challenge_for(user, pk: int) -> Challenge:
    """The challenge with its partner and translator; Http404 when `user` may not see it."""
    return get_object_or_404(
        Challenge.objects.visible_to(user).select_related("partner", "translator", "contact"), pk=pk
    )


def assignment_for(user, pk: int) -> Assignment:
    """The assignment with its challenge; Http404 when `user` may not see it."""
    related = ("challenge__partner", "challenge__translator", "agreed_by")
    return get_object_or_404(Assignment.objects.visible_to(user).select_related(*related), pk=pk)


def need(user, permission: str, obj=None) -> None:
    """PermissionDenied unless the user has the permission."""
    if not user.has_perm(permission, obj):
        raise PermissionDenied


def posted(request) -> QueryDict | None:
    """What a form is bound to: a POST with nothing in it is a POST too."""
    return request.POST if request.method == "POST" else None


# --- Lists ------------------------------------------------------------------------------------------------------
@login_not_required
def catalogue(request):
    """Every challenge that the brokers accepted, newest first or best match first."""
    found = ChallengeFilter(request.GET, queryset=Challenge.objects.public().for_cards())
    page_obj = Paginator(found.qs, CARDS).get_page(request.GET.get("page"))
    return render(request, "challenges/challenge_list.html", {"filter": found, "page_obj": page_obj})


def mine(request):
    """What the reader's own organisations ask."""
    own = roles.partner_ids(request.user, roles.CONTACT)
    challenges = Challenge.objects.filter(partner__in=own).select_related("partner").prefetch_related("assignments")
    page_obj = Paginator(challenges, ROWS).get_page(request.GET.get("page"))
    context = {"page_obj": page_obj, "several": len(own) > 1, "is_contact": bool(own)}
    return render(request, "challenges/challenge_mine.html", context)


def queue(request):
    """What waits for a broker: the review, oldest first, and challenges that no teacher has yet."""
    need(request.user, "challenges.accept_challenge")
    challenges = Challenge.objects.select_related("partner", "contact")
    submitted = challenges.filter(status="submitted").order_by("submitted_at", "pk")
    untranslated = challenges.filter(status="accepted", translator=None).order_by("submitted_at", "pk")
    context = {
        "page_obj": Paginator(submitted, ROWS).get_page(request.GET.get("page")),
        "untranslated": untranslated[:ROWS],
        "untranslated_count": untranslated.count(),
    }
    return render(request, "challenges/challenge_queue.html", context)


# --- One challenge ----------------------------------------------------------------------------------------------
@login_not_required
def detail(request, pk: int):
    """The challenge for everybody; with the timeline, the assignments and what to do for the sides."""
    challenge, user = challenge_for(request.user, pk), request.user
    prefetch_related_objects([challenge], "assignments__links__goal__programme", "assignments__projects__lab")
    assignments = challenge.assignments.all()
    agreed = next((each for each in assignments if each.status == "agreed"), None)
    follows = user.has_perm("challenges.follow_challenge", challenge) or is_translator(user, challenge)
    context = {
        "challenge": challenge,
        "assignments": assignments if follows else [],
        "agreed": agreed,
        "goals": [{"title": link.goal.title, "state": "plain"} for link in agreed.links.all()] if agreed else [],
        "projects": [each for one in assignments for each in one.projects.all() if each.status != "cancelled"],
        "follows": follows,
        "reads": user.has_perm("challenges.read_challenge", challenge),
    }
    return render(request, "challenges/challenge_detail.html", context | doors(user, challenge, assignments))


def doors(user, challenge: Challenge, assignments: list[Assignment]) -> dict:
    """What `user` can do now on the challenge's page."""
    status, may = challenge.status, partial(user.has_perm, obj=challenge)
    return {
        "signs": next((each for each in assignments if is_owner(user, challenge) and each.status == "sent"), None),
        "claims": is_teacher_somewhere(user) and may("challenges.claim_challenge"),
        "translates": status in PUBLIC and may("challenges.translate_challenge"),
        "assigns": status == "accepted" and may("challenges.assign_challenge"),
        "edits": status in EDITABLE and may("challenges.edit_challenge"),
        "hands_in": status in ("draft", "returned"),
        "acts": available(challenge, user),
        "accept_form": AcceptForm() if status == "submitted" and may("challenges.accept_challenge") else None,
    }


def add(request):
    """Write a new challenge for one's own organisation; keep it as a draft or hand it in at once."""
    form = ChallengeForm(posted(request), user=request.user)
    if not form.partners:
        return render(request, "challenges/challenge_no_partner.html")
    if request.method == "POST" and form.is_valid():
        service = partial(services.write_challenge, actor=request.user)
        if challenge := attempt(form, service, **form.details):
            return kept(request, challenge)
    return render(request, "challenges/challenge_form.html", {"form": form}, status=422 if form.errors else 200)


def edit(request, pk: int):
    """Change one's own challenge, as long as no project is open."""
    challenge = challenge_for(request.user, pk)
    if challenge.status not in EDITABLE and request.user.has_perm("challenges.withdraw_challenge", challenge):
        messages.error(request, _("Er loopt een project. De tekst kan nu niet meer veranderen."))
        return redirect(challenge)
    need(request.user, "challenges.edit_challenge", challenge)
    form = ChallengeForm(posted(request), user=request.user, instance=challenge_for(request.user, pk))
    if request.method == "POST" and form.is_valid():
        service = partial(services.edit_challenge, challenge=challenge, actor=request.user)
        if attempt(form, service, **form.details):
            return kept(request, challenge)
    context = {"form": form, "challenge": challenge}
    return render(request, "challenges/challenge_form.html", context, status=422 if form.errors else 200)


def kept(request, challenge: Challenge):
    """After saving: hand in when that was the button, and show the challenge."""
    if "submit" in request.POST and challenge.status in ("draft", "returned"):
        services.submit_challenge(challenge=challenge, actor=request.user)
        messages.success(request, _("Je vraagstuk is ingediend. De makelaar kijkt ernaar."))
    else:
        messages.success(request, _("Je tekst is bewaard."))
    return redirect(challenge)


def act(request, pk: int, action: str):
    """Carry out one transition of a challenge."""
    challenge = challenge_for(request.user, pk)
    verbs = {
        "submit": partial(services.submit_challenge, challenge=challenge),
        "withdraw": partial(services.withdraw_challenge, challenge=challenge),
        "accept": partial(services.accept_challenge, challenge=challenge),
        "return": partial(services.turn_down_challenge, challenge=challenge, action="return"),
        "decline": partial(services.turn_down_challenge, challenge=challenge, action="decline"),
    }
    return core.act(request, challenge, action, verbs)


def accept(request, pk: int):
    """A broker accepts and may name the translator at once."""
    challenge = challenge_for(request.user, pk)
    need(request.user, "challenges.accept_challenge", challenge)
    form = AcceptForm(posted(request))
    if request.method == "POST" and form.is_valid():
        service = partial(services.accept_challenge, challenge=challenge, actor=request.user)
        if attempt(form, service, **form.cleaned_data):
            messages.success(request, _("Vraagstuk goedgekeurd."))
            return redirect("challenges:queue")
    context = {"form": form, "challenge": challenge}
    return render(request, "challenges/challenge_accept.html", context, status=422 if form.errors else 200)


def translator(request, pk: int):
    """A broker names the teacher who translates."""
    challenge = challenge_for(request.user, pk)
    need(request.user, "challenges.assign_challenge", challenge)
    form = TranslatorForm(posted(request), initial={"translator": challenge.translator_id})
    if request.method == "POST" and form.is_valid():
        service = partial(services.assign_translator, challenge=challenge, actor=request.user)
        if attempt(form, service, **form.cleaned_data):
            messages.success(request, _("De vertaler is gekozen."))
            return redirect(challenge)
    context = {"form": form, "challenge": challenge}
    return render(request, "challenges/challenge_translator.html", context, status=422 if form.errors else 200)


@require_POST
def claim(request, pk: int):
    """A teacher takes a challenge that nobody translates yet."""
    challenge = challenge_for(request.user, pk)
    if not is_teacher_somewhere(request.user):
        raise PermissionDenied
    services.assign_translator(challenge=challenge, actor=request.user, translator=request.user)
    messages.success(request, _("Je vertaalt dit vraagstuk. Begin maar met de opdracht."))
    return redirect(challenge)


# --- The assignment ---------------------------------------------------------------------------------------------
def assignment_add(request, pk: int):
    """The translator starts an assignment beside the company's own text."""
    challenge = challenge_for(request.user, pk)
    need(request.user, "challenges.translate_challenge", challenge)
    initial = {"title": challenge.title, "result": challenge.result}
    form = AssignmentForm(posted(request), initial=initial)
    if request.method == "POST" and form.is_valid():
        service = partial(services.write_assignment, challenge=challenge, actor=request.user)
        if written := attempt(form, service, **form.cleaned_data):
            messages.success(request, _("De opdracht is bewaard. Koppel nu de leerdoelen."))
            return redirect("challenges:goals", pk=written.pk)
    context = {"form": form, "challenge": challenge}
    return render(request, "challenges/assignment_form.html", context, status=422 if form.errors else 200)


def assignment(request, pk: int):
    """The company's own text and the assignment side by side, with what waits for whom."""
    shown, user = assignment_for(request.user, pk), request.user
    prefetch_related_objects([shown], "links__goal__programme", "projects__lab")
    acts = available(shown, user)
    context = {
        "assignment": shown,
        "challenge": shown.challenge,
        "reads": user.has_perm("challenges.read_challenge", shown.challenge),
        "links": shown.links.all(),
        "edits": shown.status in WRITABLE and user.has_perm("challenges.edit_assignment", shown),
        "opens": shown.status == "agreed" and user.has_perm("projects.open_project", shown),
        "projects": [project for project in shown.projects.all() if project.status != "cancelled"],
        "acts": acts,
        "signs": any(transition.action == "agree" for transition in acts),
        "leads": shown.status != "agreed",
    }
    return render(request, "challenges/assignment_detail.html", context)


def written_by(request, shown: Assignment) -> bool:
    """Whether the reader may write on the assignment now; tells a translator who comes too late."""
    need(request.user, "challenges.revise_assignment", shown)
    if shown.status not in WRITABLE:
        messages.error(request, _("Deze versie ligt vast. Maak eerst een nieuwe versie."))
    return shown.status in WRITABLE


def assignment_edit(request, pk: int):
    """Change an assignment that is not with the company."""
    shown = assignment_for(request.user, pk)
    if not written_by(request, shown):
        return redirect(shown)
    form = AssignmentForm(posted(request), instance=assignment_for(request.user, pk))
    if request.method == "POST" and form.is_valid():
        service = partial(services.edit_assignment, assignment=shown, actor=request.user)
        if attempt(form, service, **form.cleaned_data):
            messages.success(request, _("De opdracht is bewaard."))
            return redirect(shown)
    context = {"form": form, "challenge": shown.challenge, "assignment": shown}
    return render(request, "challenges/assignment_form.html", context, status=422 if form.errors else 200)


def assignment_act(request, pk: int, action: str):
    """Carry out one transition of an assignment."""
    shown = assignment_for(request.user, pk)
    verbs = {
        "send": partial(services.send_assignment, assignment=shown),
        "agree": partial(services.answer_assignment, assignment=shown, action="agree"),
        "ask_change": partial(services.answer_assignment, assignment=shown, action="ask_change"),
        "revise": partial(services.revise_assignment, assignment=shown),
    }
    return core.act(request, shown, action, verbs)


# --- Its goals --------------------------------------------------------------------------------------------------
def goals(request, pk: int):
    """Link learning goals: one POST per goal, back to the same module or search, with the focus on the next row."""
    shown = assignment_for(request.user, pk)
    if not written_by(request, shown):
        return redirect(shown)
    search = GoalSearchForm.for_request(request)
    linked = list(shown.links.select_related("goal__programme", "linked_by"))
    offered = list(offer(search, shown)[: GOALS + 1])
    if request.method == "POST":
        return change_links(request, shown, offered, linked)
    context = {
        "assignment": shown,
        "challenge": shown.challenge,
        "search": search,
        "module": search.cleaned_data.get("module"),
        "q": search.cleaned_data.get("q", ""),
        "offered": offered[:GOALS],
        "more": len(offered) > GOALS,
        "linked": linked,
        "focus": request.GET.get("bij", ""),
        "address": f"{request.path}?{kept_choice(request).urlencode()}",
    }
    return render(request, "challenges/assignment_goals.html", context)


def offer(search: GoalSearchForm, shown: Assignment):
    """The goals to choose from that are not linked yet, with `others`: how many other challenges link them."""
    text, module = search.cleaned_data.get("q", ""), search.cleaned_data.get("module")
    found = LearningGoal.objects.select_related("programme").exclude(links__assignment=shown)
    if text:
        for word in text.split():
            found = found.filter(
                Q(title__icontains=word)
                | Q(code__icontains=word)
                | Q(programme__name__icontains=word)
                | Q(programme__code__startswith=word)
            )
    else:
        found = found.filter(modules=module) if module else found.none()
    elsewhere = Q(links__assignment__challenge__status__in=PUBLIC) & ~Q(links__assignment__challenge=shown.challenge_id)
    return found.annotate(others=Count("links__assignment__challenge", filter=elsewhere, distinct=True))


def change_links(request, shown: Assignment, offered: list, linked: list):
    """Link or take off one goal and answer with the same address, which names the row that follows."""
    form, address = LinkForm(request.POST), kept_choice(request)
    if form.is_valid():
        goal, links = form.cleaned_data["goal"], form.cleaned_data["do"] == LinkForm.LINK
        service, rows = (
            (services.link_goal, offered) if links else (services.unlink_goal, [link.goal for link in linked])
        )
        service(assignment=shown, goal=goal, actor=request.user)
        address["bij"] = f"{'doel' if links else 'los'}-{next_after(goal, rows)}"
    else:
        messages.error(request, _("Dit leerdoel staat niet meer in de lijst. Kies een ander."))
    return HttpResponseRedirect(f"{request.path}?{address.urlencode()}", status=303)


def kept_choice(request) -> QueryDict:
    """The module or search in the address, without the row that had the focus."""
    address = request.GET.copy()
    address.pop("bij", None)
    return address


def next_after(goal: LearningGoal, rows: list[LearningGoal]) -> int | str:
    """The pk of the row after `goal`, else of the one before it, else "kop": the heading of the list."""
    others = [row.pk for row in rows]
    if goal.pk not in others or len(others) == 1:
        return "kop"
    at = others.index(goal.pk)
    return (others[at + 1 :] or others[at - 1 :])[0]
