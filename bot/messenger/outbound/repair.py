"""Simpler forms of a letter that Telegram refuses, so that its text arrives all the same."""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from dataclasses import replace

from telegram.error import BadRequest, ChatMigrated, TelegramError

from bot.messenger.outbound.message_text import MESSAGE_LIMIT, units
from bot.state.deliveries import Letter, Part

_LINK = re.compile(r'<a href="(?P<address>[^"]*)">(?P<words>[^<]*+(?:<(?!/?a\b)[^<]*+)*+)</a>')
_TAG = re.compile(r"</?[a-zA-Z][^<>]*>")

# Refusals that no other form of the letter can avoid.
_FATAL = re.compile(
    r"chat not found|user not found|peer_id_invalid|not enough rights|have no rights|"
    r"need administrator rights|write_forbidden|send_plain_forbidden|chat_restricted|"
    r"user_is_blocked|deactivated|user_is_bot"
)


def repair_letter(letter: Letter, sent_count: int, error: TelegramError) -> Letter | None:
    """Return the closest form of the letter that may be accepted; None if there is none.

    Its first `sent_count` parts were accepted already. Each form is simpler than the one before, so
    this terminates.
    """
    if isinstance(error, ChatMigrated):
        return replace(letter, chat_id=error.new_chat_id, thread_id=0, reply_to=None)
    reason = str(error).lower()
    if isinstance(error, BadRequest) and letter.only_for is not None:
        return replace(letter, only_for=None)  # only administrators may always send those
    if not isinstance(error, BadRequest) or _FATAL.search(reason):
        return None
    sent_parts, rest = letter.parts[:sent_count], replace(letter, parts=letter.parts[sent_count:])
    for pattern, change in _CHANGES:
        new_rest = change(rest)
        if pattern.search(reason) and new_rest != rest:
            break
    else:
        new_rest = rest
        for _, change in _CHANGES:
            new_rest = new_rest if change is _split_long_parts else change(new_rest)
    return replace(new_rest, parts=(*sent_parts, *new_rest.parts)) if new_rest != rest else None


def without_styles(text: str) -> str:
    """Convert HTML to plain text, with addresses behind their link texts."""
    text = _LINK.sub(lambda link: f"{link['words']} ({link['address']})", text)
    return html.unescape(_TAG.sub("", text))


def _split_long_parts(letter: Letter) -> Letter:
    parts: list[Part] = []
    for part in letter.parts:
        text = _as_plain(part).text
        if part.attachment is not None:  # its caption becomes a message of its own
            parts.append(Part("", html=False, attachment=part.attachment))
        if text or part.attachment is None:
            parts += [Part(piece, html=False) for piece in _split(text)]
    return replace(letter, parts=tuple(parts))


def _as_plain(part: Part) -> Part:
    return replace(part, text=without_styles(part.text), html=False) if part.html else part


def _as_document(part: Part) -> Part:
    file = part.attachment
    return replace(part, attachment=replace(file, kind="document")) if file else part


def _each_part(change: Callable[[Part], Part]) -> Callable[[Letter], Letter]:
    return lambda letter: replace(letter, parts=tuple(map(change, letter.parts)))


_CHANGES: tuple[tuple[re.Pattern[str], Callable[[Letter], Letter]], ...] = (
    (re.compile("button|keyboard|markup"), lambda letter: replace(letter, keyboard=None)),
    (re.compile("photo|image|audio|voice|too big|file"), _each_part(_as_document)),
    (re.compile("too long|too_long"), _split_long_parts),
    (re.compile("thread not found|topic|thread_id"), lambda letter: replace(letter, thread_id=0)),
    (re.compile("reply|replied"), lambda letter: replace(letter, reply_to=None)),
    (re.compile("entit|parse|tag"), _each_part(_as_plain)),
)


def _split(text: str) -> list[str]:
    """Split a text into messages, between lines or words where possible."""
    pieces = []
    while units(text) > MESSAGE_LIMIT:
        end = MESSAGE_LIMIT
        while units(text[:end]) > MESSAGE_LIMIT:
            end -= units(text[:end]) - MESSAGE_LIMIT
        break_ = max(text.rfind("\n", end // 2, end), text.rfind(" ", end // 2, end))
        end = break_ if break_ > 0 else end
        pieces.append(text[:end].rstrip())
        text = text[end:].lstrip()
    return [*pieces, text] if text or not pieces else pieces
