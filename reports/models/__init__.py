"""What the report keeps: grants, frozen quarters and versions of the business case."""

from reports.models.business_case import BusinessCase
from reports.models.grant import Grant
from reports.models.snapshot import Snapshot, SnapshotRow

__all__ = ["BusinessCase", "Grant", "Snapshot", "SnapshotRow"]
