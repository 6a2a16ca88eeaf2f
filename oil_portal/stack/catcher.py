"""A local SMTP server that sends nothing on: it keeps the newest mails as a Maildir, which the demo's page shows."""

from pathlib import Path

from aiosmtpd.controller import Controller
from aiosmtpd.handlers import Mailbox

from oil_portal.stack.processes import listen

NEWEST = 500  # mails kept


class Keep(Mailbox):
    """Stores a mail and forgets the oldest ones."""

    def handle_message(self, message) -> None:
        """Called by aiosmtpd for every mail it took."""
        super().handle_message(message)
        kept = [file for folder in ("new", "cur") for file in (Path(self.mail_dir) / folder).iterdir()]
        for file in sorted(kept, key=lambda file: file.stat().st_mtime_ns)[:-NEWEST]:
            file.unlink(missing_ok=True)


def start(folder: Path) -> tuple[Controller, str]:
    """Start catching, in a thread of this process; returns what to `.stop()` and the EMAIL_URL."""
    with listen(0) as free:
        port = free.getsockname()[1]
    controller = Controller(Keep(folder), hostname="127.0.0.1", port=port)
    controller.start()
    return controller, f"smtp://127.0.0.1:{port}"
