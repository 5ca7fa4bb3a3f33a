"""What the people of a test do: write, edit, press, ask inline, send files, move groups."""

from __future__ import annotations

import itertools
import re
import time
from dataclasses import dataclass
from typing import Any, Literal

from tests.botapi.entities import utf16_length
from tests.botapi.messages import Button, Json, Message
from tests.botapi.methods import Methods

Kind = Literal["private", "group", "supergroup", "channel"]
_MARK = re.compile(
    r"(?P<bot_command>(?<!\S)/\w+(?:@\w+)?)|(?P<mention>(?<!\w)@\w{3,})|https?://\S+"
)


@dataclass(frozen=True, slots=True)
class From:
    """Who does something, and where: `person` is the chat itself where it is a private one.

    `thread` is a topic of a forum; `channel` is the one in whose name they write; `direct` tells
    the direct messages of a channel, where each reader has a topic of their own.
    """

    chat: int
    person: int | None = None
    kind: Kind = "private"
    thread: int | None = None
    language_code: str | None = "fr"
    channel: int | None = None
    direct: bool = False


CHANNEL_BOT: Json = {"id": 136817688, "is_bot": True, "first_name": "Channel"}
"""Whom Telegram gives as the author of what is written in the name of a channel."""


class People:
    def __init__(self, methods: Methods) -> None:
        self._methods = methods
        self._numbers = itertools.count(1)
        self._reactions: dict[tuple[int, int, int], tuple[str, ...]] = {}
        self._said: dict[tuple[int, int], Json] = {}

    def user_says(self, chat_id: int, text: str, *how: Any, **more: Any) -> int:
        """A person writes a text (see `user_sends`); the number of their message is returned."""
        return self.user_sends(chat_id, _text(text), *how, **more)

    def user_sends(
        self,
        chat_id: int,
        content: Json,
        language_code: str | None = "fr",
        kind: Kind = "private",
        *,
        who: From | None = None,
        reply_to: Message | int | None = None,
        **more: Any,
    ) -> int:
        """A person sends something: `content` is that part of the Bot API's Message, `more` goes
        to `From`."""
        who = who or From(chat_id, kind=kind, language_code=language_code, **more)
        message = self._message(who, content, reply_to)
        if self._methods.sees(message):
            self._methods.updates.add("message", message)
        return int(str(message["message_id"]))

    def user_edits(self, chat_id: int, message_id: int, text: str) -> None:
        content = {**_text(text), "edit_date": int(time.time()), "message_id": message_id}
        self._methods.updates.add("edited_message", self._message(From(chat_id), content, None))

    def user_sends_file(
        self, chat_id: int, name: str, data: bytes, caption: str = "", size: int | None = None
    ) -> int:
        """A person sends a document; `size` is what Telegram says of it, if not the truth."""
        document = {**self._file("document", data), "file_name": name}
        if size is not None:
            document["file_size"] = size
        return self.user_sends(chat_id, {"document": document, **_caption(caption)})

    def _file(self, field: str, data: bytes) -> Json:
        """What a message says of a file that can be fetched from now on."""
        name = f"{field}-{next(self._numbers)}"
        self._methods.files[name] = data
        return {"file_id": name, "file_unique_id": name, "file_size": len(data)}

    def user_speaks(
        self, chat_id: int, data: bytes, seconds: int = 3, field: str = "voice", **more: Any
    ) -> int:
        """A person sends a recording: a voice, an audio or a video_note."""
        recording = {**self._file(field, data), "duration": seconds}
        if field == "video_note":
            recording["length"] = 240
        return self.user_sends(chat_id, {field: recording}, **more)

    def user_sends_photo(
        self, chat_id: int, caption: str = "", *how: Any, album: str | None = None, **more: Any
    ) -> int:
        photo: Json = {"file_id": "p", "file_unique_id": "p", "width": 1, "height": 1}
        content: Json = {"photo": [photo], **_caption(caption)}
        if album is not None:
            content["media_group_id"] = album
        return self.user_sends(chat_id, content, "fr", *how, **more)

    def user_asks_inline(self, person: int, query: str, language_code: str | None = "fr") -> str:
        """A person types `@bot query` in some chat; the query's id is returned."""
        number = f"inline-{next(self._numbers)}"
        self._methods.inline_queries.add(number)
        content: Json = {
            "id": number,
            "from": _person(person, language_code),
            "query": query,
            "offset": "",
            "chat_type": "sender",
        }
        self._methods.updates.add("inline_query", content)
        return number

    def user_asks_as_guest(
        self,
        person: int,
        text: str,
        below: str | None = None,
        language_code: str | None = "fr",
        *,
        group: int | None = None,
        quote: str | None = None,
    ) -> str:
        """A person mentions the bot where it is no member, in a group or in the private chat with
        somebody, in reply to a message `below`, or to a `quote` of it; the query's id is returned.
        """
        number = f"guest-{next(self._numbers)}"
        self._methods.guest_queries.add(number)
        chat: Json = {"id": 8, "type": "private", "first_name": "Ami"}
        if group is not None:
            chat = {"id": group, "type": "supergroup", "title": "Famille"}
        sent: Json = {"date": int(time.time()), "chat": chat}
        message: Json = {
            **sent,
            "message_id": 3,
            "from": _person(person, language_code),
            "guest_query_id": number,
            **_text(f"@{self._methods.bot['username']} {text}"),
        }
        if below is not None:
            author = _person(8, language_code)
            message["reply_to_message"] = {**sent, "message_id": 2, "from": author, **_text(below)}
        if quote is not None:
            message["quote"] = {"text": quote, "position": (below or "").index(quote)}
        self._methods.updates.add("guest_message", message)
        return number

    def user_picks(self, message: Message, number: int, picked: int, name: str) -> None:
        """A person picks somebody by one of the buttons in place of their keyboard."""
        assert message.pickers
        picker = message.pickers[number]
        user: Json = {"user_id": picked, **({"first_name": name} if picker.named else {})}
        content: Json = {"users_shared": {"request_id": picker.request_id, "users": [user]}}
        self.user_sends(message.chat_id, content)

    def knows(self, person: int) -> None:
        """Somebody has written to the bot before, and may be written to."""
        self._methods.chat_of(person, "private")

    def user_deletes(self, message: Message) -> None:
        del self._methods.messages[message.chat_id, message.message_id]

    def user_blocks(self, chat_id: int) -> None:
        """A person wants nothing more from the bot: sending to them is refused with 403."""
        self._methods.blocked.add(chat_id)

    def user_reacts(
        self,
        message: Message,
        *emoji: str,
        person: int | None = None,
        kind: Kind = "private",
        anonymous: bool = False,
    ) -> None:
        """A person's reactions to a message are from now on these, none without any.

        In groups, a bot is told only where it is an administrator; of those who react in the name
        of their group, it is told no more than that.
        """
        chat = self._methods.chats[message.chat_id]
        administered = self._methods.administrators.get(message.chat_id, set())
        if kind != "private" and self._methods.bot["id"] not in administered:
            return
        who = person or message.chat_id
        key = (message.chat_id, message.message_id, who)
        old, self._reactions[key] = self._reactions.get(key, ()), emoji
        actor = {"actor_chat": chat} if anonymous else {"user": _person(who, "fr")}
        content: Json = {
            "chat": chat,
            "message_id": message.message_id,
            "date": int(time.time()),
            "old_reaction": [{"type": "emoji", "emoji": sign} for sign in old],
            "new_reaction": [{"type": "emoji", "emoji": sign} for sign in emoji],
            **actor,
        }
        self._methods.updates.add("message_reaction", content)

    def bot_is_administrator(self, chat_id: int) -> None:
        bot = int(str(self._methods.bot["id"]))
        self._methods.administrators.setdefault(chat_id, set()).add(bot)

    def bot_is_added(self, chat_id: int, person: int, kind: Kind = "supergroup") -> None:
        """Somebody takes the bot into a group, or makes it an administrator of a channel."""
        chat = self._methods.chat_of(chat_id, kind)
        bot = self._methods.bot
        content: Json = {
            "chat": chat,
            "from": _person(person, "fr"),
            "date": int(time.time()),
            "old_chat_member": {"user": bot, "status": "left"},
            "new_chat_member": {"user": bot, **(_RIGHTS if kind == "channel" else _MEMBER)},
        }
        self._methods.updates.add("my_chat_member", content)

    def administers(self, chat_id: int, person: int) -> None:
        self._methods.administrators.setdefault(chat_id, set()).add(person)

    def group_moves(self, old: int, new: int) -> None:
        """A group becomes a supergroup; sending to the old id is refused from now on."""
        self._methods.chat_of(new, "supergroup")
        self._methods.moved[old] = new
        content: Json = {"migrate_to_chat_id": new}
        self._methods.updates.add("message", self._message(From(old, 7, "group"), content, None))

    def presses(
        self,
        message: Message,
        button: Button | int | str = 0,
        language_code: str | None = "fr",
        data: str | None = None,
        *,
        person: int | None = None,
    ) -> str:
        """A person presses a button (or its place, or what it says); the query's id is returned.

        `data` overrides what the button carries, as a forged or very old button would.
        """
        if isinstance(button, str):
            button = message.labels.index(button)
        pressed = message.buttons[button] if isinstance(button, int) else button
        if pressed.callback_data is None:
            raise ValueError(f"the button {pressed.text!r} opens a page, it does not call back")
        query = str(next(self._numbers))
        self._methods.queries.add(query)
        chat = self._methods.chats[message.chat_id]
        content: Json = {
            "id": query,
            "from": _person(person or message.chat_id, language_code),
            "message": message.to_json(chat, self._methods.bot),
            "chat_instance": str(message.chat_id),
            "data": data or pressed.callback_data,
        }
        self._methods.updates.add("callback_query", content)
        return query

    def _message(self, who: From, content: Json, reply_to: Message | int | None) -> Json:
        chat = self._methods.chat_of(who.chat, who.kind)
        number = content.get("message_id") or self._methods.next_id(who.chat)
        shape: Json = {
            **content,
            "message_id": number,
            "date": int(time.time()),
            "chat": chat,
            "from": _person(who.person or abs(who.chat), who.language_code),
        }
        if who.channel is not None:
            named: Json = {"id": who.channel, "type": "channel", "title": "La chaîne"}
            shape |= {"from": CHANNEL_BOT, "sender_chat": named}
        if who.direct:
            topic = who.person or abs(who.chat)
            self._methods.direct_topics.add((who.chat, topic))
            chat["is_direct_messages"] = True
            shape["direct_messages_topic"] = {"topic_id": topic, "user": shape["from"]}
        if who.thread is not None:
            self._methods.topics.add((who.chat, who.thread))
            chat["is_forum"] = True
            shape |= {"message_thread_id": who.thread, "is_topic_message": True}
        if isinstance(reply_to, Message):
            shape["reply_to_message"] = reply_to.to_json(chat, self._methods.bot)
        elif reply_to is not None:
            other = {"message_id": reply_to, "date": int(time.time()), "chat": chat, "text": "…"}
            unknown = {**other, "from": _person(8, "fr")}
            shape["reply_to_message"] = self._said.get((who.chat, reply_to), unknown)
        plain = {key: schema for key, schema in shape.items() if key != "reply_to_message"}
        self._said[who.chat, int(str(number))] = plain
        return shape


