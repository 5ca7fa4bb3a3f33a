"""Replies about Selon itself, and to small talk: fixed texts with this service's own facts."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date

from bot.answer import Answer
from bot.answering.refusal import reply_with
from bot.locale import format
from bot.locale.messenger import PersonalPhrases
from bot.understanding.intents import INTENT_OF, SERVED_BY_FEATURES
from bot.understanding.texts import SelonPhrases, TalkPhrases

SURE_RIGHT_OF_TEN = 8  # of unseen press (docs/figures.md)
_NAMED_OUTLETS = 5


@dataclass(frozen=True, slots=True)
class Coverage:
    """What the index holds."""

    articles: int
    first: date | None = None
    last: date | None = None
    outlets: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Replies:
    """Replies by intent.

    `operator` is who runs the service, in their own words, and `recipients` who receives questions.
    """

    coverage: Callable[[], Coverage]
    keep_days: int
    operator: str = ""
    privacy_note: str = ""
    recipients: Sequence[str] = ()

    def reply(
        self, intent: str, message: str, language: str, seed: str = "", subject: str = ""
    ) -> Answer | None:
        """The reply to a message; None if its intent has none."""
        group = INTENT_OF[intent].group
        if group == "talk":
            text = TalkPhrases.of(language).reply(intent, message + seed)
        elif group == "about" or intent in SERVED_BY_FEATURES:
            text = self._about(intent, SelonPhrases.of(language))
        else:
            return None
        return replace(reply_with(message, text, language, intent), subject=subject)

    def _about(self, intent: str, texts: SelonPhrases) -> str:
        operator = self.operator
        match intent:
            case "operator":
                return texts.operator(operator) if operator else texts.operator_unknown
            case "human":
                return texts.human(operator) if operator else texts.human_unknown
            case "coverage" | "how_many":
                return self._coverage(intent, texts)
            case "privacy":
                personal = PersonalPhrases.of(texts.code)
                where = personal.whereabouts(self.recipients, self.privacy_note)
                return texts.privacy(self.keep_days, where)
            case "accuracy":
                return texts.accuracy(SURE_RIGHT_OF_TEN)
        text: str = getattr(texts, intent)
        return text

    def _coverage(self, intent: str, texts: SelonPhrases) -> str:
        held = self.coverage()
        span = texts.undated
        if held.first is not None and held.last is not None:
            span = texts.span(held.first, held.last)
        if intent == "how_many":
            return texts.how_many(held.articles, span)
        names = format.listing(held.outlets[:_NAMED_OUTLETS], texts.code)
        outlets = texts.outlets(names) if held.outlets else ""
        return texts.coverage(held.articles, span, outlets).strip()
