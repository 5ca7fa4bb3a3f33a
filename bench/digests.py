"""« Le Quotidien » and « Le Podcast » over corpus/ and real press articles: is every line borne
out, is nothing told twice, and are stories grouped as a person would?

    python bench/digests.py [--articles FOLDER] [--index FOLDER] [--show N]

The press articles are those of bench/press.py. Of a hundred scripts it counts the lines that quote
nothing verbatim and stand in no catalogue, sentences and stories told twice, sentences of another
language, and those that lean on a sentence that does not stand before them; and which share of the
words are the script's own. Which articles are told as one event is judged on bench/digests/: 40
pairs of press articles at most a week apart (pairs.tsv), and twenty of the articles told again in
other words as by another paper (retold.jsonl).
`--index` keeps what is indexed for the next run; `--show` prints so many of the scripts.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import timedelta
from itertools import combinations
from pathlib import Path

import numpy as np

from bot.answering.extractive import Relation, relation
from bot.archive.lede import can_open
from bot.assembly import open_index
from bot.digests.daily import make_daily
from bot.digests.podcast import PodcastRequest, make_podcast
from bot.digests.script import Script, ScriptLine, spoken_quote
from bot.digests.stories import find_same_events, open_article
from bot.digests.terminal import script_markdown
from bot.locale.catalogue import Language, catalogue
from bot.settings import Settings, load_settings
from index.article import Article, Period
from index.ingestion.builder import build
from index.models.bundled.embedder import load_bundled
from index.search.live import LiveIndex
from index.store.open_generation import OpenGeneration
from index.text.language import detect

ROOT = Path(__file__).parents[1]
JUDGED = ROOT / "bench" / "digests"
DAYS, MONTHS = 45, 10  # dailies over the press articles, and over the corpus
DETECTABLE_WORDS = 8
PRESS_SUBJECTS = (
    "attentat de Nice", "François Fillon", "Gilets jaunes", "Syrie", "Donald Trump", "Burundi",
    "Tour de France", "Emmanuel Macron", "chômage en France", "Daech", "loi Travail", "Guyane",
    "Benoît Hamon", "Jeux olympiques de Rio", "Gambie", "Colombie", "I-Télé", "supernova",
    "Manuel Valls", "Areva", "Zika", "Airbus", "Eurovision", "Jérusalem", "Turquie", "Somalie",
    "pollution", "Brexit", "handball", "Québec",
)  # fmt: skip
CORPUS_SUBJECTS: tuple[tuple[Language, str], ...] = (
    ("fr", "Notre-Dame de Paris"), ("fr", "Minitel"), ("fr", "Marie Curie"), ("fr", "TGV"),
    ("fr", "Victor Hugo"), ("fr", "Microsoft"), ("fr", "boson de Higgs"), ("en", "Hubble"),
    ("en", "penicillin"), ("en", "Apollo 11"),
)  # fmt: skip
WEEKS = 5


@dataclass(frozen=True, slots=True)
class Made:
    """A script, what it was asked for, and how long it took."""

    script: Script
    asked: str
    seconds: float


@dataclass(frozen=True, slots=True)
class Shelf:
    index: LiveIndex
    settings: Settings

    @property
    def generation(self) -> OpenGeneration:
        return self.index.searcher().generation


def main() -> None:
    options = _options()
    press = options.articles
    if not press.is_dir():
        print(f"digests: skipped, no articles at {press} (see bench/press/README.md)")
        return
    with tempfile.TemporaryDirectory() as made:
        kept = options.index or Path(made)
        retold = kept / "retold"
        _write_retold(retold)
        shelves = [
            _shelf(kept / "press", [press]),
            _shelf(kept / "corpus", [ROOT / "corpus"]),
        ]
        _report_scripts(shelves, options.show)
        _report_relations(_shelf(kept / "pairs", [press, retold]))


def _options() -> argparse.Namespace:
    assert __doc__ is not None
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    evaluation = Path(os.environ.get("SELON_BENCH_EVAL", ROOT.parent / "shared" / "eval"))
    parser.add_argument("--articles", type=Path, default=evaluation / "press")
    parser.add_argument("--index", type=Path)
    parser.add_argument("--show", type=int, default=0)
    return parser.parse_args()


def _shelf(folder: Path, sources: Sequence[Path]) -> Shelf:
    settings = load_settings(data_dir=folder)
    build(sources, folder, load_bundled(load_settings().cache_dir))
    return Shelf(open_index(settings), settings)


def _report_scripts(shelves: Sequence[Shelf], show: int) -> None:
    press, corpus = shelves
    made = [*_dailies(press, DAYS, 0), *_dailies(corpus, MONTHS, 30)]
    made += _podcasts(press, [("fr", subject) for subject in PRESS_SUBJECTS])
    made += _podcasts(corpus, CORPUS_SUBJECTS)
    made += _weeks(press)
    found: Counter[str] = Counter()
    for digest in made:
        found.update(_faults(digest))
    told = [digest for digest in made if digest.script.quotes]
    lines = [line for digest in made for line in digest.script.lines]
    print(f"scripts\t{len(made)}\twith news\t{len(told)}")
    print(f"lines\t{len(lines)}\tquotes\t{sum(line.citation is not None for line in lines)}")
    for fault in FAULTS:
        print(f"{fault}\t{found[fault]}")
    for kind in ("daily", "podcast"):
        shares = [_own_share(digest.script) for digest in told if digest.asked.startswith(kind)]
        print(f"own words, {kind}\tmedian {np.median(shares):.1%}\tmost {max(shares):.1%}")
    seconds = sorted(digest.seconds for digest in made)
    print(f"seconds a script\tmedian {seconds[len(seconds) // 2]:.2f}\tmost {seconds[-1]:.2f}")
    for digest in made[:: max(len(made) // show, 1)] if show else ():
        print(f"\n<!-- {digest.asked} -->\n\n{script_markdown(digest.script)}")


def _dailies(shelf: Shelf, count: int, span: int) -> Iterator[Made]:
    """Over days spread evenly among those of publication, in French, every fifth in English."""
    days = sorted(
        {article.published for article in shelf.generation.articles() if article.published}
    )
    step = max(len(days) // count, 1)
    for at, day in enumerate(days[::step][:count]):
        language: Language = "en" if span > 1 and at % 5 == 4 else "fr"
        period = Period(day - timedelta(days=span), day)
        asked = f"daily {period.first} {period.last} {language}"
        yield _timed(asked, lambda p=period, c=language: make_daily(shelf.generation, p, c))


def _podcasts(shelf: Shelf, subjects: Sequence[tuple[Language, str]]) -> Iterator[Made]:
    for language, subject in subjects:
        yield _podcast(shelf, PodcastRequest(language, subject))


def _weeks(shelf: Shelf) -> Iterator[Made]:
    days = sorted(
        {article.published for article in shelf.generation.articles() if article.published}
    )
    for day in days[:: len(days) // WEEKS][:WEEKS]:
        yield _podcast(shelf, PodcastRequest("fr", period=Period(day, day + timedelta(days=6))))


def _podcast(shelf: Shelf, request: PodcastRequest) -> Made:
    asked = f"podcast {request.subject or request.period} {request.language}"
    return _timed(asked, lambda: make_podcast(shelf.index.searcher(), request))


def _timed(asked: str, make: Callable[[], Script]) -> Made:
    began = time.perf_counter()
    script = make()
    return Made(script, asked, time.perf_counter() - began)


FAULTS = (
    "lines without a citation that bears them",
    "sentences told twice",
    "stories told twice",
    "sentences of another language",
    "sentences that lean on none before them",
)


def _faults(made: Made) -> Iterator[str]:
    """What is wrong in a script, told apart from how it was made."""
    script = made.script
    forms = _fixed_forms(script.language)
    told: list[ScriptLine] = []
    for line in script.lines:
        if line.citation is None:
            if not any(form.fullmatch(line.text) for form in forms):
                yield FAULTS[0]
            continue
        cited, article = line.citation, line.citation.article
        quote = article.text[cited.start : cited.end]
        if " ".join(quote.split("\n")) != line.text and spoken_quote(cited) != line.text:
            yield FAULTS[0]
        if any(
            line.text == earlier.text
            or relation(line.text, earlier.text, script.language) is Relation.SAME
            for earlier in told
        ):
            print(f"told twice in {made.asked}: {line.text}", file=sys.stderr)
            yield FAULTS[1]
        foreign = article.language != script.language
        if len(line.text.split()) >= DETECTABLE_WORDS:
            foreign |= detect(line.text, script.language) != script.language
        if foreign:
            yield FAULTS[3]
        if not can_open(line.text, script.language) and not _stands_behind(line, told):
            print(f"leans in {made.asked}: {line.text}", file=sys.stderr)
            yield FAULTS[4]
        told.append(line)
    chapters = [
        {line.citation.article.id for line in lines if line.citation} for lines in script.chapters
    ]
    if script.title.startswith(("Le Quotidien", "The Daily")):
        for one, other in combinations(chapters, 2):
            if one & other:
                yield FAULTS[2]


def _own_share(script: Script) -> float:
    """Of the words, those that stand neither in a quote nor in a headline."""
    own = total = 0
    titles = sorted((source.title for source in script.sources), key=len, reverse=True)
    for line in script.lines:
        total += _count_words(line.text)
        if line.citation is None:
            text = line.text
            for title in titles:
                text = text.replace(title, "")
            own += _count_words(text)
    return own / total


def _count_words(text: str) -> int:
    return sum(any(map(str.isalnum, word)) for word in text.split())


def _stands_behind(line: ScriptLine, told: Sequence[ScriptLine]) -> bool:
    """Whether what was told right before stands right before it in the article."""
    before = told[-1].citation if told else None
    return (
        before is not None
        and line.citation is not None
        and before.article.id == line.citation.article.id
        and not before.article.text[before.end : line.citation.start].strip()
    )


def _fixed_forms(language: Language) -> list[re.Pattern[str]]:
    texts = catalogue("digests", language)
    return [
        re.compile(re.sub(r"\\\{.*?\\\}", ".+", re.escape(form)))
        for key in texts
        if key.startswith("script.")
        for form in texts.templates(key)
    ]


def _write_retold(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for at, retold in _retold():
        facts = "\n".join(
            f"{name}: {json.dumps(retold[name], ensure_ascii=False)}"
            for name in ("title", "published", "outlet")
        )
        text = f"---\n{facts}\nlanguage: fr\n---\n\n{retold['text']}\n"
        (folder / f"{at:02d}-{retold['article']}").write_text(text, "utf-8")


def _retold() -> Iterator[tuple[int, dict[str, str]]]:
    lines = (JUDGED / "retold.jsonl").read_text("utf-8").splitlines()
    return enumerate(map(json.loads, lines))


def _report_relations(shelf: Shelf) -> None:
    """How many pairs are told as what they are; retold ones as one event."""
    with closing(shelf.generation) as generation:
        articles = [generation.article(entry.id) for entry in generation.articles()]
        found = [open_article(generation, article) for article in articles if article is not None]
        openings = [opening for opening in found if opening is not None]
        same = find_same_events(openings, generation)
    place = {_name(opening.article): at for at, opening in enumerate(openings)}
    lines = (JUDGED / "pairs.tsv").read_text("utf-8").splitlines()
    pairs = [
        *(tuple(line.split("\t")) for line in lines),
        *(("same", f"{at:02d}-{retold['article']}", retold["article"]) for at, retold in _retold()),
    ]
    told: Counter[tuple[str, str]] = Counter()
    pairs = [pair for pair in pairs if pair[1] in place and pair[2] in place]
    for label, one, other in pairs:
        at = place[one], place[other]
        label = label if label == "same" else "other"
        made = "same" if same[at] else "other"
        told[label, made] += 1
        if made != label:
            print(f"  {label} told as {made}: {one} | {other}")
    right = sum(count for (label, made), count in told.items() if label == made)
    print(f"relations right\t{right} of {len(pairs)}")
    for label in ("same", "other"):
        row = [f"{made} {told[label, made]}" for made in ("same", "other")]
        print(f"{label} told as\t{', '.join(row)}")


def _name(article: Article) -> str:
    return Path(article.path).name


if __name__ == "__main__":
    main()
