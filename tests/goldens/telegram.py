"""`selon bot` against the Bot API server of the tests: what people do, and what it then asks of it.

The golden of a conversation tells how many requests each thing done leads to; a run waits for as
many. When goldens are written, it waits until nothing has come for a while.
"""

from __future__ import annotations

import asyncio
import json
import re
import signal
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from tests.botapi import BotServer, Message
from tests.goldens.selon import Selon

QUIET = frozenset({"getUpdates", "sendChatAction", "sendMessageDraft", "getMe", "getFile"})
"""Requests whose number or time is the machine's."""
SECONDS = 60.0
_STEP, _CALL = "* ", "  > "
_VARYING = (
    (r"start=[\w-]{20,}", "start=<invitation>"),
    (r"/start [\w-]{20,}", "/start <invitation>"),
    (r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|\+00:00)?", "<time>"),
    (r"\d{1,2} \w+ 2\d{3} (à|at) \d\d?[:\u00a0 h]+\d\d(?: UTC)?", "<time>"),
    (r"\b(en|in) [\d\u00a0\u202f ,.]+(ms|s)\b", r"\1 <ms>"),
    (r"(En service depuis|Running for|Up for)[^\n]*", r"\1 <time>"),
    (r"(Mémoire|Memory)([\u00a0 ]*: )[^\n]*", r"\1\2<size>"),
    (r"(la moitié en|half within|half in) [^\n]*", r"\1 <ms>"),
    (r'"elapsed_ms": [\d.]+', '"elapsed_ms": <ms>'),
    (r'("confidence": \d\.\d{1,4})\d*', r"\1"),
    (r"\b\d\d/\d\d/20\d\d\b", "<day>"),
    (r"(jusqu’au|until) \d{1,2}(?:er)? \w+ 20\d\d", r"\1 <day>"),
)


class Conversation:
    """What is done and what comes of it, as the lines of a golden."""

    def __init__(self, server: BotServer, selon: Selon, expected: str | None) -> None:
        self.server = server
        self.lines: list[str] = []
        self.silence = 1.2  # seconds without a request after which all has come, when recording
        self._steady = selon.steady
        self._seen = 0
        self._counts = None if expected is None else _counts(expected)

    async def does(self, told: str, act: Callable[[], object]) -> None:
        """Do something, wait for what it leads to, and write both down."""
        step = sum(line.startswith(_STEP) for line in self.lines)
        act()
        self.lines.append(f"{_STEP}{told}")
        await self._settle(step)
        for method, parameters in self._new():
            self.lines += [self._steady(_varying(line)) for line in _shown(method, parameters)]
        self._seen = len(self.server.calls)

    async def says(self, chat: int, text: str, language: str = "fr", **more: Any) -> None:
        shown = text if len(text) < 300 else f"{text[:60]}… ({len(text)} characters)"
        where = f" in {more['kind']}" if "kind" in more else ""
        told = f"{more.get('person', chat)}{where} ({language}) says: {_varying(shown)}"
        await self.does(told, lambda: self.server.user_says(chat, text, language, **more))

    async def presses(
        self, chat: int, label: str, language: str = "fr", person: int | None = None
    ) -> None:
        """Press the newest button of the chat whose text begins so."""
        for message in reversed(self.server.messages):
            if message.chat_id != chat:
                continue
            for button in message.buttons:
                if button.text.startswith(label) and button.callback_data is not None:
                    await self.does(
                        f"{person or chat} ({language}) presses: {button.text}",
                        lambda m=message, b=button: self.server.presses(  # type: ignore[misc]
                            m, b, language, person=person
                        ),
                    )
                    return
        self.lines.append(f"{_STEP}{chat} finds no button: {label}")

    def last(self, chat: int) -> Message:
        return next(each for each in reversed(self.server.messages) if each.chat_id == chat)

    def told(self) -> str:
        return "\n".join(line.rstrip(" ") for line in self.lines) + "\n"

    def _new(self) -> list[tuple[str, dict[str, object]]]:
        return [call for call in self.server.calls[self._seen :] if call[0] not in QUIET]

    async def _settle(self, step: int) -> None:
        if self._counts is None:
            await self._until(lambda: bool(self._new()), 8)
            while True:
                before = len(self.server.calls)
                await asyncio.sleep(self.silence)
                if not any(method not in QUIET for method, _ in self.server.calls[before:]):
                    return
        wanted = self._counts[step] if step < len(self._counts) else 1
        await self._until(lambda: len(self._new()) >= wanted, SECONDS)
        await asyncio.sleep(0.05 if wanted else 0.4)

    async def _until(self, so: Callable[[], bool], within: float) -> None:
        clock = asyncio.get_running_loop()
        end = clock.time() + within
        while not so() and clock.time() < end:  # noqa: ASYNC110 - the server tells nobody
            await asyncio.sleep(0.005)


