"""Django's sessions in the database; the read is composed once, since every page of who is logged in begins with it."""

from django.contrib.sessions.backends import db
from django.contrib.sessions.models import Session
from django.db.models import QuerySet
from django.utils import timezone

from oil_portal.core.prepared import Text, prepared


@prepared
def kept(key: Text) -> QuerySet[Session]:
    return Session.objects.filter(session_key=key)


class SessionStore(db.SessionStore):
    """As Django's own."""

    def _get_session_from_db(self):
        found = next(iter(kept(Text(self.session_key))), None)
        if found is None or found.expire_date <= timezone.now():  # noqa: TID251  a browser's clock
            self._session_key = None
            return None
        return found
