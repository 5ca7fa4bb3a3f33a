"""The buttons below an answer, and the sources that they lead back to."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from telegram import InlineKeyboardButton, InlineKeyboardMarkup

from bot.answer import Answer, Citation
from bot.locale.answering import answering_phrases_for
from bot.locale.answers import Phrases
from bot.locale.browsing import browsing_phrases_for
from bot.messenger.outbound.keyboard_messenger_buttons import PassageRef
from index.article import Article
from index.build.passages import cut

BUTTONS_PER_ROW = 3
BUTTON_LIMIT = 90
"""Telegram refuses more than 100 buttons below a message; some are for other things."""

Find = Callable[[str], Article | None]
"""Gives the article of an id, None when it is no longer there."""

GOOD, BAD = "👍", "👎"


def keyboard(answer: Answer, turn_id: int, phrases: Phrases) -> InlineKeyboardMarkup | None:
    """A button for the passage of each citation, one for more, two for what people think of it.

    A refusal offers to tell when an article answers; thanks need no button. `turn_id` is where the
    answer is kept.
    """
    if answer.small_talk:
        return None
    said = answering_phrases_for(phrases.code)
    good = InlineKeyboardButton(GOOD, callback_data=f"v:{turn_id}:1")
    bad = InlineKeyboardButton(BAD, callback_data=f"v:{turn_id}:0")
    if not answer.answered:
        alert = browsing_phrases_for(phrases.code).alert_me
        return InlineKeyboardMarkup(
            [[InlineKeyboardButton(alert, callback_data=f"n:{turn_id}")], [good, bad]]
        )
    rows = _rows(
        InlineKeyboardButton(
            phrases.see_passage(citation.number), callback_data=PassageRef.of(citation).encode()
        )
        for citation in answer.citations[:BUTTON_LIMIT]
    )
    if answer.further:
        more = InlineKeyboardButton(said.more_sources, callback_data=f"m:{turn_id}")
        return InlineKeyboardMarkup([*rows, [more], [good, bad]])
    return InlineKeyboardMarkup([*rows, [good, bad]])


def sources_of(answer: Answer) -> list[dict[str, Any]]:
    """The passages behind an answer as they are kept: those cited first, then the others."""
    return [
        {"ref": PassageRef.of(each).encode(), "number": each.number, "cited": cited}
        for cited, citations in ((True, answer.citations), (False, answer.further))
        for each in citations
    ]


def citations_of(sources: Sequence[Any], find: Find, *, cited: bool) -> tuple[Citation, ...]:
    """What was kept of an answer's sources; those whose article no longer says so are left out."""
    return tuple(_citations(sources, find, cited))


def _citations(sources: Sequence[Any], find: Find, cited: bool) -> Iterator[Citation]:
    for source in sources:
        reference = PassageRef.decode(source["ref"]) if source["cited"] == cited else None
        article = find(reference.article_id) if reference else None
        if reference is None or article is None or reference.excerpt(article) is None:
            continue
        start, end = reference.quote_start, reference.quote_end
        for passage in cut(article):
            if passage.start <= start and end <= passage.end:
                quote = article.text[start:end]
                yield Citation(source["number"], quote, start, end, passage, article)


def _rows(buttons: Iterator[InlineKeyboardButton]) -> list[list[InlineKeyboardButton]]:
    every = list(buttons)
    return [every[at : at + BUTTONS_PER_ROW] for at in range(0, len(every), BUTTONS_PER_ROW)]
