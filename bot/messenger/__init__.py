"""Selon on Telegram."""

from bot.messenger.context import Chain
from bot.messenger.outbound.answer_html import answer_html, passage_html
from bot.messenger.running.application import listen, run, serve
from bot.messenger.running.application_messenger_token import telegram_token

__all__ = [
    "Chain",
    "answer_html",
    "listen",
    "passage_html",
    "run",
    "serve",
    "telegram_token",
]
