"""Workers send what is planned: collected together, one mail at a time over one line, each written down at once.

Little of it waits for the rest. While the mail server takes a mail the next one is written; while the database writes
down that it was sent, the next one is announced to the server. Its words go out only when that stands.
"""

import logging
import time
from collections.abc import Iterator
from uuid import uuid4

from django.db import DatabaseError, OperationalError, connection
from django.utils.translation import override
from psycopg.pq import ExecStatus

from oil_portal.core import clock
from oil_portal.core.mail import Line, Refused, Unreachable, message_id, said, took_mail
from oil_portal.core.models import DigestDelivery
from oil_portal.digests import ledger
from oil_portal.digests.content import Collection, Digest, collect
from oil_portal.digests.ledger import Reason, State
from oil_portal.digests.letter import Mail, mail_for

log = logging.getLogger(__name__)

SETTLE = ledger.SETTLE.encode()
BUDGET = 200  # seconds that one task works before it makes room; well within Celery's limit
DEAD_AIR = 3  # mails in a row on which the server hung up: then it is the server, and the rest waits


def send_planned(*, seconds: float = BUDGET) -> bool:
    """Send what waits until nothing does or the time is up; return whether something is left that can be sent now."""
    until = time.monotonic() + seconds
    ledger.mark_told()  # what a worker that died left
    ledger.close_older()
    try:
        return _send_until(until)
    finally:
        ledger.mark_told()


def _send_until(until: float) -> bool:
    with Line() as line, Book() as book, Marker() as marker:
        while time.monotonic() < until:
            name = uuid4().hex
            batch = ledger.claim(name)
            if not batch:
                return False
            try:
                marker.mark()
                line.open()
                send_batch(batch, line, book, until)
            except Unreachable as silent:
                log.warning("The mail server does not answer, %d digests wait: %s", len(batch), silent)
                return False  # the next beat tries again; nobody's tries are counted
            finally:
                ledger.give_back(name)
    return True


def send_batch(batch: list[DigestDelivery], line: Line, book: "Book", until: float) -> None:
    """Send one by one until that moment. Raises Unreachable when the server hung up several times in a row."""
    silent, took = 0, []
    mails = Ahead(_with_mails(batch, book))
    try:
        for delivery, mail in mails:
            if time.monotonic() > until or ledger.is_stale(delivery):
                return
            failure = _send(delivery, mail, line, book, mails)
            silent = silent + 1 if isinstance(failure, Unreachable) else 0
            if failure is None:
                took.append(delivery.user.email)
            if silent >= DEAD_AIR:
                raise failure
    finally:
        book.close()
        took_mail(took)


def _send(delivery: DigestDelivery, mail: Mail | Exception, line: Line, book: "Book", mails: "Ahead"):
    """Send one and write it down, or put it off; return what went wrong, after it was dealt with."""
    failure = mail if isinstance(mail, Exception) else None
    if failure is None:
        try:
            line.send(mail, before=book.close, meanwhile=mails.prepare)
        except DatabaseError:  # the mail before this one could not be written down; this one did not go
            raise
        except Exception as error:
            failure = error
        else:
            book.write(delivery, mail)
            return None
    book.close()
    if isinstance(failure, Refused | Unreachable):
        ledger.put_off(delivery, failure)
    else:  # ours to mend; the others go on
        log.error("The digest of user %d failed", delivery.user_id, exc_info=failure)
        ledger.put_off(delivery, Refused(said(failure)), Reason.ERROR)
    return failure


class Ahead:
    """An iterator of which the next piece can be made ready while something else is waited for."""

    def __init__(self, source: Iterator) -> None:
        self.source, self.ready = source, []

    def __iter__(self) -> "Ahead":
        return self

    def __next__(self):
        if not self.ready:
            self.prepare()
        found, failure = self.ready.pop()
        if failure:
            raise failure
        return found

    def prepare(self) -> None:
        """Raises nothing: what goes wrong is raised when the piece is asked for."""
        try:
            self.ready.append((next(self.source), None))
        except Exception as failure:  # StopIteration is one of them
            self.ready.append((None, failure))


