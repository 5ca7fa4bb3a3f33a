"""A question whose answer is known."""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePath
from typing import Any

from bot.errors import QuestionFileError
from index.article import Article, ArticleEntry, article_id
from index.errors import Problem, Words, reason_of
from index.text.language import detect


@dataclass(frozen=True, slots=True)
class Gold:
    """An answer that counts as right; `start` is where it stands in its article, if known."""

    text: str
    start: int | None = None


@dataclass(frozen=True, slots=True)
class GoldQuestion:
    """One question with what is known of its answer.

    `articles` are the ids of the articles that hold the answer, empty when any may; `place` is
    where the question stands in its file, as a person would look for it.
    """

    text: str
    place: str
    answerable: bool
    golds: tuple[Gold, ...] = ()
    articles: frozenset[str] = frozenset()

    @property
    def judged(self) -> bool:
        """Whether enough is known to tell a right passage from a wrong one."""
        return self.answerable and bool(self.golds or self.articles)


@dataclass(frozen=True, slots=True)
class QuestionSet:
    """The questions of one file; `articles` is empty when they are asked of the index in service.

    `groups` gives each article, by id, the entry it came from: the articles of one entry are on one
    subject.
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
    """The text of a file of questions, its byte order mark left out."""
    try:
        return path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise QuestionFileError(
            "questions-unreadable", shown=path, reason=reason_of(error)
        ) from error
    except UnicodeDecodeError as error:
        raise QuestionFileError("questions-not-utf8", shown=path, byte=error.start) from error


def parsed_json(text: str, place: str) -> Field:
    """The value that a JSON text holds."""
    try:
        return Field(json.loads(text), place)
    except json.JSONDecodeError as error:
        where = place if "\n" not in text.strip() and ":" in place else f"{place}:{error.lineno}"
        raise QuestionFileError(
            "questions-not-json", shown=where, column=error.colno, reason=Words(error.msg)
        ) from error
    except ValueError as error:  # a number of thousands of digits
        raise QuestionFileError(
            "questions-not-json", shown=place, column=1, reason=reason_of(error)
        ) from error
    except RecursionError as error:
        raise QuestionFileError("questions-too-deep", shown=place) from error


@dataclass(frozen=True, slots=True)
class Field:
    """A JSON value and where it stands (`file.json: data[3].title`).

    What is asked of it and is not there raises QuestionFileError with that place.
    """

    value: Any
    place: str

    def wrong(self, problem: Problem) -> QuestionFileError:
        return QuestionFileError(problem, shown=self.place)

    def has(self, name: str) -> bool:
        """Whether the object has this key with anything but null."""
        return self._object().get(name) is not None

    def get(self, name: str) -> Field:
        if not self.has(name):
            raise self.wrong(Problem("field-missing", name=name))
        return Field(self.value[name], f"{self.place}{'.' if ': ' in self.place else ': '}{name}")

    def items(self) -> list[Field]:
        if not isinstance(self.value, list):
            raise self._expected(_NAMES[list])
        return [Field(item, f"{self.place}[{i}]") for i, item in enumerate(self.value)]

    def text(self) -> str:
        if not isinstance(self.value, str):
            raise self._expected(_NAMES[str])
        return self.value

    def filled(self) -> str:
        """A text with more than white space in it."""
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

    def _object(self) -> dict[str, Any]:
        if not isinstance(self.value, dict):
            raise self._expected(_NAMES[dict])
        return self.value

    def _expected(self, expected: Problem) -> QuestionFileError:
        found = _NAMES.get(type(self.value), _OTHER)
        return self.wrong(Problem("field-expected", expected=expected, found=found))


SUFFIXES = frozenset({".jsonl", ".ndjson"})


def is_lines(path: Path) -> bool:
    return path.suffix.lower() in SUFFIXES


def read_lines(path: Path, articles: Iterable[ArticleEntry] | None) -> QuestionSet:
    """The questions of a file, about these articles; None when they are about none of them.

    Raises QuestionFileError with the line of the first thing that is wrong.
    """
    names = None if articles is None else _names(articles)
    questions = [
        _question(parsed_json(line, f"{path.name}:{number}"), names)
        for number, line in enumerate(read_question_file(path).split("\n"), start=1)
        if line.strip()
    ]
    if not questions:
        raise Field(None, path.name).wrong(Problem("questions-none"))
    return QuestionSet(path.name, tuple(questions))


def _question(line: Field, names: Mapping[str, frozenset[str]] | None) -> GoldQuestion:
    text = line.get("question").filled()
    answerable = line.get("answerable").flag() if line.has("answerable") else True
    golds = tuple(Gold(answer) for answer in _answers(line))
    articles: frozenset[str] = frozenset()
    if line.has("article") and answerable and names is not None:
        wanted = line.get("article")
        articles = names.get(_folded(wanted.filled()), frozenset())
        if not articles:
            raise wanted.wrong(Problem("gold-no-article", name=str(wanted.value)))
    if not answerable:
        return GoldQuestion(text, line.place, answerable=False)
    return GoldQuestion(text, line.place, answerable=True, golds=golds, articles=articles)


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


def read_squad(path: Path) -> QuestionSet:
    """The contexts of a file as articles, and its questions.

    Raises QuestionFileError with the place of the first thing that is wrong.
    """
    articles: dict[str, Article] = {}
    groups: dict[str, str] = {}
    questions: list[GoldQuestion] = []
    file = parsed_json(read_question_file(path), path.name)
    for position, entry in enumerate(file.get("data").items()):
        raw = entry.get("title").text() if entry.has("title") else ""
        title = readable_title(raw)
        for paragraph in entry.get("paragraphs").items():
            article = _article(paragraph, title)
            # The same context twice under one title is one article, asked about in both places.
            articles.setdefault(article.id, article)
            groups.setdefault(article.id, title or f"#{position}")
            questions.extend(_questions(paragraph, articles[article.id]))
    if not questions:
        raise file.wrong(Problem("questions-none"))
    return QuestionSet(path.name, tuple(questions), tuple(articles.values()), tuple(groups.items()))


def readable_title(title: str) -> str:
    """A title as a person writes it: `Nikola_Tesla` and `canal-du-midi` are made of words.

    Underscores are always spaces. Hyphens are only where the title has no space and no capital,
    as in an address: « Saint-Denis » keeps its own.
    """
    spaced = " ".join(title.replace("_", " ").split())
    if " " not in spaced and spaced == spaced.lower():
        spaced = " ".join(spaced.replace("-", " ").split())
    return spaced


def _article(paragraph: Field, title: str) -> Article:
    """The context as it is, so that the file's offsets hold."""
    context = paragraph.get("context").filled()
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
    for asked in paragraph.get("qas").items():
        text = asked.get("question").filled()
        impossible = asked.get("is_impossible").flag() if asked.has("is_impossible") else None
        answers = [] if impossible else asked.get("answers").items()
        if impossible is False and not answers:
            raise asked.wrong(Problem("gold-no-answer"))
        golds = tuple(dict.fromkeys(_gold(answer, article.text) for answer in answers))
        # As in the official scorer, a question without an answer is one that has none.
        yield GoldQuestion(
            text=text,
            place=asked.place,
            answerable=bool(golds),
            golds=golds,
            articles=frozenset({article.id} if golds else ()),
        )


def _gold(answer: Field, context: str) -> Gold:
    """The answer where it stands; if its offset is off, where it stands nearest to it."""
    text = answer.get("text").filled()
    declared = answer.get("answer_start").whole()
    if declared >= 0 and context.startswith(text, declared):
        return Gold(text, declared)
    found = [match.start() for match in re.finditer(re.escape(text), context)]
    if not found:
        raise answer.wrong(Problem("gold-not-in-context", answer=text))
    return Gold(text, min(found, key=lambda start: abs(start - declared)))


def read_plain_questions(path: Path) -> list[str]:
    """The questions of a file, one a line: as it stands, or a JSON object's `question`.

    Raises QuestionFileError, also where there is none.
    """
    questions = []
    for number, line in enumerate(read_question_file(path).splitlines(), 1):
        if line.lstrip().startswith("{"):
            line = parsed_json(line, f"{path}:{number}").get("question").text()
        if line.strip():
            questions.append(" ".join(line.split()))
    if not questions:
        raise QuestionFileError("questions-none", shown=path)
    return questions
