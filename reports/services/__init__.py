"""The verbs of the report."""

from reports.services.business_case import save_business_case
from reports.services.grant import save_grant
from reports.services.snapshot import freeze

__all__ = ["freeze", "save_business_case", "save_grant"]
