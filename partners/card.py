"""The *projectkaart*: one A4 about a collaboration or a completed project, for the page and for the PDF alike."""

from collections.abc import Callable
from dataclasses import asdict, dataclass, field

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from partners.models import Collaboration, Partner, ProjectCard


@dataclass(frozen=True)
class Figure:
    """A number, and what it counts."""

    number: str
    label: str


@dataclass(frozen=True)
class Stop:
    """A stop on the line of what came from what; `url` is empty where the reader may not go."""

    kind: str
    title: str
    url: str = ""
    here: bool = False


@dataclass(frozen=True)
class Card:
    """All that a card says. Texts are plain, and already in the reader's language."""

    title: str
    completed: bool
    lead: str = ""
    quote: str = ""
    quote_by: str = ""
    figures: list[Figure] = field(default_factory=list)
    texts: list[tuple[str, str]] = field(default_factory=list)  # heading, text
    results: list[str] = field(default_factory=list)
    structure: list[tuple[str, str]] = field(default_factory=list)  # role, who
    chain: list[Stop] = field(default_factory=list)
    partners: list[Partner] = field(default_factory=list)
    foot: tuple[str, str] = ("", "")

    def printed(self, absolute: Callable[[str], str]) -> dict:
        """The card as plain data for the PDF, with the words around it; `absolute` makes a whole address of a path."""
        data = {name: value for name, value in self.__dict__.items() if name not in ("figures", "chain", "partners")}
        stops = [asdict(stop) | {"url": stop.url and absolute(stop.url)} for stop in self.chain]
        return data | {
            "figures": [asdict(figure) for figure in self.figures],
            "chain": stops,
            "partners": [partner.name for partner in self.partners],
            "words": _words(),
        }


def _words() -> dict[str, str]:
    """What the sheet itself says, in the reader's language."""
    return {
        "card": _("Projectkaart"),
        "region": _("Leidse regio"),
        "category": _("Categorie"),
        "running": _("Lopend"),
        "completed": _("Afgerond"),
        "results": _("Resultaten"),
        "structure": _("Projectstructuur"),
        "role": _("Rol"),
        "who": _("Wie"),
        "chain": _("Van vraag tot vervolg"),
        "here": _("deze kaart"),
        "partners": _("Partners"),
        "figures": _("In cijfers"),
    }


def lines_of(text: str) -> list[str]:
    """A text with one thing a line, without the dashes and dots that people put before it."""
    return [line.strip(" -*•\t") for line in text.splitlines() if line.strip(" -*•\t")]


def roles() -> dict[str, str]:
    """What the Dutch label of a role in the structure is in the reader's language."""
    return {
        "Bestuurlijk opdrachtgever": _("Bestuurlijk opdrachtgever"),
        "Bestuurlijke trekkers": _("Bestuurlijke trekkers"),
        "Ambtelijk opdrachtgever": _("Ambtelijk opdrachtgever"),
        "Projectleider": _("Projectleider"),
        "Projectboard": _("Projectboard"),
    }


def counted(number: int, label: str) -> Figure:
    return Figure(str(number), label)


def collaboration_card(card: ProjectCard) -> Card:
    """The card of a collaboration; expects members, continued_in and offshoots to be there already."""
    one = card.collaboration
    members, places, results = list(one.members.all()), list(one.continued_in.all()), lines_of(card.results)
    figures = [
        counted(len(members), ngettext("partner", "partners", len(members))),
        counted(len(results), ngettext("resultaat", "resultaten", len(results))),
    ]
    if places:
        words = ngettext("plek waar het verder gaat", "plekken waar het verder gaat", len(places))
        figures.append(counted(len(places), words))
    texts = [(_("Urgentie"), card.urgency), (_("Opdracht"), card.assignment), (_("Vervolg"), card.next_steps)]
    known = roles()
    return Card(
        title=one.name,
        completed=one.state == Collaboration.State.COMPLETED,
        quote=card.quote,
        quote_by=card.quote_by,
        figures=figures,
        texts=[(heading, text) for heading, text in texts if text],
        results=results,
        structure=[(known.get(label, label), ", ".join(names)) for label, names in card.structure],
        chain=_line(one, places),
        partners=members,
        foot=(one.get_kind_display(), one.get_state_display()),
    )


def _line(one: Collaboration, places: list[Partner]) -> list[Stop]:
    """What it began from, itself, and where it went on; empty when it stands alone."""
    before = [_collaboration_stop(one.started_from)] if one.started_from else []
    after = [Stop(place.get_kind_display(), place.name, place.public_url) for place in places]
    after += [_collaboration_stop(offshoot) for offshoot in one.offshoots.all()]
    here = Stop(one.get_kind_display(), one.name, here=True)
    return [*before, here, *after] if before or after else []


def _collaboration_stop(one: Collaboration) -> Stop:
    card = getattr(one, "card", None)
    return Stop(one.get_kind_display(), one.name, card.get_absolute_url() if card else "")
