"""The life of a partner and of a membership. Only data; the mechanism is oil_portal.core.workflow."""

from django.db.models import TextChoices
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from oil_portal.core.models import Side
from oil_portal.core.workflow import Term, Transition, Workflow


class PartnerStatus(TextChoices):
    SUBMITTED = "submitted", _("Wacht op controle")
    RETURNED = "returned", _("Terug voor aanvulling")
    ACCEPTED = "accepted", _("Partner")
    DECLINED = "declined", _("Afgewezen")
    SUSPENDED = "suspended", _("Geschorst")
    MERGED = "merged", _("Samengevoegd")


LIVE_PARTNER = (PartnerStatus.SUBMITTED, PartnerStatus.RETURNED, PartnerStatus.ACCEPTED, PartnerStatus.SUSPENDED)

PARTNER = Workflow(
    "partners.partner",
    [
        Transition(
            "accept", ("submitted",), "accepted", _("makelaar"), _("Keur goed"), _("Partner goedgekeurd"), "optional"
        ),
        Transition(
            "return", ("submitted",), "returned", _("makelaar"), _("Stuur terug"), _("Teruggestuurd"), "required",
            _("Schrijf wat er nog mist. De contactpersoon leest dit."),
        ),
        Transition(
            "decline", ("submitted", "returned"), "declined", _("makelaar"), _("Wijs af"), _("Partner afgewezen"),
            "required", _("Schrijf waarom. De contactpersoon leest dit."),
        ),
        Transition(
            "resubmit", ("returned",), "submitted", _("contactpersoon"), _("Dien opnieuw in"),
            _("Opnieuw ingediend"), "optional",
        ),
        Transition(
            "suspend", ("accepted",), "suspended", _("makelaar"), _("Schors"), _("Partner geschorst"), "required",
            _("Schrijf waarom. Iedereen die bij de organisatie hoort, leest dit."),
        ),
        Transition(
            "resume", ("suspended",), "accepted", _("makelaar"), _("Hef de schorsing op"), _("Schorsing opgeheven"),
            "optional",
        ),
        Transition(  # follows from partners.services.merge_partner, which asks who may
            "merge", ("submitted", "returned", "accepted", "declined"), "merged", _("makelaar"), _("Voeg samen"),
            _("Opgegaan in een andere organisatie"), "optional", system=True,
        ),
    ],
    {
        "absorb": _("Samengevoegd met"),
        "register": _("Aangemeld als partner"),
        "edit": _("Gegevens gewijzigd"),
        "check": _("Gegevens nagekeken"),
        "logo": _("Logo gewijzigd"),
        "invite": _("Uitnodiging verstuurd"),
        "pause": _("Pauze tot en met"),
        "pause_end": _("Pauze voorbij"),
        "ask_pause": _("Gevraagd: willen jullie een pauze?"),
    },
    [
        (_("Aangemeld"), ("submitted", "returned", "declined")),
        (_("Partner"), ("accepted", "suspended")),
    ],
    {
        "submitted": _("Een makelaar kijkt naar de gegevens."),
        "returned": _("De contactpersoon vult de gegevens aan."),
        "suspended": _("De organisatie kan nu geen vraagstukken indienen. Projecten die lopen, gaan door."),
    },
    {"submitted": Term(lambda _partner: (Side.BROKER, None), ("accept", "return", "decline"), 5)},
)  # fmt: skip


class MembershipStatus(TextChoices):
    REQUESTED = "requested", _("Wacht op bevestiging")
    ACTIVE = "active", _("Actief")
    DECLINED = "declined", _("Afgewezen")
    ENDED = "ended", _("Gestopt")


LIVE_MEMBERSHIP = (MembershipStatus.REQUESTED, MembershipStatus.ACTIVE)


def _confirms(membership) -> tuple[str, object | None]:
    """Who is asked first: the school for its own people, a contact for colleagues, and brokers where nobody is."""
    if membership.role in ("teacher", "student"):
        return Side.SCHOOL, membership.partner.school
    contacts = membership.partner.memberships.filter(role="contact", status="active")
    return (Side.COMPANY, membership.partner) if contacts.exists() else (Side.BROKER, None)


MEMBERSHIP = Workflow(
    "partners.membership",
    [
        Transition(
            "confirm", ("requested",), "active", _("contactpersoon of coördinator"), _("Bevestig"),
            _("Lidmaatschap bevestigd"), "optional",
        ),
        Transition(
            "decline", ("requested",), "declined", _("contactpersoon of coördinator"), _("Wijs af"),
            _("Verzoek afgewezen"), "required", _("Schrijf waarom. De ander leest dit."),
        ),
        Transition(
            "take_back", ("requested",), "ended", _("wie het vroeg"), _("Trek je verzoek in"), _("Verzoek ingetrokken")
        ),
        Transition(
            "end", ("active",), "ended", _("het lid zelf of wie bevestigt"), _("Beëindig"), _("Lidmaatschap gestopt"),
            "optional",
        ),
        Transition(
            "lapse", ("requested",), "declined", _("het portaal"), _("Sluit"), _("Er kwam geen antwoord"), system=True
        ),
    ],
    {
        "pass_on": _("Verzoek doorgegeven"),
        "request": _("Gevraagd om mee te doen"),
        "join": _("Lid geworden"),
        "accept": _("Uitnodiging aangenomen"),
    },
    waiting={"requested": _("Een contactpersoon of coördinator geeft antwoord.")},
    terms={"requested": Term(_confirms, ("confirm", "decline"), 5)},
)  # fmt: skip


class InvitationStatus(TextChoices):
    SENT = "sent", _("Verstuurd")
    ACCEPTED = "accepted", _("Geaccepteerd")
    WITHDRAWN = "withdrawn", _("Ingetrokken")


INVITATION = Workflow(
    "partners.invitation",
    [],
    {"accept": _("Uitnodiging aangenomen"), "refuse": _("Uitnodiging afgeslagen"), "expire": _("Uitnodiging verlopen")},
    terms={
        "sent": Term(
            lambda _invitation: (Side.PERSON, None), ("accept", "refuse"),
            until=lambda invitation: timezone.localtime(invitation.open_until).date(),
        )
    },
)  # fmt: skip
