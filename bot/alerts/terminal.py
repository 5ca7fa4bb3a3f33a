"""`selon alerts`: webhooks that are told what is new, and the state of all targets."""

from __future__ import annotations

import base64
import secrets
import sys
from datetime import UTC, datetime, time
from functools import partial
from typing import Annotated

import typer
from sqlalchemy.orm import Session

from bot.alerts import subscription_records as subscriptions
from bot.alerts import target_records as targets
from bot.alerts.subscription_records import SUBJECT_LIMIT, NewSubscription
from bot.alerts.target_records import FAILURE_LIMIT, AlertTarget
from bot.alerts.texts import LetterPhrases, TargetPhrases
from bot.command import DONE, CommandLine
from bot.errors import UsageError
from bot.feature import Feature
from bot.locale import format
from bot.locale.errors import problem_text
from bot.locale.text import harmless
from bot.settings import Settings
from bot.state.database import State
from bot.terminal.console import console_for, show
from bot.terminal.state import open_state_of
from bot.terminal.web import installed
from index.errors import Problem

_SECRET_BYTES = 24
_SUBJECT = typer.Option("--subject", metavar="TEXT", help="subject", show_default=False)
_HOUR = typer.Option("--hour", metavar="HOUR", min=0, max=23, help="hour", show_default=False)


def declare(line: CommandLine, feature: Feature) -> None:
    texts = line.texts("alerts")
    group = line.group("alerts", texts)
    group.command("add", partial(_add, feature), texts)
    group.command("list", partial(_list, feature), texts)
    group.command("remove", partial(_remove, feature), texts)


def _add(
    feature: Feature,
    settings: Settings,
    url: Annotated[str, typer.Argument(metavar="URL", help="url")],
    subject: Annotated[list[str], _SUBJECT],
    chat: Annotated[bool, typer.Option("--chat", help="chat")] = False,
    hour: Annotated[int | None, _HOUR] = None,
) -> int:
    """Post a trial to a webhook and store it; print the secret that signs its messages. Raises
    FetchError, StateError."""
    with installed():
        from bot.alerts.letters import SECRET_PREFIX, AlertLetter, LetterPart
        from bot.alerts.target_jobs import post_letter
    texts, code, now = TargetPhrases.of(settings.language), settings.language, datetime.now(UTC)
    secret = None if chat else base64.b64encode(secrets.token_bytes(_SECRET_BYTES)).decode()
    secret = secret and f"{SECRET_PREFIX}{secret}"
    trial = [LetterPart("", LetterPhrases.of(code).trial, (), "")]
    post_letter(settings, url, secret, AlertLetter(code, trial, "", secrets.token_hex(16), now))

    def save(session: Session) -> None:
        target = targets.save_target(session, url, code, hour, now, secret=secret)
        for text in subject:
            words = " ".join(text.split())[:SUBJECT_LIMIT]
            new = NewSubscription(None, target.place, 0, words, code, True, (), "")
            subscriptions.save_subscription(session, new, len(subject), now)

    with open_state_of(settings, [feature]) as state:
        state.do(save)
    show(console_for(sys.stderr), texts.added if secret else texts.added_chat)
    if secret:
        show(console_for(sys.stdout), secret)
    return DONE


def _list(feature: Feature, settings: Settings) -> int:
    """List the targets that are confirmed, and what is wrong with them. Raises StateError."""
    texts = TargetPhrases.of(settings.language)

    def describe(session: Session, target: AlertTarget) -> str:
        pace = texts.at_once
        if target.hour is not None:
            pace = texts.daily(format.clock(time(target.hour), texts.code))
        followed = subscriptions.subscriptions_in(session, target.place)
        subjects = format.listing([own.subject for own in followed], texts.code)
        line = texts.row(target.id, target.label, pace, subjects or texts.no_subject)
        return "\n".join(filter(None, (line, _problem(target, texts))))

    def lines(session: Session) -> list[str]:
        return [describe(session, target) for target in targets.list_targets(session)]

    with open_state_of(settings, [feature]) as state:
        show(console_for(sys.stdout), harmless("\n".join(state.do(lines)) or texts.none))
    return DONE


def _remove(
    feature: Feature,
    settings: Settings,
    number: Annotated[int, typer.Argument(metavar="NUMBER", help="number")],
) -> int:
    """Remove a target. Raises UsageError, StateError."""
    with open_state_of(settings, [feature]) as state:
        if not state.do(partial(targets.remove_target, target_id=number)):
            raise UsageError("alerts-unknown", subject=str(number))
    show(console_for(sys.stdout), TargetPhrases.of(settings.language).removed)
    return DONE


def _problem(target: AlertTarget, texts: TargetPhrases) -> str:
    if target.problem is None:
        return ""
    reason = problem_text(Problem.from_json(target.problem), texts.code)
    say = texts.paused if target.failures >= FAILURE_LIMIT else texts.failing
    return say(target.id, target.label, reason)


async def status_lines(state: State, language: str) -> list[str]:
    """How many targets there are, and what is wrong with some, for /admin."""
    texts, found = TargetPhrases.of(language), await state.run(targets.list_targets)
    mail = sum(target.person_id is not None for target in found)
    problems = [_problem(target, texts) for target in found]
    return [texts.targets(mail, len(found) - mail), *filter(None, problems)] if found else []
