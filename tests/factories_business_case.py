"""A version of the business case, and the assumptions that nobody changed."""

from decimal import Decimal

from partners.models import User
from reports import business_case_words as words
from reports.business_case import Assumptions
from reports.models import BusinessCase
from reports.services import save_business_case


def numbers(**changed) -> dict[str, Decimal]:
    """Every assumption as the page starts with it, with some changed."""
    return words.starting({}) | {name: Decimal(str(value)) for name, value in changed.items()}


def assumptions(**changed) -> Assumptions:
    return Assumptions.from_flat(numbers(**changed))


def typed(**changed) -> dict[str, str]:
    """What a browser sends."""
    return {name: str(value) for name, value in numbers().items()} | {"name": "", "remark": ""} | changed


def version(by: User, name: str = "Voor de stuurgroep", remark: str = "", **changed) -> BusinessCase:
    return save_business_case(actor=by, name=name, remark=remark, assumptions=assumptions(**changed), figures={})
