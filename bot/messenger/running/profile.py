"""The bot's profile on Telegram: its name and descriptions."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from typing import get_args

from telegram import Bot
from telegram.error import TelegramError

from bot.locale.catalogue import Language
from bot.locale.messenger import ProfilePhrases

logger = logging.getLogger(__name__)


async def set_profile(bot: Bot, name: str) -> None:
    """Set the name, if given, and both descriptions unless the owner has set them.

    Unchanged values are not set again, as Telegram allows few changes a day. A failure is only
    logged, as the bot answers without a profile.
    """
    languages = [None, *(code for code in get_args(Language) if code != "fr")]
    by_language = {code: ProfilePhrases.of(code) for code in languages}

    async def short(language: str | None) -> str:
        return (await bot.get_my_short_description(language)).short_description

    async def long(language: str | None) -> str:
        return (await bot.get_my_description(language)).description

    try:
        if name and (await bot.get_my_name()).name != name:
            await bot.set_my_name(name)
        texts = {code: phrases.short_description for code, phrases in by_language.items()}
        await _describe(texts, short, bot.set_my_short_description)
        texts = {code: phrases.description for code, phrases in by_language.items()}
        await _describe(texts, long, bot.set_my_description)
    except TelegramError as error:
        logger.warning("The profile of the bot could not be set: %s", error)


async def _describe(
    texts: dict[str | None, str],
    get: Callable[[str | None], Awaitable[str]],
    write: Callable[[str, str | None], Awaitable[bool]],
) -> None:
    """Set a description by language, French by default (None)."""
    default = await get(None)
    if default not in ("", texts[None]):
        return  # the owner's own text
    for language, text in texts.items():
        if text != (default if language is None else await get(language)):
            await write(text, language)
