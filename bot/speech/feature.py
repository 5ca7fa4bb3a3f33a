"""The speech feature: answers and digests read aloud, spoken questions transcribed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from bot.audio import SpeechService, audio_format
from bot.command import CommandLine
from bot.feature import AskOption, Feature
from bot.settings import Settings

if TYPE_CHECKING:
    from bot.messenger.feature import TelegramFeature
    from bot.messenger.handlers.question import QuestionHandlers
    from bot.messenger.services import BotServices


class SpeechFeature(Feature):
    def declare(self, line: CommandLine) -> None:
        from bot.speech.terminal import declare

        declare(line)

    def ask_options(self, code: str) -> Sequence[AskOption]:
        from bot.speech.terminal import hear_question, speak_answer
        from bot.speech.texts import SpeechPhrases

        phrases = SpeechPhrases.of(code)
        return (
            AskOption("audio", phrases.audio, question=hear_question),
            AskOption("speak", phrases.speak, check=audio_format, answer=speak_answer),
        )

    def open_speech(self, settings: Settings) -> SpeechService:
        from bot.speech.service import open_speech

        return open_speech(settings)

    def telegram(self, services: BotServices, questions: QuestionHandlers) -> TelegramFeature:
        from bot.speech.telegram import SpeechOnTelegram

        return SpeechOnTelegram(services, questions)
