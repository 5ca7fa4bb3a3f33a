"""Messages and buttons as a person sees them, and their Bot API shape."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Literal

from tests.botapi.entities import EntityType, Formatted, utf16_slice

Json = dict[str, object]
FileKind = Literal["document", "photo", "audio", "voice"]


@dataclass(frozen=True, slots=True)
class Button:
    """A button below a message, that calls back, opens an address, or begins an inline query."""

    text: str
    callback_data: str | None = None
    url: str | None = None
    query: str | None = None
    copied: str | None = None
    web_app: str | None = None

    def to_json(self) -> Json:
        kinds = {
            "callback_data": self.callback_data,
            "url": self.url,
            "switch_inline_query_current_chat": self.query,
            "copy_text": None if self.copied is None else {"text": self.copied},
            "web_app": None if self.web_app is None else {"url": self.web_app},
        }
        return {"text": self.text, **{key: kind for key, kind in kinds.items() if kind is not None}}


@dataclass(frozen=True, slots=True)
class Picker:
    """A button that picks a person, whose name goes along if it is asked for."""

    text: str
    request_id: int
    named: bool


@dataclass(frozen=True, slots=True)
class File:
    """A file as it was sent: `kind` is the field of the Message that holds it."""

    kind: FileKind
    name: str
    data: bytes


@dataclass(frozen=True, slots=True)
class Message:
    """A message that the bot sent, as it now stands; `pickers` replace the person's keyboard."""

    chat_id: int
    message_id: int
    date: int
    formatted: Formatted
    keyboard: tuple[tuple[Button, ...], ...] = ()
    reply_to: int | None = None
    preview: bool = True
    edited: bool = False
    thread_id: int | None = None
    direct_topic: int | None = None
    file: File | None = None
    pickers: tuple[Picker, ...] | None = None
    only_for: int | None = None

    @property
    def text(self) -> str:
        return self.formatted.text

    @property
    def buttons(self) -> tuple[Button, ...]:
        return tuple(button for row in self.keyboard for button in row)

    @property
    def labels(self) -> list[str]:
        return [button.text for button in self.buttons]

    @property
    def links(self) -> tuple[tuple[str, str], ...]:
        """The words linked and the address of each link."""
        linked = (entity for entity in self.formatted.entities if entity.type == "text_link")
        return tuple(
            zip(self.styled("text_link"), (entity.argument for entity in linked), strict=True)
        )

    def styled(self, kind: EntityType) -> tuple[str, ...]:
        return tuple(
            utf16_slice(self.text, entity.offset, entity.length)
            for entity in self.formatted.entities
            if entity.type == kind
        )

    def edit(self, formatted: Formatted, keyboard: tuple[tuple[Button, ...], ...]) -> Message:
        return replace(self, formatted=formatted, keyboard=keyboard, edited=True)

    def to_json(self, chat: Mapping[str, object], bot: Mapping[str, object]) -> Json:
        shape: Json = {
            "message_id": self.message_id,
            "date": self.date,
            "chat": dict(chat),
            "from": dict(bot),
            **self._content(),
        }
        if self.thread_id is not None:
            shape |= {"message_thread_id": self.thread_id, "is_topic_message": True}
        if self.direct_topic is not None:
            shape["direct_messages_topic"] = {"topic_id": self.direct_topic}
        if self.keyboard:
            rows = [[button.to_json() for button in row] for row in self.keyboard]
            shape["reply_markup"] = {"inline_keyboard": rows}
        if self.only_for is not None:
            receiver = {"id": self.only_for, "is_bot": False, "first_name": "Lecteur"}
            number = {"message_id": 0, "ephemeral_message_id": self.message_id}
            shape |= {"receiver_user": receiver, **number}
        if self.edited:
            shape["edit_date"] = self.date
        return shape

    def _content(self) -> Json:
        entities = [entity.to_json() for entity in self.formatted.entities]
        if self.file is None:
            return {"text": self.text, **({"entities": entities} if entities else {})}
        name = f"file-{self.chat_id}-{self.message_id}"
        file: Json = {"file_id": name, "file_unique_id": name, "file_size": len(self.file.data)}
        shapes: dict[FileKind, object] = {
            "document": {**file, "file_name": self.file.name},
            "photo": [{**file, "width": 1, "height": 1}],
            "audio": {**file, "file_name": self.file.name, "duration": 1},
            "voice": {**file, "duration": 1},
        }
        caption = {"caption": self.text} if self.text else {}
        styles = {"caption_entities": entities} if entities else {}
        return {self.file.kind: shapes[self.file.kind], **caption, **styles}
