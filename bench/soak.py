"""Rebuilds an index two hundred times while a reader asks without a pause.

Every article says which version it is. What the reader finds must be what the generation that it
asked holds, whatever builds, rollbacks and removals happen meanwhile. At the end, memory, open
files and folders are those of the beginning.

    python bench/soak.py [--rebuilds 200] [--articles 300]
"""

from __future__ import annotations

import argparse
import os
import random
import re
import sys
import threading
import time
from collections import deque
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from _prose import StandIn

from index.ingestion.builder import build
from index.search.confidence import ConfidenceModel
from index.search.live import LiveIndex
from index.store.factory import open_store
from index.store.files.layout import Layout
from index.store.files.transfer import rollback
from index.store.removals import RemovedArticles

_SAID = re.compile(r"L’article (\d+) en est à la version (\d+)\.")
_SETTLED = 20  # rebuilds after which memory is taken for the beginning


def main() -> int:
    options = _options()
    with TemporaryDirectory(prefix="selon-soak-") as root:
        soak = Soak(Path(root), options.articles)
        return soak.run(options.rebuilds)


Heard = tuple[str, int, int]
"""A generation, the number of an article, and the version that a passage of it told."""


@dataclass
class Reader:
    """Asks until it is told to stop; notes the generation asked and the versions found."""

    live: LiveIndex
    articles: int
    heard: deque[Heard] = field(default_factory=deque)
    failures: list[BaseException] = field(default_factory=list)
    asked: int = 0
    longest: float = 0.0
    over: threading.Event = field(default_factory=threading.Event)

    def ask(self) -> None:
        chance = random.Random(1)
        while not self.over.is_set():
            try:
                self._ask(chance.randrange(self.articles))
            except BaseException as error:
                self.failures.append(error)
                return

    def _ask(self, number: int) -> None:
        began = time.monotonic()
        searcher = self.live.searcher()
        findings = searcher.search(f"À quelle version en est l’article {number} ?")
        generation = searcher.generation.facts.id
        for hit in findings.hits:
            for said in _SAID.finditer(hit.passage.text):
                self.heard.append((generation, int(said[1]), int(said[2])))
        self.asked += 1
        self.longest = max(self.longest, time.monotonic() - began)


class Soak:
    """A corpus of files that changes, its index, and what each generation of it must say."""

    def __init__(self, root: Path, articles: int) -> None:
        self._corpus = root / "corpus"
        self._corpus.mkdir()
        self._data_dir = root / "data"
        self._chance = random.Random(2)
        self._versions = dict.fromkeys(range(articles), 0)
        self._gone: set[int] = set()
        self._expected: dict[str, dict[int, int]] = {}
        self._heard = self._wrong = 0
        self._asked: set[str] = set()
        self._embedder = StandIn()
        for number in self._versions:
            self._write(number)

    def run(self, rebuilds: int) -> int:
        self._build()
        live = LiveIndex(self._data_dir, self._embedder, ConfidenceModel.load())
        reader = Reader(live, len(self._versions))
        thread = threading.Thread(target=reader.ask)
        thread.start()
        began, before = time.monotonic(), _Held.now()
        try:
            for count in range(rebuilds):
                self._change(count)
                self._compare(reader)
                if count == _SETTLED:
                    before = _Held.now()
            seconds = time.monotonic() - began
        finally:
            reader.over.set()
            thread.join()
        live.searcher()
        self._build()  # nothing has changed, and nobody reads old generations any more
        self._compare(reader)
        after = _Held.now()
        generations = len(list(Layout(self._data_dir).generations.iterdir()))
        _say(f"{rebuilds} rebuilds of {len(self._versions)} articles in {seconds:.0f} s")
        _say(f"{reader.asked} questions, the longest {reader.longest * 1000:.0f} ms")
        _say(
            f"{self._heard} versions heard of {len(self._asked)} of "
            f"{len(self._expected)} generations, {self._wrong} wrong, "
            f"{len(reader.failures)} failures {reader.failures or ''}"
        )
        _say(f"after {_SETTLED} rebuilds: {before}")
        _say(f"at the end:       {after}; generations on disk: {generations}")
        sound = not self._wrong and not reader.failures and generations <= 2
        return 0 if sound and after.files <= before.files + 1 else 1

    def _change(self, count: int) -> None:
        """Some articles are rewritten; now and then one is removed or restored, or all go back."""
        if count % 25 == 24:
            rollback(self._data_dir)
        for number in self._chance.sample(sorted(self._versions), 3):
            self._versions[number] += 1
            self._write(number)
        if count % 10 == 9:
            self._remove_or_restore()
        self._build()

    def _remove_or_restore(self) -> None:
        removed = RemovedArticles(open_store(self._data_dir))
        if removed.articles:
            for article in removed.articles:
                removed.restore(article.id)
            self._gone.clear()
            return
        live = LiveIndex(self._data_dir, self._embedder, ConfidenceModel.load())
        number = self._chance.choice(sorted(self._versions))
        removed.add(live.searcher().generation.find(f"Article {number}"))
        self._gone.add(number)

    def _build(self) -> None:
        report = build([self._corpus], self._data_dir, self._embedder)
        self._expected[report.generation] = {
            number: version
            for number, version in self._versions.items()
            if number not in self._gone
        }

    def _write(self, number: int) -> None:
        path = self._corpus / f"a{number}.md"
        path.write_text(
            f"---\ntitle: Article {number}\nlanguage: fr\n---\n\n"
            f"L’article {number} en est à la version {self._versions[number]}. "
            f"Il parle de {_theme(number)}.\n",
            encoding="utf-8",
        )

    def _compare(self, reader: Reader) -> None:
        """What was heard with what each generation must say; all of them are known by now."""
        while reader.heard:
            generation, number, version = reader.heard.popleft()
            self._heard += 1
            self._asked.add(generation)
            self._wrong += self._expected.get(generation, {}).get(number) != version


@dataclass(frozen=True, slots=True)
class _Held:
    """What this process holds of the machine."""

    megabytes: float
    files: int
    threads: int

    @classmethod
    def now(cls) -> _Held:
        pages = int(Path("/proc/self/statm").read_text().split()[1])
        return cls(
            pages * os.sysconf("SC_PAGE_SIZE") / 2**20,
            len(list(Path("/proc/self/fd").iterdir())),
            threading.active_count(),
        )

    def __str__(self) -> str:
        return f"{self.megabytes:.0f} MB resident, {self.files} open files, {self.threads} threads"


def _theme(number: int) -> str:
    chance = np.random.default_rng(number)
    return " ".join(
        "".join(chance.choice(list("bdlmnprst")) + "aeiou"[k % 5] for k in range(3))
        for _ in range(6)
    )


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rebuilds", type=int, default=200)
    parser.add_argument("--articles", type=int, default=300)
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
