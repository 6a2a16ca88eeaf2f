"""An organisation in the network, and what brokers note about it."""

from datetime import date, datetime, timedelta
from pathlib import PurePath

import pghistory
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex, GistIndex, OpClass
from django.contrib.postgres.search import SearchVector, SearchVectorField
from django.core.validators import RegexValidator
from django.db import models
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from oil_portal.core import clock
from oil_portal.core.models import Worded
from oil_portal.core.prepared import address
from partners import roles
from partners.lexicon import SEARCH_CONFIG, searchable
from partners.models.user import User
from partners.search import NAMES, Asked, ask, matching
from partners.sectors import Sector, Size
from partners.workflow import LIVE_PARTNER, PartnerStatus

CHECK_AFTER = timedelta(days=365)


class PartnerQuerySet(models.QuerySet):
    def visible_to(self, user) -> "PartnerQuerySet":
        """Accepted partners for everybody; the others for their members and for brokers; merged ones for nobody."""
        there = self.exclude(status=PartnerStatus.MERGED)
        if roles.has(user, "broker") or getattr(user, "is_superuser", False):
            return there
        return there.filter(models.Q(status=PartnerStatus.ACCEPTED) | models.Q(pk__in=roles.partner_ids(user)))

    def search(self, text: str) -> "PartnerQuerySet":
        """Partners whose name and description have each word, best first."""
        asked = self.asked(text)
        return matching(self, asked) if asked else self

    def asked(self, text: str) -> Asked | None:
        return ask(text, "partners")

    def search_name(self, text: str) -> "PartnerQuerySet":
        return self.filter(name__icontains=text)

    def submitted(self) -> "PartnerQuerySet":
        """What waits for a broker to look at it, longest ago first."""
        return self.filter(status=PartnerStatus.SUBMITTED).order_by("created_at", "pk")

    def stale(self) -> "PartnerQuerySet":
        """Partners of which nobody looked at the details for a year, longest ago first; adds `last_checked`."""
        checked = Coalesce("checked_at", "created_at")
        old = self.filter(status=PartnerStatus.ACCEPTED).annotate(last_checked=checked)
        return old.filter(last_checked__lt=clock.beginning(CHECK_AFTER.days)).order_by("last_checked", "pk")

    def with_counts(self) -> "PartnerQuerySet":
        """Add `asked`: how many public challenges the partner has. The room above is read over its reverse relation."""
        challenges = self.model.challenges.rel.related_model.objects.public().filter(partner=models.OuterRef("pk"))
        asked = challenges.order_by().values("partner").annotate(number=models.Count("pk")).values("number")
        return self.annotate(asked=Coalesce(models.Subquery(asked), 0))


