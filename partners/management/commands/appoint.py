"""manage.py appoint EMAIL PARTNER ROLE: gives a person a role, so that a new portal has its first broker."""

from django.core.management.base import BaseCommand, CommandError

from partners import roles
from partners.models import Partner, User
from partners.services import appoint


class Command(BaseCommand):
    help = "Give the person with EMAIL a role at the partner with this exact name."

    def add_arguments(self, parser) -> None:
        parser.add_argument("email")
        parser.add_argument("partner")
        parser.add_argument("role", choices=[role for role, _label in roles.CHOICES])

    def handle(self, *, email: str, partner: str, role: str, **options) -> None:
        user = User.objects.filter(email__iexact=email).first()
        organisation = Partner.objects.filter(name=partner).first()
        if user is None or organisation is None:
            raise CommandError(f"No such {'person' if user is None else 'partner'}.")
        self.stdout.write(f"{appoint(user=user, partner=organisation, role=role)}")
