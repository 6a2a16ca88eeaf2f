"""manage.py evaluate_suggestions FILE.json: how well the suggestions find the goals that people would link."""

import json
import random
from copy import copy
from dataclasses import replace
from pathlib import Path
from statistics import fmean
from time import perf_counter

from django.core.management.base import BaseCommand, CommandError

from challenges.services.suggestion import index
from challenges.suggestions import Index, Suggestion, Weights

SAMPLES, SEED = 2_000, 7


class Command(BaseCommand):
    help = (
        'Rank all goals for {"challenges": [{"title", "text", "gold": [goal titles]}]} and print recall and rank. '
        "Changes nothing in the database. Earlier links in this database are left out, so that every database with "
        "the same goals gives the same figures."
    )

    def add_arguments(self, parser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--weights", default="", help="try others, such as tasks=0,programmes=0,stems=0.5")

    def handle(self, *, file: Path, weights: str, **options) -> None:
        rows = self.read(file)
        ready = copy(index())  # other weights are for this run alone
        ready.weights = other_weights(ready.weights, weights)
        if not ready.goals:
            raise CommandError("There are no goals yet: import_goals data/werkprocessen.csv")
        known = {goal.title for goal in ready.goals}
        for title in sorted({title for row in rows for title in row["gold"]} - known):
            self.stderr.write(f"No goal has this title; it counts as never found: {title}")
        measures, seconds = self.measure(ready, rows)
        self.stdout.write(f"{len(rows)} challenges, {len(known)} goal titles")
        for name, values in measures.items():
            low, high = interval(values)
            self.stdout.write(f"{name:<10} {fmean(values):.3f}  (95% interval {low:.3f} to {high:.3f})")
        self.stdout.write(f"time       {1000 * fmean(seconds):.1f} ms per query")

    def read(self, file: Path) -> list[dict]:
        """The challenges of the file that have gold; CommandError for anything else."""
        try:
            rows = json.loads(file.read_text(encoding="utf-8"))["challenges"]
            rows = [{"title": str(row["title"]), "text": str(row["text"]), "gold": set(row["gold"])} for row in rows]
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise CommandError(f"{file}: {error!r}") from error
        rows = [row for row in rows if row["gold"]]
        if not rows:
            raise CommandError(f"{file}: no challenge with gold")
        return rows

    def measure(self, ready: Index, rows: list[dict]) -> tuple[dict[str, list[float]], list[float]]:
        """(recall@5, recall@10 and reciprocal rank of each challenge, seconds of each query)."""
        measures: dict[str, list[float]] = {"recall@5": [], "recall@10": [], "MRR": []}
        seconds = []
        for row in rows:
            began = perf_counter()
            ranked = ready.rank(row["title"], row["text"])
            seconds.append(perf_counter() - began)
            for name, value in zip(measures, scores(ranked, row["gold"]), strict=True):
                measures[name].append(value)
        return measures, seconds


def other_weights(weights: Weights, text: str) -> Weights:
    """The weights with those of "name=number,…" instead; CommandError for a name or number that is none."""
    try:
        pairs = dict(pair.split("=") for pair in text.split(",") if pair)
        return replace(weights, **{name: float(value) for name, value in pairs.items()})
    except (TypeError, ValueError) as error:
        raise CommandError(f"--weights {text}: {error}") from error


def scores(ranked: list[Suggestion], gold: set[str]) -> tuple[float, float, float]:
    """(recall@5, recall@10, reciprocal rank of the first hit) of one ranking; a title counts once."""
    titles = [one.title for one in ranked]
    places = [titles.index(title) for title in gold if title in titles]
    found = lambda first: sum(place < first for place in places) / len(gold)
    return found(5), found(10), 1 / (1 + min(places)) if places else 0.0


def interval(values: list[float]) -> tuple[float, float]:
    """The 95% bootstrap interval of a mean, over challenges; the same each time."""
    dice = random.Random(SEED)  # noqa: S311  statistics, no secret
    means = sorted(fmean(dice.choices(values, k=len(values))) for _sample in range(SAMPLES))
    return means[int(0.025 * SAMPLES)], means[int(0.975 * SAMPLES) - 1]
