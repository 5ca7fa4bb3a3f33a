"""The Telegram half of alerts and subscriptions: /alertes and /suivre.

People are told when an article answers a question that none answered, and, every morning or as they
come, of new articles on a subject.
"""

from __future__ import annotations

import asyncio
import logging
import re
from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from functools import partial

from sqlalchemy.orm import Session
from telegram import Bot, InlineKeyboardButton, InlineKeyboardMarkup
from telegram.error import Forbidden, TelegramError

from bot.alerts import alert_records as alerts
from bot.alerts import subscription_records as subscriptions
from bot.alerts.alert_records import Alert
from bot.alerts.subscription_records import NewSubscription, Subscription
from bot.alerts.texts import AlertPhrases, FollowingPhrases
from bot.answer import Answer, Citation, Statement
from bot.answering.selection import held_to
from bot.conversation.passage_refs import sources_of
from bot.followups.turn import TurnText
from bot.library.articles import SubjectArticles
from bot.locale.answers import Phrases
from bot.locale.messenger import BrowsingPhrases
from bot.messenger.asker import Asker, TelegramApplication
from bot.messenger.events import ButtonPress, ChatEvent, Handlers, on_button, on_command
from bot.messenger.feature import AnswerButtons, Chore, TelegramFeature
from bot.messenger.handlers.gate import decides_here
from bot.messenger.journal import Journal, Postponed, current_trigger
from bot.messenger.menus import MenuCommand
from bot.messenger.outbound.answer_html import answer_html, text_html
from bot.messenger.outbound.delivery import deliver_rest
from bot.messenger.outbound.keyboard import keyboard
from bot.messenger.outbound.reply import replace_message, say
from bot.messenger.services import BotServices
from bot.state import conversations, deliveries
from bot.state.conversations import NewTurn
from bot.state.deliveries import Delivery, Letter, Part
from index.text.folding import fold_phrase

logger = logging.getLogger(__name__)

ALERTS = MenuCommand("alertes", "alerts", "Vos alertes", "Your alerts", public=True, groups=True)
FOLLOW = MenuCommand(
    "suivre", "follow", "Suivre un sujet", "Follow a subject", public=True, groups=True
)

LOOK_INTERVAL = timedelta(seconds=20)  # between looks for a new generation, and for what is due
# The hour of the day, on the machine's clock, from which on the news of a day are told.
MORNING_HOUR = 8
MOST_FOLLOWED = 20  # subjects that a person, or a group, may follow at once
SUBJECT_LIMIT = 100
_LISTED = 20  # questions
_TOLD = 5  # articles of one message

_AT_ONCE = re.compile(r"(?:tout de suite|at once)\b[\s:,]*", re.IGNORECASE)
_BUTTON = r"f:(\d{1,18}):(stop|once|daily)"


