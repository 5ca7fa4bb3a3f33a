"""Buttons below answers, and their data."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from telegram import InlineKeyboardButton, InlineKeyboardMarkup

from bot.answer import Answer
from bot.conversation.passage_refs import Excerpt, PassageRef
from bot.export import is_document
from bot.export.texts import ExportPhrases
from bot.locale.answers import Phrases
from bot.locale.messenger import BrowsingPhrases
from bot.messenger.feature import AnswerButtons
from index.article import Article, ArticleEntry, Passage

QUESTION_PREFIX = "ask"  # before a number: asks the question on the button
CARD_PREFIX = "a"  # before an article's id: shows its metadata
OPENING_PREFIX = "o"  # before an article's id: shows its first passage
EXPORT_PREFIX = "doc"  # before a turn: sends its answer as a document
REMOVAL_PREFIX = "rm"  # before what an administrator may remove
WHOLE_PREFIX = "all"  # before a turn: shows all lines of its answer
STEP_PATTERN = (
    r"w:(?P<article>[0-9a-f]{12}):(?P<at>\d{1,12})(?::(?P<quote>\d{1,12}):(?P<length>\d{1,6}))?"
)


@dataclass(frozen=True, slots=True)
class NeighbourStep:
    """The data of a button to the passage at an offset of an article, with the original quote."""

    article_id: str
    at: int
    quote_start: int = 0
    quote_end: int = 0

    @classmethod
    def decode(cls, data: str) -> NeighbourStep | None:
        """Parse the data of a button; None if it is no step."""
        match = re.fullmatch(STEP_PATTERN, data, re.ASCII)
        if match is None:
            return None
        start = int(match["quote"] or 0)
        return cls(match["article"], int(match["at"]), start, start + int(match["length"] or 0))

    def encode(self) -> str:
        """At most 64 bytes, like a `PassageRef`."""
        data = f"w:{self.article_id}:{self.at}"
        length = self.quote_end - self.quote_start
        return f"{data}:{self.quote_start}:{length}" if length else data

    def excerpt(self, article: Article, passage: Passage) -> Excerpt:
        """Return a passage, with the quote if it contains it."""
        start, end = passage.start, passage.end
        has_quote = start <= self.quote_start <= self.quote_end <= end
        quote = (self.quote_start, self.quote_end) if has_quote else (start, start)
        return Excerpt(article, start, end, *quote)


ROW_CHARACTERS = 30  # that fit on a phone; the buttons of a row are equally wide
# Citations with a button; Telegram refuses more than 100 buttons, and some have other uses.
BUTTON_LIMIT = 90


def keyboard(
    answer: Answer,
    turn_id: int,
    phrases: Phrases,
    extra: Iterable[AnswerButtons] = (),
    nearby: Sequence[str] = (),
) -> InlineKeyboardMarkup | None:
    """Buttons below an answer: one per cited passage or article offered, one for further sources,
    one for a document of a long answer, features' `extra` ones, other readings and `nearby`
    questions, and two for votes; below a reply, only the other readings.

    `turn_id` is the stored turn of the answer.
    """
    if not answer.is_remembered:
        return InlineKeyboardMarkup(question_rows(answer.buttons)) if answer.buttons else None
    texts, citations = BrowsingPhrases.of(phrases.code), answer.citations[:BUTTON_LIMIT]
    buttons = []
    for citation in citations:
        is_only = len(citations) == 1
        text = phrases.see_passage if is_only else texts.passage_number(citation.number)
        buttons.append(InlineKeyboardButton(text, callback_data=PassageRef.of(citation).encode()))
    for number, article in enumerate(answer.nearest, 1):
        text = texts.read if len(answer.nearest) == 1 else texts.article_number(number)
        buttons.append(InlineKeyboardButton(text, callback_data=f"{CARD_PREFIX}:{article.id}"))
    if answer.rest:
        text = texts.show_all(len(answer.rest))
        buttons.append(InlineKeyboardButton(text, callback_data=f"{WHOLE_PREFIX}:{turn_id}"))
    elif answer.further:
        buttons.append(InlineKeyboardButton(texts.more_sources, callback_data=f"m:{turn_id}"))
    offers = question_rows((*answer.buttons, *nearby))
    if is_document(answer):
        text = ExportPhrases.of(phrases.code).button
        buttons.append(InlineKeyboardButton(text, callback_data=f"{EXPORT_PREFIX}:{turn_id}"))
    for extra_buttons in extra:
        buttons += extra_buttons.beside
        offers += [[button] for button in extra_buttons.rows]
    votes = ((texts.good, 1), (texts.bad, 0))
    row = [InlineKeyboardButton(text, callback_data=f"v:{turn_id}:{vote}") for text, vote in votes]
    return InlineKeyboardMarkup([*rows_of(buttons), *offers, row])


def rows_of(buttons: Iterable[InlineKeyboardButton]) -> list[list[InlineKeyboardButton]]:
    """Rows of buttons whose texts can be read on a phone."""
    rows: list[list[InlineKeyboardButton]] = []
    for button in buttons:
        row = [*rows[-1], button] if rows else []
        if row and len(row) * max(len(other.text) for other in row) <= ROW_CHARACTERS:
            rows[-1] = row
        else:
            rows.append([button])
    return rows


def article_buttons(
    articles: Iterable[Article | ArticleEntry], language: str, first: int = 1
) -> list[list[InlineKeyboardButton]]:
    """Rows of buttons that open the articles of a numbered list."""
    texts = BrowsingPhrases.of(language)
    return rows_of(
        InlineKeyboardButton(
            texts.article_number(number), callback_data=f"{CARD_PREFIX}:{article.id}"
        )
        for number, article in enumerate(articles, first)
    )


def question_rows(questions: Sequence[str]) -> list[list[InlineKeyboardButton]]:
    """Buttons that ask these questions, one below the other."""
    return [
        [InlineKeyboardButton(text, callback_data=f"{QUESTION_PREFIX}:{number}")]
        for number, text in enumerate(questions)
    ]


def column(*buttons: tuple[str, str]) -> InlineKeyboardMarkup:
    """Buttons one below the other, each as (text, data)."""
    return InlineKeyboardMarkup(
        [[InlineKeyboardButton(text, callback_data=data)] for text, data in buttons]
    )
