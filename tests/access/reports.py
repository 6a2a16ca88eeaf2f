"""The report and the business case."""

from tests.access import Row

ROWS: list[Row] = []
