"""Which articles are on a subject: precision and recall of those that the archive takes.

    python bench/subjects.py [--articles FOLDER] [--half HALF] [--data FOLDER] [--show]

Of each subject of bench/press/subjects.tsv, read in the articles of `bench/press/articles.py`,
`about` are the addresses of those about it and `may` of those that may count as such; every second
one is to tune on. What is shown as the closest alone is not counted in the precision.
"""

from __future__ import annotations

import argparse
import csv
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from bench.press import EVALUATION
from bot.archive.material import find_material
from bot.archive.request import ArchiveRequest
from bot.assembly import open_index
from bot.settings import Settings, load_settings
from index.ingestion.builder import build
from index.models.bundled.embedder import load_bundled
from index.search.searcher import Searcher

LIST = Path(__file__).parent / "press" / "subjects.tsv"
ADDRESS = "https://fr.wikinews.org/wiki/"


@dataclass(frozen=True, slots=True)
class SubjectGold:
    """A subject and the addresses of the articles about it; the others in `may` are no fault."""

    subject: str
    about: frozenset[str]
    may: frozenset[str]


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", maxsplit=1)[0])
    parser.add_argument("--articles", type=Path, default=EVALUATION / "press", metavar="FOLDER")
    parser.add_argument("--half", choices=("tune", "judge", "all"), default="all")
    parser.add_argument("--data", type=Path, metavar="FOLDER", help="keep the index here")
    parser.add_argument("--show", action="store_true", help="print the faults of the tune half")
    options = parser.parse_args()
    if not options.articles.is_dir():
        print(f"subjects: skipped, no articles at {options.articles}")
        return 0
    with tempfile.TemporaryDirectory(prefix="selon-bench-") as folder:
        data = options.data or Path(folder)
        if not options.data or not data.is_dir():
            build([options.articles], data, load_bundled(load_settings().cache_dir))
        index = open_index(Settings(_env_file=None, data_dir=data))
        _measure(options, index.searcher())
    return 0


def _measure(options: argparse.Namespace, searcher: Searcher) -> None:
    right = taken = found = wanted = wrong = sure = asked = 0
    for number, gold in enumerate(read_subjects()):
        half = "tune" if number % 2 else "judge"
        if options.half not in (half, "all"):
            continue
        asked += 1
        shown, is_near = _find(gold.subject, searcher)
        bad = shown - gold.about - gold.may
        right += len(shown & (gold.about | gold.may)) if not is_near else 0
        taken += len(shown) if not is_near else 0
        found += len(shown & gold.about)
        wanted += len(gold.about)
        wrong += bool(bad) and not is_near
        sure += not is_near and bool(shown) and not shown & (gold.about | gold.may)
        if options.show and half == "tune":
            for mark, urls in (("-", gold.about - shown), ("!", bad)):
                for url in sorted(urls):
                    print(f"  {mark} {gold.subject}{' (near)' if is_near else ''}: {url}")
    print(
        f"{asked} subjects: precision {right}/{taken} {right / taken:.0%}, recall {found}/{wanted}"
        f" {found / wanted:.0%}, with a wrong article {wrong}, all wrong and not as near {sure}"
    )


def read_subjects() -> Iterator[SubjectGold]:
    with LIST.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file, delimiter="\t"):
            about, may = (frozenset(row[key].split()) for key in ("about", "may"))
            yield SubjectGold(row["subject"], about, may)


def _find(subject: str, searcher: Searcher) -> tuple[frozenset[str], bool]:
    """The addresses of the articles taken for those about a subject, and whether as near."""
    request = ArchiveRequest("chronology", subject, about=subject, question=f"Dates : {subject}")
    material = find_material(request, searcher)
    if material is None:
        return frozenset(), True
    urls = ((own.article.url or "").removeprefix(ADDRESS) for own in material.subject.central)
    return frozenset(url.replace(" ", "_") for url in urls), material.is_near


if __name__ == "__main__":
    sys.exit(main())
