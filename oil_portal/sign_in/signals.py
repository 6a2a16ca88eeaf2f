"""What follows when allauth says that something happened."""

import time

from allauth.account.signals import password_changed, password_reset, password_set
from allauth.account.signals import user_logged_in as came_in
from allauth.mfa.models import Authenticator
from allauth.mfa.signals import authenticator_added, authenticator_removed, authenticator_used
from allauth.socialaccount.signals import social_account_added, social_account_updated
from django.contrib.auth.signals import user_logged_in
from django.dispatch import receiver
from django.utils.translation import gettext_lazy as _

from oil_portal.sign_in import known, second_factor, services
from oil_portal.sign_in.claims import read_kept
from oil_portal.sign_in.devices import in_words
from oil_portal.sign_in.middleware import SINCE
from partners.accounts import tell


@receiver(user_logged_in)
def remember_since(sender, request, user, **kwargs) -> None:
    """From here on the longest time counts (LongestMiddleware), whichever way somebody came in."""
    request.session[SINCE] = int(time.time())


@receiver(came_in)
def tell_of_an_unknown_browser(sender, request, response, user, **kwargs) -> None:
    """Who comes in where they never were hears it by mail. The demo's one click comes another way, and tells nobody."""
    if not known.is_known(request, user):
        device = in_words(request.headers.get("User-Agent", ""))
        tell(
            user=user,
            title=_("Er is ingelogd met je account"),
            what=_("Dat was op een apparaat waarop je hier nog niet inlogde: %(device)s."),
            device=device,
        )
    known.remember(request, response, user)


@receiver([authenticator_used, authenticator_added])
def remember_proof(sender, request, user, **kwargs) -> None:
    """Setting one up shows it too: who has one already does that after showing it (SecondFactorMiddleware)."""
    second_factor.remember(request, user)


@receiver(authenticator_removed)
def forget_proof(sender, request, user, **kwargs) -> None:
    """A factor that was lost may be in other hands, and so may what it opened: all other log-ins end with it."""
    services.end_sessions(user=user, besides=request.session.session_key or "")
    if not Authenticator.objects.filter(user=user).exists():
        second_factor.forget(request)


@receiver([password_changed, password_set, password_reset])
def end_other_sessions(sender, request, user, **kwargs) -> None:
    """Who knew the old password is out. Django refuses those sessions too; here they leave the list of devices."""
    services.end_sessions(user=user, besides=request.session.session_key or "")


@receiver([social_account_added, social_account_updated])
def take_the_schools_word(sender, request, sociallogin, **kwargs) -> None:
    says = read_kept(sociallogin.account.extra_data)
    if school := services.school_of(says.organization):
        services.take_word(user=sociallogin.user, school=school, says=says)
