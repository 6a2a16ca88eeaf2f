"""Who reads the report and the business case: the brokers, who answer for them."""

import rules

from partners.permissions import is_broker

rules.add_perm("reports.see_report", is_broker)
rules.add_perm("reports.freeze_snapshot", is_broker)
rules.add_perm("reports.change_grant", is_broker)
rules.add_perm("reports.change_businesscase", is_broker)
