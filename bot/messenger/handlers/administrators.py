"""Who may run the bot from the chat."""

from __future__ import annotations

from telegram import Bot, Update

from bot.locale.administration import administration_phrases_for
from bot.messenger.context import Asker, Desk, met
from bot.messenger.menus import withdraw_from
from bot.messenger.outbound.reply import acknowledge, say


async def administrator(
    desk: Desk, update: Update, bot: Bot, *, anywhere: bool = False, editors: bool = False
) -> Asker | None:
    """Who says it, if they have the right to, and nobody else reads along; others are told.

    `anywhere` lets it be said in groups, `editors` lets those say it too who keep the articles.
    """
    asker = await met(desk, update)
    if asker is None:
        return None
    phrases, person = administration_phrases_for(asker.phrases.code), asker.place.person_id
    if update.callback_query is not None:
        await acknowledge(update.callback_query)
    if not (desk.roles.administers(person) or (editors and desk.may_add(person))):
        await say(bot, asker, phrases.not_administrator)
        if asker.private:
            await withdraw_from(bot, person)
        return None
    if not (anywhere or asker.private):
        await say(bot, asker, phrases.in_private)
        return None
    return asker