class Book:
    """Writes down that a mail was sent. From `write` to `close` nothing else may be asked of the database.

    What cannot be written down is never sent again by itself. Both raise OperationalError when the database is gone.
    """

    def __init__(self) -> None:
        self.delivery: DigestDelivery | None = None
        self.name, self.known_by = f"settle_{uuid4().hex}".encode(), None

    def __enter__(self) -> "Book":
        return self

    def __exit__(self, *_error) -> None:
        if self.known_by is not None and self.known_by is connection.connection and not connection.connection.broken:
            connection.connection.pgconn.exec_(b"DEALLOCATE " + self.name)

    def write(self, delivery: DigestDelivery, mail: Mail) -> None:
        """Ask the database to, and wait for nothing."""
        values = [mail.message_id, clock.now(), len(mail.told), "\n".join(mail.told), delivery.pk, delivery.claim]
        connection.ensure_connection()
        with connection.wrap_database_errors:
            libpq = connection.connection.pgconn
            if self.known_by is not connection.connection:  # planned once per connection, not for every mail
                libpq.prepare(self.name, SETTLE)
                self.known_by = connection.connection
            libpq.send_query_prepared(self.name, [str(value).encode() for value in values])
        self.delivery = delivery

    def close(self) -> None:
        """Wait until what was asked stands."""
        delivery, self.delivery = self.delivery, None
        if delivery is None:
            return
        libpq = connection.connection.pgconn
        result = libpq.get_result()
        while libpq.get_result():
            pass
        if connection.connection.broken:
            raise OperationalError("The database went away before it wrote down that a mail was sent.")
        if result.status != ExecStatus.COMMAND_OK:
            words = result.error_message.decode(errors="replace")
            log.error("The digest of user %d was sent and not written down: %s", delivery.user_id, words)
            ledger.close(delivery, State.FAILED, Reason.ERROR, words[:200])


class Marker:
    """Marks what earlier batches told while the next one goes out, over a connection of its own."""

    def __init__(self) -> None:
        self.batches, self.other = 0, None

    def __enter__(self) -> "Marker":
        return self

    def __exit__(self, *_error) -> None:
        if self.other is not None:
            self._wait()
            self.other.close()

    def mark(self) -> None:
        """Begin, and wait for nothing; before the first batch there is nothing to mark."""
        self.batches += 1
        if self.batches == 1:
            return
        if self.other is None:
            self.other = connection.copy()
            self.other.ensure_connection()
        self._wait()
        with connection.wrap_database_errors:
            self.other.connection.pgconn.send_query(ledger.MARK_TOLD.encode())

    def _wait(self) -> None:
        """What could not be marked is marked by whoever comes next."""
        while self.other.connection.pgconn.get_result():
            pass


# --- The mails of a batch -----------------------------------------------------------------------------------------
def _with_mails(batch: list[DigestDelivery], book: Book) -> Iterator[tuple[DigestDelivery, Mail | Exception]]:
    """Each delivery that has something to tell with its mail, or with what went wrong."""
    for delivery, digest in _with_digests(batch, book):
        if isinstance(digest, Exception):
            yield delivery, digest
        elif not digest:
            ledger.close(delivery, State.SKIPPED, Reason.NOTHING)
        else:
            # The same Message-ID at every try: a mail that was sent but not yet written down can be recognised.
            identity = message_id(f"digest-{delivery.user_id}-{delivery.period}")
            try:
                yield delivery, mail_for(digest, message_id=identity)
            except Exception as failure:
                yield delivery, failure


def _with_digests(batch: list[DigestDelivery], book: Book) -> Iterator[tuple[DigestDelivery, Digest | Exception]]:
    """Each delivery that should be sent with its digest, per language, or with what went wrong."""
    reasons = ledger.reasons_to_skip(batch)
    for delivery in batch:
        if delivery.pk in reasons:
            ledger.close(delivery, State.SKIPPED, reasons[delivery.pk])
    wanted = [delivery for delivery in batch if delivery.pk not in reasons]
    for language in sorted({delivery.user.language for delivery in wanted}):
        part = [delivery for delivery in wanted if delivery.user.language == language]
        with override(language):
            find = _finder(part)
            for delivery in part:
                try:
                    yield delivery, find(delivery)
                except Exception as failure:
                    yield delivery, failure
                book.close()  # before the database is asked for the next


def _finder(part: list[DigestDelivery]):
    """What gives the digest of each: collected together, or one by one when that fails."""
    try:
        weekly = {delivery.user_id: bool(delivery.week) for delivery in part}
        collection = Collection([delivery.user for delivery in part], weekly=weekly)
    except Exception:  # one person's rows must not keep a thousand others waiting
        log.exception("Collecting %d digests together failed; one by one now", len(part))
        return lambda delivery: collect(delivery.user, weekly=bool(delivery.week))
    return lambda delivery: collection.digest(delivery.user)