class AlertsOnTelegram(Handlers, TelegramFeature):
    """Alerts, kept by the button below an answer that is not sure, and told once."""

    def __init__(self, services: BotServices) -> None:
        super().__init__(services)
        self._subscriptions = SubscriptionHandlers(services)

    def register(self, application: TelegramApplication) -> None:
        super().register(application)
        self._subscriptions.register(application)

    @property
    def commands(self) -> Sequence[MenuCommand]:
        return (ALERTS, FOLLOW)

    @property
    def chores(self) -> Sequence[Chore]:
        """Ask again what was asked in vain, once for each new generation."""
        alerts = Chore("alerts", LOOK_INTERVAL, self.look)
        return (alerts, *self._subscriptions.chores)

    def answer_buttons(self, answer: Answer, turn_id: int, code: str) -> AnswerButtons:
        if answer.answered:
            return AnswerButtons()
        offer = AlertPhrases.of(code).offer
        return AnswerButtons(rows=(InlineKeyboardButton(offer, callback_data=f"n:{turn_id}"),))

    def subjects(self, session: Session, chat_id: int) -> Sequence[str]:
        return [each.subject for each in subscriptions.subscriptions_in(session, chat_id)]

    def waiting_items(self, session: Session, code: str) -> Sequence[str]:
        return [AlertPhrases.of(code).waiting(alerts.waiting_alerts(session))]

    @on_button(r"n:(\d{1,18})", public=True)
    async def keep(self, press: ButtonPress) -> None:
        asker = press.asker
        turn = await self._services.run(conversations.turn, turn_id=int(press.match[1]))
        if turn is None or turn.place.chat_id != asker.place.chat_id:
            await press.acknowledge(asker.texts(BrowsingPhrases).gone)
            return
        question = turn.turn.get("understood") or turn.question
        if any(
            each.question == question
            for each in await self._services.run(alerts.alerts_of_person, person_id=asker.person_id)
        ):
            await press.acknowledge(asker.texts(AlertPhrases).already_stored)
            return
        await self._services.run(
            alerts.keep_alert,
            place=asker.place,
            question=question,
            language=asker.phrases.code,
            generation=turn.generation,
            now=self._services.now(),
        )
        await press.acknowledge()
        if asker.private:  # in a group, others may want to be told too
            await press.retire()
        phrases, name = asker.texts(AlertPhrases), press.query.from_user.full_name
        await press.say(phrases.stored if asker.private else phrases.stored_for(name))

    @on_command(ALERTS)
    async def list(self, event: ChatEvent) -> None:
        text, keyboard = await self._list_all(event.asker)
        await event.say(text, keyboard)

    @on_button(r"x:(\d{1,18})")
    async def cancel(self, press: ButtonPress) -> None:
        asker = press.asker
        cancelled = await self._services.run(
            alerts.cancel, alert_id=int(press.match[1]), person_id=asker.person_id
        )
        phrases = asker.texts(AlertPhrases)
        await press.acknowledge(phrases.cancelled if cancelled else phrases.gone)
        text, keyboard = await self._list_all(asker)
        shown = press.query.message.message_id if press.query.message else None
        await replace_message(press.bot, asker, shown, text, keyboard)

    async def _list_all(self, asker: Asker) -> tuple[str, InlineKeyboardMarkup | None]:
        """What somebody waits for, and what is followed here; in a group only the latter."""
        phrases = asker.texts(AlertPhrases)
        own = partial(alerts.alerts_of_person, person_id=asker.person_id)
        kept = (await self._services.run(own))[:_LISTED] if asker.private else []
        here = partial(subscriptions.subscriptions_in, chat_id=asker.place.chat_id)
        following = asker.texts(FollowingPhrases)
        followed, stops = listed(await self._services.run(here), following, first=len(kept) + 1)
        if not kept and not followed:
            return phrases.none if asker.private else phrases.none_here, None
        lines = [f"{number}. {alert.question}" for number, alert in enumerate(kept, 1)]
        buttons = [
            InlineKeyboardButton(phrases.cancel(number), callback_data=f"x:{alert.id}")
            for number, alert in enumerate(kept, 1)
        ]
        rows = [*(buttons[at : at + 3] for at in range(0, len(buttons), 3)), *stops]
        sections = [(phrases.list_heading, *lines)] if lines else []
        sections += [(following.followed, *followed)] if followed else []
        sections += [] if asker.private else [(phrases.own_in_private,)]
        text = "\n\n".join("\n".join(part) for part in sections)
        return text, InlineKeyboardMarkup(rows)

    async def look(self, bot: Bot) -> None:
        trigger = current_trigger()
        if trigger is None:
            return
        generation = self._services.library.generation()
        waiting = await self._services.run(alerts.unchecked_alerts, generation=generation)
        for alert in waiting:
            if trigger.journal.stopping.is_set():
                return  # the next start goes on with it
            with held_to(await self._services.selection(alert.place)):
                answer = await self._services.chain.ainvoke(TurnText(alert.question, quoted=True))
            if not answer.answered:
                await self._services.run(
                    alerts.mark_alert_checked, alert_id=alert.id, generation=generation
                )
                continue
            await self._tell(bot, trigger.journal, alert, answer, generation)

    async def _tell(
        self, bot: Bot, journal: Journal, alert: Alert, answer: Answer, generation: str
    ) -> None:
        """Note that it is told and put it in the outbox, in one go: wherever the process dies, it
        is told once."""
        phrases, place = Phrases.of(alert.language), alert.place
        new = NewTurn(
            question=alert.question,
            turn={},
            sources=sources_of(answer),
            answered=answer.answered,
            confidence=answer.confidence,
            generation=generation,
        )
        title = AlertPhrases.of(phrases.code).answered(alert.question)
        parts, turn = tuple(map(Part, answer_html(answer, phrases, title))), 0

        def post(session: Session, bot_id: int, now: datetime) -> Delivery | None:
            nonlocal turn
            if not alerts.mark_alert_told(session, alert.id, now):
                return None
            turn = conversations.add_turn(session, place, new, now, self._services.lifetime)
            buttons = keyboard(answer, turn, phrases)
            below = buttons.to_dict() if buttons else None
            letter = Letter(place.chat_id, place.thread_id, parts, below)
            return deliveries.open_delivery(session, bot_id, None, 1, letter, now)

        begun = await journal.post(post)
        if begun is None:
            return
        try:
            sent = await deliver_rest(bot, journal, begun)
        except TelegramError as error:
            logger.info("An alert could not be delivered: %s", error)
            return
        except Postponed:
            return  # the next start sends it
        await self._services.run(conversations.record_answer_messages, turn_id=turn, messages=sent)


class SubscriptionHandlers(Handlers):
    """Kept, listed, stopped, and told; in a group by its administrators alone."""

    @on_command(FOLLOW)
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

    @on_button(_BUTTON, public=True)
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
            await self._services.run(subscriptions.drop_subscription, subscription_id=number)
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
        articles = await asyncio.to_thread(services.library.on_subject, subject)
        new = NewSubscription(
            person_id=place.person_id if asker.private else None,
            chat_id=place.chat_id,
            thread_id=place.thread_id,
            subject=subject,
            language=asker.phrases.code,
            at_once=at_once,
            seen=articles.looked_at,
            generation=generation,
        )
        return await services.run(
            subscriptions.keep_subscription, new=new, most=MOST_FOLLOWED, now=services.now()
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
    def chores(self) -> Sequence[Chore]:
        """Look for new articles, where it is time."""
        return (Chore("subscriptions", LOOK_INTERVAL, self.look),)

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
        articles = await asyncio.to_thread(self._services.library.on_subject, kept.subject)
        new = await self._find_news(kept, articles)
        letter = _letter(kept, new) if new else None
        begun = await journal.post(
            subscriptions.tell,
            subscription_id=kept.id,
            looked_at=articles.looked_at,
            generation=generation,
            letter=letter,
        )
        if begun is None:
            return
        try:
            with suppress(Postponed):
                await deliver_rest(bot, journal, begun)
        except Forbidden as error:
            logger.info("Nothing more is told where nothing can be said: %s", error)
            await self._services.run(subscriptions.drop_subscription, subscription_id=kept.id)
        except TelegramError as error:
            logger.warning("What is new on a subject did not arrive: %s", error)

    async def _find_news(self, kept: Subscription, articles: SubjectArticles) -> Sequence[Citation]:
        """What may be told there of what was not there before."""
        new = [each for each in articles.citations if each.article.id not in kept.seen]
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
