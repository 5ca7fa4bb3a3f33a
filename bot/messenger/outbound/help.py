"""Numbers to call, given to somebody in distress instead of anything else."""

from __future__ import annotations

from telegram import Bot

from bot.messenger.asker import Asker
from bot.messenger.outbound.answer_html import answer_html
from bot.messenger.outbound.delivery import deliver
from bot.messenger.services import BotServices
from bot.operations.metrics import METERS


async def give_help(
    services: BotServices, bot: Bot, asker: Asker, *texts: str, reply_to: int | None = None
) -> bool:
    """Answer the first of these texts that tells of distress, and keep nothing of it."""
    for text in texts:
        answer = await services.help_for(text)
        if answer is not None:
            METERS.answered(answer, "message")
            html = answer_html(answer, asker.phrases)
            await deliver(bot, asker.place, html, reply_to=None if asker.private else reply_to)
            return True
    return False
