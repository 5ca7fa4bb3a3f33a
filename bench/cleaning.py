"""What is kept of web pages, beside what should be, by `python bench/cleaning.py`.

    python bench/cleaning.py [--sets FOLDER] [--every N] [PAGE GOLD]

The awkward pages of tests/data/pages have beside them (gold/) the words of their articles, as a
person would copy them: a home page has none. Recall is the share of these that are kept, in their
order; precision the share of what is kept that is theirs.

Three public sets, which are not part of the repository, are measured where FOLDER (else the folder
that SELON_BENCH_EVAL names, else ../shared/eval) holds clones of them under their own names:

- github.com/scrapinghub/article-extraction-benchmark: 181 articles whole, by shingles of four
  words, as its evaluate.py defines them: on each page the counts of shingles in both texts, then
  the mean of the pages' precision and recall, and the F1 of these two means;
- github.com/mozilla/readability: 130 pages of its test/test-pages with what Readability takes for
  their article, captions and biographies included, by the same shingles: a low recall says that
  words which a reader sees have vanished;
- github.com/adbar/trafilatura: 990 pages, each with up to six snippets that belong to its text and
  six that do not, as its tests/eval_common.py compares them: without regard to white space.

Selon's parsers are measured beside trafilatura by itself, as it comes and with `favor_precision`,
and beside all that the page says. `--every 4` takes each fourth page of the sets.
"""

from __future__ import annotations

import argparse
import gzip
import json
import os
import re
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import partial
from pathlib import Path
from statistics import mean

import _clone  # noqa: F401

from index.errors import ReadError
from index.formats.base import Content, Skipped
from index.formats.conversion import article_of, read_content

PAGES = Path(__file__).resolve().parents[1] / "tests" / "data" / "pages"
EVALUATION = Path(__file__).resolve().parents[2] / "shared" / "eval"
SHINGLE_WORDS = 4
_WORD = re.compile(r"\w+(?:['’.,-]\w+)*")


@dataclass(frozen=True, slots=True)
class Measure:
    """Words kept, those that should be, and those that are both."""

    kept: int
    gold: int
    right: int

    @classmethod
    def of(cls, text: str, gold: str) -> Measure:
        kept, wanted = (_WORD.findall(words.replace("’", "'")) for words in (text, gold))
        matched = SequenceMatcher(None, kept, wanted, autojunk=False).get_matching_blocks()
        return cls(len(kept), len(wanted), sum(block.size for block in matched))

    def __add__(self, other: Measure) -> Measure:
        return Measure(self.kept + other.kept, self.gold + other.gold, self.right + other.right)

    def __str__(self) -> str:
        precision = f"{self.right / self.kept:.1%}" if self.kept else "–"
        recall = f"{self.right / self.gold:.1%}" if self.gold else "–"
        return f"{precision:>9} {recall:>8}"


def selon(page: bytes) -> str:
    content = Content.of_bytes(page, "page.html")
    try:
        parsed = [result for result in read_content(content) if not isinstance(result, Skipped)]
        return "\n".join(article_of(parsed, content, "page.html").text for parsed in parsed)
    except ReadError:
        return ""


def trafilatura(page: bytes, *, favor_precision: bool = False) -> str:
    from trafilatura import extract

    return extract(page, include_comments=False, favor_precision=favor_precision) or ""


def everything(page: bytes) -> str:
    from lxml.html import document_fromstring

    tree = document_fromstring(page)
    for element in tree.xpath("//script | //style | //head"):
        element.drop_tree()
    return " ".join(tree.itertext())


METHODS: dict[str, Callable[[bytes], str]] = {
    "Selon": selon,
    "trafilatura": trafilatura,
    "favor_precision": partial(trafilatura, favor_precision=True),
    "all words": everything,
}


@dataclass(frozen=True, slots=True)
class WholeArticle:
    """A page of article-extraction-benchmark or readability, and the text of its article."""

    page: bytes
    text: str


@dataclass(frozen=True, slots=True)
class Snippets:
    """A page of trafilatura's set, what of it belongs to the text, and what does not."""

    page: bytes
    wanted: tuple[str, ...]
    unwanted: tuple[str, ...]


def read_whole_articles(clone: Path) -> Iterator[WholeArticle]:
    told = json.loads((clone / "ground-truth.json").read_text(encoding="utf-8"))
    for name, facts in sorted(told.items()):
        page = gzip.decompress((clone / "html" / f"{name}.html.gz").read_bytes())
        yield WholeArticle(page, facts["articleBody"])


def read_readability(clone: Path) -> Iterator[WholeArticle]:
    for folder in sorted((clone / "test" / "test-pages").iterdir()):
        page = (folder / "source.html").read_bytes()
        yield WholeArticle(page, everything((folder / "expected.html").read_bytes()))


