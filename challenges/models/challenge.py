"""A company's question: a *vraagstuk*."""

import pghistory
from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVector, SearchVectorField
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models.functions import Coalesce, JSONObject
from django.utils.text import Truncator
from django.utils.translation import gettext_lazy as _

from challenges.workflow import ASSIGNMENT, CHALLENGE, PUBLIC, AssignmentStatus, ChallengeStatus
from oil_portal.core import clock
from oil_portal.core.models import Worded
from oil_portal.core.prepared import address
from partners import roles
from partners.lexicon import SEARCH_CONFIG, Mark, searchable
from partners.models import Partner
from partners.models.partner import hue_of
from partners.search import Asked, ask, matching


class Theme(models.TextChoices):
    SUSTAINABLE_BUILDING = "sustainable_building", _("Duurzaam bouwen")
    ENERGY = "energy", _("Energie")
    HEALTH = "health", _("Gezondheid")
    MOBILITY = "mobility", _("Mobiliteit")
    SMART_TECHNOLOGY = "smart_technology", _("Slimme techniek")
    FOOD = "food", _("Voeding")


class Location(models.TextChoices):
    LAB = "lab", _("In het lab of op school")
    COMPANY = "company", _("Bij het bedrijf")
    BOTH = "both", _("In het lab en bij het bedrijf")


class Deliverable(models.TextChoices):
    """What lies there at the end, in the words of the form."""

    PROTOTYPE = "prototype", _("Een prototype dat werkt")
    TEST = "test", _("Een test met meetwaarden")
    ADVICE = "advice", _("Een advies op papier")
    DESIGN = "design", _("Een ontwerp of tekening")
    UNKNOWN = "unknown", _("Dat weet ik nog niet")


class Rights(models.TextChoices):
    """Who may do what with what the students make."""

    USE = "use", _("Studenten houden de rechten. Jij mag het resultaat gebruiken.")
    DEED = "deed", _("De rechten gaan over naar jou, met een aparte akte.")
    OPEN = "open", _("Iedereen mag het resultaat gebruiken (open licentie).")


class Photos(models.TextChoices):
    ASK = "ask", _("Alleen als we het eerst vragen")
    YES = "yes", _("Ja, dat mag")
    NO = "no", _("Nee, liever niet")


class ChallengeQuerySet(models.QuerySet):
    def visible_to(self, user) -> "ChallengeQuerySet":
        """From acceptance on for everybody; before that for the partner, the brokers and the translator."""
        if roles.has(user, roles.BROKER) or getattr(user, "is_superuser", False):
            return self
        mine = models.Q(partner__in=roles.partner_ids(user, roles.CONTACT))
        if getattr(user, "pk", None):
            mine |= models.Q(translator=user)
        return self.filter(models.Q(status__in=PUBLIC) | mine)

    def public(self) -> "ChallengeQuerySet":
        return self.filter(status__in=PUBLIC)

    def submitted(self) -> "ChallengeQuerySet":
        """What waits for a broker, longest ago first."""
        return self.filter(status=ChallengeStatus.SUBMITTED).order_by("submitted_at", "pk")

    def unclaimed(self) -> "ChallengeQuerySet":
        """What no teacher has yet, longest ago first."""
        return self.filter(status=ChallengeStatus.ACCEPTED, translator=None).order_by("submitted_at", "pk")

    def search(self, text: str) -> "ChallengeQuerySet":
        """Challenges that have each word, or what looks like it, in their text or their partner's name; best first."""
        asked = self.asked(text)
        return matching(self, asked) if asked else self

    def asked(self, text: str) -> Asked | None:
        return ask(text, "challenges")

    def for_tiles(self) -> "ChallengeQuerySet":
        """With what a list shows of each: the partner, and `agreed`, what it says of the newest assignment that the
        company agreed to (summary, goals, and the place of its newest project), or None.
        """
        assignments = self.model.assignments.rel.related_model
        links, projects = assignments.links.rel.related_model, assignments.projects.rel.related_model
        mine = {"assignment": models.OuterRef("pk")}
        count = links.objects.filter(**mine).order_by().values("assignment").annotate(count=models.Count("pk"))
        newest = projects.objects.filter(**mine).order_by("-pk").values(
            place=JSONObject(lab="lab", kind="lab__kind", glyph="lab__glyph")
        )  # fmt: skip
        agreed = assignments.objects.filter(challenge=models.OuterRef("pk"), status="agreed").values(
            said=JSONObject(
                summary="summary",
                goals=Coalesce(models.Subquery(count.values("count")), 0),
                place=models.Subquery(newest[:1]),
            )
        )
        shown = ("title", "question", "status", "theme", "confidential", "created_at", "translator",
                 "partner__name", "partner__municipality")  # fmt: skip
        return self.select_related("partner").only(*shown).annotate(agreed=models.Subquery(agreed[:1]))


