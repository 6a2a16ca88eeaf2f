"""Ranking learning goals for a company's question, with the words that say why. Pure: texts in, a ranking out.

A question is read whole and sentence by sentence, since one sentence often asks for one goal. It is compared with what
is known of each goal (title, explanation, what companies say, keywords) by the cosine of TF-IDF weights of character
n-grams within words, which find "pomp" in "waterpomp", and of Dutch word stems (Snowball). Goals come in families: a
question about a meter cupboard is about electrical work, so that a goal gains by what the best goals of its core task
and of its programme score. What earlier, similar questions were linked to counts as evidence. The weights were chosen
on a development set (docs/suggestions.md says how, and what each part adds).
"""

import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

import numpy as np
import snowballstemmer

from challenges.words import DULL, EMPTY

STEMMER = snowballstemmer.stemmer("dutch")
WORD = re.compile(r"[^\W\d_]+")
SENTENCE = re.compile(r"[.!?\n;:]+")
# The town is no verb: half the questions of the region say "Leiden", and goals are about leading (leiden) people.
TOWN = re.compile(r"\b(?:Leiden|Leidse|Leids|Leidenaars?|Leiderdorp)\b")
GRAMS = (3, 4, 5)
READ = 8_000  # characters of a question; what comes after tells nothing new
STOP = frozenset(EMPTY.split())
NO_REASON = frozenset(DULL.split())


BEST = 2  # goals of a family that speak for it
REASONS = 5  # words


@dataclass(frozen=True)
class Goal:
    """What is known of the goals of one title and explanation."""

    title: str
    explanation: str = ""
    says: tuple[str, ...] = ()
    keywords: tuple[str, ...] = ()
    tasks: frozenset[str] = frozenset()  # the core tasks that have it, and
    programmes: frozenset[str] = frozenset()  # the programmes


@dataclass(frozen=True)
class Evidence:
    """An earlier question that resembles this one (0 to 1), and the titles of the goals it was linked to."""

    title: str
    similarity: float
    goals: frozenset[str]


@dataclass(frozen=True)
class Weights:
    """How much each part counts."""

    title: float = 0.85
    explanation: float = 0.4
    says: float = 0.7
    keywords: float = 1.8
    nearest: float = 0.25  # the one sentence of a company that is nearest
    sentence: float = 0.3  # the best sentences of the question, beside the question as a whole
    stems: float = 1.0  # word stems, beside character n-grams
    tasks: float = 0.6  # the best goals of its core task
    programmes: float = 0.8  # the best goals of its programme
    evidence: float = 0.6


@dataclass
class Suggestion:
    """One goal in the ranking; `words` of the question and `earlier` questions say why.

    The score says how it compares with the others; `trust` is less where the question as a whole says little.
    """

    title: str
    score: float
    trust: float = 0.0
    words: list[str] = field(default_factory=list)
    earlier: list[str] = field(default_factory=list)


# --- Features ---------------------------------------------------------------------------------------------------
def words_of(text: str) -> list[str]:
    """The words of a text in small letters without accents, those that carry no meaning left out."""
    plain = unicodedata.normalize("NFKD", TOWN.sub(" ", text[:READ]).lower())
    plain = "".join(letter for letter in plain if not unicodedata.combining(letter))
    return [word for word in WORD.findall(plain) if len(word) > 1 and word not in STOP]


