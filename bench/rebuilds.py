"""What it costs to keep an index in step with a folder of files.

Articles are invented and vectors a stand-in's (`_prose.py`), so that reading, cutting and writing
are measured. The index is built from nothing, then again after each of some changes.

    python bench/rebuilds.py [--files 5000]
"""

from __future__ import annotations

import argparse
import os
import resource
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

from _prose import Prose, StandIn

from index.build.builder import BuildStep, build

MORE = "\n\nCe paragraphe a été ajouté depuis."


def main() -> int:
    options = _options()
    with TemporaryDirectory(prefix="selon-rebuilds-") as root:
        corpus, data_dir = Path(root, "corpus"), Path(root, "data")
        paths = _written(corpus, options.files)
        rebuild = Rebuild(corpus, data_dir)
        rebuild("from nothing")
        rebuild("nothing changed")
        paths[0].write_text(paths[0].read_text(encoding="utf-8") + MORE, encoding="utf-8")
        rebuild("one file changed")
        paths[-1].unlink()
        rebuild("one file deleted")
        for path in paths[1 : len(paths) // 100 + 1]:
            path.write_text(path.read_text(encoding="utf-8") + MORE, encoding="utf-8")
        rebuild("one in a hundred changed")
        os.chdir(corpus)
        rebuild("from another folder")
    return 0


class Rebuild:
    """Builds, and says how long each step took."""

    def __init__(self, corpus: Path, data_dir: Path) -> None:
        self._corpus = corpus
        self._data_dir = data_dir
        self._embedder = StandIn()

    def __call__(self, what: str) -> None:
        watch = _Watch()
        began = time.monotonic()
        report = build([self._corpus], self._data_dir, self._embedder, observer=watch)
        seconds = time.monotonic() - began
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
        steps = ", ".join(f"{name} {spent:.2f}" for name, spent in watch.ended().items())
        sys.stdout.write(
            f"{what}: {seconds:.2f} s ({steps}); {report.articles} articles, "
            f"{report.sentences} sentences, {report.embedded} texts embedded; peak {peak} MB\n"
        )
        sys.stdout.flush()


class _Watch:
    def __init__(self) -> None:
        self._name = ""
        self._began = 0.0
        self._spent: dict[str, float] = {}

    def step(self, name: BuildStep) -> None:
        self._end()
        self._name, self._began = name, time.monotonic()

    def progress(self, done: int, total: int) -> None:
        pass

    def ended(self) -> dict[str, float]:
        self._end()
        return self._spent

    def _end(self) -> None:
        if self._name:
            self._spent[self._name] = time.monotonic() - self._began


def _written(folder: Path, files: int) -> list[Path]:
    prose = Prose()
    paths = []
    for number in range(files):
        article = prose.article(number)
        path = folder / f"{number % 50:02}" / f"{number}.md"
        path.parent.mkdir(parents=True, exist_ok=True)
        head = f"title: {article.title}\ndate: {article.published}\nlanguage: fr"
        path.write_text(f"---\n{head}\n---\n\n{article.text}\n", encoding="utf-8")
        paths.append(path)
    return paths


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--files", type=int, default=5_000)
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
