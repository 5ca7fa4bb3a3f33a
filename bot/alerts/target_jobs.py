"""Send news by e-mail and to webhooks.

What is sent is recorded with its batch. A process that dies before it could record leaves the batch
to the next one: it arrives again under the same Message-ID or webhook-id, which tells a receiver
that it knows it.
"""

from __future__ import annotations

import asyncio
import logging
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from functools import partial

from sqlalchemy.orm import Session

from bot.alerts import subscription_records as subscriptions
from bot.alerts import target_records as targets
from bot.alerts.letters import AlertLetter, LetterPart, letter_mail, letter_post
from bot.alerts.subscription_records import Subscription
from bot.alerts.target_records import FAILURE_LIMIT, AlertTarget
from bot.alerts.texts import AlertPhrases, FollowingPhrases
from bot.conversation.passage_refs import PassageRef, citations_of
from bot.errors import MailError, MailRefused
from bot.library.articles import SubjectArticles
from bot.library.gatherer import open_fetcher
from bot.locale.catalogue import language_of
from bot.mail_server import send_mail
from bot.rights import reading
from bot.settings import Settings
from bot.state.rights import find_readable
from bot.web.addresses import base_address
from bot.web.cookies import seal
from bot.web.service import WebService
from index.errors import FetchError, NoIndex
from index.fetch.address import Address
from index.fetch.transport import FetchLimits

logger = logging.getLogger(__name__)

UNSUBSCRIBE = "/alertes/fin/"
_MAX_ARTICLES = 5  # per subject
_SENDERS = 8  # at a time
_LIMITS = FetchLimits(
    size=2**16, total=30.0, silence=15.0, redirects=3, interval=0.0, patience=86_400.0
)


class TargetJobs:
    """The jobs that find news for targets and send what is due."""

    def __init__(self, service: WebService) -> None:
        self._service = service
        # Of its own: servers that hang shall not hold the pages.
        self._threads = ThreadPoolExecutor(_SENDERS, "alerts")

    async def find_news(self) -> None:
        """Queue what is new on the subjects that are followed elsewhere than on Telegram."""
        run, library = self._service.state.run, self._service.library
        try:
            generation = await asyncio.to_thread(library.generation)
        except NoIndex:
            return
        for own in await run(subscriptions.unchecked_elsewhere, generation=generation):
            if await run(targets.target_at, place=own.chat_id) is None:  # never confirmed
                await run(subscriptions.delete_subscription, subscription_id=own.id)
                continue
            with reading(self._readable(own.chat_id)):
                articles = await asyncio.to_thread(library.on_subject, own.subject)
            await run(_queue_news, own, articles, generation, self._service.now())

    async def send(self) -> None:
        """Send what is due, to several targets at a time: none waits for another."""
        due = await self._service.state.run(targets.due_targets, now=self._service.now())
        loop = asyncio.get_running_loop()
        jobs = (loop.run_in_executor(self._threads, self._send, target) for target in due)
        for result in await asyncio.gather(*jobs, return_exceptions=True):
            if isinstance(result, BaseException):
                logger.error("An alert could not be sent", exc_info=result)

    def _send(self, target: AlertTarget) -> None:
        do, now = self._service.state.do, self._service.now()
        batch, news = do(partial(targets.take_news, target_id=target.id, now=now))
        if not news:
            return
        language, base = language_of(target.language), base_address(self._service.settings)
        parts = []
        for own in news:
            # Of articles that are still there, and theirs to read, word for word.
            with reading(self._readable(target.place)):
                citations = citations_of(own.sources, self._service.library.article, cited=True)
            about = (
                AlertPhrases.of(language).answered
                if own.key
                else FollowingPhrases.of(language).news
            )
            link = f"{base}/a/{own.key}" if base and own.key else ""
            if citations:
                parts.append(LetterPart(own.subject, about(own.subject), citations, link))
        try:
            if parts:
                self._deliver(target, AlertLetter(language, parts, base, batch, now))
        except (MailError, FetchError) as error:
            logger.warning("Alert %s could not be sent: %s", target.id, error.problem.code)
            is_final = error.problem.parameters.get("status") == 410  # Gone
            is_own = isinstance(error, FetchError | MailRefused)
            record = partial(
                targets.record_failure,
                problem=error.problem.as_json(),
                count=FAILURE_LIMIT if is_final else int(is_own),
                after=(isinstance(error, FetchError) and error.after) or 0.0,
            )
        else:
            record = partial(targets.record_delivery, batch=batch)
        do(partial(record, target_id=target.id, now=self._service.now()))

    def _readable(self, place: int) -> frozenset[str]:
        return find_readable(self._service.state, self._service.settings, [place])

    def _deliver(self, target: AlertTarget, letter: AlertLetter) -> None:
        """Raises MailError, FetchError."""
        if target.person_id is None:
            post_letter(self._service.settings, target.address, target.secret, letter)
            return
        token = seal({"target": target.id}, UNSUBSCRIBE, self._service.cookie_key)
        link = letter.base and f"{letter.base}{UNSUBSCRIBE}{token}"
        settings = self._service.settings
        message = letter_mail(letter, settings.mail_sender, target.address, link)
        send_mail(settings.smtp_url, message)


def post_letter(settings: Settings, address: str, secret: str | None, letter: AlertLetter) -> None:
    """Post a letter to a webhook. Raises FetchError."""
    headers, body = letter_post(letter, secret)
    with open_fetcher(settings, limits=_LIMITS) as fetcher:
        fetcher.post(Address.parse(address), headers, body)


def _queue_news(
    session: Session, own: Subscription, articles: SubjectArticles, generation: str, now: datetime
) -> None:
    """Mark articles as seen, and queue the new ones, in one transaction."""
    known_ids = subscriptions.mark_seen(session, own.id, articles.article_ids, generation, now)
    if known_ids is None:
        return
    new = [citation for citation in articles.citations if citation.article.id not in known_ids]
    if new:
        subscriptions.record_news(session, own.id, now)
        sources = [
            {"ref": PassageRef.of(citation).encode(), "number": citation.number, "cited": True}
            for citation in new[:_MAX_ARTICLES]
        ]
        targets.add_news(session, own.chat_id, own.subject, sources, now)
