"""Rewrite a follow-up as a standalone question, with a chat model."""

from __future__ import annotations

import asyncio
import logging
import re
from collections.abc import Sequence

from bot.answering.injection import harmless_in_prompt
from bot.errors import ModelFailed
from bot.followups.turn import History
from bot.llm.base import ChatModel, Request
from bot.llm.choice_parser import strip_thoughts
from bot.llm.prompt import template
from index.text.folding import fold_phrase
from index.text.language import detect, terms

logger = logging.getLogger(__name__)

REWRITE_SECONDS = 8.0  # until rules take over
_TURNS = 3  # of the conversation in the prompt
_MAX_CHARACTERS = 300  # of a question, and of an answer in the prompt
_TOKENS = 80
_SHARED_WORDS = 0.5  # minimum share of the question's words in the rewritten one

_LABEL = re.compile(r"(?:derni[eè]re |last )?question(?: \w+)?\s*:\s*", re.IGNORECASE)
_MARKUP = ' \t\r\n*_`"«»\u00a0'  # around the question
_WORD = re.compile(r"\w+")
_ADDRESS = re.compile(
    r"://|@\w|\bwww\.|\bt\.me\b|\b[a-z0-9-]{1,63}\.(?:com|org|net|fr|eu|io|ai|co|me|ru|link|test|example)\b",
    re.IGNORECASE,
)


class ModelRewriter:
    """Asks the first model that answers; discards a rewrite with anything new in it."""

    def __init__(self, models: Sequence[ChatModel]) -> None:
        self._models = tuple(models)

    async def rewrite(self, question: str, history: History) -> str | None:
        """Return the standalone question; None if no model gives a trustworthy one."""
        if not history:
            return None
        language = detect(question, fallback=history[-1].language)
        messages = template("follow_up", language).fill(
            1,
            conversation=_format_turns(history[-_TURNS:], language),
            question=harmless_in_prompt(question),
        )
        try:
            async with asyncio.timeout(REWRITE_SECONDS):
                text = await self._ask(Request(messages, _TOKENS, uncounted=True))
        except TimeoutError:
            logger.info("No chat model has written the question out in %.0f s", REWRITE_SECONDS)
            return None
        rewrite = _LABEL.sub("", strip_thoughts(text).strip(_MARKUP), count=1).strip(_MARKUP)
        if await asyncio.to_thread(is_faithful, rewrite, question, history, language):
            return rewrite
        return None

    async def _ask(self, request: Request) -> str:
        for model in self._models:
            try:
                return await model.reply(request)
            except ModelFailed as failure:
                logger.info("%s; the question is understood by rules", failure)
        return ""


def is_faithful(rewrite: str, question: str, history: History, language: str) -> bool:
    """True if a rewrite asks the same question, with nothing new in it."""
    if not 0 < len(rewrite) <= _MAX_CHARACTERS or fold_phrase(rewrite) == fold_phrase(question):
        return False
    if "\n" in rewrite or _ADDRESS.search(rewrite):
        return False
    if not rewrite.endswith("?") and question.rstrip().endswith("?"):
        return False
    own, words = _words(question, language), _words(rewrite, language)
    vocabulary = set(own)
    for turn in history:
        quotes = [text for source in turn.cited for text in (source.title, source.quote)]
        for text in (turn.question, turn.understood, turn.answer, *quotes):
            vocabulary |= _words(text, language)
    numbers = {word for word in own if word.isdecimal()}
    return words <= vocabulary and numbers <= words and len(own & words) >= _SHARED_WORDS * len(own)


def _format_turns(history: History, language: str) -> str:
    """Format turns as in the prompt's example."""
    question, reply = ("Question :", "Réponse :") if language == "fr" else ("Question:", "Answer:")
    lines = []
    for turn in history:
        answer = harmless_in_prompt(turn.answer) or "?"
        if len(answer) > _MAX_CHARACTERS:
            answer = f"{answer[:_MAX_CHARACTERS].rsplit(' ', 1)[0]}…"
        lines.append(f"{question} {harmless_in_prompt(turn.understood)}\n{reply} {answer}")
    return "\n".join(lines)


def _words(text: str, language: str) -> set[str]:
    """The stems of content words, and all numbers."""
    return {*terms(text, language), *(word for word in _WORD.findall(text) if word.isdecimal())}
