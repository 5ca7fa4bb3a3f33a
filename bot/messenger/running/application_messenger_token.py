"""The token that @BotFather gave."""

from __future__ import annotations

import re

from bot.errors import SettingsError
from bot.settings import Settings

_TOKEN = re.compile(r"\d+:[\w-]+", re.ASCII)


def telegram_token(settings: Settings) -> str:
    """The token; raises SettingsError when it is missing or cannot be one."""
    if settings.telegram_token is None:
        raise SettingsError(
            "SELON_TELEGRAM_TOKEN is missing: put the token that @BotFather gave you in .env"
        )
    token = settings.telegram_token.get_secret_value().strip()
    if not _TOKEN.fullmatch(token):
        raise SettingsError(
            "SELON_TELEGRAM_TOKEN does not look like a token (digits, a colon, letters): "
            "copy the whole token that @BotFather gave you"
        )
    return token


def refusal(settings: Settings) -> SettingsError:
    return SettingsError(
        f"SELON_TELEGRAM_TOKEN is refused by {settings.telegram_api_url}: copy it again from "
        "@BotFather, and check that it was not revoked"
    )
