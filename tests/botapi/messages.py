"""Messages and buttons as a person sees them, and their Bot API shape."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from tests.botapi.entities import EntityType, Formatted, utf16_slice

Json = dict[str, object]


@dataclass(frozen=True, slots=True)
class Button:
    """One button below a message: pressing it calls back or opens an address."""

    text: str
    callback_data: str | None = None
    url: str | None = None

    def to_json(self) -> Json:
        extra = {"callback_data": self.callback_data, "url": self.url}
        return {"text": self.text, **{name: value for name, value in extra.items() if value}}


@dataclass(frozen=True, slots=True)
class Message:
    """A message that the bot sent, as it now stands."""

    chat_id: int
    message_id: int
    date: int
    formatted: Formatted
    keyboard: tuple[tuple[Button, ...], ...] = ()
    reply_to: int | None = None
    preview: bool = True
    edited: bool = False

    @property
    def text(self) -> str:
        return self.formatted.text

    @property
    def buttons(self) -> tuple[Button, ...]:
        return tuple(button for row in self.keyboard for button in row)

    @property
    def links(self) -> tuple[tuple[str, str], ...]:
        """The words linked and the address of each link."""
        return tuple(
            (utf16_slice(self.text, entity.offset, entity.length), entity.argument)
            for entity in self.formatted.entities
            if entity.type == "text_link"
        )

    def styled(self, kind: EntityType) -> tuple[str, ...]:
        """The stretches of text in one style."""
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
            "text": self.text,
        }
        if self.formatted.entities:
            shape["entities"] = [entity.to_json() for entity in self.formatted.entities]
        if self.keyboard:
            rows = [[button.to_json() for button in row] for row in self.keyboard]
            shape["reply_markup"] = {"inline_keyboard": rows}
        if self.edited:
            shape["edit_date"] = self.date
        return shape
