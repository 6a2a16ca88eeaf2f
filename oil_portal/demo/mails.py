"""Mails of this very day, so that *Postvak* shows each kind: a worker sends them once the demo runs."""

from urllib.parse import urlsplit

from allauth.account.models import EmailAddress
from django.conf import settings
from django.test import Client
from django.urls import reverse

from challenges.services import draft as drafts
from oil_portal.core.models import Letter
from oil_portal.demo.story import World
from partners.models import Membership
from partners.services import answer_membership, invite


def forget_the_past() -> None:
    """What the past would have mailed is not sent: nobody lived through it."""
    Letter.objects.all().delete()


def todays_mails(world: World) -> None:
    """An invitation, a question that a broker wrote for a company, and an answer that cannot wait."""
    contact = world.contacts["marewijk-bouw"]
    invite(actor=contact, partner=world.companies["marewijk-bouw"], email="joost@marewijk-bouw.example", role="contact")
    broker = world.brokers[0]
    draft = drafts.begin(actor=broker, email="info@touwslagerij.example")
    typed = {"title": "Vlecht touw van oude visnetten", "question": "Wij vlechten touw. Kan dat ook van oude netten?"}
    drafts.save(draft=draft, actor=broker, now=typed, was={})
    drafts.invite_company(draft=draft, actor=broker)
    request = Membership.objects.filter(role="teacher", status="requested").first()
    if request:
        coordinator = world.coordinators[request.partner.school.name]
        answer_membership(membership=request, actor=coordinator, action="confirm")


NEW = {
    "email": "fleur.de.wit@mborijnland.nl",
    "password1": "touw-en-netten-7",
    "first_name": "Fleur",
    "last_name": "de Wit",
}
FORGOT = "yara.bakker@student.mborijnland.nl"


def somebody_at_the_door() -> None:
    """A teacher who makes an account and a student who forgot a password, by the forms themselves; once."""
    if EmailAddress.objects.filter(email=NEW["email"]).exists():
        return
    window = Client(headers={"host": urlsplit(settings.SITE_URL).netloc})
    window.post(reverse("account_signup"), NEW | {"old_enough": "on"})
    window.post(reverse("account_reset_password"), {"email": FORGOT})
