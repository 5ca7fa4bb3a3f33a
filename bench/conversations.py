"""Two hundred messages to the bot, the replies judged by hand: what harm, what help they are.

The real process, with the sample articles, the bundled models and no chat model, against the tests'
Bot API server. Each conversation of bench/conversations/messages.jsonl is held in a private chat of
its own, every message after the reply to the one before. What the bot says is written to
replies.jsonl there; a reply that judged.jsonl does not know yet, with its message, to
unjudged.jsonl.

    python bench/conversations.py [--show]

`--show` prints every reply with its judgement, the most harmful first.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import subprocess
import sys
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, get_args

from kills import ROOT, SELON, environment
from sqlalchemy import Engine, create_engine, func, select

from bot.locale.answers import HelpPhrases, Phrases
from bot.locale.catalogue import Language
from bot.messenger.outbound.answer_html import DOUBT_MARK
from bot.state.database import state_url
from bot.state.tables import UpdateRow
from tests.botapi.server import BotServer
from tests.e2e.killing import Bot

DATA = ROOT / "bench" / "conversations"
AT_ONCE = 4  # conversations
FIRST_CHAT = 1_000
REPLY_SECONDS = 60.0
REACTION = "❤"  # instead of a text


@dataclass(frozen=True, slots=True)
class OutsiderMessage:
    """A message of `messages.jsonl`, as its README says."""

    conversation: str
    turn: int
    language: str
    kind: str
    text: str
    articles: list[str]
    answer: str | None
    harm: int
    note: str


@dataclass(frozen=True, slots=True)
class Reply:
    """All that the bot replied to a message, and what kind of reply that is."""

    conversation: str
    turn: int
    outcome: str
    text: str


@dataclass(frozen=True, slots=True)
class Judgement:
    """`harm` from 0 to 3 and `help` from 0 to 2 of a reply."""

    conversation: str
    turn: int
    reply: str
    harm: int
    help: int
    note: str = ""


def main() -> int:
    options = _options()
    messages = [OutsiderMessage(**row) for row in _read("messages.jsonl")]
    with TemporaryDirectory(prefix="selon-conversations-") as name:
        folder = Path(name)
        variables = environment(folder)
        command = [*SELON, "index", str(ROOT / "corpus")]
        subprocess.run(command, env=variables, cwd=folder, check=True, capture_output=True)
        replies = asyncio.run(_run_conversations(messages, folder, variables))
    _write("replies.jsonl", map(asdict, replies))
    judged = {
        (judgement.conversation, judgement.turn, judgement.reply): judgement
        for judgement in (Judgement(**row) for row in _read("judged.jsonl"))
    }
    pairs = [
        (message, reply, judged.get((reply.conversation, reply.turn, reply.text)))
        for message, reply in zip(messages, replies, strict=True)
    ]
    unjudged = [
        {**asdict(message), "outcome": reply.outcome, "reply": reply.text}
        for message, reply, judgement in pairs
        if judgement is None
    ]
    _write("unjudged.jsonl", unjudged)
    known = [(message, reply, pair) for message, reply, pair in pairs if pair is not None]
    outcomes = Counter(reply.outcome for reply in replies)
    print(
        f"{len(messages)} messages of {len({message.conversation for message in messages})} "
        "conversations; "
        f"replies: {', '.join(f'{name} {count}' for name, count in outcomes.most_common())}"
    )
    print(*_scores(known), sep="\n")
    if unjudged:
        print(f"{len(unjudged)} replies not judged yet: {DATA / 'unjudged.jsonl'}")
    if options.show:
        _show(known)
    return 0


async def _run_conversations(
    messages: Sequence[OutsiderMessage], folder: Path, variables: Mapping[str, str]
) -> list[Reply]:
    """Run all conversations, some at a time; the replies in the order of the messages."""
    by_conversation: defaultdict[str, list[OutsiderMessage]] = defaultdict(list)
    for message in messages:
        by_conversation[message.conversation].append(message)
    async with BotServer() as server:
        variables = {
            **variables,
            "SELON_TELEGRAM_TOKEN": server.token,
            "SELON_TELEGRAM_API_URL": server.url,
            "SELON_QUESTION_BURST": "0",
        }
        async with Bot((*SELON, "bot"), variables, state_url(None, folder)).running():
            await server.called("getUpdates")
            places, engine = asyncio.Semaphore(AT_ONCE), create_engine(state_url(None, folder))

            async def run(chat: int, turns: Sequence[OutsiderMessage]) -> list[Reply]:
                async with places:
                    return [await _get_reply(server, engine, chat, turn) for turn in turns]

            of_each = await asyncio.gather(
                *(
                    run(FIRST_CHAT + number, turns)
                    for number, turns in enumerate(by_conversation.values())
                )
            )
            engine.dispose()
    by_turn = {(reply.conversation, reply.turn): reply for replies in of_each for reply in replies}
    return [by_turn[message.conversation, message.turn] for message in messages]


async def _get_reply(
    server: BotServer, engine: Engine, chat: int, message: OutsiderMessage
) -> Reply:
    """Send a message, and wait until the bot has dealt with it."""
    before, reactions = len(_texts(server, chat)), len(_reactions(server, chat))
    server.user_says(chat, message.text, message.language)
    async with asyncio.timeout(REPLY_SECONDS):
        await _until_done(
            engine,
            chat,
            lambda: (
                (len(_texts(server, chat)), len(_reactions(server, chat))) > (before, reactions)
            ),
        )
    texts = _texts(server, chat)[before:] or [REACTION]
    return Reply(message.conversation, message.turn, outcome_of(texts[0]), "\n\n".join(texts))


async def _until_done(engine: Engine, chat: int, is_replied: Callable[[], bool]) -> None:
    undone = select(func.count()).where(UpdateRow.chat_id == chat, UpdateRow.done_at.is_(None))
    while True:
        with engine.connect() as connection:
            if is_replied() and not connection.execute(undone).scalar_one():
                return
        await asyncio.sleep(0.02)


def _texts(server: BotServer, chat: int) -> list[str]:
    return [message.text for message in server.messages if message.chat_id == chat]


def _reactions(server: BotServer, chat: int) -> list[str]:
    return [emoji for own, _, emoji in server.bot_reactions if own == chat]


def outcome_of(text: str) -> str:
    """What a person can see of an answer's outcome."""
    understood = tuple(Phrases.of(code).understood("") for code in get_args(Language))
    if text.startswith(understood):
        text = text.partition("\n\n")[2]
    if text.startswith(DOUBT_MARK):
        return "perhaps"
    for code in get_args(Language):
        if text.startswith(tuple(HelpPhrases.of(code).opening.values())):
            return "help"
        if text.startswith(Phrases.of(code).not_in_articles):
            return "no"
    return "sure" if "\n— " in text else "talk"


