"""The Bot API over HTTP on 127.0.0.1, with a handle for the test that plays the people.

Two kinds of strictness: what Telegram refuses is refused in Telegram's words, and what Telegram
lets pass in silence although it is a mistake (unknown parameters, unescaped text) is refused too.
"""

from __future__ import annotations

import asyncio
import json
import re
import time
from collections import defaultdict, deque
from collections.abc import Callable, Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from aiohttp import web

from tests.botapi.inline import InlineResult
from tests.botapi.messages import Message
from tests.botapi.methods import FILES, METHODS, Methods
from tests.botapi.parameters import Upload, read_parameters
from tests.botapi.people import People
from tests.botapi.refusal import Refusal

TOKEN = "4200000001:AAtest-token_that-opens-nothing-at-all"
# Only a test that fails waits so long; a loaded machine may.
WAIT_SECONDS = 180.0
_TOKEN_SHAPE = re.compile(r"\d+:[\w-]+")


@dataclass(frozen=True, slots=True)
class Accepted:
    """A message that the server took, and when (seconds since the epoch)."""

    at: float
    message: Message


@dataclass(frozen=True, slots=True)
class _Mishap:
    """What befalls a call, which is done or not: its reply waits, is cut off, or is garbled."""

    done: bool
    seconds: float = 0
    is_cut: bool = False
    garbled: int = 0  # the status of the page


