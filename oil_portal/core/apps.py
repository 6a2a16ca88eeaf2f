from datetime import UTC, datetime

from django.apps import AppConfig
from django.db.backends.postgresql.psycopg_any import BaseTzLoader
from django.db.backends.signals import connection_created
from psycopg.adapt import Loader


class Moments(Loader):
    """Makes a datetime of what PostgreSQL says of a moment, as Django's own does in twenty times as long.

    A page reads thirty. Django takes it for its own as long as `timezone` is that of the connection.
    """

    timezone = UTC

    def load(self, data) -> datetime:
        try:
            moment = datetime.fromisoformat(str(data, "ascii"))
            return moment if moment.tzinfo is UTC else moment.astimezone(UTC)
        except (ValueError, OverflowError):  # before Christ, after 9999, and infinity: the usual way says so
            return BaseTzLoader(self.oid, self.connection).load(data)


def read_moments(connection, **_signal) -> None:
    connection.connection.adapters.register_loader("timestamptz", Moments)


class CoreConfig(AppConfig):
    name = "oil_portal.core"
    label = "core"

    def ready(self) -> None:
        connection_created.connect(read_moments)
