"""What every app writes down: who did what (timeline), who should hear it (notice), what was told (digest)."""

from functools import lru_cache

from django.conf import settings
from django.contrib.contenttypes.fields import GenericForeignKey
from django.contrib.contenttypes.models import ContentType
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.encoding import force_str
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from oil_portal.core import clock
from oil_portal.core.prepared import Many
from oil_portal.core.workflow import event_label


@models.Field.register_lookup
@models.ForeignObject.register_lookup
class Among(models.Lookup):
    """`partner__among=[1, 2]`: like `__in` for numbers and texts, with the list as one parameter.

    With `__in` a thousand people in ten places are ten thousand, each prepared by itself. NULL is never among a list.
    """

    lookup_name = "among"
    prepare_rhs = False

    def get_prep_lookup(self) -> list | Many:
        return self.rhs if isinstance(self.rhs, Many) else list(self.rhs)

    def as_sql(self, compiler, connection) -> tuple[str, list]:
        column, params = self.process_lhs(compiler, connection)
        numbers = isinstance(self.rhs, Many) or (self.rhs and all(type(one) is int for one in self.rhs))
        if numbers:  # as a text: psycopg writes each number by itself
            return f"{column} = ANY(%s::bigint[])", [*params, f"{{{','.join(map(str, self.rhs))}}}"]
        return f"{column} = ANY(%s)", [*params, self.rhs]


class OneOf(models.Func):
    """Whether a number is one of a subquery's, asked first; `IN` among many joined tables would be asked last."""

    template, arg_joiner, output_field = "%(expressions)s)", " = ANY(", models.BooleanField()


class HowMany(models.Subquery):
    """How many rows a subquery has; with a limit at most so many."""

    template, output_field = "(SELECT COUNT(*) FROM (%(subquery)s) AS counted)", models.IntegerField()


class Numbers(models.Subquery):
    """The column `pk` of a subquery as an array, for `OneOf`; other columns may say in which order."""

    template, output_field = "ARRAY(SELECT chosen.pk FROM (%(subquery)s) AS chosen)", models.JSONField()


def words(model: type[models.Model], name: str) -> dict:
    """What people read for each value of a field with choices: Django looks them up anew for each object."""
    return _words(model, name, get_language())


@lru_cache(maxsize=500)
def _words(model: type[models.Model], name: str, _language: str) -> dict:
    return {value: str(label) for value, label in model._meta.get_field(name).flatchoices}


class Worded(models.Model):
    """Has fields with choices: `get_x_display` knows their words, which Django gathers at each call."""

    class Meta:
        abstract = True

    def _get_FIELD_display(self, field) -> str | None:
        value = getattr(self, field.attname)
        return force_str(words(type(self), field.name).get(value, value), strings_only=True)


class TimelineEntry(models.Model):
    """One thing that happened to one object, for its users; the staff's audit is pghistory's."""

    content_type = models.ForeignKey(ContentType, on_delete=models.CASCADE)
    object_id = models.PositiveBigIntegerField()
    target = GenericForeignKey()
    event = models.CharField(max_length=40)
    to_status = models.CharField(max_length=20, blank=True)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    remark = models.TextField(blank=True)
    changes = models.JSONField(default=dict, blank=True)  # {field: [before, after]}
    created_at = models.DateTimeField(default=clock.now)

    class Meta:
        ordering = ["-created_at", "-pk"]
        # The report reads what happened in a quarter, and when it first happened to those, without touching a row.
        indexes = [
            models.Index(
                fields=["content_type", "object_id", "-created_at"], include=["event"], name="timeline_of_object"
            ),
            models.Index(fields=["content_type", "event", "created_at"], include=["object_id"], name="timeline_when"),
        ]

    def __str__(self) -> str:
        return f"{self.label}: {self.target}"

    @property
    def label(self) -> str:
        """What happened, in the reader's language: 'Vraagstuk ingediend'."""
        kind = ContentType.objects.get_for_id(self.content_type_id)  # which Django keeps
        return event_label(kind.model_class()._meta.label_lower, self.event)


class Side(models.TextChoices):
    """Who is asked something. A school's term does not run in its holidays."""

    COMPANY = "company", _("bedrijf")
    SCHOOL = "school", _("school")
    BROKER = "broker", _("makelaar")
    PERSON = "person", _("genodigde")


class PromiseQuerySet(models.QuerySet):
    def open(self) -> "PromiseQuerySet":
        """What still waits for an answer."""
        return self.filter(answered_at=None, lapsed_at=None, dropped_at=None)

    def of(self, obj: models.Model) -> "PromiseQuerySet":
        return self.filter(content_type=ContentType.objects.get_for_model(obj), object_id=obj.pk)