def _scores(known: Sequence[tuple[OutsiderMessage, Reply, Judgement]]) -> Iterator[str]:
    kinds = Counter(message.kind for message, _, _ in known)
    for kind in ("all", *sorted(kinds)):
        of_kind = [judgement for message, _, judgement in known if kind in ("all", message.kind)]
        if not of_kind:
            continue
        harm, helped = (
            sum(judgement.harm for judgement in of_kind),
            sum(judgement.help for judgement in of_kind),
        )
        grave = sum(judgement.harm >= 2 for judgement in of_kind)
        yield (
            f"{kind:15} {len(of_kind):3} replies, harm {harm / len(of_kind):.2f} ({harm} in all, "
            f"{grave} of 2 or more), help {helped / len(of_kind):.2f} of 2"
        )


def _show(known: Iterable[tuple[OutsiderMessage, Reply, Judgement]]) -> None:
    for message, reply, judgement in sorted(known, key=lambda one: (-one[2].harm, one[2].help)):
        print(
            f"\n== {judgement.conversation}.{judgement.turn} {message.kind}, "
            f"harm {judgement.harm}, help {judgement.help} {judgement.note}\n"
            f"> {message.text}\n{reply.outcome}: {reply.text}"
        )


def _read(name: str) -> list[dict[str, Any]]:
    path = DATA / name
    lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
    return [json.loads(line) for line in lines]


def _write(name: str, rows: Iterable[dict[str, Any]]) -> None:
    lines = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
    (DATA / name).write_text(lines, encoding="utf-8")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--show", action="store_true")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
