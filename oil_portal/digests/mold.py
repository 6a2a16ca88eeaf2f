"""A mail that many people get, made once: what differs between them is put in its places.

A mold is cast from the very message that the templates give (`letter.message_for`), with a `Slot` for each value:
words, headers and the way it goes over the line are the same by construction, and a test compares them.
Casting takes milliseconds, filling some tens of microseconds.
"""

import re
from collections.abc import Mapping
from email.utils import parseaddr

from django.core.mail import EmailMultiAlternatives
from django.utils.html import conditional_escape

LONGEST_LINE = 998  # bytes that a line of a mail may have (RFC 5322, 2.1.1)
ENCODING = "Content-Transfer-Encoding:"
MARK = re.compile(r"zq([a-z_]+)(qh|qt)z")


class Slot(str):
    """Stands for a value while a template is rendered; knows whether it stands in HTML or in text."""

    __slots__ = ()

    def __new__(cls, name: str) -> "Slot":
        return super().__new__(cls, f"zq{name}qtz")

    def __html__(self) -> str:
        return self.replace("qtz", "qhz")


class Misfit(Exception):
    """A value that does not go over the line as it is: make this mail the long way."""


class Cast:
    """A text with places, as a format."""

    def __init__(self, written: str, place: str = r"\1\2") -> None:
        """`place` makes what a place is called from its name (1) and its form (2: "qh" for HTML, "qt" for text)."""
        self.needed = sorted(set(MARK.findall(written)))
        self.format = MARK.sub(rf"%({place})s", written.replace("%", "%%"))

    def fill(self, ready: Mapping[str, str]) -> str:
        """The text with what belongs in each place."""
        return self.format % ready


class Mold:
    """The bytes of a message with its places. Headers and text take a value as it is, HTML takes it escaped."""

    def __init__(self, message: EmailMultiAlternatives, stand_ins: Mapping[str, Slot]) -> None:
        """`stand_ins` are values that could not be slots, such as an address, and the slots that they stand for."""
        self.from_email = parseaddr(message.from_email)[1]
        written = message.message().as_bytes(linesep="\r\n").decode()
        for value, slot in stand_ins.items():
            written = written.replace(value, slot)
        head, _blank, _body = written.partition("\r\n\r\n")
        written = written.replace(f"{ENCODING} 7bit", f"{ENCODING} 8bit")  # a value may have other letters
        if any(f"{ENCODING} {way}" in written for way in ("quoted-printable", "base64")):
            raise ValueError("The lines of the templates are too long to stand in a mail as they are.")
        self.cast = Cast(written)
        self.in_head = {name for name, _form in MARK.findall(head)}

    def fill(self, values: Mapping[str, str]) -> bytes:
        """The message with these values; text may have several lines. Raises Misfit."""
        for name in self.in_head:
            if not values[name].isascii() or not values[name].isprintable():
                raise Misfit(name)
        ready = {}
        for name, form in self.cast.needed:
            value = str(conditional_escape(values[name])) if form == "qh" else values[name]
            lines = value.replace("\r\n", "\n") if "\r" in value else value
            ready[name + form] = lines.replace("\n", "\r\n")
        written = self.cast.fill(ready).encode()
        if max(map(len, written.split(b"\r\n"))) > LONGEST_LINE:
            raise Misfit("a long line")
        return written
