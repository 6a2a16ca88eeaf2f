"""How a log line looks: a line for people, or JSON for a machine (LOG_FORMAT)."""

import json
import logging
from datetime import UTC, datetime

from oil_portal.ops.tracing import where


class Where(logging.Filter):
    """Gives each line its `request_id`, "-" outside a request or task."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.request_id = where.get().get("request_id", "-")
        return True


class Json(logging.Formatter):
    """One object per line: time (UTC), level, logger, message, where it comes from, `fields`, and an exception."""

    def format(self, record: logging.LogRecord) -> str:
        moment = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        entry = {"time": moment, "level": record.levelname, "logger": record.name, "message": record.getMessage()}
        entry |= where.get() | getattr(record, "fields", {})
        if record.exc_info:
            entry["exception"] = self.formatException(record.exc_info)
        return json.dumps(entry, default=str)


def config(*, form: str, level: str) -> dict:
    """Django's LOGGING: everything to standard error, gunicorn's own lines too."""
    console = {"handlers": ["console"], "propagate": False}
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "filters": {"where": {"()": "oil_portal.ops.logs.Where"}},
        "formatters": {
            "line": {"format": "{asctime} {levelname} {name} [{request_id}]: {message}", "style": "{"},
            "json": {"()": "oil_portal.ops.logs.Json"},
        },
        "handlers": {"console": {"class": "logging.StreamHandler", "formatter": form, "filters": ["where"]}},
        "loggers": {
            "gunicorn.error": {**console, "level": "INFO"},
            "celery.worker.strategy": {"level": "WARNING"},  # "received" comes before a task's number is known
        },
        "root": {"handlers": ["console"], "level": level},
    }