class BotServer(People):
    """One bot's server; use it as `async with BotServer() as server`.

    What the people do is in `People`. `privacy` is the bot's privacy mode in groups, `local` the
    folder of files of a server that runs with --local: it gives their paths, and serves none.
    `lacks` are methods that it does not know.
    """

    def __init__(
        self,
        token: str = TOKEN,
        username: str = "selon_test_bot",
        *,
        privacy: bool = True,
        local: Path | None = None,
        lacks: Collection[str] = (),
    ) -> None:
        methods = Methods(username, privacy=privacy, local=local)
        super().__init__(methods)
        self.hook = methods.hook
        self.answers = methods.answers  # of button presses, by query
        self.inline_answers = methods.inline_answers  # by query
        self.guest_queries = methods.guest_queries  # not answered yet
        self.token = token
        self._lacks = lacks
        self.url = ""
        self.calls: list[tuple[str, dict[str, object]]] = []
        self.refusals: list[tuple[str, str]] = []
        self._sent: asyncio.Queue[Message] = asyncio.Queue()
        self._edited: asyncio.Queue[Message] = asyncio.Queue()
        self._called = asyncio.Event()
        self._faults: defaultdict[str, deque[Refusal]] = defaultdict(deque)
        self._mishaps: defaultdict[str, deque[_Mishap]] = defaultdict(deque)
        self.accepted: list[Accepted] = []
        self.edits: list[Accepted] = []
        self._runner: web.AppRunner | None = None

    async def settled(self) -> None:
        """Wait until the bot has dealt with what it has taken; `running` knows how."""

    async def __aenter__(self) -> Self:
        application = web.Application(client_max_size=64 * 2**20)
        application.router.add_route("*", "/bot{token}/{method}", self._serve)
        application.router.add_get("/file/bot{token}/{path:.+}", self._download)
        self._runner = web.AppRunner(
            application, access_log=None, handler_cancellation=True, shutdown_timeout=0.2
        )
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        self.url = f"http://127.0.0.1:{self._runner.addresses[0][1]}"
        return self

    async def __aexit__(self, *_: object) -> None:
        self._methods.updates.close()
        self._methods.hook.close()
        if self._runner is not None:
            await self._runner.cleanup()

    # What the test sees of the bot.

    @property
    def messages(self) -> tuple[Message, ...]:
        """Every message that the bot sent, in order, as it now stands."""
        return tuple(self._methods.messages.values())

    @property
    def actions(self) -> tuple[tuple[int, str], ...]:
        """Every chat action shown, as (chat, action)."""
        return tuple(self._methods.actions)

    @property
    def bot_reactions(self) -> tuple[tuple[int, int, str], ...]:
        """Reactions of the bot: chat, message, emoji."""
        return tuple(self._methods.bot_reactions)

    async def guest_answer(self, query: str) -> InlineResult:
        """The message that is posted for a guest query, waited for."""
        answers = self._methods.guest_answers
        await self._until(lambda: query in answers, f"an answer to the query {query}")
        return answers[query]

    def commands(self, language_code: str = "", scope: str = "default") -> dict[str, str]:
        """The bot's menu for a language, command → description."""
        return dict(self._methods.commands.get((scope, language_code), ()))

    async def next_message(self) -> Message:
        """The next message that no test has taken yet; raises AssertionError when none comes."""
        return await self._taken(self._sent, "message")

    async def reply_to(self, chat_id: int, text: str, *how: Any, **more: Any) -> Message:
        """A person writes a text (see `user_says`); the next message is returned."""
        self.user_says(chat_id, text, *how, **more)
        return await self.next_message()

    async def reply_to_press(self, message: Message, *how: Any, **more: Any) -> Message:
        """A person presses a button (see `presses`); the next message is returned."""
        self.presses(message, *how, **more)
        return await self.next_message()

    async def next_edit(self) -> Message:
        return await self._taken(self._edited, "edit")

    async def edit_with(self, text: str) -> Message:
        """The next edited message that holds this text."""
        while text not in (edit := await self.next_edit()).text:
            pass
        return edit

    async def silence(self, seconds: float = 0.1) -> None:
        """Raises AssertionError when the bot sends anything until it has taken the updates that
        wait, and is `settled`, nor within this time after that."""
        async with asyncio.timeout(WAIT_SECONDS):
            while self._methods.updates.polled and self._methods.updates.pending:  # noqa: ASYNC110
                await asyncio.sleep(0.01)
        await self.settled()
        try:
            message = await asyncio.wait_for(self._sent.get(), seconds)
        except TimeoutError:
            return
        raise AssertionError(f"the bot said {message.text!r}")

    async def called(self, method: str, times: int = 1, within: float = WAIT_SECONDS) -> None:
        def enough() -> bool:
            return sum(name == method for name, _ in self.calls) >= times

        await self._until(enough, f"{times} calls of {method}", within)

    async def acknowledged(self, query: str) -> str:
        """The text (often empty) with which a button press is acknowledged, waited for."""
        await self._until(lambda: query in self.answers, f"an answer to the query {query}")
        return self.answers[query]

    async def told(self, chat_id: int, times: int = 1) -> None:
        def enough() -> bool:
            return sum(answer.message.chat_id == chat_id for answer in self.accepted) >= times

        await self._until(enough, f"{times} messages to {chat_id}")

    async def typed_in(self, chat_id: int) -> None:
        """Wait until the bot shows in a chat that it writes."""
        shown = (chat_id, "typing")
        await self._until(lambda: shown in self.actions, f"typing in {chat_id}")

    async def _until(self, so: Callable[[], bool], what: str, within: float = WAIT_SECONDS) -> None:
        """Wait for something that calls bring about; raises AssertionError if it is not in time."""
        try:
            async with asyncio.timeout(within):
                while not so():
                    self._called.clear()
                    await self._called.wait()
        except TimeoutError:
            raise AssertionError(f"{what}: not within {within} s") from None

    def fail_next(
        self,
        method: str,
        status: int = 500,
        retry_after: int | None = None,
        description: str = "Internal Server Error",
    ) -> None:
        """Refuse the next call of a method; calls add up."""
        if retry_after is not None:
            status, description = 429, f"Too Many Requests: retry after {retry_after}"
        self._faults[method].append(Refusal(status, description, retry_after))

    def lose_next(self, method: str, *, done: bool) -> None:
        """Cut the connection of the next call of a method, before it is done or after."""
        self._mishaps[method].append(_Mishap(done, is_cut=True))

    def hold_next(self, method: str, seconds: float, *, done: bool) -> None:
        """Do the next call of a method, or not, and let its reply wait."""
        self._mishaps[method].append(_Mishap(done, seconds))

    def garble_next(self, method: str, *, done: bool, status: int = 200) -> None:
        """Reply to the next call of a method with a page that is no Bot API reply."""
        self._mishaps[method].append(_Mishap(done, garbled=status))

    @property
    def faults_left(self) -> int:
        """How many of the faults asked for have not come about."""
        return sum(map(len, (*self._faults.values(), *self._mishaps.values())))

    async def _taken(self, queue: asyncio.Queue[Message], what: str) -> Message:
        try:
            return await asyncio.wait_for(queue.get(), WAIT_SECONDS)
        except TimeoutError:
            refused = "; ".join(f"{method}: {reason}" for method, reason in self.refusals)
            raise AssertionError(f"no {what} within {WAIT_SECONDS} s; refused: {refused}") from None

    # The HTTP side.

    async def _serve(self, request: web.Request) -> web.Response:
        method = request.match_info["method"]
        mishap = self._mishaps[method].popleft() if self._mishaps[method] else _Mishap(done=True)
        try:
            result = await self._answer(request, method) if mishap.done else None
            if mishap.seconds:
                await asyncio.sleep(mishap.seconds)
            if mishap.is_cut:
                return _cut(request)
            if mishap.garbled:
                return web.Response(text="<html>503</html>", status=mishap.garbled)
        except Refusal as refusal:
            self.refusals.append((method, refusal.description))
            return _refusal(refusal)
        return web.json_response({"ok": True, "result": result})

    async def _download(self, request: web.Request) -> web.Response:
        file_id = request.match_info["path"].removeprefix("documents/")
        known = request.match_info["token"] == self.token and file_id in self._methods.files
        if self._methods.local is not None or not known:
            return web.json_response({"ok": False, "error_code": 404}, status=404)
        return web.Response(body=self._methods.files[file_id])

    async def _answer(self, request: web.Request, method: str) -> object:
        token = request.match_info["token"]
        if not _TOKEN_SHAPE.fullmatch(token):
            raise Refusal(404, "Not Found")
        if token != self.token:
            raise Refusal(401, "Unauthorized")
        if method not in METHODS or method in self._lacks:
            raise Refusal(404, "Not Found")
        parameters = read_parameters(method, await _raw_parameters(request))
        self.calls.append((method, parameters))
        self._called.set()
        if self._faults[method]:
            raise self._faults[method].popleft()
        result = await self._methods.call(method, parameters)
        if method == "sendMessage" or method in FILES:
            message = self.messages[-1]
            self.accepted.append(Accepted(time.time(), message))
            self._sent.put_nowait(message)
        elif method.startswith("editMessage"):
            key = (parameters["chat_id"], parameters["message_id"])
            message = self._methods.messages[key]  # type: ignore[index]
            self.edits.append(Accepted(time.time(), message))
            self._edited.put_nowait(message)
        self._called.set()
        return result


def _cut(request: web.Request) -> web.Response:
    if request.transport is not None:
        request.transport.abort()
    return web.Response()


async def _raw_parameters(request: web.Request) -> dict[str, object]:
    raw: dict[str, object] = dict(request.query)
    if request.content_type == "application/json":
        parsed = json.loads(await request.text() or "{}")
        raw.update({name: value for name, value in parsed.items() if value is not None})
    elif request.method == "POST":
        for name, value in (await request.post()).items():
            if isinstance(value, web.FileField):
                raw[name] = Upload(value.filename, value.file.read())
            else:
                raw[name] = value
    return raw


def _refusal(refusal: Refusal) -> web.Response:
    hints = {"retry_after": refusal.retry_after, "migrate_to_chat_id": refusal.migrate_to}
    parameters = {name: value for name, value in hints.items() if value is not None}
    body = {"ok": False, "error_code": refusal.status, "description": refusal.description}
    more = {"parameters": parameters} if parameters else {}
    return web.json_response({**body, **more}, status=refusal.status)
