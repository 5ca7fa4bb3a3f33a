"""/suivre: new articles on a subject are told, every morning or as they come."""

from __future__ import annotations

import asyncio
import logging
import re
from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime, timedelta

from telegram import Bot, InlineKeyboardButton, InlineKeyboardMarkup
from telegram.error import Forbidden, TelegramError

from bot.alerts import subscription_records as subscriptions
from bot.alerts.subscription_records import NewSubscription, Subscription
from bot.alerts.texts import FollowingPhrases
from bot.answer import Answer, Citation, Statement
from bot.library.articles import SubjectArticles
from bot.locale.answers import Phrases
from bot.messenger.asker import Asker, TelegramApplication
from bot.messenger.events import ButtonPress, ChatEvent, command_handler, public_button_handler
from bot.messenger.feature import Chore
from bot.messenger.handlers.gate import decides_here
from bot.messenger.journal import Journal, Postponed, current_trigger
from bot.messenger.menus import MenuCommand
from bot.messenger.outbound.answer_html import answer_html, text_html
from bot.messenger.outbound.outbox import resume_entry, send_letter
from bot.messenger.outbound.reply import say
from bot.messenger.outbound.transport import TelegramTransport
from bot.messenger.services import BotServices
from bot.state.deliveries import Letter, Part
from index.text.folding import fold_phrase

logger = logging.getLogger(__name__)

FOLLOW = MenuCommand(
    "suivre", "follow", "Suivre un sujet", "Follow a subject", public=True, groups=True
)

LOOK_INTERVAL = timedelta(seconds=20)  # how often it is looked for subscriptions to look at
# The hour of the day, on the machine's clock, from which on the news of a day are told.
MORNING_HOUR = 8
MOST_FOLLOWED = 20  # subjects that a person, or a group, may follow at once
SUBJECT_LIMIT = 100
_TOLD = 5  # articles of one message

_AT_ONCE = re.compile(r"(?:tout de suite|at once)\b[\s:,]*", re.IGNORECASE)
_BUTTON = r"f:(\d{1,18}):(stop|once|daily)"


class SubscriptionHandlers:
    """Kept, listed, stopped, and told; in a group by its administrators alone."""

    def __init__(self, services: BotServices) -> None:
        self._services = services

    def register(self, application: TelegramApplication) -> None:
        application.add_handler(command_handler(self._services, FOLLOW, self.follow))
        application.add_handler(public_button_handler(self._services, _BUTTON, self.change))

    async def follow(self, event: ChatEvent) -> None:
        asker = event.asker
        words = event.argument
        phrases = asker.texts(FollowingPhrases)
        at_once = _AT_ONCE.match(words)
        subject = " ".join(words[at_once.end() if at_once else 0 :].split())[:SUBJECT_LIMIT]
        if not fold_phrase(subject).strip(" ?!.,;:"):
            await self._list(event.bot, asker)
            return
        if not asker.private and not await decides_here(self._services, event.update, event.bot):
            await event.say(phrases.not_administrator)
            return
        number = await self._keep(asker, subject, at_once=at_once is not None)
        if number is None:
            await event.say(phrases.full(MOST_FOLLOWED))
            return
        kept = phrases.kept_at_once if at_once else phrases.kept_daily
        pace, text = ("daily", phrases.every_morning) if at_once else ("once", phrases.at_once)
        buttons = [
            InlineKeyboardButton(text, callback_data=f"f:{number}:{pace}"),
            InlineKeyboardButton(phrases.stop, callback_data=f"f:{number}:stop"),
        ]
        await event.say(kept(subject), InlineKeyboardMarkup([buttons]))

    async def change(self, press: ButtonPress) -> None:
        """Stop, or tell more or less often."""
        asker = press.asker
        phrases, number = asker.texts(FollowingPhrases), int(press.match[1])
        kept = await self._services.run(subscriptions.subscription, subscription_id=number)
        # A forged button must not change what another chat follows.
        if kept is None or kept.chat_id != asker.place.chat_id:
            await press.acknowledge(phrases.gone)
            return
        if not asker.private and not await decides_here(self._services, press.update, press.bot):
            await press.acknowledge(phrases.not_administrator)
            return
        if press.match[2] == "stop":
            await self._services.run(subscriptions.unfollow, subscription_id=number)
            await press.acknowledge(phrases.stopped)
            await press.say(phrases.stopped)
            return
        at_once = press.match[2] == "once"
        await self._services.run(
            subscriptions.tell_at_once, subscription_id=number, at_once=at_once
        )
        await press.acknowledge()
        text = phrases.kept_at_once if at_once else phrases.kept_daily
        await press.say(text(kept.subject))

    async def _keep(self, asker: Asker, subject: str, *, at_once: bool) -> int | None:
        services, place = self._services, asker.place
        generation = await asyncio.to_thread(services.library.generation)
        found = await asyncio.to_thread(services.library.on_subject, subject)
        new = NewSubscription(
            person_id=place.person_id if asker.private else None,
            chat_id=place.chat_id,
            thread_id=place.thread_id,
            subject=subject,
            language=asker.phrases.code,
            at_once=at_once,
            seen=found.looked_at,
            generation=generation,
        )
        return await services.run(
            subscriptions.follow, new=new, most=MOST_FOLLOWED, now=services.now()
        )

    async def _list(self, bot: Bot, asker: Asker) -> None:
        """What is followed here, and how to follow."""
        phrases, place = asker.texts(FollowingPhrases), asker.place
        kept = [
            each
            for each in await self._services.run(
                subscriptions.subscriptions_in, chat_id=place.chat_id
            )
            if each.thread_id == place.thread_id
        ]
        lines, rows = listed(kept, phrases)
        text = "\n".join((phrases.followed, *lines, "", phrases.usage)) if kept else phrases.usage
        await say(bot, asker, text, InlineKeyboardMarkup(rows) if kept else None)

    @property
    def chore(self) -> Chore:
        """Look for new articles, where it is time."""
        return Chore("subscriptions", LOOK_INTERVAL, self.look)

    async def look(self, bot: Bot) -> None:
        trigger, services = current_trigger(), self._services
        if trigger is None:
            return
        generation = await asyncio.to_thread(services.library.generation)
        for each in await services.run(
            subscriptions.due_subscriptions,
            generation=generation,
            morning=last_morning(services.now()),
        ):
            if trigger.journal.stopping.is_set():
                return
            try:
                await self._look_at(bot, trigger.journal, each, generation)
            except Exception as error:  # nobody else is to wait for it
                logger.error("A subject could not be looked at", exc_info=error)

    async def _look_at(
        self, bot: Bot, journal: Journal, kept: Subscription, generation: str
    ) -> None:
        """Tell what is new; what is written down first is told by the next start at the latest."""
        found = await asyncio.to_thread(self._services.library.on_subject, kept.subject)
        new = await self._find_news(kept, found)
        letter = _letter(kept, new) if new else None
        begun = await journal.post(
            subscriptions.tell,
            subscription_id=kept.id,
            looked_at=found.looked_at,
            generation=generation,
            letter=letter,
        )
        if begun is None:
            return
        try:
            with suppress(Postponed):
                await send_letter(resume_entry(begun, journal), TelegramTransport(bot))
        except Forbidden as error:
            logger.info("Nothing more is told where nothing can be said: %s", error)
            await self._services.run(subscriptions.unfollow, subscription_id=kept.id)
        except TelegramError as error:
            logger.warning("What is new on a subject did not arrive: %s", error)

    async def _find_news(self, kept: Subscription, found: SubjectArticles) -> Sequence[Citation]:
        """What may be told there of what was not there before."""
        new = [each for each in found.citations if each.article.id not in kept.seen]
        if not new or not await self._may_be_told(kept):
            return ()
        selection = await self._services.selection(kept.place)
        return [each for each in new if selection is None or each.article in selection]

    async def _may_be_told(self, kept: Subscription) -> bool:
        """Whether who follows may still ask."""
        services = self._services
        if kept.person_id is not None:
            return services.roles.may_ask(kept.person_id)
        return await services.group_may_ask(kept.chat_id)


