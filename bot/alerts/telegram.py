"""Telegram commands: /alertes for questions that wait for an answer, /suivre for new articles on a
subject, sent every morning or as they appear."""

from __future__ import annotations

import asyncio
import logging
import re
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, time, timedelta

from sqlalchemy.orm import Session
from telegram import Bot, InlineKeyboardButton, InlineKeyboardMarkup, Message
from telegram.error import Forbidden, TelegramError

from bot.alerts import alert_records as alerts
from bot.alerts import subscription_records as subscriptions
from bot.alerts.alert_records import ALERT_LIMIT, Alert
from bot.alerts.offer import may_be_answered_later
from bot.alerts.subscription_records import (
    SUBJECT_LIMIT,
    SUBSCRIPTION_LIMIT,
    NewSubscription,
    Subscription,
)
from bot.alerts.texts import AlertPhrases, FollowingPhrases
from bot.answer import Answer, Citation, Statement
from bot.answering.refusal import decide_by_articles
from bot.answering.selection import held_to
from bot.conversation.passage_refs import sources_of
from bot.library.articles import SubjectArticles
from bot.locale.answers import Phrases
from bot.locale.messenger import BrowsingPhrases
from bot.messenger.asker import Asker, TelegramApplication
from bot.messenger.events import ButtonPress, ChatEvent, Handlers, on_button, on_command
from bot.messenger.feature import AnswerButtons, PeriodicJob, TelegramFeature
from bot.messenger.handlers.gate import decides_here
from bot.messenger.journal import Journal, Postponed, current_trigger
from bot.messenger.menus import MenuCommand
from bot.messenger.outbound.answer_html import answer_html, text_html
from bot.messenger.outbound.delivery import deliver_rest
from bot.messenger.outbound.keyboard import article_buttons, keyboard
from bot.messenger.outbound.reply import replace_message, say
from bot.messenger.services import BotServices
from bot.rights import reading
from bot.state import conversations, deliveries
from bot.state.conversations import ConversationPlace, NewTurn
from bot.state.deliveries import Delivery, Letter, Part
from index.text.folding import fold_phrase

logger = logging.getLogger(__name__)

ALERTS = MenuCommand("alertes", "alerts", "Vos alertes", "Your alerts", public=True, groups=True)
FOLLOW = MenuCommand(
    "suivre", "follow", "Suivre un sujet", "Follow a subject", public=True, groups=True
)

POLL_INTERVAL = timedelta(seconds=20)  # for a new generation and for due subscriptions
MORNING_HOUR = 8  # local time of daily news
_MAX_ARTICLES = 5  # per message

_AT_ONCE = re.compile(r"(?:tout de suite|at once)\b[\s:,]*", re.IGNORECASE)
# What a request is about, in words that the model does not take for a subject: « sur le climat ».
_SUBJECT = re.compile(
    r"\b(?:sur|pour|concernant|(?:parle(?:nt|ra)?|à propos) d(?:e |u |es |['’])"
    r"|(?:new|news|something|anything|articles) on|about|regarding) ?(?:the )?"
    r"(\w(?:(?! (?:stp|svp|s['’]il|please|appears)\b)[^?!.,\n])*)",
    re.IGNORECASE,
)
_BUTTON = r"f:(\d{1,18}):(stop|once|daily)"


