#!/usr/bin/env python
"""Django's command line. Without DATABASE_URL it works on the demo's database: the running one, else its own."""

import contextlib
import os
import sys


def main() -> None:
    """Run one management command."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "oil_portal.settings")
    if "DATABASE_URL" not in os.environ:
        with contextlib.suppress(ModuleNotFoundError):  # the production image has no stack of its own
            from oil_portal.stack import embedded

            embedded.use_for_command()
    from django.core.exceptions import ImproperlyConfigured
    from django.core.management import execute_from_command_line

    try:
        execute_from_command_line(sys.argv)
    except ImproperlyConfigured as error:
        sys.exit(f"{error}")


if __name__ == "__main__":
    main()
