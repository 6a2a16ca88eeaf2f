"""`python -m tests.bench.sink PORT FILE [SECONDS]`: a mail server in a process of its own that keeps who got what.

A line per mail in FILE, written before the server says "250": recipient, Message-ID and the marks (`#n#`) in it.
SECONDS is how long it takes over each.
"""

import asyncio
import re
import sys
from pathlib import Path

from aiosmtpd.controller import Controller

MARK = re.compile(rb"#(\d+)#")
IDENTITY = re.compile(rb"^Message-ID:\s*(\S+)", re.MULTILINE | re.IGNORECASE)


class Sink:
    def __init__(self, path: str, seconds: float) -> None:
        self.file = Path(path).open("ab", buffering=0)  # noqa: SIM115  open as long as the process lives
        self.seconds = seconds

    async def handle_DATA(self, server, session, envelope) -> str:  # aiosmtpd's name
        if self.seconds:
            await asyncio.sleep(self.seconds)
        content = envelope.original_content or envelope.content
        identity = IDENTITY.search(content)
        marks = sorted(set(MARK.findall(content)))
        to = envelope.rcpt_tos[0].encode()
        self.file.write(b"\t".join([to, identity[1] if identity else b"", b",".join(marks)]) + b"\n")
        return "250 OK"


if __name__ == "__main__":
    port, path, *rest = sys.argv[1:]
    controller = Controller(Sink(path, float(rest[0]) if rest else 0), hostname="127.0.0.1", port=int(port))
    controller.start()
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    sys.stdin.read()  # until whoever started it is gone
    controller.stop()
