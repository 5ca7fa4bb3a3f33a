"""The base class of features; `bot.features` lists them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from bot.answer import Answer
from bot.audio import SpeechService
from bot.command import CommandLine
from bot.settings import Settings

if TYPE_CHECKING:
    from bot.messenger.feature import TelegramFeature
    from bot.messenger.handlers.question import QuestionHandlers
    from bot.messenger.services import BotServices
    from bot.web.feature import WebFeature
    from bot.web.service import WebService


@dataclass(frozen=True, slots=True)
class QuestionSource:
    """A question that an option read, "" for none; one that `is_sure` is answered."""

    text: str
    is_sure: bool = True


@dataclass(frozen=True, slots=True)
class AskOption:
    """An option of `selon ask` whose value is a path.

    `check` rejects an invalid path early; `question` reads the question from it; `answer` receives
    the answer.
    """

    name: str
    help: str
    check: Callable[[Path], object] | None = None
    question: Callable[[Settings, Path], QuestionSource] | None = None
    answer: Callable[[Settings, Answer, Path], None] | None = None


class Feature:
    """One feature: its commands, its tables, its Telegram half and its web half.

    Every method does nothing by default. Overrides import lazily, so that a command loads only what
    it uses.
    """

    def declare(self, line: CommandLine) -> None:
        """Declare its terminal commands."""

    def ask_options(self, code: str) -> Sequence[AskOption]:
        """Options for `selon ask`, described in the language `code`."""
        return ()

    def open_speech(self, settings: Settings) -> SpeechService | None:
        """Open the process's speech service; the caller closes it."""
        return None

    def load_tables(self) -> None:
        """Import its tables, to include them in exports, erasures and retention."""

    def telegram(
        self, services: BotServices, questions: QuestionHandlers
    ) -> TelegramFeature | None:
        """Open its Telegram half; `questions` answers a question on its behalf."""
        return None

    def web(self, service: WebService) -> WebFeature | None:
        """Open its web half."""
        return None