def read_snippets(clone: Path) -> Iterator[Snippets]:
    tests = clone / "tests"
    told = json.loads((tests / "evaldata.json").read_text(encoding="utf-8"))
    for _, facts in sorted(told.items()):
        places = (tests / folder / facts["file"] for folder in ("cache", "eval"))
        page = next(place for place in places if place.is_file()).read_bytes()
        yield Snippets(page, tuple(facts["with"]), tuple(facts["without"]))


def shingle_scores(pages: list[tuple[str, str]]) -> tuple[float, float, float]:
    """Precision, recall and F1 of pairs of a text found and the right one."""
    precisions, recalls = [], []
    for found, right in pages:
        kept, gold = _shingles(found), _shingles(right)
        both = (kept & gold).total()
        if kept:
            precisions.append(both / kept.total())
        if gold:
            recalls.append(both / gold.total())
    precision, recall = mean(precisions), mean(recalls)
    return precision, recall, 2 * precision * recall / (precision + recall)


def _shingles(text: str) -> Counter[tuple[str, ...]]:
    words = re.findall(r"\w+", text)
    starts = range(max(1, len(words) - SHINGLE_WORDS + 1))
    return Counter(tuple(words[at : at + SHINGLE_WORDS]) for at in starts if words)


def snippet_scores(pages: list[tuple[str, Snippets]]) -> tuple[float, float, float]:
    """The share of the wanted found, of the unwanted absent, and the F1 of what was found."""
    found = wanted = stayed = unwanted = 0
    for text, snippets in pages:
        plain = " ".join(text.split())
        found += sum(" ".join(snippet.split()) in plain for snippet in snippets.wanted)
        stayed += sum(" ".join(snippet.split()) in plain for snippet in snippets.unwanted)
        wanted += len(snippets.wanted)
        unwanted += len(snippets.unwanted)
    return found / wanted, 1 - stayed / unwanted, 2 * found / (found + stayed + wanted)


def main() -> int:
    options = _options()
    if options.page:
        _print_words([(options.page, options.gold)])
        return 0
    _print_words(
        [(page, PAGES / "gold" / f"{page.stem}.txt") for page in sorted(PAGES.glob("*.html"))]
    )
    whole_sets = {
        "article-extraction-benchmark": read_whole_articles,
        "readability": read_readability,
    }
    for name, read_set in whole_sets.items():
        if not (options.sets / name).is_dir():
            print(f"cleaning: skipped, no clone of {name} in {options.sets}")
            continue
        articles = list(read_set(options.sets / name))[:: options.every]
        print(f"\n{name}, {len(articles)} pages{'precision, recall, F1':>31}")
        for method, read in METHODS.items():
            pairs = [(read(article.page), article.text) for article in articles]
            _print_scores(method, shingle_scores(pairs))
    snippets = options.sets / "trafilatura"
    if (snippets / "tests" / "evaldata.json").is_file():
        pages = list(read_snippets(snippets))[:: options.every]
        print(f"\n{snippets.name}, {len(pages)} pages{'wanted found, unwanted absent, F1':>44}")
        for name, read in METHODS.items():
            _print_scores(name, snippet_scores([(read(page.page), page) for page in pages]))
    else:
        print(f"cleaning: skipped, no clone of trafilatura at {snippets}")
    return 0


def _print_words(pairs: list[tuple[Path, Path]]) -> None:
    print(f"{'precision, recall':24}{''.join(f'{name:>18}' for name in METHODS)}")
    totals = dict.fromkeys(METHODS, Measure(0, 0, 0))
    for page, gold in pairs:
        data = page.read_bytes()
        wanted = gold.read_text(encoding="utf-8") if gold.exists() else ""
        found = {name: Measure.of(read(data), wanted) for name, read in METHODS.items()}
        print(f"{page.name:24}{''.join(f'{found[name]!s:>18}' for name in METHODS)}")
        totals = {name: totals[name] + found[name] for name in METHODS}
    print(f"{'all':24}{''.join(f'{totals[name]!s:>18}' for name in METHODS)}")


def _print_scores(name: str, scores: tuple[float, ...]) -> None:
    print(f"  {name:24}{''.join(f'{score:>14.4f}' for score in scores)}", flush=True)


def _options() -> argparse.Namespace:
    evaluation = Path(os.environ.get("SELON_BENCH_EVAL") or EVALUATION)
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("page", type=Path, nargs="?")
    parser.add_argument("gold", type=Path, nargs="?")
    parser.add_argument("--sets", type=Path, default=evaluation, metavar="FOLDER")
    parser.add_argument("--every", type=int, default=1, metavar="N", help="only each Nth page")
    options = parser.parse_args()
    if options.page and not options.gold:
        parser.error("a page needs its gold beside it")
    return options


if __name__ == "__main__":
    sys.exit(main())
