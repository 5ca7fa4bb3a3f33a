"""What is kept of web pages, beside what should be: words, by `python bench/cleaning.py`.

The awkward pages of tests/data/pages have beside them (gold/) the words of their articles, as a
person would copy them: a home page has none. Recall is the share of these that are kept, in their
order; precision the share of what is kept that is theirs. Selon's parsers are measured beside
trafilatura by itself and beside all that the page says.

    python bench/cleaning.py [PAGE GOLD]
"""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Callable
from dataclasses import dataclass
from difflib import SequenceMatcher
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from index.errors import ReadError
from index.formats.base import Skipped
from index.formats.conversion import read_source
from index.formats.sources import find_sources

PAGES = Path(__file__).resolve().parents[1] / "tests" / "data" / "pages"
_WORD = re.compile(r"\w+(?:['’.,-]\w+)*")


@dataclass(frozen=True, slots=True)
class Measure:
    """Words kept, those that should be, and those that are both."""

    kept: int
    gold: int
    right: int

    @classmethod
    def of(cls, text: str, gold: str) -> Measure:
        kept, wanted = (_WORD.findall(each.replace("’", "'")) for each in (text, gold))
        matched = SequenceMatcher(None, kept, wanted, autojunk=False).get_matching_blocks()
        return cls(len(kept), len(wanted), sum(block.size for block in matched))

    def __add__(self, other: Measure) -> Measure:
        return Measure(self.kept + other.kept, self.gold + other.gold, self.right + other.right)

    def __str__(self) -> str:
        precision = f"{self.right / self.kept:.1%}" if self.kept else "–"
        recall = f"{self.right / self.gold:.1%}" if self.gold else "–"
        return f"{precision:>9} {recall:>8}"


def selon(page: Path) -> str:
    (source,), _ = find_sources([page])
    try:
        found = [each for each in read_source(source) if not isinstance(each, Skipped)]
    except ReadError:
        return ""
    return "\n".join(article.text for article in found)


def trafilatura(page: Path) -> str:
    from trafilatura import extract

    return extract(page.read_bytes(), include_comments=False) or ""


def everything(page: Path) -> str:
    from lxml.html import document_fromstring

    tree = document_fromstring(page.read_bytes())
    for element in tree.xpath("//script | //style | //head"):
        element.drop_tree()
    return " ".join(tree.itertext())


METHODS: dict[str, Callable[[Path], str]] = {
    "Selon": selon,
    "trafilatura": trafilatura,
    "all words": everything,
}


def main() -> int:
    options = _options()
    pairs = (
        [(options.page, options.gold)]
        if options.page
        else [(page, PAGES / "gold" / f"{page.stem}.txt") for page in sorted(PAGES.glob("*.html"))]
    )
    print(f"{'precision, recall':24}{''.join(f'{name:>18}' for name in METHODS)}")
    totals = dict.fromkeys(METHODS, Measure(0, 0, 0))
    for page, gold in pairs:
        wanted = gold.read_text(encoding="utf-8") if gold.exists() else ""
        found = {name: Measure.of(read(page), wanted) for name, read in METHODS.items()}
        print(f"{page.name:24}{''.join(f'{found[name]!s:>18}' for name in METHODS)}")
        totals = {name: totals[name] + found[name] for name in METHODS}
    print(f"{'all':24}{''.join(f'{totals[name]!s:>18}' for name in METHODS)}")
    return 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("page", type=Path, nargs="?")
    parser.add_argument("gold", type=Path, nargs="?")
    options = parser.parse_args()
    if options.page and not options.gold:
        parser.error("a page needs its gold beside it")
    return options


if __name__ == "__main__":
    sys.exit(main())
