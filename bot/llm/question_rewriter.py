"""A question that leans on others, written out by a chat model so that it stands alone."""

from __future__ import annotations

import asyncio
import logging
import re
from collections.abc import Sequence

from bot.answering.injection import harmless_in_prompt, is_order
from bot.errors import ModelFailed
from bot.followups.turn import History, Turn
from bot.llm.answer_parser import AnswerParser, is_refusal
from bot.llm.base import ChatModel, Request
from bot.llm.markup import linked
from bot.llm.prompt import template
from index.text.folding import fold_phrase
from index.text.language import detect, terms

logger = logging.getLogger(__name__)

REWRITE_SECONDS = 8.0  # after which the rules answer: nobody waits twice for a slow model
TURNS = 3  # that the model is told
_LONGEST = 300  # characters, of a question and of what is told of an answer
_TOKENS = 80
_KEPT = 0.5  # share of the question's own words that must be in what is written

_LABEL = re.compile(r"(?:derni[eè]re |last )?question(?: \w+)?\s*:\s*", re.IGNORECASE)
_WORD = re.compile(r"\w+")


class ModelRewriter:
    """Asks the first of the models that answers; what it writes is held to what was said."""

    def __init__(self, models: Sequence[ChatModel]) -> None:
        self._models = tuple(models)

    async def rewritten(self, question: str, history: History) -> str | None:
        """The question written out; None where no model does it, or not to be trusted."""
        if not history:
            return None
        language = detect(question, fallback=history[-1].language)
        messages = template("follow_up", language).filled(
            1, conversation=_told(history[-TURNS:], language), question=harmless_in_prompt(question)
        )
        try:
            async with asyncio.timeout(REWRITE_SECONDS):
                written = await self._first(Request(messages, _TOKENS, aside=True), language)
        except TimeoutError:
            logger.info("No chat model has written the question out in %.0f s", REWRITE_SECONDS)
            return None
        return written if written and trusted(written, question, history, language) else None

    async def _first(self, request: Request, language: str) -> str | None:
        for model in self._models:
            try:
                text = "".join([piece async for piece in model.stream(request)])
            except ModelFailed as failure:
                logger.info("%s; the question is understood by rules", failure)
                continue
            return _line(text, language)
        return None


def trusted(written: str, question: str, history: History, language: str) -> bool:
    """Whether what a model wrote is the same question, with nothing in it that was not said."""
    if len(written) > _LONGEST or fold_phrase(written) == fold_phrase(question):
        return False
    if linked(written) or is_order(written) or is_refusal(written):
        return False
    if not written.endswith("?") and question.rstrip().endswith("?"):  # it answers
        return False
    said = _words(question, language).union(*(_words_of(turn, language) for turn in history))
    asked, kept = _words(question, language), _words(written, language)
    numbers = {word for word in asked if word.isdecimal()}
    enough = len(asked & kept) >= _KEPT * len(asked)
    return kept <= said and numbers <= kept and enough


def _line(text: str, language: str) -> str | None:
    """The question in what the model wrote: its one line, without labels and markup."""
    reader = AnswerParser(language, ())
    lines = [each.text for each in (*reader.feed(text), *reader.finish())]
    questions = [_LABEL.sub("", each, count=1) for each in lines]
    return questions[0] if len(questions) == 1 and questions[0] else None


def _told(history: History, language: str) -> str:
    """The turns as the prompt's example has them."""
    ask, tell = ("Question :", "Réponse :") if language == "fr" else ("Question:", "Answer:")
    return "\n".join(
        f"{ask} {harmless_in_prompt(turn.understood)}\n{tell} {_short(turn.answer)}"
        for turn in history
    )


def _short(answer: str) -> str:
    line = harmless_in_prompt(answer)
    if len(line) <= _LONGEST:
        return line or "?"
    return f"{line[:_LONGEST].rsplit(' ', 1)[0]}…"


def _words(text: str, language: str) -> set[str]:
    """The words that count, stemmed, with every number."""
    numbers = {word for word in _WORD.findall(text) if word.isdecimal()}
    return set(terms(text, language)) | numbers


def _words_of(turn: Turn, language: str) -> set[str]:
    texts = [turn.question, turn.understood, turn.answer]
    texts += [text for each in turn.cited for text in (each.title, each.quote)]
    return {word for text in texts for word in _words(text, language)}