def listed(
    kept: Sequence[Subscription], phrases: FollowingPhrases, first: int = 1
) -> tuple[list[str], list[list[InlineKeyboardButton]]]:
    """Numbered lines for what is followed, and buttons to stop each."""
    lines, buttons = [], []
    for number, each in enumerate(kept, first):
        say_so = phrases.as_they_come if each.at_once else phrases.daily
        lines.append(f"{number}. {say_so(each.subject)}")
        text = phrases.stop_number(number)
        buttons.append(InlineKeyboardButton(text, callback_data=f"f:{each.id}:stop"))
    return lines, [buttons[at : at + 2] for at in range(0, len(buttons), 2)]


def last_morning(now: datetime) -> datetime:
    """The last moment at which the news of a day were due."""
    local = now.astimezone()
    morning = local.replace(hour=MORNING_HOUR, minute=0, second=0, microsecond=0)
    return morning if morning <= local else morning - timedelta(days=1)


def _letter(kept: Subscription, new: Sequence[Citation]) -> Letter:
    """The sentence that matters of each new article, above its source; the best ones."""
    phrases = FollowingPhrases.of(Phrases.of(kept.language).code)
    shown = tuple(
        Citation(number, each.quote, each.start, each.end, each.passage, each.article)
        for number, each in enumerate(new[:_TOLD], start=1)
    )
    answer = Answer(
        question=kept.subject,
        language=phrases.code,
        confidence=1.0,
        statements=tuple(Statement(each.quote, (each.number,)) for each in shown),
        citations=shown,
        nearest=(),
        elapsed_ms=0.0,
    )
    html = list(answer_html(answer, Phrases.of(phrases.code), phrases.news(kept.subject)))
    if more := len(new) - len(shown):
        html[-1] += f"\n\n{text_html(phrases.others(kept.subject, more), phrases.code)[0]}"
    cards = [
        InlineKeyboardButton(str(each.number), callback_data=f"a:{each.article.id}")
        for each in shown
    ]
    stop = InlineKeyboardButton(phrases.stop, callback_data=f"f:{kept.id}:stop")
    keyboard = InlineKeyboardMarkup([cards, [stop]]).to_dict()
    return Letter(kept.chat_id, kept.thread_id, tuple(map(Part, html)), keyboard)
