"""Questions whose answers are known, and their files: JSON Lines, SQuAD."""

from __future__ import annotations

import json
import random
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path, PurePath
from typing import Any

from bot.errors import QuestionFileError
from index.article import Article, ArticleEntry, article_id
from index.errors import Problem, Words, reason_of
from index.text.language import detect


@dataclass(frozen=True, slots=True)
class Gold:
    """A right answer; `start` is its offset in the article, if known."""

    text: str
    start: int | None = None


@dataclass(frozen=True, slots=True)
class GoldQuestion:
    """A question with what is known of its answer.

    `articles` are the ids of the articles that hold the answer, empty if any may; `place` is where
    the question stands in its file, for people.
    """

    text: str
    place: str
    answerable: bool
    golds: tuple[Gold, ...] = ()
    articles: frozenset[str] = frozenset()

    @property
    def has_articles(self) -> bool:
        """True if enough is known to judge passages."""
        return self.answerable and bool(self.golds or self.articles)


@dataclass(frozen=True, slots=True)
class QuestionSet:
    """The questions of one file; `articles` is empty for questions to the index in service.

    `groups` maps article ids to entries of the file: the articles of one entry are on one subject.
    """

    name: str
    questions: tuple[GoldQuestion, ...]
    articles: tuple[Article, ...] = ()
    groups: tuple[tuple[str, str], ...] = ()


_NAMES = {
    dict: Problem("json-object"),
    list: Problem("json-list"),
    str: Problem("json-text"),
    bool: Problem("json-flag"),
    int: Problem("json-whole"),
    float: Problem("json-number"),
    type(None): Problem("json-null"),
}
_OTHER = Problem("json-other")


def read_question_file(path: Path) -> str:
    """Read a file of questions, without its byte order mark."""
    try:
        return path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise QuestionFileError(
            "questions-unreadable", subject=path, reason=reason_of(error)
        ) from error
    except UnicodeDecodeError as error:
        raise QuestionFileError("questions-not-utf8", subject=path, byte=error.start) from error


def parse_json(text: str, place: str) -> Field:
    """Parse a JSON text."""
    try:
        return Field(json.loads(text), place)
    except json.JSONDecodeError as error:
        where = place if "\n" not in text.strip() and ":" in place else f"{place}:{error.lineno}"
        raise QuestionFileError(
            "questions-not-json", subject=where, column=error.colno, reason=Words(error.msg)
        ) from error
    except ValueError as error:  # a number of thousands of digits
        raise QuestionFileError(
            "questions-not-json", subject=place, column=1, reason=reason_of(error)
        ) from error
    except RecursionError as error:
        raise QuestionFileError("questions-too-deep", subject=place) from error


@dataclass(frozen=True, slots=True)
class Field:
    """A JSON value and its place (`file.json, data[3].title`), with which its errors are raised.

    Its methods raise QuestionFileError if the value is not as expected.
    """

    value: Any
    place: str

    def wrong(self, problem: Problem) -> QuestionFileError:
        return QuestionFileError(problem, subject=self.place)

    def has(self, name: str) -> bool:
        """True if the object has this key with anything but null."""
        if not isinstance(self.value, dict):
            raise self._expected(_NAMES[dict])
        return self.value.get(name) is not None

    def get(self, name: str) -> Field:
        if not self.has(name):
            raise self.wrong(Problem("field-missing", name=name))
        return Field(self.value[name], f"{self.place}{'.' if ', ' in self.place else ', '}{name}")

    def items(self) -> list[Field]:
        if not isinstance(self.value, list):
            raise self._expected(_NAMES[list])
        return [Field(item, f"{self.place}[{i}]") for i, item in enumerate(self.value)]

    def text(self) -> str:
        if not isinstance(self.value, str):
            raise self._expected(_NAMES[str])
        return self.value

    def nonempty_text(self) -> str:
        """A text that is not blank."""
        if not self.text().strip():
            raise self.wrong(Problem("field-empty"))
        return self.text()

    def flag(self) -> bool:
        if not isinstance(self.value, bool):
            raise self._expected(_NAMES[bool])
        return self.value

    def whole(self) -> int:
        if not isinstance(self.value, int) or isinstance(self.value, bool):
            raise self._expected(_NAMES[int])
        return self.value

    def _expected(self, expected: Problem) -> QuestionFileError:
        name = _NAMES.get(type(self.value), _OTHER)
        return self.wrong(Problem("field-expected", expected=expected, found=name))


def is_lines(path: Path) -> bool:
    return path.suffix.lower() in {".jsonl", ".ndjson"}


def read_lines(path: Path, articles: Iterable[ArticleEntry] | None) -> QuestionSet:
    """Read the questions of a file about these articles; None if they are about none of them.

    Raises QuestionFileError with the line of the first fault.
    """
    names = None if articles is None else _names(articles)
    questions = [
        _question(parse_json(line, f"{path.name}:{number}"), names)
        for number, line in enumerate(read_question_file(path).split("\n"), start=1)
        if line.strip()
    ]
    if not questions:
        raise Field(None, path.name).wrong(Problem("questions-none"))
    return QuestionSet(path.name, tuple(questions))


