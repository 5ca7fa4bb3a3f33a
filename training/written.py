"""Samples of questions written for the reader, over news and French Wikipedia.

    python -m training.written --winer CHECKOUT --ntrex CHECKOUT --data DATA --prepared FILE \\
        --out FILE

The news are the shorter articles of French Wikinews in WiNER-fr (none of `bench/press`) and those
of NTREX-128 in French; Wikipedia's passages are PIAF's. Their texts are not in this repository.
`reworded_questions.jsonl` asks of both in other words than theirs.
A question over news makes samples of the passage that holds the answer and of the nearest others
of its article and of other articles, which do not.
What ships has learned from all but the reworded ones, so the older ones are rehearsed, and so is
the data set of `training.prepare` that `--prepared` names: `training.train --start --teacher` reads
the result.
"""

from __future__ import annotations

import argparse
import json
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from random import Random
from runpy import run_path
from typing import Any

from index.article import Article
from index.ingestion.passages import cut
from training.dataset import Sample, parse_sample, read_dataset, write_dataset
from training.negatives import nearest
from training.prepare import spread
from training.sources import FRENCH, fingerprint, read_questions

# The program that makes the articles of bench/press from the same checkout; not a module of ours.
_WINER = run_path(str(Path(__file__).parents[1] / "bench" / "press" / "articles.py"))

HERE = Path(__file__).parent
NEWS_QUESTIONS = HERE / "news_questions.jsonl"
WIKIPEDIA_QUESTIONS = HERE / "wikipedia_questions.jsonl"
REWORDED_QUESTIONS = HERE / "reworded_questions.jsonl"
OLDER, PREPARED = 3_600, 8_400  # questions and samples rehearsed
NTREX_CHARACTERS = 4_200  # of an article; what follows is left out
UNANSWERED = {"near_miss": "near-miss-written", "false_premise": "false-premise"}

_DAY = re.compile(r"(20\d\d)_(\d\d)_(\d\d)")


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(prog="python -m training.written")
    parser.add_argument("--winer", type=Path, required=True, help="checkout of WiNER-fr")
    parser.add_argument("--ntrex", type=Path, required=True, help="checkout of NTREX")
    parser.add_argument("--data", type=Path, required=True, help="the folder of reading/")
    parser.add_argument("--prepared", type=Path, required=True, help="what training.prepare wrote")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--seed", type=int, default=3)
    arguments = parser.parse_args()
    random = Random(arguments.seed)
    of_news = read_rows(NEWS_QUESTIONS)
    older = [*of_news, *read_rows(WIKIPEDIA_QUESTIONS)]
    reworded = [row for row in read_rows(REWORDED_QUESTIONS) if row["half"] == "learn"]
    news = read_news(arguments.winer, arguments.ntrex, {row["article"] for row in of_news})
    wikipedia = read_wikipedia(arguments.data)
    known = [row for row in older if row["half"] == "learn"]
    judged = [row for row in older if row["half"] == "judge"]
    prepared = read_dataset(arguments.prepared)
    lines = [*prepared["reading-decay"], *prepared["reading"]][:PREPARED]
    rehearsed = [
        *make_samples(random.sample(known, OLDER), news, wikipedia, random),
        *map(parse_sample, lines),
    ]
    streams = {
        "reading": spread(
            [
                make_samples(reworded, news, wikipedia, random),
                [replace(sample, rehearsed=True) for sample in rehearsed],
            ],
            random,
        ),
        "reading-dev": make_samples(judged, news, wikipedia, random),
    }
    write_dataset(arguments.out, streams)


def read_rows(path: Path) -> list[dict[str, Any]]:
    """Questions; each names its `article`, its `half` (`learn` or `judge`, by article; of those
    reworded also `develop`), its `kind`, and its `answer`, verbatim or empty."""
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def read_news(winer: Path, ntrex: Path, ids: Collection[str]) -> list[Article]:
    """These articles of two checkouts. Exits if one is missing."""
    articles = {article.id: article for article in (*_read_wikinews(winer), *_read_ntrex(ntrex))}
    if missing := set(ids) - articles.keys():
        raise SystemExit(f"not in the checkouts: {', '.join(sorted(missing)[:5])}")
    return [articles[id] for id in sorted(ids)]


