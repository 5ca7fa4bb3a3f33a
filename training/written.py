"""Samples of questions written for the reader, over news and French Wikipedia.

    python -m training.written --winer CHECKOUT --ntrex CHECKOUT --data DATA --prepared FILE \\
        --out FILE

The news are the shorter articles of French Wikinews in WiNER-fr (none of `bench/press`) and those
of NTREX-128 in French; Wikipedia's passages are PIAF's. Their texts are not in this repository.
`reworded_questions.jsonl` asks of both in other words than theirs.
Each question of `news_questions.jsonl` is searched among all the news, as Selon does, and the
passages found become samples: the one that holds the answer, and others of its article and of
other articles, which do not.
`--prepared` names the data set of `training.prepare` that is rehearsed beside them:
`training.train --start` reads the result.
"""

from __future__ import annotations

import argparse
import json
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path
from random import Random
from runpy import run_path
from typing import Any

from bot.evaluation.run import temporary_index
from bot.settings import load_settings
from index.article import Article
from index.findings import Hit
from index.models.bundled.embedder import load_bundled
from index.search.confidence import ConfidenceModel
from training.dataset import Sample, parse_sample, read_dataset, write_dataset
from training.prepare import spread
from training.sources import FRENCH, fingerprint, read_questions

# The program that makes the articles of bench/press from the same checkout; not a module of ours.
_WINER = run_path(str(Path(__file__).parents[1] / "bench" / "press" / "articles.py"))

HERE = Path(__file__).parent
NEWS_QUESTIONS = HERE / "news_questions.jsonl"
WIKIPEDIA_QUESTIONS = HERE / "wikipedia_questions.jsonl"
REWORDED_QUESTIONS = HERE / "reworded_questions.jsonl"
PASSES = 2  # over the questions; titles, dates and passages beside the right one are drawn anew
REHEARSED = 26_000  # samples of the prepared data set
HITS = 6
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
    reworded = [row for row in read_rows(REWORDED_QUESTIONS) if row["half"] == "learn"]
    questions = [
        *read_rows(NEWS_QUESTIONS),
        *(row for row in reworded if "://" in row["article"]),
    ]
    asked_of_wikipedia = [
        *read_rows(WIKIPEDIA_QUESTIONS),
        *(row for row in reworded if "://" not in row["article"]),
    ]
    news = read_news(arguments.winer, arguments.ntrex, {row["article"] for row in questions})
    wikipedia = read_wikipedia(arguments.data)
    hits = search(news, [row["question"] for row in questions])
    pairs = list(zip(questions, hits, strict=True))
    encyclopedic = make_wikipedia_samples(asked_of_wikipedia, wikipedia, random)
    prepared = read_dataset(arguments.prepared)
    lines = [*prepared["reading-decay"], *prepared["reading"]][:REHEARSED]
    rehearsed = [parse_sample(line) for line in lines]
    share = len(rehearsed) // PASSES
    learned = [pair for pair in pairs if pair[0]["half"] == "learn"]
    judged = make_news_samples([pair for pair in pairs if pair[0]["half"] == "judge"], random)
    streams = {
        "reading": [
            sample
            for at in range(PASSES)
            for sample in spread(
                [
                    *make_news_samples(learned, random),
                    encyclopedic["learn"],
                    rehearsed[at * share : (at + 1) * share],
                ],
                random,
            )
        ],
        "reading-dev": [*judged[0], *judged[1], *encyclopedic["judge"]],
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


def search(articles: Sequence[Article], questions: Sequence[str]) -> list[Sequence[Hit]]:
    """What Selon finds for each question among these articles."""
    embedder = load_bundled(load_settings().cache_dir)
    with temporary_index(articles, embedder, ConfidenceModel.load()) as opened:
        return [opened.searcher.search(question, HITS).hits for question in questions]


def make_news_samples(
    pairs: Sequence[tuple[dict[str, Any], Sequence[Hit]]], random: Random
) -> tuple[list[Sample], list[Sample]]:
    """Passages that answer, and passages that do not, both in random order."""
    answered, others = [], []
    for row, hits in pairs:
        answer = row["answer"]
        own = [hit for hit in hits if hit.article.id == row["article"]]
        elsewhere = [
            hit
            for hit in hits
            if hit.article.id != row["article"]
            and not (answer and answer.lower() in hit.passage.text.lower())
        ]
        if not answer:
            kind = UNANSWERED[row["kind"]]
            count = 2 if random.random() < 0.35 else 1
            others += [_hit_sample(row, hit, kind, random) for hit in own[:count]]
            if elsewhere and random.random() < 0.1:
                others.append(_hit_sample(row, elsewhere[0], "mined", random))
            continue
        holding = [hit for hit in own if answer in hit.passage.text]
        beside = [hit for hit in own if answer not in hit.passage.text]
        if holding:
            answered.append(_hit_sample(row, holding[0], "answered", random))
        if beside and random.random() < 0.5:
            others.append(_hit_sample(row, beside[0], "same-article", random))
        if elsewhere and random.random() < 0.35:
            others.append(_hit_sample(row, elsewhere[0], "mined", random))
    random.shuffle(answered)
    random.shuffle(others)
    return answered, others


def _hit_sample(row: dict[str, Any], hit: Hit, kind: str, random: Random) -> Sample:
    return _sample(row, hit.article, hit.passage.text, kind, random)


def _sample(row: dict[str, Any], article: Article, text: str, kind: str, random: Random) -> Sample:
    answer = row["answer"]
    start = text.find(answer) if kind == "answered" else 0
    published = article.published if random.random() < 0.75 else None
    return Sample(
        kind=kind,
        language=article.language,
        asked=row["question"],
        text=text,
        holds=kind == "answered",
        start=start,
        end=start + len(answer) if kind == "answered" else 0,
        title=article.title,
        day=published.isoformat() if published else "",
        window=random.random(),
    )


def make_wikipedia_samples(
    rows: Sequence[dict[str, Any]], passages: Mapping[str, Article], random: Random
) -> dict[str, list[Sample]]:
    """Questions beside their passage, by half."""
    samples: dict[str, list[Sample]] = {"learn": [], "judge": []}
    for row in rows:
        passage = passages[row["article"]]
        kind = UNANSWERED.get(row["kind"], "answered")
        samples[row["half"]].append(_sample(row, passage, passage.text, kind, random))
    random.shuffle(samples["learn"])
    return samples


if __name__ == "__main__":
    main()
