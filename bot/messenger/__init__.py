"""Selon on Telegram."""

from bot.messenger.application import listen, run, serve, telegram_token
from bot.messenger.handlers import Articles, Chain
from bot.messenger.html import answer_html, passage_html

__all__ = [
    "Articles",
    "Chain",
    "answer_html",
    "listen",
    "passage_html",
    "run",
    "serve",
    "telegram_token",
]