@asynccontextmanager
async def bot(selon: Selon, server: BotServer, **settings: str) -> AsyncIterator[None]:
    """`selon bot` at work, stopped by a signal when the block ends."""
    own = {
        "SELON_TELEGRAM_TOKEN": server.token,
        "SELON_TELEGRAM_API_URL": server.url,
        "SELON_QUESTION_BURST": "0",
        "SELON_GROUP_BURST": "0",
        # Whether voices are installed must not change what is seen.
        "SELON_VOICE_MODEL": "none",
        "SELON_HEARING_MODEL": "none",
        **settings,
    }
    for name in ("SELON_ADMINS", "SELON_EDITORS"):
        server.knows(int(settings[name]))
    number, folder = selon.start("bot", **own)
    try:
        await server.called("getUpdates", within=SECONDS)
        yield
    finally:
        selon.forks.kill(number, signal.SIGTERM)
        code = await asyncio.to_thread(selon.forks.wait, number)
        log = (folder / "stderr").read_text(encoding="utf-8")
        assert code == 0, log
        assert "Traceback" not in log, log
        assert not server.refusals, server.refusals


def _counts(golden: str) -> list[int]:
    """How many requests each step leads to."""
    counts: list[int] = []
    for line in golden.splitlines():
        if line.startswith(_STEP):
            counts.append(0)
        elif line.startswith(_CALL) and counts:
            counts[-1] += 1
    return counts


def _varying(text: str) -> str:
    for pattern, words in _VARYING:
        text = re.sub(pattern, words, text)
    return text


def _shown(method: str, parameters: Mapping[str, Any]) -> list[str]:
    """A request: its method, its short parameters, its texts and buttons."""
    rest = dict(parameters)
    texts = [rest.pop(name) for name in ("text", "caption", "description") if name in rest]
    markup, results = rest.pop("reply_markup", None), rest.pop("results", None)
    commands = rest.pop("commands", None)
    files = [rest.pop(name) for name in ("document", "photo") if name in rest]
    for name in ("callback_query_id", "inline_query_id"):
        rest.pop(name, None)
    short = " ".join(
        f"{name}={json.dumps(rest[name], ensure_ascii=False)}" for name in sorted(rest)
    )
    lines = [f"{_CALL}{method} {short}"]
    lines += [f"    | {line}" for text in texts for line in str(text).split("\n")]
    lines += [line for file in files for line in _file(file)]
    for each in commands or ():
        lines.append(f"    /{each['command']} — {each['description']}")
    lines += _buttons(markup)
    for result in results or ():
        content = result.pop("input_message_content")
        told = result.pop("reply_markup", None)
        lines.append(f"    - {json.dumps(result, ensure_ascii=False)}")
        lines += [f"      | {line}" for line in content["message_text"].split("\n")]
        lines += [f"  {line}" for line in _buttons(told)]
    return lines


def _buttons(markup: Mapping[str, Any] | None) -> list[str]:
    if markup is None:
        return []
    if "inline_keyboard" not in markup:
        return [f"    {json.dumps(markup, ensure_ascii=False)}"]
    return [
        "    " + " ".join(json.dumps(button, ensure_ascii=False) for button in row)
        for row in markup["inline_keyboard"]
    ]


def _file(upload: Any) -> list[str]:
    """A file that is sent: its text, if it is one."""
    name = re.sub(r"\d{4}-\d\d-\d\d", "<day>", upload.name)
    try:
        text = upload.data.decode("utf-8")
    except UnicodeDecodeError:
        return [f"    file {name}: {upload.data[:8]!r}…"]
    text = re.sub(r"\b20\d\d-\d\d-\d\d\b(?!T)", "<day>", text)
    return [f"    file {name}:", *(f"    | {line}" for line in text.splitlines())]


def expected_of(path: Path, updating: bool) -> str | None:
    return None if updating or not path.is_file() else path.read_text(encoding="utf-8")
