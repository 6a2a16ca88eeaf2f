"""The business case as arithmetic: assumptions in, five years of costs and yields out. It knows no Django."""

from reports.business_case.model import (
    CARRIERS,
    CONDITIONS,
    COSTS,
    EXPECTED,
    HORIZON,
    MONEY,
    SCENARIOS,
    VALUE,
    Assumptions,
    Case,
    Margin,
    Run,
    Year,
    compute,
)

__all__ = [
    "CARRIERS",
    "CONDITIONS",
    "COSTS",
    "EXPECTED",
    "HORIZON",
    "MONEY",
    "SCENARIOS",
    "VALUE",
    "Assumptions",
    "Case",
    "Margin",
    "Run",
    "Year",
    "compute",
]