def _question(line: Field, names: Mapping[str, frozenset[str]] | None) -> GoldQuestion:
    text = line.get("question").nonempty_text()
    answerable = line.get("answerable").flag() if line.has("answerable") else True
    answers: list[Field] = []  # one, or a list that are all right
    if line.has("answer"):
        answer = line.get("answer")
        answers = answer.items() if isinstance(answer.value, list) else [answer]
    golds = tuple(Gold(answer.nonempty_text()) for answer in answers)
    articles: frozenset[str] = frozenset()
    if line.has("article") and answerable and names is not None:
        name = line.get("article")
        articles = names.get(" ".join(name.nonempty_text().split()).casefold(), frozenset())
        if not articles:
            raise name.wrong(Problem("gold-no-article", name=str(name.value)))
    if not answerable:
        return GoldQuestion(text, line.place, answerable=False)
    return GoldQuestion(text, line.place, answerable=True, golds=golds, articles=articles)


def _names(articles: Iterable[ArticleEntry]) -> dict[str, frozenset[str]]:
    """Map everything that an article or its copy may be called to the ids of such articles."""
    ids: defaultdict[str, set[str]] = defaultdict(set)
    for entry in articles:
        path = PurePath(entry.path)
        for name in (entry.id, entry.path, path.name, path.stem, entry.title):
            if name.strip():
                ids[" ".join(name.split()).casefold()].add(entry.copy_of or entry.id)
    return {name: frozenset(article_ids) for name, article_ids in ids.items()}


def read_squad(path: Path) -> QuestionSet:
    """Read a SQuAD file: its contexts as articles, and its questions.

    Raises QuestionFileError with the place of the first fault.
    """
    articles: dict[str, Article] = {}
    groups: dict[str, str] = {}
    questions: list[GoldQuestion] = []
    text = read_question_file(path)
    if not text.strip():
        raise QuestionFileError("file-empty", subject=path)
    file = parse_json(text, path.name)
    for position, entry in enumerate(file.get("data").items()):
        raw = entry.get("title").text() if entry.has("title") else ""
        title = readable_title(raw)
        for paragraph in entry.get("paragraphs").items():
            article = _article(paragraph, title)
            # The same context twice under one title is one article.
            articles.setdefault(article.id, article)
            groups.setdefault(article.id, title or f"#{position}")
            questions.extend(_questions(paragraph, articles[article.id]))
    if not questions:
        raise file.wrong(Problem("questions-none"))
    return QuestionSet(path.name, tuple(questions), tuple(articles.values()), tuple(groups.items()))


def readable_title(title: str) -> str:
    """Turn `Nikola_Tesla` and `canal-du-midi` into words.

    Hyphens become spaces only in a title without space or capital, as in an address:
    « Saint-Denis » keeps its own.
    """
    words = " ".join(title.replace("_", " ").split())
    if " " not in words and words == words.lower():
        words = " ".join(words.replace("-", " ").split())
    return words


def _article(paragraph: Field, title: str) -> Article:
    """The context unchanged, so that the file's offsets hold."""
    context = paragraph.get("context").nonempty_text()
    return Article(
        id=article_id(f"{title}\n{context}"),
        text=context,
        title=title,
        path=paragraph.place,
        language=detect(context),
    )


def _questions(paragraph: Field, article: Article) -> Iterator[GoldQuestion]:
    if not paragraph.has("qas"):
        return
    for entry in paragraph.get("qas").items():
        text = entry.get("question").nonempty_text()
        impossible = entry.get("is_impossible").flag() if entry.has("is_impossible") else None
        answers = [] if impossible else entry.get("answers").items()
        if impossible is False and not answers:
            raise entry.wrong(Problem("gold-no-answer"))
        golds = tuple(dict.fromkeys(_gold(answer, article.text) for answer in answers))
        # As in the official scorer, a question without an answer is one that has none.
        yield GoldQuestion(
            text=text,
            place=entry.place,
            answerable=bool(golds),
            golds=golds,
            articles=frozenset({article.id} if golds else ()),
        )


def _gold(answer: Field, context: str) -> Gold:
    """The answer at its offset; if that is wrong, at its nearest occurrence."""
    text = answer.get("text").nonempty_text()
    start_in_file = answer.get("answer_start").whole()
    if start_in_file >= 0 and context.startswith(text, start_in_file):
        return Gold(text, start_in_file)
    starts = [match.start() for match in re.finditer(re.escape(text), context)]
    if not starts:
        raise answer.wrong(Problem("gold-not-in-context", answer=text))
    return Gold(text, min(starts, key=lambda start: abs(start - start_in_file)))


def sample(
    questions: tuple[GoldQuestion, ...], limit: int | None, seed: int
) -> tuple[GoldQuestion, ...]:
    """Draw at most `limit` questions at random, in the order of the file."""
    if limit is None or limit >= len(questions):
        return questions
    indices = random.Random(f"{seed}/sample").sample(range(len(questions)), limit)
    return tuple(questions[i] for i in sorted(indices))


def as_unanswerable(questions: tuple[GoldQuestion, ...]) -> tuple[GoldQuestion, ...]:
    """The same questions for an index that cannot answer them."""
    return tuple(
        replace(question, answerable=False, golds=(), articles=frozenset())
        for question in questions
    )
