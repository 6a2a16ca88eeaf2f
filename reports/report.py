"""The report as data: what page, exports, PDF and snapshot all draw, so that they cannot differ."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass, field

from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

LOW, HIDDEN = "low", "hidden"  # under five; hidden so that another number stays hidden
SMALL = 5


@dataclass(frozen=True)
class Line:
    """One number: `value` as plain text ("37", "12.50"), None where there is nothing to say; `mark` when it hides.

    `rows` is how many rows stand behind it, 0 when it does not open.
    """

    key: str
    label: str
    value: str | None = None
    mark: str = ""
    unit: str = ""
    group: str = ""
    rows: int = 0
    definition: str = ""

    @property
    def shown(self) -> str:
        """The number as people read it, in the active language."""
        if self.mark:
            return f"<{SMALL}" if self.mark == LOW else "×"
        if self.value is None:
            return "–"
        number = number_format(self.value.removesuffix(".0"), use_l10n=True, force_grouping=True)
        return {"euros": "€ %s", "percent": "%s%%"}.get(self.unit, "%s") % number

    @property
    def measured(self) -> str:
        """What the number is of, where the label does not say so."""
        days = ngettext("werkdag", "werkdagen", 1 if self.value in ("1", "1.0") else 2)
        return {"days": days, "hours": _("uur")}.get(self.unit, "")


@dataclass(frozen=True)
class Table:
    """Numbers side by side: a heading a column, and a label with its numbers a row."""

    key: str
    caption: str
    head: list[str]
    rows: list[tuple[str, list[Line]]]


def numbers_of(tables: list[Table]) -> list[Line]:
    return [line for table in tables for _label, lines in table.rows for line in lines]


@dataclass(frozen=True)
class Section:
    key: str
    title: str
    lines: list[Line]
    tables: list[Table] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Report:
    """All figures of a period as they stood at `moment` (ISO), in one language."""

    period: str
    label: str
    moment: str
    version: str
    sections: list[Section]

    def lines(self) -> Iterator[Line]:
        """Every number: those of a section, then those of its tables."""
        for section in self.sections:
            yield from section.lines
            yield from numbers_of(section.tables)

    def line(self, key: str, group: str = "") -> Line | None:
        return next((line for line in self.lines() if (line.key, line.group) == (key, group)), None)

    def data(self) -> dict:
        """As JSON keeps it."""
        return asdict(self)

    @classmethod
    def of_data(cls, data: dict) -> "Report":
        sections = [
            Section(
                each["key"],
                each["title"],
                [Line(**line) for line in each["lines"]],
                [
                    Table(
                        table["key"],
                        table["caption"],
                        table["head"],
                        [(label, [Line(**line) for line in lines]) for label, lines in table["rows"]],
                    )
                    for table in each["tables"]
                ],
                each["notes"],
            )
            for each in data["sections"]
        ]
        return cls(data["period"], data["label"], data["moment"], data["version"], sections)
