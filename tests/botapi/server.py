"""The Bot API over HTTP on 127.0.0.1, with a handle for the test that plays the people.

Two kinds of strictness: what Telegram refuses is refused in Telegram's words, and what Telegram
lets pass in silence although it is a mistake (unknown parameters, unescaped text) is refused too.
"""

from __future__ import annotations

import asyncio
import itertools
import json
import re
import time
from collections import defaultdict, deque
from types import TracebackType
from typing import Self

from aiohttp import web

from tests.botapi.messages import Button, Json, Message
from tests.botapi.methods import Methods
from tests.botapi.parameters import SIGNATURES, read_parameters
from tests.botapi.refusal import Refusal

TOKEN = "4200000001:AAtest-token_that-opens-nothing-at-all"
_TOKEN_SHAPE = re.compile(r"\d+:[\w-]+")


class BotServer:
    """One bot's server; use it as `async with BotServer() as server`."""

    def __init__(self, token: str = TOKEN, username: str = "selon_test_bot") -> None:
        self.token = token
        self.url = ""
        self.calls: list[tuple[str, dict[str, object]]] = []
        self.refusals: list[tuple[str, str]] = []
        self._methods = Methods(username)
        self._sent: asyncio.Queue[Message] = asyncio.Queue()
        self._edited: asyncio.Queue[Message] = asyncio.Queue()
        self._called = asyncio.Event()
        self._faults: defaultdict[str, deque[Refusal]] = defaultdict(deque)
        self._queries = itertools.count(1)
        self._runner: web.AppRunner | None = None

    async def __aenter__(self) -> Self:
        application = web.Application()
        application.router.add_route("*", "/bot{token}/{method}", self._serve)
        self._runner = web.AppRunner(
            application, access_log=None, handler_cancellation=True, shutdown_timeout=0.2
        )
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        host, port = self._runner.addresses[0][:2]
        self.url = f"http://{host}:{port}"
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._methods.updates.close()
        if self._runner is not None:
            await self._runner.cleanup()

    # What the people do.

    def user_says(
        self, chat_id: int, text: str, language_code: str | None = "fr", kind: str = "private"
    ) -> int:
        """A person writes a text; the number of their message is returned."""
        content: Json = {"text": text}
        command = re.match(r"/\w+(@\w+)?", text)
        if command:
            content["entities"] = [{"type": "bot_command", "offset": 0, "length": command.end()}]
        return self.user_sends(chat_id, content, language_code, kind)

    def user_sends(
        self,
        chat_id: int,
        content: Json,
        language_code: str | None = "fr",
        kind: str = "private",
    ) -> int:
        """A person sends something else: `content` is that part of the Bot API's Message."""
        message = self._from_user(chat_id, content, language_code, kind)
        self._methods.updates.add("message", message)
        return int(str(message["message_id"]))

    def user_edits(
        self, chat_id: int, message_id: int, text: str, language_code: str | None = "fr"
    ) -> None:
        """A person rewrites one of their messages."""
        content: Json = {"text": text, "edit_date": int(time.time()), "message_id": message_id}
        message = self._from_user(chat_id, content, language_code, "private")
        self._methods.updates.add("edited_message", message)

    def user_blocks(self, chat_id: int) -> None:
        """A person wants nothing more from the bot: sending to them is refused with 403."""
        self._methods.blocked.add(chat_id)

    def presses(
        self,
        message: Message,
        button: Button | int = 0,
        language_code: str | None = "fr",
        data: str | None = None,
    ) -> str:
        """A person presses a button (or its place in the message); the query's id is returned.

        `data` overrides what the button carries, as a forged or very old button would.
        """
        pressed = message.buttons[button] if isinstance(button, int) else button
        if pressed.callback_data is None:
            raise ValueError(f"the button {pressed.text!r} opens a page, it does not call back")
        query = str(next(self._queries))
        self._methods.queries.add(query)
        chat = self._methods.chats[message.chat_id]
        content: Json = {
            "id": query,
            "from": _person(message.chat_id, language_code),
            "message": message.to_json(chat, self._methods.bot),
            "chat_instance": str(message.chat_id),
            "data": data or pressed.callback_data,
        }
        self._methods.updates.add("callback_query", content)
        return query

    def _from_user(self, chat_id: int, content: Json, language_code: str | None, kind: str) -> Json:
        names = {"first_name": "Lecteur"} if kind == "private" else {"title": "Rédaction"}
        chat = self._methods.chats.setdefault(chat_id, {"id": chat_id, "type": kind, **names})
        number = content.get("message_id") or self._methods.next_id(chat_id)
        return {
            **content,
            "message_id": number,
            "date": int(time.time()),
            "chat": chat,
            "from": _person(abs(chat_id), language_code),
        }

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
    def answers(self) -> dict[str, str]:
        """The text (often empty) with which each button press was acknowledged, by query id."""
        return self._methods.answers

    def commands(self, language_code: str = "", scope: str = "default") -> dict[str, str]:
        """The bot's menu for a language, command → description."""
        return dict(self._methods.commands.get((scope, language_code), ()))

    async def next_message(self, within: float = 5.0) -> Message:
        """The next message that no test has taken yet; raises AssertionError when none comes."""
        return await self._taken(self._sent, "message", within)

    async def next_edit(self, within: float = 5.0) -> Message:
        """The next edited message, as `next_message`."""
        return await self._taken(self._edited, "edit", within)

    async def silence(self, seconds: float = 0.3) -> None:
        """Raises AssertionError when the bot sends anything within this time."""
        try:
            message = await asyncio.wait_for(self._sent.get(), seconds)
        except TimeoutError:
            return
        raise AssertionError(f"the bot said {message.text!r}")

    async def called(self, method: str, times: int = 1, within: float = 5.0) -> None:
        """Wait until a method has been called this often since the server started."""

        def count() -> int:
            return sum(name == method for name, _ in self.calls)

        try:
            async with asyncio.timeout(within):
                while count() < times:
                    self._called.clear()
                    await self._called.wait()
        except TimeoutError:
            raise AssertionError(f"{method} was called {count()} times in {within} s") from None

    def fail_next(
        self,
        method: str,
        status: int = 500,
        retry_after: int | None = None,
        description: str = "Internal Server Error",
    ) -> None:
        """Refuse the next call of a method; calls add up."""
        if retry_after is not None:
            description = f"Too Many Requests: retry after {retry_after}"
        self._faults[method].append(Refusal(status, description, retry_after))

    async def _taken(self, queue: asyncio.Queue[Message], what: str, within: float) -> Message:
        try:
            return await asyncio.wait_for(queue.get(), within)
        except TimeoutError:
            refused = "; ".join(f"{method}: {reason}" for method, reason in self.refusals)
            raise AssertionError(f"no {what} within {within} s; refused: {refused}") from None

    # The HTTP side.

    async def _serve(self, request: web.Request) -> web.Response:
        method = request.match_info["method"]
        try:
            result = await self._answer(request, method)
        except Refusal as refusal:
            self.refusals.append((method, refusal.description))
            return _refusal(refusal)
        return web.json_response({"ok": True, "result": result})

    async def _answer(self, request: web.Request, method: str) -> object:
        token = request.match_info["token"]
        if not _TOKEN_SHAPE.fullmatch(token):
            raise Refusal(404, "Not Found")
        if token != self.token:
            raise Refusal(401, "Unauthorized")
        names = {name.lower(): name for name in SIGNATURES}
        if method.lower() not in names:
            raise Refusal(404, "Not Found")
        method = names[method.lower()]
        parameters = read_parameters(method, await _raw_parameters(request))
        self.calls.append((method, parameters))
        self._called.set()
        if self._faults[method]:
            raise self._faults[method].popleft()
        result = await self._methods.call(method, parameters)
        if method == "sendMessage":
            self._sent.put_nowait(self.messages[-1])
        elif method.startswith("editMessage"):
            key = (parameters["chat_id"], parameters["message_id"])
            self._edited.put_nowait(self._methods.messages[key])  # type: ignore[index]
        return result


def _person(user_id: int, language_code: str | None) -> Json:
    person: Json = {"id": user_id, "is_bot": False, "first_name": "Lecteur"}
    return person if language_code is None else {**person, "language_code": language_code}


async def _raw_parameters(request: web.Request) -> dict[str, object]:
    raw: dict[str, object] = dict(request.query)
    if request.content_type == "application/json":
        body = await request.text()
        try:
            parsed = json.loads(body) if body else {}
        except ValueError:
            raise Refusal(400, "Bad Request: can't parse request body as JSON") from None
        if not isinstance(parsed, dict):
            raise Refusal(400, "Bad Request: object expected as request body")
        raw.update({name: value for name, value in parsed.items() if value is not None})
    elif request.method == "POST":
        raw.update(await request.post())
    return raw


def _refusal(refusal: Refusal) -> web.Response:
    body: Json = {
        "ok": False,
        "error_code": refusal.status,
        "description": refusal.description,
    }
    if refusal.retry_after is not None:
        body["parameters"] = {"retry_after": refusal.retry_after}
    return web.json_response(body, status=refusal.status)
