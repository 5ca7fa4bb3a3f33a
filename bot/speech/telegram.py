"""The Telegram half of voices."""

from __future__ import annotations

from collections.abc import Sequence

from telegram import Bot, InlineKeyboardButton

from bot.answer import Answer
from bot.messenger.asker import Asker, TelegramApplication
from bot.messenger.feature import AnswerButtons, TelegramFeature
from bot.messenger.handlers.question import QuestionHandlers
from bot.messenger.menus import MenuCommand
from bot.messenger.services import BotServices
from bot.speech.telegram_aloud import LISTEN, VOICE, AloudHandlers
from bot.speech.telegram_voice import VoiceHandlers


class SpeechOnTelegram(TelegramFeature):
    """/voix, the button that reads an answer aloud, and spoken questions."""

    def __init__(self, services: BotServices, questions: QuestionHandlers) -> None:
        self._services, self._questions = services, questions
        self._aloud = AloudHandlers(services)

    def register(self, application: TelegramApplication) -> None:
        self._aloud.register(application)
        speech = self._services.speech
        if speech is not None and speech.hears:
            VoiceHandlers(self._services, speech, self._questions).register(application)

    @property
    def commands(self) -> Sequence[MenuCommand]:
        return (VOICE,) if self._services.speaks else ()

    def answer_buttons(self, answer: Answer, turn_id: int, code: str) -> AnswerButtons:
        if not (self._services.speaks and answer.citations):
            return AnswerButtons()
        return AnswerButtons((InlineKeyboardButton(LISTEN, callback_data=f"say:{turn_id}"),))

    async def follow_answer(
        self, bot: Bot, asker: Asker, turn_id: int, answer: Answer, *, spoken: bool
    ) -> None:
        if self._services.speaks and answer.citations:
            await self._aloud.follow(bot, asker, turn_id, spoken=spoken)
