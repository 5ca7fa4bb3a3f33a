"""Question files of one JSON object a line, asked of the index in service.

`{"question": …, "article": …, "answer": …, "answerable": …}`: only the question must be there.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from pathlib import Path, PurePath

from bot.evaluation.questions import Gold, Question, QuestionSet
from bot.evaluation.questions_evaluation_fields import Field, parsed, read_text
from index.store.files.articles import ArticleEntry

SUFFIXES = frozenset({".jsonl", ".ndjson"})


def is_lines(path: Path) -> bool:
    return path.suffix.lower() in SUFFIXES


def read_lines(path: Path, articles: Iterable[ArticleEntry] | None) -> QuestionSet:
    """The questions of a file, about these articles; None when they are about none of them.

    Raises QuestionFileError with the line of the first thing that is wrong.
    """
    names = None if articles is None else _names(articles)
    questions = [
        _question(parsed(line, f"{path.name}:{number}"), names)
        for number, line in enumerate(read_text(path).split("\n"), start=1)
        if line.strip()
    ]
    if not questions:
        raise Field(None, path.name).wrong("holds no question")
    return QuestionSet(path.name, tuple(questions))


def _question(line: Field, names: Mapping[str, frozenset[str]] | None) -> Question:
    text = line.get("question").filled()
    answerable = line.get("answerable").flag() if line.has("answerable") else True
    golds = tuple(Gold(answer) for answer in _answers(line))
    articles: frozenset[str] = frozenset()
    if line.has("article") and answerable and names is not None:
        wanted = line.get("article")
        articles = names.get(_folded(wanted.filled()), frozenset())
        if not articles:
            raise wanted.wrong(
                f"no article of the index has the id, file or title {wanted.value!r}"
            )
    if not answerable:
        return Question(text, line.place, answerable=False)
    return Question(text, line.place, answerable=True, golds=golds, articles=articles)


def _answers(line: Field) -> list[str]:
    """One answer, or a list of answers that are all right."""
    if not line.has("answer"):
        return []
    answer = line.get("answer")
    if isinstance(answer.value, list):
        return [item.filled() for item in answer.items()]
    return [answer.filled()]


def _names(articles: Iterable[ArticleEntry]) -> dict[str, frozenset[str]]:
    """What an article may be called, with the ids of those that are called so."""
    called: defaultdict[str, set[str]] = defaultdict(set)
    for entry in articles:
        path = PurePath(entry.path)
        for name in (entry.id, entry.path, path.name, path.stem, entry.title):
            if name.strip():
                called[_folded(name)].add(entry.id)
    return {name: frozenset(ids) for name, ids in called.items()}


def _folded(name: str) -> str:
    return " ".join(name.split()).casefold()