class Promise(Worded):
    """One question to one side and the last day for its answer. It ends once: answered, lapsed, or taken back."""

    content_type = models.ForeignKey(ContentType, on_delete=models.CASCADE)
    object_id = models.PositiveBigIntegerField()
    target = GenericForeignKey()
    kind = models.CharField(max_length=60)  # model and status: "challenges.assignment:sent"
    side = models.CharField(max_length=7, choices=Side.choices)
    partner = models.PositiveBigIntegerField(null=True, blank=True)  # its number: partners stand above
    turn = models.PositiveSmallIntegerField(default=1)  # a question that was passed on is asked again
    asked_at = models.DateTimeField(default=clock.now)
    due = models.DateField()
    reminders = models.PositiveSmallIntegerField(default=0)
    reminded_at = models.DateTimeField(null=True, blank=True)
    answered_at = models.DateTimeField(null=True, blank=True)
    lapsed_at = models.DateTimeField(null=True, blank=True)
    dropped_at = models.DateTimeField(null=True, blank=True)  # who asked took it back

    objects = PromiseQuerySet.as_manager()

    class Meta:
        ordering = ["due", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["content_type", "object_id", "kind"],
                condition=models.Q(answered_at=None, lapsed_at=None, dropped_at=None),
                name="one_open_promise",
            ),
            models.CheckConstraint(
                condition=(models.Q(answered_at=None) & models.Q(lapsed_at=None))
                | (models.Q(answered_at=None) & models.Q(dropped_at=None))
                | (models.Q(lapsed_at=None) & models.Q(dropped_at=None)),
                name="a_promise_ends_once",
            ),
        ]
        indexes = [
            models.Index(
                fields=["due"],
                condition=models.Q(answered_at=None, lapsed_at=None, dropped_at=None),
                name="promise_open",
            ),
            models.Index(fields=["partner", "asked_at"], name="promise_of_partner"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.object_id} → {self.side} {self.due}"

    @property
    def is_open(self) -> bool:
        return self.answered_at is None and self.lapsed_at is None and self.dropped_at is None

    @property
    def school(self) -> bool:
        """Whether its days are counted without school holidays."""
        return self.side == Side.SCHOOL


class Notice(models.Model):
    """Somebody should hear of a timeline entry: on the start page, in the digest, and by mail when it can't wait."""

    # Without an index of its own where a unique one begins with it: a digest changes twenty rows for every mail.
    recipient = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="notices", db_index=False
    )
    entry = models.ForeignKey(TimelineEntry, on_delete=models.CASCADE, related_name="notices")
    # What it reminds of: its mail then has a button that answers.
    promise = models.ForeignKey(
        Promise, null=True, blank=True, on_delete=models.SET_NULL, related_name="notices", db_index=False
    )
    read_at = models.DateTimeField(null=True, blank=True)
    mailed_at = models.DateTimeField(null=True, blank=True)
    told_at = models.DateTimeField(null=True, blank=True)  # by a digest

    class Meta:
        ordering = ["-pk"]
        constraints = [models.UniqueConstraint(fields=["recipient", "entry"], name="one_notice_per_entry")]
        indexes = [
            models.Index(fields=["recipient"], condition=models.Q(told_at=None), name="notice_untold"),
            models.Index(fields=["promise"], condition=~models.Q(promise=None), name="notice_of_promise"),
        ]

    def __str__(self) -> str:
        return f"{self.entry_id} → {self.recipient_id}"


class DigestDelivery(Worded):
    """The ledger: one row per person and period. Planned once, sent at most once, and never forgotten.

    A worker claims rows (`sending`, with a `claim` of its own) and settles each once the server took the mail, with the
    list of what it `told`. A claim that nobody settled within its lease goes back to `planned`.
    """

    class State(models.TextChoices):
        PLANNED = "planned", _("gepland")
        SENDING = "sending", _("onderweg")
        SENT = "sent", _("verstuurd")
        FAILED = "failed", _("mislukt")
        SKIPPED = "skipped", _("overgeslagen")

    class Reason(models.TextChoices):
        """Why nothing was sent."""

        NOTHING = "nothing", _("er was niets te vertellen")
        STOPPED = "stopped", _("de mail was uitgezet")
        LATER = "later", _("een latere mail vertelt het")
        ADDRESS = "address", _("het adres is opzij gezet")
        REFUSED = "refused", _("de mailserver weigerde")
        UNREACHABLE = "unreachable", _("de mailserver antwoordde niet")
        ERROR = "error", _("er ging bij ons iets mis")

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="digests", db_index=False)
    period = models.CharField(max_length=10)  # a day, 2026-11-23, or a week, 2026-W48
    week = models.CharField(max_length=8, blank=True)  # the week that it tells too, for who hears some things weekly
    state = models.CharField(max_length=10, choices=State.choices, default=State.PLANNED)
    reason = models.CharField(max_length=12, choices=Reason.choices, blank=True)
    detail = models.CharField(max_length=200, blank=True)  # what the mail server said
    message_id = models.CharField(max_length=120, blank=True)
    items = models.PositiveIntegerField(default=0)  # how many it told
    told = ArrayField(models.CharField(max_length=100), null=True, blank=True)  # which, until each is marked as told
    attempts = models.PositiveSmallIntegerField(default=0)
    planned_at = models.DateTimeField(default=clock.now)
    not_before = models.DateTimeField(default=clock.now)
    claim = models.CharField(max_length=32, blank=True)
    claimed_at = models.DateTimeField(null=True, blank=True)
    sent_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name_plural = "digest deliveries"
        ordering = ["-planned_at", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["user", "period"], name="one_digest_per_period"),
            models.UniqueConstraint(
                fields=["user", "week"], condition=~models.Q(week=""), name="one_digest_tells_the_week"
            ),
            models.UniqueConstraint(fields=["user"], condition=models.Q(state="sending"), name="one_digest_on_its_way"),
            models.CheckConstraint(
                condition=models.Q(state="sent", sent_at__isnull=False) | ~models.Q(state="sent"),
                name="sent_says_when",
            ),
        ]
        indexes = [
            models.Index(fields=["not_before"], condition=models.Q(state="planned"), name="digest_planned"),
            models.Index(fields=["claimed_at"], condition=models.Q(state="sending"), name="digest_sending"),
            models.Index(fields=["state", "-planned_at"], name="digest_by_state"),
            models.Index(fields=["id"], condition=models.Q(told__isnull=False), name="digest_unmarked"),
        ]

    def __str__(self) -> str:
        return f"{self.user_id} {self.period} {self.state}"