@lru_cache(maxsize=50_000)
def features(word: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """(character n-grams, stem) of one word; the n-grams know where the word begins and ends."""
    edged = f"^{word}$"
    grams = [edged[at : at + size] for size in GRAMS for at in range(len(edged) - size + 1)]
    return tuple(grams), (f"={STEMMER.stemWord(word)}",)


def counted(text: str) -> tuple[Counter, Counter]:
    """How often each n-gram and each stem occurs."""
    grams, stems = Counter(), Counter()
    for word in words_of(text):
        found = features(word)
        grams.update(found[0])
        stems.update(found[1])
    return grams, stems


class Space:
    """TF-IDF vectors of documents of one kind of feature, stored by feature so that a query reads only its own."""

    def __init__(self, documents: Sequence[Counter], idf: dict[str, float]) -> None:
        self.size, self.idf = len(documents), idf
        postings: dict[str, list[tuple[int, float]]] = defaultdict(list)
        for number, counts in enumerate(documents):
            for name, value in self.vector(counts).items():
                postings[name].append((number, value))
        self.postings = {
            name: (np.array([at for at, _value in found]), np.array([value for _at, value in found]))
            for name, found in postings.items()
        }

    def vector(self, counts: Counter) -> dict[str, float]:
        """Sublinear TF times IDF, of length 1; features that no document has get the highest weight."""
        rare = self.idf[""]
        raw = {name: (1 + np.log(count)) * self.idf.get(name, rare) for name, count in counts.items()}
        length = np.sqrt(sum(value * value for value in raw.values()))
        return {name: value / length for name, value in raw.items()} if length else {}

    def cosines(self, query: dict[str, float]) -> np.ndarray:
        """The cosine of a query's vector with each document."""
        hits = [(self.postings[name], value) for name, value in query.items() if name in self.postings]
        if not hits:
            return np.zeros(self.size)
        at = np.concatenate([found[0] for found, _value in hits])
        parts = np.concatenate([found[1] * value for found, value in hits])
        return np.bincount(at, weights=parts, minlength=self.size)


def idf_of(documents: Iterable[Counter]) -> dict[str, float]:
    """Inverse document frequencies; under "" that of a feature nobody has."""
    seen, number = Counter(), 0
    for counts in documents:
        number += 1
        seen.update(counts.keys())
    idf = {name: float(np.log((1 + number) / (1 + count)) + 1) for name, count in seen.items()}
    return idf | {"": float(np.log(1 + number) + 1)}


def goal_text(goal: Goal) -> str:
    """Everything that is known of a goal in one text."""
    return ". ".join([goal.title, goal.explanation, *goal.says, *goal.keywords])


class Index:
    """The goals, ready to be ranked. Takes some milliseconds a goal to build; ask it as often as you like."""

    FIELDS = ("title", "explanation", "says", "keywords")

    def __init__(self, goals: Sequence[Goal], weights: Weights | None = None) -> None:
        self.goals, self.weights = list(goals), weights or Weights()
        texts = {name: [self.text(goal, name) for goal in self.goals] for name in self.FIELDS}
        whole = [counted(" ".join(parts)) for parts in zip(*texts.values(), strict=True)]
        said = [(at, counted(sentence)) for at, goal in enumerate(self.goals) for sentence in goal.says]
        self.owner = np.array([at for at, _counts in said], dtype=int)
        self.families = [(name, self.members(name)) for name in ("tasks", "programmes")]
        self.spaces: list[dict[str, Space]] = []
        for kind in (0, 1):
            idf = idf_of(counts[kind] for counts in whole)
            fields = {name: Space([counted(text)[kind] for text in column], idf) for name, column in texts.items()}
            self.spaces.append(fields | {"nearest": Space([counts[kind] for _at, counts in said], idf)})

    @staticmethod
    def text(goal: Goal, name: str) -> str:
        value = getattr(goal, name)
        return value if isinstance(value, str) else ". ".join(value)

    def members(self, name: str) -> list[np.ndarray]:
        """The goals of each core task or programme, by their place."""
        found: dict[str, list[int]] = defaultdict(list)
        for at, goal in enumerate(self.goals):
            for key in getattr(goal, name):
                found[key].append(at)
        return [np.array(places) for _key, places in sorted(found.items())]

    def scores(self, text: str) -> np.ndarray:
        """One score per goal for one text, read as a whole."""
        total = np.zeros(len(self.goals))
        for kind, (counts, share) in enumerate(zip(counted(text), (1.0, self.weights.stems), strict=True)):
            if not share:
                continue
            spaces = self.spaces[kind]
            query = spaces["title"].vector(counts)
            for name in self.FIELDS:
                if weight := getattr(self.weights, name):
                    total += share * weight * spaces[name].cosines(query)
            if self.weights.nearest and len(self.owner):
                best = np.zeros(len(self.goals))
                np.maximum.at(best, self.owner, spaces["nearest"].cosines(query))
                total += share * self.weights.nearest * best
        return total

    def relevance(self, title: str, text: str) -> np.ndarray:
        """The score of the question as a whole, and of its best sentences."""
        total = self.scores(f"{title}. {text}")
        sentences = [part for part in SENTENCE.split(text[:READ]) if len(words_of(part)) >= 3][:40]
        if sentences and self.weights.sentence:
            rows = np.sort(np.array([self.scores(part) for part in [title, *sentences]]), axis=0)[::-1]
            total = total + self.weights.sentence * rows[:2].mean(axis=0)
        return total

    def with_families(self, scores: np.ndarray) -> np.ndarray:
        """Add what the best BEST goals of each goal's core task and programme score; of several, the best family."""
        total = scores.copy()
        for name, families in self.families:
            gain = np.zeros(len(scores))
            for places in families:
                value = np.sort(scores[places])[::-1][:BEST].mean()
                gain[places] = np.maximum(gain[places], value)
            total += getattr(self.weights, name) * gain
        return total

    def reasons(self, title: str, text: str, goal: Goal) -> list[str]:
        """The words of the question that say most for a goal, as they are written there."""
        known = {stem for word in words_of(goal_text(goal)) for stem in features(word)[1]}
        grams = {gram for word in words_of(goal_text(goal)) for gram in features(word)[0] if len(gram) == max(GRAMS)}
        idf, found = self.spaces[1]["title"].idf, {}
        for word in dict.fromkeys(words_of(f"{title} {text}")):
            if word in NO_REASON:
                continue
            own, stem = features(word)[0], features(word)[1][0]
            long = [gram for gram in own if len(gram) == max(GRAMS)]
            shared = sum(gram in grams for gram in long) / len(long) if long else 0
            if stem in known:
                found[word] = idf.get(stem, 0) + 1
            elif shared >= 0.5:
                found[word] = idf[""] * shared / 2
        return sorted(found, key=lambda word: (-found[word], word))[:REASONS]

    def rank(self, title: str, text: str, evidence: Sequence[Evidence] = ()) -> list[Suggestion]:
        """Every title once, best first; equal scores by title, so that the same question gets the same answer."""
        likeness = self.relevance(title, text)
        scores = self.with_families(likeness)
        top = scores.max(initial=0) or 1.0
        found: dict[str, Suggestion] = {}
        for goal, score in zip(self.goals, scores / top, strict=True):
            if goal.title not in found or score > found[goal.title].score:
                found[goal.title] = Suggestion(goal.title, float(score))
        for each in evidence:
            for name in each.goals & found.keys():
                found[name].score += self.weights.evidence * each.similarity
                found[name].earlier.append(each.title)
        for one in found.values():
            one.trust = one.score * min(1.0, float(likeness.max(initial=0)))
        return sorted(found.values(), key=lambda one: (-one.score, one.title))

    def explain(self, title: str, text: str, found: Sequence[Suggestion]) -> None:
        """Add to each suggestion the words that say why."""
        by_title = {goal.title: goal for goal in self.goals}
        for one in found:
            one.words = self.reasons(title, text, by_title[one.title])

    def similarity(self, text: str, others: Sequence[str]) -> list[float]:
        """How much other questions resemble one: 0 (no word in common) to 1 (the same)."""
        space = self.spaces[0]["title"]
        own = space.vector(counted(text)[0])
        return [
            sum(value * own.get(name, 0.0) for name, value in space.vector(counted(other)[0]).items())
            for other in others
        ]
