"""Buttons below answers, and their data."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from telegram import InlineKeyboardButton, InlineKeyboardMarkup

from bot.answer import Answer
from bot.conversation.passage_refs import Excerpt, PassageRef
from bot.locale.answers import Phrases
from bot.locale.messenger import BrowsingPhrases
from bot.messenger.feature import AnswerButtons
from index.article import Article, Passage

QUESTION_PREFIX = "ask"  # before a number: asks the question on the button
CARD_PREFIX = "a"  # before an article's id: shows its metadata
OPENING_PREFIX = "o"  # before an article's id: shows its first passage
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


BUTTONS_PER_ROW = 6  # short ones, as many as fit on a phone
# Citations with a button; Telegram refuses more than 100 buttons, and some have other uses.
BUTTON_LIMIT = 90
GOOD, BAD = "👍", "👎"


def keyboard(
    answer: Answer,
    turn_id: int,
    phrases: Phrases,
    extra: Iterable[AnswerButtons] = (),
    nearby: Sequence[str] = (),
) -> InlineKeyboardMarkup | None:
    """Buttons below an answer: one per cited passage or article offered, one for further sources,
    features' `extra` ones, other readings and `nearby` questions, and two for votes, in one row if
    they fit; below a reply, only the other readings.

    `turn_id` is the stored turn of the answer.
    """
    if not answer.is_remembered:
        return InlineKeyboardMarkup(question_rows(answer.buttons)) if answer.buttons else None
    texts, citations = BrowsingPhrases.of(phrases.code), answer.citations[:BUTTON_LIMIT]
    votes = [
        InlineKeyboardButton(GOOD, callback_data=f"v:{turn_id}:1"),
        InlineKeyboardButton(BAD, callback_data=f"v:{turn_id}:0"),
    ]
    buttons = []
    for citation in citations:
        text = phrases.see_passage if len(citations) == 1 else f"[{citation.number}]"
        buttons.append(InlineKeyboardButton(text, callback_data=PassageRef.of(citation).encode()))
    for number, article in enumerate(answer.nearest, 1):
        text = texts.read if len(answer.nearest) == 1 else str(number)
        buttons.append(InlineKeyboardButton(text, callback_data=f"{CARD_PREFIX}:{article.id}"))
    if answer.further:
        buttons.append(InlineKeyboardButton(texts.more_sources, callback_data=f"m:{turn_id}"))
    offers = question_rows((*answer.buttons, *nearby))
    for extra_buttons in extra:
        buttons += extra_buttons.beside
        offers += [[button] for button in extra_buttons.rows]
    if len(buttons) + 2 <= BUTTONS_PER_ROW:
        return InlineKeyboardMarkup([*offers, [*buttons, *votes]])
    rows = [buttons[at : at + BUTTONS_PER_ROW] for at in range(0, len(buttons), BUTTONS_PER_ROW)]
    return InlineKeyboardMarkup([*rows, *offers, votes])


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
