"""The verbs of the report."""

from reports.services.business_case import save_business_case

__all__ = ["save_business_case"]