def _read_wikinews(checkout: Path) -> Iterator[Article]:
    """The articles of WiNER-fr, by address."""
    for path, url in _WINER["read_texts"](checkout):
        front, _, text = _WINER["make_markdown"](path, "", url).partition("---\n\n")
        title = re.search("^title: (.*)$", front, re.MULTILINE)
        day = _DAY.search(path.name)
        if title and day:
            yield Article(
                id=url,
                text=text.strip(),
                title=json.loads(title[1]),
                path=path.name,
                language="fr",
                published=date(*map(int, day.groups())),
            )


def _read_ntrex(checkout: Path) -> Iterator[Article]:
    """The articles of NTREX-128 in French; they have no date."""
    ids = (checkout / "DOCUMENT_IDS.tsv").read_text(encoding="utf-8").split()
    lines = (checkout / "NTREX-128" / "newstest2019-ref.fra.txt").read_text(encoding="utf-8")
    sentences: dict[str, list[str]] = {}
    for identity, line in zip(ids, lines.splitlines(), strict=True):
        sentences.setdefault(identity, []).append(line.strip())
    for identity, (title, *body) in sentences.items():
        text = "\n".join(body)
        if len(text) > NTREX_CHARACTERS:
            text = text[:NTREX_CHARACTERS].rpartition("\n")[0]
        yield Article(id=identity, text=text, title=title, path=f"{identity}.txt", language="fr")


def read_wikipedia(data: Path) -> dict[str, Article]:
    """PIAF's passages, by fingerprint."""
    return {
        fingerprint(question.passage): Article(
            id=fingerprint(question.passage),
            text=question.passage,
            title=question.title,
            path="passage.txt",
            language="fr",
        )
        for question in read_questions(data, FRENCH)
    }


@dataclass(frozen=True, slots=True)
class _Part:
    """A passage of an article."""

    article: Article
    text: str


def make_samples(
    rows: Sequence[dict[str, Any]],
    news: Sequence[Article],
    wikipedia: Mapping[str, Article],
    random: Random,
) -> list[Sample]:
    """Make the samples of questions over news and over Wikipedia, in random order."""
    of_news = [row for row in rows if row["article"] not in wikipedia]
    parts = [_Part(article, passage.text) for article in news for passage in cut(article)]
    texts = [f"{part.article.title}\n{part.text}" for part in parts]
    found = nearest(texts, [row["question"] for row in of_news], len(texts))
    samples = [
        sample
        for row, places in zip(of_news, found, strict=True)
        for sample in _news_samples(row, [parts[at] for at in places], random)
    ]
    for row in rows:
        passage = wikipedia.get(row["article"])
        if passage and row["answer"] in passage.text:
            kind = UNANSWERED.get(row["kind"], "answered")
            samples.append(_sample(row, _Part(passage, passage.text), kind, random))
    random.shuffle(samples)
    return samples


def _news_samples(row: dict[str, Any], parts: Sequence[_Part], random: Random) -> Iterator[Sample]:
    """Yield a passage that answers, if there is one, and some that do not."""
    answer = row["answer"]
    own = [part for part in parts if part.article.id == row["article"]]
    elsewhere = [
        part
        for part in parts
        if part.article.id != row["article"]
        and not (answer and answer.lower() in part.text.lower())
    ]
    if not answer:
        for part in own[: 2 if random.random() < 0.35 else 1]:
            yield _sample(row, part, UNANSWERED[row["kind"]], random)
        if random.random() < 0.1:
            yield _sample(row, elsewhere[0], "mined", random)
        return
    holding = [part for part in own if answer in part.text]
    beside = [part for part in own if answer not in part.text]
    if holding:
        yield _sample(row, holding[0], "answered", random)
    if beside and random.random() < 0.5:
        yield _sample(row, beside[0], "same-article", random)
    if random.random() < 0.35:
        yield _sample(row, elsewhere[0], "mined", random)


def _sample(row: dict[str, Any], part: _Part, kind: str, random: Random) -> Sample:
    answer = row["answer"]
    start = part.text.find(answer) if kind == "answered" else 0
    published = part.article.published if random.random() < 0.75 else None
    return Sample(
        kind=kind,
        language=part.article.language,
        asked=row["question"],
        text=part.text,
        holds=kind == "answered",
        start=start,
        end=start + len(answer) if kind == "answered" else 0,
        title=part.article.title,
        day=published.isoformat() if published else "",
        window=random.random(),
    )


if __name__ == "__main__":
    main()
