"""Question files in the SQuAD format (versions 1.1 and 2.0): each context is an article.

The format: Rajpurkar et al., "SQuAD: 100,000+ Questions for Machine Comprehension of Text" (2016)
and "Know What You Don't Know" (2018).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from bot.evaluation.questions import Gold, Question, QuestionSet
from bot.evaluation.questions_evaluation_fields import Field, parsed, read_text
from index.article import Article, article_id
from index.language import detect


def read_squad(path: Path) -> QuestionSet:
    """The contexts of a file as articles, and its questions.

    Raises QuestionFileError with the place of the first thing that is wrong.
    """
    articles: dict[str, Article] = {}
    groups: dict[str, str] = {}
    questions: list[Question] = []
    file = parsed(read_text(path), path.name)
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
        raise file.wrong("holds no question")
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


def _questions(paragraph: Field, article: Article) -> Iterator[Question]:
    if not paragraph.has("qas"):
        return
    for asked in paragraph.get("qas").items():
        text = asked.get("question").filled()
        impossible = asked.get("is_impossible").flag() if asked.has("is_impossible") else None
        answers = [] if impossible else asked.get("answers").items()
        if impossible is False and not answers:
            raise asked.wrong('"answers" is empty although "is_impossible" is false')
        golds = tuple(dict.fromkeys(_gold(answer, article.text) for answer in answers))
        # As in the official scorer, a question without an answer is one that has none.
        yield Question(
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
        raise answer.wrong(f"the answer {text!r} is not in its context")
    return Gold(text, min(found, key=lambda start: abs(start - declared)))
