"""People and the organisations they belong to."""

import re
import secrets
from datetime import timedelta

import pghistory
from django.contrib.auth.models import AbstractUser, BaseUserManager
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVector, SearchVectorField
from django.core.validators import RegexValidator
from django.db import models
from django.db.models.functions import Coalesce, Lower
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from oil_portal.core import clock
from oil_portal.core.models import TimelineEntry
from partners import roles
from partners.lexicon import SEARCH_CONFIG, searchable
from partners.search import NAMES, Asked, ask, matching
from partners.workflow import LIVE_MEMBERSHIP, LIVE_PARTNER, InvitationStatus, MembershipStatus, PartnerStatus

INVITATION_DAYS = 30


class UserManager(BaseUserManager):
    """Users log in with their e-mail address, kept in lower case."""

    def create_user(self, email: str, password: str | None = None, **fields) -> "User":
        user = self.model(email=email.lower(), **fields)
        user.set_password(password)
        user.save()
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields) -> "User":
        return self.create_user(email, password, is_staff=True, is_superuser=True, **fields)


@pghistory.track(exclude=["password", "last_login"])
class User(AbstractUser):
    """A person. What they may do comes from their memberships, never from fields here."""

    class Digest(models.TextChoices):
        DAILY = "daily", _("Elke werkdag")
        WEEKLY = "weekly", _("Elke week, op maandag")
        NEVER = "never", _("Nooit")

    username = None
    email = models.EmailField(_("e-mailadres"), unique=True)
    language = models.CharField(
        _("taal"), max_length=2, choices=[("nl", "Nederlands"), ("en", "English")], default="nl"
    )
    digest = models.CharField(_("overzichtsmail"), max_length=6, choices=Digest.choices, default=Digest.WEEKLY)

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS = []
    objects = UserManager()

    class Meta:
        constraints = [models.UniqueConstraint(Lower("email"), name="one_user_per_email")]

    def __str__(self) -> str:
        return self.get_full_name() or self.email

    @property
    def first_and_initial(self) -> str:
        """'Yara B.', 'Ingrid de B.': all that is shown of a student to other sides, since students can be minors."""
        particles, name = re.match(r"((?:[a-z'’]+ )*)(.?)", self.last_name).groups()
        return f"{self.first_name} {particles}{name}.".strip() if name else self.first_name


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

    def with_counts(self) -> "PartnerQuerySet":
        """Add `asked`: how many public challenges the partner has. The room above is read over its reverse relation."""
        challenges = self.model.challenges.rel.related_model.objects.public().filter(partner=models.OuterRef("pk"))
        asked = challenges.order_by().values("partner").annotate(number=models.Count("pk")).values("number")
        return self.annotate(asked=Coalesce(models.Subquery(asked), 0))


@searchable("partners", public="one.status = 'accepted'")
@searchable(NAMES, public="one.status = 'accepted'", words="ts_filter(one.document, '{a}')")
@pghistory.track(exclude=["document"])
class Partner(models.Model):
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
    sector = models.CharField(_("sector"), max_length=60, blank=True)
    size = models.CharField(_("aantal medewerkers"), max_length=10, blank=True)
    website = models.URLField(_("website"), blank=True)
    description = models.TextField(_("omschrijving"), blank=True, max_length=1000)
    glyph = models.CharField(max_length=5, choices=Glyph.choices, blank=True)
    email_domains = ArrayField(models.CharField(max_length=100), default=list, blank=True)
    status = models.CharField(max_length=10, choices=PartnerStatus.choices, default=PartnerStatus.SUBMITTED)
    merged_into = models.ForeignKey(
        "self", null=True, blank=True, editable=False, on_delete=models.PROTECT, related_name="merged"
    )
    paused_until = models.DateField(_("pauze tot en met"), null=True, blank=True)
    created_at = models.DateTimeField(default=clock.now)
    document = models.GeneratedField(
        expression=SearchVector("name", weight="A", config=SEARCH_CONFIG)
        + SearchVector("description", weight="B", config=SEARCH_CONFIG),
        output_field=SearchVectorField(),
        db_persist=True,
    )

    objects = PartnerQuerySet.as_manager()

    class Meta:
        ordering = ["name", "pk"]
        indexes = [GinIndex(fields=["document"], fastupdate=False)]
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
        return reverse("partners:detail", args=[self.pk])

    @property
    def hue(self) -> str:
        """The design's `data-kind`: company, school, smart, bio or gov; "" for a plain ring."""
        plain = {"company": "company", "school": "school", "government": "gov"}
        return self.glyph or plain.get(self.kind, "")

    @property
    def takes_part(self) -> bool:
        """Whether it may ask something new. Not while it is suspended; what runs goes on."""
        return self.status != PartnerStatus.SUSPENDED

    @property
    def is_paused(self) -> bool:
        """Too busy for new interest today; what runs goes on."""
        return self.paused_until is not None and self.paused_until >= clock.today()

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


