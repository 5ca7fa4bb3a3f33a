"""A corpus that changes, and what a reader sees of an index of it."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from index.article import Period, Selection
from index.ingestion.builder import BuildReport, build
from index.store.factory import Location, open_store
from index.store.files.integrity import find_current
from index.store.files.store import FileStore
from index.store.postgres.store import PostgresStore
from tests.fakes import FakeEmbedder
from tests.index.samples import live

SUBJECTS = ("pont", "moulin", "phare", "marché", "canal", "théâtre", "gare", "musée", "forge")
PLACES = ("Brest", "Lyon", "Nantes", "Arles", "Dinan", "Sète", "Auray", "Vannes")
SOME_DAYS = Period(date(2026, 1, 5), date(2026, 1, 14))
QUESTIONS = tuple(f"Quand le {subject} de {PLACES[0]} a-t-il ouvert ?" for subject in SUBJECTS)


class Corpus:
    """A folder of articles that changes at random, from a seed."""

    def __init__(self, folder: Path, seed: int, size: int) -> None:
        self.folder = folder
        self.folder.mkdir()
        self._random = random.Random(seed)
        self._count = 0
        for _ in range(size):
            self.add()

    def files(self) -> list[Path]:
        return sorted(self.folder.iterdir())

    def add(self) -> None:
        self._count += 1
        self._write(self.folder / f"{self._count:03}.md", self._text())

    def copy(self) -> None:
        """The words of another article, reprinted by somebody else."""
        _, _, text = self._pick().read_text(encoding="utf-8").rpartition("---\n\n")
        self._count += 1
        self._write(self.folder / f"{self._count:03}.md", text)

    def change(self) -> None:
        self._write(self._pick(), self._text())

    def remove(self) -> None:
        self._pick().unlink()

    def rename(self) -> None:
        self._count += 1
        self._pick().rename(self.folder / f"{self._count:03}.md")

    def step(self) -> None:
        one_of: list[Callable[[], None]]
        one_of = [self.add, self.add, self.copy, self.change, self.remove, self.rename]
        self._random.choice(one_of)()

    def _pick(self) -> Path:
        return self._random.choice(self.files())

    def _text(self) -> str:
        pick = self._random.choice
        return " ".join(
            f"Le {pick(SUBJECTS)} de {pick(PLACES)} a ouvert en {self._random.randint(1600, 2020)} "
            f"avec {self._random.randint(2, 900)} {pick(('places', 'pierres', 'employés'))} et une "
            f"vue sur {pick(SUBJECTS)} numéro {self._random.randint(1, 99)}."
            for _ in range(self._random.randint(2, 7))
        )

    def _write(self, path: Path, text: str) -> None:
        day = date(2026, 1, 1 + self._count % 28)
        outlet = self._random.choice(("Le Phare", "La Gazette"))
        head = f"title: Article {self._count}\nlanguage: fr\noutlet: {outlet}\ndate: {day}\n"
        path.write_text(f"---\n{head}---\n\n{text}\n", encoding="utf-8")


def built(corpus: Corpus, location: Location) -> BuildReport:
    return build([corpus.folder], location, FakeEmbedder())


def shown(location: Location) -> dict[str, Any]:
    """All that a reader shows, but where passages are numbered."""
    with open_store(location).open() as generation:
        facts = generation.facts
        entries = sorted(generation.articles(), key=lambda each: each.id)
        articles = [generation.article(entry.id) for entry in entries]
        half = SOME_DAYS
        phare = Selection(outlets=("Le Phare",))
        dates = [article.published for article in generation.articles()]
        assert dates == sorted(dates, key=lambda day: day or date.min, reverse=True)
        some = generation.articles(phare.during(half), 5, 2)
        assert some == generation.articles(phare.during(half))[2:7]
        return {
            "counts": (facts.articles, facts.passages, facts.sentences, facts.copies),
            "facts": (facts.fingerprint, dict(facts.languages)),
            "articles": articles,
            "copied": {copy.id for copy in generation.articles_with_copies()},
            "facets": [generation.facet(kind) for kind in ("outlet", "category", "language")],
            "some": (
                generation.count(),
                generation.count(Selection().during(half)),
                generation.count(phare.during(half)),
            ),
            "openings": [generation.opening(entry.id).passage for entry in entries],  # type: ignore[union-attr]
            "passages": [generation.count_passages(entry.id) for entry in entries],
            "found": [generation.find(entry.path) for entry in entries],
        }


def ranked(location: Location, limit: int, within: Period | None) -> list[dict[Any, float]]:
    index = live(open_store(location))
    return [
        {
            (hit.article.id, hit.passage.start): hit.scores.total
            for hit in index.search(question, limit, within).hits
        }
        for question in QUESTIONS
    ]


def assert_ranked_alike(one: Location, other: Location, within: Period | None = None) -> None:
    """The same first five, but for those that score alike to some thousandths."""
    for ours, theirs in zip(ranked(one, 5, within), ranked(other, 100, within), strict=True):
        best = list(theirs.values())[:5]
        assert list(ours.values()) == pytest.approx(best, abs=2e-3)
        assert ours == pytest.approx({key: theirs[key] for key in ours}, abs=2e-3)


def count_additions(location: Location) -> int:
    """How many additions to its base the index in service has."""
    store = open_store(location)
    if isinstance(store, PostgresStore):
        growth = store._in_service().growth
        return len(growth.additions) if growth is not None else 0
    assert isinstance(store, FileStore)
    return max(0, len(find_current(store.data_dir)[1].segments) - 1)


def assert_changes_end_as_builds_do(corpus: Corpus, location: Location, folder: Path) -> None:
    """Change a corpus at random, nine times, and compare with a build of all in `folder`."""
    built(corpus, location)
    additions = 0
    for number in range(9):
        for _ in range(1 + number % 3):
            corpus.step()
        report = built(corpus, location)
        additions += count_additions(location) > 0
        if number % 4 == 0:
            twin = folder / f"twin{number}"
            whole = built(corpus, twin)
            assert shown(location) == shown(twin)
            assert (report.articles, report.duplicates) == (whole.articles, whole.duplicates)
            assert_ranked_alike(location, twin)
            assert_ranked_alike(location, twin, SOME_DAYS)
            assert open_store(location).check().damage is None
    assert additions > 4
    assert not built(corpus, location).switched
