"""Answers written by hand, for tests of what people see."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date

from bot.answer import Answer, Citation, Statement
from bot.answering.chain import AnswerChain
from bot.help_numbers import Help
from index.article import Article, Passage, Sentence


class FunctionChain(AnswerChain[str]):
    """Answers as a function does."""

    def __init__(self, answer: Callable[[str], Answer]) -> None:
        self._answer = answer

    async def ainvoke(self, question: str) -> Answer:
        return self._answer(question)


TEXT = (
    "Le modèle Orphée a été présenté hier. Il alimente le journal parlé. Une carte suffit.\n\n"
    "Le second modèle a demandé 15 000 puces."
)


def article(
    text: str = TEXT,
    title: str = "Deux modèles maison",
    author: str | None = "Camille Roche",
    published: date | None = date(2025, 8, 1),
    url: str | None = "https://exemple.fr/modeles",
) -> Article:
    return Article("0123456789ab", text, title, "corpus/modeles.md", "fr", author, published, url)


def citation(
    quote: str, source: Article, number: int = 1, lead: str | None = None, heading: str = ""
) -> Citation:
    """A citation of this quote, its passage being the article's whole text."""
    start = source.text.index(quote)
    sentence = None
    if lead is not None:
        begins = source.text.index(lead)
        sentence = Sentence(begins, begins + len(lead), lead)
    passage = Passage(0, len(source.text), source.text, heading, ())
    return Citation(number, quote, start, start + len(quote), passage, source, sentence)


def answered(*citations: Citation, question: str = "Que demande le second modèle ?") -> Answer:
    """An answer whose statements are its quotes."""
    statements = tuple(Statement(each.quote, (each.number,)) for each in citations)
    return Answer(question, "fr", "sure", 0.987654, statements, citations, (), 12.3456)


def highlighted(answer: Answer, words: str) -> Answer:
    """The answer with these words of its last statement standing out."""
    *others, last = answer.statements
    start = last.text.index(words)
    marked = replace(last, highlight=(start, start + len(words)))
    return replace(answer, statements=(*others, marked))


def refused(*nearest: Article, question: str = "Quel temps fera-t-il ?") -> Answer:
    return Answer(question, "fr", "no", 0.03, (), (), nearest, 4.2)


def help_answer(help: Help, language: str) -> Answer:
    """Numbers to call."""
    return Answer("", language, "help", 0.0, help=help)
