"""Links that open the bot on Telegram with a question: « t.me/selon_bot?start=… »."""

from __future__ import annotations

import base64
import binascii

PAYLOAD_LIMIT = 64  # characters, of which Telegram allows letters, digits, “_” and “-”
INVITATION_CHARACTERS = 32  # of an invitation's payload
INLINE_PAYLOAD = "inline"  # of the button above inline results
_QUESTION, _KEY = "q", "k"


def question_payload(question: str) -> str:
    """The payload of a link with a question, in base64url (RFC 4648) without padding; empty if the
    question is too long."""
    payload = _encode(question)
    if len(payload) == INVITATION_CHARACTERS:
        payload = _encode(f"{question} ")
    return payload if len(payload) <= PAYLOAD_LIMIT else ""


def _encode(question: str) -> str:
    return _QUESTION + base64.urlsafe_b64encode(question.encode()).decode().rstrip("=")


def payload_question(payload: str) -> str:
    """The question in a payload; empty if there is none."""
    if not payload.startswith(_QUESTION):
        return ""
    digits = payload.removeprefix(_QUESTION)
    try:
        return base64.b64decode(f"{digits}==", altchars=b"-_").decode().strip()
    except (binascii.Error, UnicodeDecodeError):
        return ""


def payload_key(payload: str) -> str:
    """The key of the web answer in a payload; empty if there is none."""
    return payload.removeprefix(_KEY) if payload.startswith(_KEY) else ""


def start_link(username: str, question: str, key: str) -> str:
    """The link that asks a question on Telegram, by the `key` of its web answer if it is long."""
    return f"https://t.me/{username}?start={question_payload(question) or _KEY + key}"
