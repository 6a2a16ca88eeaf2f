"""The verbs for who comes in: an account by a school's word, the roles that word gives, and ending a log-in."""

from collections.abc import Iterable
from importlib import import_module

from allauth.account.models import EmailAddress
from allauth.socialaccount.models import SocialLogin
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from oil_portal.core.models import Consent
from oil_portal.core.workflow import Refusal
from oil_portal.sign_in.claims import Says
from partners import roles
from partners.models import Partner, User
from partners.services import end_membership, join_by_school
from partners.workflow import PartnerStatus

SessionStore = import_module(settings.SESSION_ENGINE).SessionStore


def school_of(organization: str) -> Partner | None:
    """The one accepted school with this domain; None when no school or more than one has it.

    The domains are staff's to set: a website, which a school's people may change, proves nothing.
    """
    schools = Partner.objects.filter(
        kind=Partner.Kind.SCHOOL, status=PartnerStatus.ACCEPTED, email_domains__contains=[organization]
    )
    found = list(schools[:2]) if organization else []
    return found[0] if len(found) == 1 else None


def proves(school: Partner, address: EmailAddress) -> bool:
    """Whether the school answers for an address: its own domain, and the provider does not say otherwise."""
    return address.verified and address.email.rsplit("@", 1)[-1] in school.email_domains


@transaction.atomic
def welcome(*, login: SocialLogin, school: Partner, says: Says, digest: bool, **values) -> User:
    """Make the account of somebody who came by their school for the first time; `values` are name and language.

    An address that the school answers for is proven, and nobody else's claim on it stays. Any other is proven by mail.
    """
    address = login.email_addresses[0]
    proven = proves(school, address)
    wanted = User.Digest.WEEKLY if digest else User.Digest.NEVER
    try:
        with transaction.atomic():
            user = User.objects.create_user(address.email, digest=wanted, **values)
            if proven:
                EmailAddress.objects.filter(email=address.email, verified=False).delete()
            EmailAddress.objects.create(user=user, email=address.email, verified=proven, primary=True)
            login.account.user = user
            login.account.save()
    except IntegrityError as error:  # the second of two windows
        raise Refusal(_("Dit account is er al. Log in.")) from error
    login.user = user
    Consent.objects.say(user=user, kind=Consent.Kind.DIGEST, yes=digest)
    take_word(user=user, school=school, says=says)
    return user


@transaction.atomic
def take_word(*, user: User, school: Partner, says: Says) -> None:
    """Give the roles that the school's word gives, and take the student's role when it says somebody is none.

    A school that says nothing about somebody takes nothing away. A teacher's role is a coordinator's to end, since
    work has to be handed over first.
    """
    if says.student:
        join_by_school(user=user, school=school, role=roles.STUDENT)
    elif says.affiliations:
        for membership in user.memberships.active().filter(partner=school, role=roles.STUDENT):
            end_membership(membership=membership, actor=user, remark=_("Volgens je school ben je geen student meer."))
    if says.teacher:
        join_by_school(user=user, school=school, role=roles.TEACHER)


@transaction.atomic
def end_sessions(*, user: User, sessions: Iterable[UserSession] = (), besides: str | None = None) -> int:
    """Log `user` out of these sessions; with `besides` a session key ("" for none), of all others than that one."""
    mine = UserSession.objects.filter(user=user)
    ended = mine.filter(pk__in=[one.pk for one in sessions]) if besides is None else mine.exclude(session_key=besides)
    number = 0
    for session in ended:
        SessionStore(session.session_key).delete()
        session.delete()
        number += 1
    return number