@searchable("partners", public="one.status = 'accepted'")
@searchable(NAMES, public="one.status = 'accepted'", words="ts_filter(one.document, '{a}')")
@pghistory.track(exclude=["document", "logo"])
class Partner(Worded):
    """An organisation in the network. A lab hangs under its school and lends its colour to projects."""

    class Kind(models.TextChoices):
        COMPANY = "company", _("Bedrijf")
        SCHOOL = "school", _("School")
        LAB = "lab", _("Lab")
        GOVERNMENT = "government", _("Overheid")
        NETWORK = "network", _("Netwerk")

    class Glyph(models.TextChoices):
        """The lab's own shape and hue in the design."""

        SMART = "smart", "CIV Smart Technology"
        BIO = "bio", "CIV Bio Sciences"

    kind = models.CharField(_("soort"), max_length=10, choices=Kind.choices, default=Kind.COMPANY)
    name = models.CharField(_("naam"), max_length=120)
    parent = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="labs", verbose_name=_("hoort bij")
    )
    kvk = models.CharField(
        _("KvK-nummer"),
        max_length=8,
        blank=True,
        validators=[RegexValidator(r"^\d{8}$", _("Een KvK-nummer heeft acht cijfers, bijvoorbeeld 12345678."))],
    )
    branch_number = models.CharField(
        _("vestigingsnummer"),
        max_length=12,
        blank=True,
        validators=[RegexValidator(r"^[0-9]{12}$", _("Een vestigingsnummer heeft twaalf cijfers."))],
    )
    brin = models.CharField(
        _("BRIN-code"),
        max_length=4,
        blank=True,
        validators=[RegexValidator(r"^\d{2}[A-Z]{2}$", _("Een BRIN-code is bijvoorbeeld 25LN."))],
    )
    municipality = models.CharField(_("gemeente"), max_length=60, blank=True)
    sector = models.CharField(_("sector"), max_length=20, choices=Sector.choices, blank=True)
    size = models.CharField(_("aantal medewerkers"), max_length=10, choices=Size.choices, blank=True)
    training_company = models.BooleanField(_("erkend leerbedrijf"), null=True, blank=True)  # None: not known
    website = models.URLField(_("website"), blank=True)
    description = models.TextField(_("omschrijving"), blank=True, max_length=1000)
    description_en = models.TextField(_("omschrijving in het Engels"), blank=True, max_length=1000)
    logo = models.FileField(_("logo"), upload_to="logos/", blank=True, editable=False)  # a PNG, drawn by us
    glyph = models.CharField(max_length=5, choices=Glyph.choices, blank=True)
    email_domains = ArrayField(models.CharField(max_length=100), default=list, blank=True)
    status = models.CharField(max_length=10, choices=PartnerStatus.choices, default=PartnerStatus.SUBMITTED)
    merged_into = models.ForeignKey(
        "self", null=True, blank=True, editable=False, on_delete=models.PROTECT, related_name="merged"
    )
    paused_until = models.DateField(_("pauze tot en met"), null=True, blank=True)
    created_at = models.DateTimeField(default=clock.now)
    checked_at = models.DateTimeField(_("laatst nagekeken"), null=True, blank=True, editable=False)
    document = models.GeneratedField(
        expression=SearchVector("name", weight="A", config=SEARCH_CONFIG)
        + SearchVector("description", "description_en", weight="B", config=SEARCH_CONFIG),
        output_field=SearchVectorField(),
        db_persist=True,
    )

    objects = PartnerQuerySet.as_manager()

    class Meta:
        ordering = ["name", "pk"]
        indexes = [
            GinIndex(fields=["document"], fastupdate=False),
            models.Index(fields=["name", "id"], name="partner_by_name"),
            models.Index(
                fields=["created_at", "id"],
                condition=models.Q(status=PartnerStatus.SUBMITTED),
                name="partner_submitted",
            ),
            models.Index(
                Coalesce("checked_at", "created_at"),
                "id",
                condition=models.Q(status=PartnerStatus.ACCEPTED),
                name="partner_checked",
            ),
            models.Index(fields=["municipality"], condition=~models.Q(municipality=""), name="partner_municipality"),
            GistIndex(
                OpClass(models.Func("name", function="partner_key"), name="gist_trgm_ops(siglen=64)"),
                name="partner_key_trigrams",
            ),
            models.Index(
                models.Func("website", function="partner_site"), condition=~models.Q(website=""), name="partner_site"
            ),
            models.Index(fields=["kvk"], condition=~models.Q(kvk=""), name="partner_kvk"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["kvk"],
                condition=models.Q(status__in=LIVE_PARTNER) & ~models.Q(kvk=""),
                name="one_live_partner_per_kvk",
                violation_error_message=_("Dit KvK-nummer is al bekend. Vraag dan of je mee mag doen."),
            ),
            models.UniqueConstraint(
                fields=["brin"],
                condition=~models.Q(brin="") & ~models.Q(status=PartnerStatus.MERGED),
                name="one_partner_per_brin",
                violation_error_message=_("Deze BRIN-code is al bekend. Vraag of je mee mag doen."),
            ),
            models.CheckConstraint(
                condition=models.Q(branch_number="") | models.Q(branch_number__regex=r"^[0-9]{12}$"),
                name="branch_number_12_digits",
            ),
            models.CheckConstraint(condition=models.Q(kvk="") | models.Q(kvk__regex=r"^\d{8}$"), name="kvk_8_digits"),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return address("partners:detail", self.pk)

    @property
    def described(self) -> str:
        """The description in the reader's language; in the other one when that is all there is."""
        dutch_first = (get_language() or "nl")[:2] == "nl"
        here, other = (
            (self.description, self.description_en) if dutch_first else (self.description_en, self.description)
        )
        return here or other

    tile = "partners/partner_tile.html"

    def tile_facts(self) -> dict:
        """What a list shows of it; expects `with_counts` and the parent."""
        return {
            "url": self.get_absolute_url(), "name": self.name, "logo": self.logo_url, "hue": self.hue,
            "kind": self.get_kind_display(), "training_company": bool(self.training_company),
            "parent": self.parent.name if self.parent else "", "sector": str(self.sector and Sector(self.sector).label),
            "described": self.described, "municipality": self.municipality, "asked": self.asked,
        }  # fmt: skip

    def shown(self, name: str) -> str:
        """A detail in words."""
        value = getattr(self, name)
        if isinstance(value, bool):
            return str(_("ja") if value else _("nee"))
        words = getattr(self, f"get_{name}_display", None)
        return str(words() if words else "" if value is None else value)

    @property
    def hue(self) -> str:
        """The design's `data-kind`: company, school, smart, bio or gov; "" for a plain ring."""
        return hue_of(self.kind, self.glyph)

    @property
    def takes_part(self) -> bool:
        """Whether it may ask something new. Not while it is suspended; what runs goes on."""
        return self.status != PartnerStatus.SUSPENDED

    @property
    def public_url(self) -> str:
        """Where everybody reads about it; "" when that is for its own people and brokers, such as while suspended."""
        return self.get_absolute_url() if self.status == PartnerStatus.ACCEPTED else ""

    @property
    def last_check(self) -> datetime:
        """When somebody last said that the details are right; when it came, as long as nobody did."""
        return self.checked_at or self.created_at

    @property
    def is_stale(self) -> bool:
        """Whether the details wait for somebody to look at them again."""
        return self.status == PartnerStatus.ACCEPTED and self.last_check < clock.beginning(CHECK_AFTER.days)

    @property
    def logo_url(self) -> str:
        """Where the logo is; its name is in it, so that a new one is seen at once."""
        version = PurePath(self.logo.name).stem if self.logo else ""
        return f"{reverse('partners:logo', args=[self.pk])}?v={version}" if version else ""

    @property
    def is_paused(self) -> bool:
        """Too busy for new interest today; what runs goes on."""
        return is_pause(self.paused_until)

    @property
    def missing(self) -> list[str]:
        """The labels of the details that a broker wants to see before accepting, and that are empty."""
        wanted = ["municipality", "sector", "description"]
        wanted += {self.Kind.COMPANY: ["kvk"], self.Kind.SCHOOL: ["brin"]}.get(self.kind, [])
        return [self._meta.get_field(name).verbose_name for name in wanted if not getattr(self, name)]

    @property
    def school(self) -> "Partner":
        """The school a lab hangs under; the partner itself when it hangs under nothing."""
        return self.parent or self


def is_pause(until: date | None) -> bool:
    """Whether a pause until then goes on today."""
    return until is not None and until >= clock.today()


def hue_of(kind: str, glyph: str) -> str:
    return glyph or {"company": "company", "school": "school", "government": "gov"}.get(kind, "")


class PartnerNoteQuerySet(models.QuerySet):
    def visible_to(self, user) -> "PartnerNoteQuerySet":
        """Brokers only, whoever the note is about."""
        return self if roles.has(user, roles.BROKER) or getattr(user, "is_superuser", False) else self.none()


class PartnerNote(models.Model):
    """What brokers tell each other about a partner. The partner never reads it, so it is on no timeline."""

    partner = models.ForeignKey(Partner, on_delete=models.CASCADE, related_name="notes")
    text = models.TextField(_("notitie"), max_length=2000)
    by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField(default=clock.now)

    objects = PartnerNoteQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at", "-pk"]

    def __str__(self) -> str:
        return f"Notitie {self.pk}"