_MEMBER: Json = {"status": "member"}
_RIGHTS: Json = {
    "status": "administrator",
    "can_be_edited": False,
    **dict.fromkeys(
        (
            *("is_anonymous", "can_manage_chat", "can_delete_messages", "can_manage_video_chats"),
            *("can_restrict_members", "can_promote_members", "can_change_info"),
            *("can_invite_users", "can_post_stories", "can_edit_stories", "can_delete_stories"),
        ),
        True,
    ),
}


def _text(text: str) -> Json:
    """A text with the entities that Telegram finds in it."""
    entities = _entities(text)
    return {"text": text, **({"entities": entities} if entities else {})}


def _caption(caption: str) -> Json:
    """As `_text`, below a picture or a file; nothing where there is none."""
    return {"caption": caption, "caption_entities": _entities(caption)} if caption else {}


def _entities(text: str) -> list[Json]:
    return [
        {
            "type": match.lastgroup or "url",
            "offset": utf16_length(text[: match.start()]),
            "length": utf16_length(match[0]),
        }
        for match in _MARK.finditer(text)
    ]


def _person(user_id: int, language_code: str | None) -> Json:
    person: Json = {"id": user_id, "is_bot": False, "first_name": "Lecteur"}
    return person if language_code is None else {**person, "language_code": language_code}
