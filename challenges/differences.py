"""What changed between two texts, word by word. Pure: texts in, pieces out."""

import re
from dataclasses import dataclass
from difflib import SequenceMatcher

TOKEN = re.compile(r"\s+|\w+|[^\w\s]")
SAME, GONE, NEW = "same", "gone", "new"


@dataclass(frozen=True)
class Piece:
    """A stretch of text that stayed, went or came."""

    kind: str
    text: str


def pieces(before: str, after: str) -> list[Piece]:
    """The stretches in reading order; joined without the new ones they are `before`, without the gone ones `after`."""
    old, new = TOKEN.findall(_plain(before)), TOKEN.findall(_plain(after))
    found: list[Piece] = []
    for kind, a, b, c, d in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if kind == "equal":
            found.append(Piece(SAME, "".join(old[a:b])))
        else:
            found += [Piece(GONE, "".join(old[a:b]))] * (a < b) + [Piece(NEW, "".join(new[c:d]))] * (c < d)
    return found


def _plain(text: str) -> str:
    return text.replace("\r\n", "\n")


def changed(found: list[Piece]) -> bool:
    return any(piece.kind != SAME for piece in found)