class AlertsOnTelegram(Handlers, TelegramFeature):
    """Stores alerts by a button below answers that are not sure, and sends each answer once."""

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
    def jobs(self) -> Sequence[PeriodicJob]:
        return (PeriodicJob("alerts", POLL_INTERVAL, self.check), *self._subscriptions.jobs)

    def answer_buttons(self, answer: Answer, turn_id: int, code: str) -> AnswerButtons:
        if not may_be_answered_later(answer):
            return AnswerButtons()
        offer = AlertPhrases.of(code).offer
        return AnswerButtons(rows=(InlineKeyboardButton(offer, callback_data=f"n:{turn_id}"),))

    def subjects(self, session: Session, chat_id: int) -> Sequence[str]:
        return [
            subscription.subject
            for subscription in subscriptions.subscriptions_in(session, chat_id)
        ]

    async def serve(self, bot: Bot, asker: Asker, message: Message, answer: Answer) -> bool:
        words = _SUBJECT.search(answer.question)
        subject = answer.subject or (words[1][:SUBJECT_LIMIT].strip() if words else "")
        if answer.intent != "alert" or not subject or not asker.private:
            return False
        await self._subscriptions.save(bot, asker, subject, at_once=True)
        return True

    def unsubscribe(self, session: Session, place: ConversationPlace) -> None:
        for alert in alerts.alerts_of_person(session, place.person_id):
            alerts.cancel(session, alert.id, place.person_id)
        for subscription in subscriptions.subscriptions_in(session, place.chat_id):
            subscriptions.delete_subscription(session, subscription.id)

    def waiting_items(self, session: Session, code: str) -> Sequence[str]:
        return [AlertPhrases.of(code).waiting(alerts.count_waiting(session))]

    @on_button(r"n:(\d{1,18})", public=True)
    async def add(self, press: ButtonPress) -> None:
        asker = press.asker
        turn = await self._services.run(conversations.turn, turn_id=int(press.match[1]))
        if turn is None or turn.place.chat_id != asker.place.chat_id:
            await press.acknowledge(asker.texts(BrowsingPhrases).gone)
            return
        question = turn.turn.get("understood") or turn.question
        own = await self._services.run(alerts.alerts_of_person, person_id=asker.person_id)
        if any(subscription.question == question for subscription in own):
            await press.acknowledge(asker.texts(AlertPhrases).already_stored)
            return
        alert_id = await self._services.run(
            alerts.save_alert,
            place=asker.place,
            question=question,
            language=asker.phrases.code,
            generation=turn.generation,
            now=self._services.now(),
        )
        if alert_id is None:
            await press.acknowledge(asker.texts(AlertPhrases).full(ALERT_LIMIT))
            return
        await press.acknowledge()
        if asker.private:  # in a group, others may want an alert too
            await press.retire()
        phrases, name = asker.texts(AlertPhrases), press.query.from_user.full_name
        await press.say(phrases.stored if asker.private else phrases.stored_for(name))

    @on_command(ALERTS)
    async def list(self, event: ChatEvent) -> None:
        await event.say(*await self._list_all(event.asker))

    @on_button(r"x:(\d{1,18})")
    async def cancel(self, press: ButtonPress) -> None:
        asker = press.asker
        is_deleted = await self._services.run(
            alerts.cancel, alert_id=int(press.match[1]), person_id=asker.person_id
        )
        phrases = asker.texts(AlertPhrases)
        await press.acknowledge(phrases.cancelled if is_deleted else phrases.gone)
        text, keyboard = await self._list_all(asker)
        message_id = press.query.message.message_id if press.query.message else None
        await replace_message(press.bot, asker, message_id, text, keyboard)

    async def _list_all(self, asker: Asker) -> tuple[str, InlineKeyboardMarkup | None]:
        """List the person's alerts (in private only) and the chat's subscriptions."""
        phrases, subscription_phrases = asker.texts(AlertPhrases), asker.texts(FollowingPhrases)
        run, own = self._services.run, list[Alert]()
        if asker.private:
            own = await run(alerts.alerts_of_person, person_id=asker.person_id)
        numbered_alerts = list(enumerate(own[:ALERT_LIMIT], 1))
        own_subscriptions = await run(subscriptions.subscriptions_in, chat_id=asker.place.chat_id)
        subjects, stops = list_subscriptions(
            own_subscriptions, subscription_phrases, first=len(numbered_alerts) + 1
        )
        if not numbered_alerts and not subjects:
            return phrases.none if asker.private else phrases.none_here, None
        lines = [f"{number}. {alert.question}" for number, alert in numbered_alerts]
        buttons = [
            InlineKeyboardButton(phrases.cancel(number), callback_data=f"x:{alert.id}")
            for number, alert in numbered_alerts
        ]
        rows = [*(buttons[at : at + 3] for at in range(0, len(buttons), 3)), *stops]
        sections = [(phrases.list_heading, *lines)] if lines else []
        sections += [(subscription_phrases.followed, *subjects)] if subjects else []
        sections += [] if asker.private else [(phrases.own_in_private,)]
        text = "\n\n".join("\n".join(part) for part in sections)
        return text, InlineKeyboardMarkup(rows)

    async def check(self, bot: Bot) -> None:
        """Ask the waiting questions again, once per generation."""
        trigger, services, run = current_trigger(), self._services, self._services.run
        if trigger is None:
            return
        generation = await asyncio.to_thread(services.library.generation)
        for alert in await run(alerts.unchecked_alerts, generation=generation):
            if trigger.journal.stop.is_set():
                return  # the next process continues
            place = alert.place
            readable = await services.rights_in(place.chat_id)
            with held_to(await services.selection(place)), reading(readable):
                answer = await services.quote(alert.question)
            is_barred = services.roles.is_barred(place.person_id)
            if answer.is_sure and not is_barred and await services.may_read(place.chat_id):
                await self._send(bot, trigger.journal, alert, answer, generation)
            else:
                await run(alerts.mark_checked, alert_id=alert.id, generation=generation)

    async def _send(
        self, bot: Bot, journal: Journal, alert: Alert, answer: Answer, generation: str
    ) -> None:
        """Mark the alert as answered and queue the answer in one transaction, so that a crash at
        any point leads to one delivery."""
        phrases, place = Phrases.of(alert.language), alert.place
        new = NewTurn(
            question=alert.question,
            turn={},
            sources=sources_of(answer),
            answered=answer.is_sure,
            confidence=answer.confidence,
            generation=generation,
        )
        title = AlertPhrases.of(phrases.code).answered(alert.question)
        parts, turn = tuple(map(Part, answer_html(answer, phrases, title))), 0

        def post(session: Session, bot_id: int, now: datetime) -> Delivery | None:
            nonlocal turn
            if not alerts.mark_answered(session, alert.id, now):
                return None
            turn = conversations.add_turn(session, place, new, now, self._services.lifetime)
            buttons = keyboard(answer, turn, phrases)
            markup = buttons.to_dict() if buttons else None
            letter = Letter(place.chat_id, place.thread_id, parts, markup)
            return deliveries.open_delivery(session, bot_id, None, 1, letter, now)

        delivery = await journal.post(post)
        if delivery is None:
            return
        try:
            messages = await deliver_rest(bot, journal, delivery)
        except TelegramError as error:
            logger.info("An alert could not be delivered: %s", error)
        except Postponed:
            pass  # the next process sends it
        else:
            record = conversations.record_answer_messages
            await self._services.run(record, turn_id=turn, messages=messages)