class MembershipQuerySet(models.QuerySet):
    def active(self) -> "MembershipQuerySet":
        return self.filter(status=MembershipStatus.ACTIVE)

    def waiting_for(self, user) -> "MembershipQuerySet":
        """Requests that `user` may confirm: contacts for their organisation, coordinators for their school."""
        requested = self.filter(status=MembershipStatus.REQUESTED)
        schools = roles.partner_ids(user, roles.COORDINATOR)
        wanted = (
            models.Q(role=roles.CONTACT, partner__in=roles.partner_ids(user, roles.CONTACT))
            | models.Q(role__in=[roles.TEACHER, roles.STUDENT], partner__in=schools)
            | models.Q(role__in=[roles.TEACHER, roles.STUDENT], partner__parent__in=schools)
        )
        if roles.has(user, roles.BROKER):
            wanted |= ~models.Q(role__in=[roles.TEACHER, roles.STUDENT])
        return requested.filter(wanted)

    def with_answers(self) -> "MembershipQuerySet":
        """Add `answer`: what was written when the request was declined."""
        told = TimelineEntry.objects.filter(
            content_type__app_label="partners",
            content_type__model="membership",
            object_id=models.OuterRef("pk"),
            event="decline",
        )
        return self.annotate(answer=models.Subquery(told.values("remark")[:1]))

    def visible_to(self, user) -> "MembershipQuerySet":
        """Your own, and those that you may confirm or stop."""
        if getattr(user, "is_superuser", False):
            return self
        contact, schools = roles.partner_ids(user, roles.CONTACT), roles.partner_ids(user, roles.COORDINATOR)
        seen = models.Q(user=user) | models.Q(role=roles.CONTACT, partner__in=contact)
        seen |= models.Q(partner__in=schools) | models.Q(partner__parent__in=schools)
        if roles.has(user, roles.BROKER):
            seen |= ~models.Q(role__in=[roles.TEACHER, roles.STUDENT])
        return self.filter(seen)


@pghistory.track()
class Membership(models.Model):
    """A person's role at a partner."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="memberships")
    partner = models.ForeignKey(Partner, on_delete=models.CASCADE, related_name="memberships")
    role = models.CharField(max_length=12, choices=roles.CHOICES)
    status = models.CharField(max_length=10, choices=MembershipStatus.choices, default=MembershipStatus.REQUESTED)
    created_at = models.DateTimeField(default=clock.now)

    objects = MembershipQuerySet.as_manager()

    class Meta:
        ordering = ["partner__name", "role", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["user", "partner", "role"],
                condition=models.Q(status__in=LIVE_MEMBERSHIP),
                name="one_live_membership_per_role",
            )
        ]
        indexes = [models.Index(fields=["user", "status"])]

    def __str__(self) -> str:
        return f"{self.user}, {self.get_role_display()} ({self.partner})"

    def get_absolute_url(self) -> str:
        return reverse("partners:detail", args=[self.partner_id])


def new_token() -> str:
    return secrets.token_urlsafe(24)


@pghistory.track(exclude=["token"])
class Invitation(models.Model):
    """An invitation by mail to take a role at a partner; the link in it works once and for 30 days."""

    partner = models.ForeignKey(Partner, on_delete=models.CASCADE, related_name="invitations")
    email = models.EmailField(_("e-mailadres"))
    role = models.CharField(_("rol"), max_length=12, choices=roles.CHOICES)
    token = models.CharField(max_length=40, default=new_token, unique=True, editable=False)
    invited_by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    status = models.CharField(max_length=10, choices=InvitationStatus.choices, default=InvitationStatus.SENT)
    created_at = models.DateTimeField(default=clock.now)

    class Meta:
        ordering = ["-created_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                Lower("email"), "partner", "role", condition=models.Q(status="sent"), name="one_open_invitation"
            )
        ]

    def __str__(self) -> str:
        return f"{self.email} ({self.partner})"

    def get_absolute_url(self) -> str:
        return reverse("partners:invitation", args=[self.token])

    @property
    def is_open(self) -> bool:
        return self.status == InvitationStatus.SENT and clock.now() < self.created_at + timedelta(days=INVITATION_DAYS)


class CollaborationQuerySet(models.QuerySet):
    def for_cards(self) -> "CollaborationQuerySet":
        """With all that a card of the list draws."""
        return self.select_related("card", "started_from").prefetch_related("members", "continued_in")


class Collaboration(models.Model):
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
    structure = models.JSONField(default=list)  # [[Dutch label, [names]], ...] in the order of the card

    def __str__(self) -> str:
        return f"Projectkaart {self.collaboration}"

    def get_absolute_url(self) -> str:
        return reverse("partners:card", args=[self.pk])