@searchable("challenges", public=f"one.status IN {tuple(map(str, PUBLIC))}")
@pghistory.track(exclude=["document"])
class Challenge(Worded):
    """A *vraagstuk*: what a partner asks, in its own words."""

    partner = models.ForeignKey(Partner, on_delete=models.PROTECT, related_name="challenges")
    contact = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="challenges"
    )
    translator = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="translations",
        verbose_name=_("vertaler"),
    )
    title = models.CharField(_("titel"), max_length=90)
    question = models.TextField(_("wat is je vraag?"), max_length=6000)
    why = models.TextField(_("waarom is het belangrijk?"), max_length=2000, blank=True)
    deliverables = ArrayField(
        models.CharField(max_length=10, choices=Deliverable.choices),
        default=list,
        blank=True,
        verbose_name=_("wat moet er aan het eind liggen?"),
    )
    result = models.TextField(_("wat nog meer?"), max_length=2000, blank=True)
    start_from = models.DateField(_("wanneer kan het team beginnen?"), null=True, blank=True)
    guidance_hours = models.PositiveSmallIntegerField(
        _("uren begeleiding per week"), null=True, blank=True, validators=[MinValueValidator(1), MaxValueValidator(40)]
    )
    theme = models.CharField(_("thema"), max_length=20, choices=Theme.choices)
    location = models.CharField(_("waar werkt het team?"), max_length=7, choices=Location.choices)
    confidential = models.BooleanField(_("alleen docenten en het gekozen team lezen de details"), default=False)
    # The terms are settled before anybody applies: they cannot change once a project is open.
    secrecy = models.BooleanField(_("het team belooft geheimhouding"), default=False)
    rights = models.CharField(_("van wie is het resultaat?"), max_length=4, choices=Rights.choices, default=Rights.USE)
    photos = models.CharField(_("mogen er foto's?"), max_length=3, choices=Photos.choices, default=Photos.ASK)
    most_interested = models.PositiveSmallIntegerField(
        _("hoeveel studenten mogen zich hoogstens aanmelden?"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(500)],
    )
    status = models.CharField(max_length=10, choices=ChallengeStatus.choices, default=ChallengeStatus.SUBMITTED)
    created_at = models.DateTimeField(default=clock.now)
    submitted_at = models.DateTimeField(null=True, blank=True)
    document = models.GeneratedField(
        # A confidential text can't be found by its words: its title and its partner's name alone are public.
        expression=models.Case(
            models.When(
                confidential=True, then=SearchVector("title", weight="A", config=SEARCH_CONFIG) + Mark("partner_id")
            ),
            default=SearchVector("title", weight="A", config=SEARCH_CONFIG)
            + SearchVector("question", weight="B", config=SEARCH_CONFIG)
            + SearchVector("why", "result", weight="C", config=SEARCH_CONFIG)
            + Mark("partner_id"),
        ),
        output_field=SearchVectorField(),
        db_persist=True,
    )

    objects = ChallengeQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at", "-pk"]
        indexes = [
            GinIndex(fields=["document"], fastupdate=False),
            models.Index(fields=["status", "-created_at"]),
            models.Index(fields=["status", "submitted_at", "id"], name="challenge_queue"),
            models.Index(
                fields=["submitted_at", "id"],
                condition=models.Q(status=ChallengeStatus.ACCEPTED, translator=None),
                name="challenge_unclaimed",
            ),
            # Of a common word the newest hits are found along this one, past what waits in the queue.
            models.Index(fields=["-id"], condition=models.Q(status__in=PUBLIC), name="challenge_public_last"),
            models.Index(  # with what the catalogue is narrowed by
                fields=["-created_at", "-id"],
                include=["status", "theme", "location", "partner"],
                condition=models.Q(status__in=PUBLIC),
                name="challenge_public_newest",
            ),
            models.Index(  # what a goal is worked on in is found past what no teacher has yet
                fields=["-created_at", "-id"],
                condition=models.Q(status__in=PUBLIC, translator__isnull=False),
                name="challenge_taken_newest",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return address("challenges:detail", self.pk)

    tile = "challenges/challenge_tile.html"

    def tile_facts(self) -> dict:
        """What a list shows of it; expects `for_tiles`."""
        said = self.agreed or {"summary": Truncator(self.question).words(24, truncate=" …"), "goals": 0, "place": None}
        place = said["place"]
        hue = "" if place is None else hue_of(place["kind"], place["glyph"]) if place["lab"] else "school"
        return {
            "url": self.get_absolute_url(), "title": self.title, "confidential": self.confidential,
            "summary": said["summary"], "hue": hue, "teeth": ("plain",) * said["goals"],
            "partner": self.partner.name, "municipality": self.partner.municipality,
            "status": str(_("Zoekt een docent")) if self.is_unclaimed else self.get_status_display(),
            "theme": self.get_theme_display(), "created_on": clock.day_of(self.created_at),
        }  # fmt: skip

    @property
    def results(self) -> list[str]:
        """What must lie there at the end: the ticked choices in the form's order, then the company's own lines."""
        ticked = [str(label) for value, label in Deliverable.choices if value in self.deliverables]
        return ticked + [line.strip(" -*•") for line in self.result.splitlines() if line.strip(" -*•")]

    @property
    def waits(self) -> str:
        """Who is to act now, in a sentence for the sides: an accepted challenge waits for its newest assignment."""
        newest = next(iter(self.assignments.all()), None)
        if self.status == ChallengeStatus.ACCEPTED and newest:
            return ASSIGNMENT.waiting[newest.status]
        if self.is_unclaimed:
            return _("Een docent kan dit vraagstuk nu nemen.")
        return CHALLENGE.waiting.get(self.status, "")

    @property
    def is_unclaimed(self) -> bool:
        """What `unclaimed` finds: no teacher has it yet."""
        return self.status == ChallengeStatus.ACCEPTED and self.translator_id is None

    @property
    def waits_for_us(self) -> str:
        """The same said to its own company, which reads what it has to do itself."""
        if self.status == ChallengeStatus.RETURNED:
            return _("Vul je vraagstuk aan en dien het opnieuw in.")
        if any(assignment.status == AssignmentStatus.SENT for assignment in self.assignments.all()):
            return _("Lees de opdracht en geef je akkoord.")
        return self.waits