class SubscriptionHandlers(Handlers):
    """Manages subscriptions, in a group for its administrators only, and sends new articles."""

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
        await self.save(event.bot, asker, subject, at_once=at_once is not None)

    async def save(self, bot: Bot, asker: Asker, subject: str, *, at_once: bool) -> None:
        """Subscribe a chat to a subject, and say so with buttons that change it."""
        phrases, number = asker.texts(FollowingPhrases), await self._save(asker, subject, at_once)
        if number is None:
            await say(bot, asker, phrases.full(SUBSCRIPTION_LIMIT))
            return
        confirmation = phrases.kept_at_once if at_once else phrases.kept_daily
        pace, text = ("daily", phrases.every_morning) if at_once else ("once", phrases.at_once)
        buttons = [
            InlineKeyboardButton(text, callback_data=f"f:{number}:{pace}"),
            InlineKeyboardButton(phrases.stop, callback_data=f"f:{number}:stop"),
        ]
        await say(bot, asker, confirmation(subject), InlineKeyboardMarkup([buttons]))

    @on_button(_BUTTON, public=True)
    async def change(self, press: ButtonPress) -> None:
        """Cancel a subscription, or change its frequency."""
        asker = press.asker
        phrases, number = asker.texts(FollowingPhrases), int(press.match[1])
        subscription = await self._services.run(subscriptions.subscription, subscription_id=number)
        # A forged button must not change another chat's subscription.
        if subscription is None or subscription.chat_id != asker.place.chat_id:
            await press.acknowledge(phrases.gone)
            return
        if not asker.private and not await decides_here(self._services, press.update, press.bot):
            await press.acknowledge(phrases.not_administrator)
            return
        if press.match[2] == "stop":
            await self._services.run(subscriptions.delete_subscription, subscription_id=number)
            await press.acknowledge(phrases.stopped)
            await press.say(phrases.stopped)
            return
        at_once = press.match[2] == "once"
        await self._services.run(subscriptions.set_at_once, subscription_id=number, at_once=at_once)
        await press.acknowledge()
        confirmation = phrases.kept_at_once if at_once else phrases.kept_daily
        await press.say(confirmation(subscription.subject))

    async def _save(self, asker: Asker, subject: str, at_once: bool) -> int | None:
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
            known_ids=articles.article_ids,
            generation=generation,
        )
        return await services.run(
            subscriptions.save_subscription, new=new, limit=SUBSCRIPTION_LIMIT, now=services.now()
        )

    async def _list(self, bot: Bot, asker: Asker) -> None:
        """List the topic's subscriptions and explain how to add one."""
        phrases, place = asker.texts(FollowingPhrases), asker.place
        in_chat = await self._services.run(subscriptions.subscriptions_in, chat_id=place.chat_id)
        here = [
            subscription for subscription in in_chat if subscription.thread_id == place.thread_id
        ]
        lines, rows = list_subscriptions(here, phrases)
        text = "\n".join((phrases.followed, *lines, "", phrases.usage)) if here else phrases.usage
        await say(bot, asker, text, InlineKeyboardMarkup(rows) if here else None)

    @property
    def jobs(self) -> Sequence[PeriodicJob]:
        return (PeriodicJob("subscriptions", POLL_INTERVAL, self.check),)

    async def check(self, bot: Bot) -> None:
        """Check the due subscriptions for new articles."""
        trigger, services = current_trigger(), self._services
        if trigger is None:
            return
        generation = await asyncio.to_thread(services.library.generation)
        for subscription in await services.run(
            subscriptions.due_subscriptions,
            generation=generation,
            morning=last_morning(services.now()),
        ):
            if trigger.journal.stop.is_set():
                return
            try:
                await self._check(bot, trigger.journal, subscription, generation)
            except Exception as error:  # continue with the others
                logger.error("A subject could not be looked at", exc_info=error)

    async def _check(
        self, bot: Bot, journal: Journal, subscription: Subscription, generation: str
    ) -> None:
        """Send new articles on a subject; once queued, they are sent even after a crash."""
        with reading(await self._services.rights_in(subscription.chat_id)):
            on_subject = self._services.library.on_subject
            articles = await asyncio.to_thread(on_subject, subscription.subject)
        news = await self._find_news(subscription, articles)
        delivery = await journal.post(
            subscriptions.post_news,
            subscription_id=subscription.id,
            article_ids=articles.article_ids,
            generation=generation,
            letter=_write_letter(subscription, news) if news else None,
        )
        if delivery is None:
            return
        try:
            with suppress(Postponed):
                await deliver_rest(bot, journal, delivery)
        except Forbidden as error:
            logger.info("Nothing more is told where nothing can be said: %s", error)
            await self._services.run(
                subscriptions.delete_subscription, subscription_id=subscription.id
            )
        except TelegramError as error:
            logger.warning("What is new on a subject did not arrive: %s", error)

    async def _find_news(
        self, subscription: Subscription, articles: SubjectArticles
    ) -> Sequence[Citation]:
        """Return the new articles that the follower may read."""
        services = self._services
        new = [
            citation
            for citation in articles.citations
            if citation.article.id not in subscription.known_ids
        ]
        if not new or not await services.may_read(subscription.chat_id):
            return ()
        selection = await services.selection(subscription.place)
        return [citation for citation in new if selection is None or citation.article in selection]


