"""Selon on Telegram."""

from bot.messenger.application import listen, run, serve
from bot.messenger.desk import Chain
from bot.messenger.html import answer_html, passage_html
from bot.messenger.token import telegram_token

__all__ = [
    "Chain",
    "answer_html",
    "listen",
    "passage_html",
    "run",
    "serve",
    "telegram_token",
]