class ToldItem(models.Model):
    """A work item that a digest has told somebody, so that it is never news twice."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+", db_index=False)
    key = models.CharField(max_length=100)
    told_at = models.DateTimeField(default=clock.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "key"], name="told_once")]

    def __str__(self) -> str:
        return f"{self.user_id} {self.key}"


class MailAddress(models.Model):
    """What mail servers said of an address: after some refusals in a row it is set aside until somebody tries again."""

    email = models.EmailField(unique=True)  # in lower case
    refusals = models.PositiveSmallIntegerField(default=0)
    detail = models.CharField(max_length=200, blank=True)
    refused_at = models.DateTimeField(default=clock.now)
    set_aside_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name_plural = "mail addresses"
        ordering = ["-refused_at", "-pk"]

    def __str__(self) -> str:
        return self.email


class Letter(models.Model):
    """A mail that cannot wait for a digest, until it is sent; then the row is gone. Of a notice, or of a template."""

    notice = models.OneToOneField(Notice, null=True, blank=True, on_delete=models.CASCADE, related_name="letter")
    to = models.EmailField()
    language = models.CharField(max_length=2)
    template = models.CharField(max_length=80)
    context = models.JSONField(default=dict)
    attempts = models.PositiveSmallIntegerField(default=0)
    detail = models.CharField(max_length=200, blank=True)
    created_at = models.DateTimeField(default=clock.now)
    not_before = models.DateTimeField(default=clock.now)
    failed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-created_at", "-pk"]
        indexes = [models.Index(fields=["not_before"], condition=models.Q(failed_at=None), name="letter_waits")]

    def __str__(self) -> str:
        return f"{self.template} → {self.to}"


class ConsentQuerySet(models.QuerySet):
    def in_force(self, kind: str) -> "ConsentQuerySet":
        """What was given and not withdrawn since."""
        return self.filter(kind=kind, withdrawn_at=None)

    def say(self, *, user, kind: str, yes: bool) -> None:
        """Write that somebody says yes or no, where that is not what they said before."""
        given = self.in_force(kind).filter(user=user)
        if not yes:
            given.update(withdrawn_at=clock.now())
        elif not given.exists():
            self.bulk_create([Consent(user=user, kind=kind)], ignore_conflicts=True)


class Consent(Worded):
    """One yes of a person, with its date and the date on which it was taken back. A new yes is a new row."""

    class Kind(models.TextChoices):
        DIGEST = "digest", _("Overzichtsmail")
        PHOTOS = "photos", _("Foto's waar ik op sta")

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="consents")
    kind = models.CharField(max_length=10, choices=Kind.choices)
    given_at = models.DateTimeField(default=clock.now)
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    objects = ConsentQuerySet.as_manager()

    class Meta:
        ordering = ["-given_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["user", "kind"], condition=models.Q(withdrawn_at=None), name="one_consent_in_force"
            )
        ]

    def __str__(self) -> str:
        return self.get_kind_display()


class IdleWarning(models.Model):
    """Somebody was told that their account goes because nobody uses it; gone once they log in again."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="idle_warning")
    warned_at = models.DateTimeField(default=clock.now)

    def __str__(self) -> str:
        return f"{self.user_id}"


class RetentionRun(models.Model):
    """What one rule of keeping did on one day, for staff to read. It names nobody."""

    rule = models.CharField(max_length=20)
    done_at = models.DateTimeField(default=clock.now)
    removed = models.PositiveIntegerField(default=0)
    waiting = models.PositiveIntegerField(default=0)  # what a person has to look at first
    problem = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ["-done_at", "-pk"]

    def __str__(self) -> str:
        return f"{self.rule} {self.done_at:%Y-%m-%d}: {self.removed}"