def list_subscriptions(
    entries: Sequence[Subscription], phrases: FollowingPhrases, first: int = 1
) -> tuple[list[str], list[list[InlineKeyboardButton]]]:
    """Return numbered lines and rows of stop buttons."""
    lines, buttons = [], []
    for number, subscription in enumerate(entries, first):
        describe = phrases.as_they_come if subscription.at_once else phrases.daily
        lines.append(f"{number}. {describe(subscription.subject)}")
        text = phrases.stop_number(number)
        buttons.append(InlineKeyboardButton(text, callback_data=f"f:{subscription.id}:stop"))
    return lines, [buttons[at : at + 2] for at in range(0, len(buttons), 2)]


def last_morning(now: datetime) -> datetime:
    """Return the last time at which daily news were due."""
    local = now.astimezone()
    day = local.date() - timedelta(days=local.hour < MORNING_HOUR)
    return datetime.combine(day, time(MORNING_HOUR)).astimezone()


def _write_letter(subscription: Subscription, news: Sequence[Citation]) -> Letter:
    """Quote the best new articles, one sentence each, with buttons to open them."""
    subject, texts = subscription.subject, Phrases.of(subscription.language)
    phrases = FollowingPhrases.of(texts.code)
    citations = tuple(
        replace(citation, number=number)
        for number, citation in enumerate(news[:_MAX_ARTICLES], start=1)
    )
    answer = Answer(
        question=subject,
        language=phrases.code,
        outcome=decide_by_articles([citation.article for citation in citations]).outcome,
        confidence=1.0,
        statements=tuple(Statement(citation.quote, (citation.number,)) for citation in citations),
        citations=citations,
    )
    html = list(answer_html(answer, texts, phrases.news(subject)))
    if more := len(news) - len(citations):
        html[-1] += f"\n\n{text_html(phrases.others(subject, more), phrases.code)[0]}"
    cards = article_buttons([citation.article for citation in citations], phrases.code)
    stop = InlineKeyboardButton(phrases.stop, callback_data=f"f:{subscription.id}:stop")
    keyboard = InlineKeyboardMarkup([*cards, [stop]]).to_dict()
    return Letter(subscription.chat_id, subscription.thread_id, tuple(map(Part, html)), keyboard)
