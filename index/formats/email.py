"""Email messages (`.eml`): press releases and newsletters, with their attachments."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from email import message_from_bytes
from email.message import EmailMessage, MIMEPart
from email.policy import EmailPolicy
from email.utils import parsedate_to_datetime
from itertools import islice

from index.errors import Problem, ReadError
from index.formats.base import Block, Content, Metadata, ParsedArticle, Skipped
from index.formats.conversion import read_part
from index.formats.encoding import decode, plain_lines
from index.formats.html.parser import read_fragment, read_html
from index.formats.html.tree import page_text
from index.formats.table import suffix_of
from index.formats.text import read_text

logger = logging.getLogger(__name__)

MESSAGE_BYTES = 64 * 2**20  # a message with its attachments
MESSAGE_PARTS = 500  # further parts are left out
MESSAGE_DEPTH = 3  # messages and archives inside each other
_HEAD_END = re.compile(rb"\n\r?\n")
_STRAY = re.compile(rb"\r(?!\n)")
_REAL = 40  # characters; a shorter plain text is empty
_STUB_LIMIT = 400  # « Afficher dans votre navigateur » and an address
_SIGNATURE_LIMIT = 1_000
_STUB = re.compile(
    r"\b(?:view|read|see) .{0,40}\b(?:browser|online|html)|\bhtml\b|version en ligne"
    r"|(?:dans|avec) (?:votre|un) navigateur",
    re.IGNORECASE,
)
_REPLY = re.compile(r"^(?:\s*(?:re|fwd?|tr|aw|wg|rv)\s*:\s*)+", re.IGNORECASE)
_SIGNATURE = re.compile(r"\n-- ?\n(?P<who>.*)\Z", re.DOTALL)
_LIST = re.compile(
    r".*(?:se désabonner|désabonnez-vous|vous désinscrire|désinscription|unsubscribe"
    r"|vous recevez ce(?:t e-?mail|t email| mail| message|tte lettre)"
    r"|you (?:are receiving|received|are subscribed)|voir (?:cet e-?mail|la version en ligne)"
    r"|view (?:this )?(?:e-?mail )?in your browser).*",
    re.IGNORECASE,
)
_HEADER_LIMIT = 2_000  # characters
_LIST_LIMIT = 300  # characters; a longer line says something besides


class _ShortHeaders(EmailPolicy):
    """Policy that truncates headers, because the library's parser takes quadratic time."""

    def header_source_parse(self, sourcelines: Sequence[str]) -> tuple[str, str]:
        name, value = super().header_source_parse(list(sourcelines))
        return name, value[:_HEADER_LIMIT]


_POLICY = _ShortHeaders(refold_source="none")  # attached messages are read as they were sent
_MESSAGE = "message/rfc822"


def read(content: Content) -> Iterator[ParsedArticle | Skipped]:
    """Yield the message, then its attachments of known formats.

    Raises ReadError if neither the message nor any attachment can be read.
    """
    if content.size > MESSAGE_BYTES:
        raise ReadError(
            "letter-too-large", subject=content.label, size=content.size, limit=MESSAGE_BYTES
        )
    message = _parse(content)
    refusal: ReadError | None = None
    try:
        yield _read_letter(message, content)
    except ReadError as error:
        refusal = error
    for part in _attachments(message, content):
        refusal = None if isinstance(part, ParsedArticle) else refusal
        yield part
    if refusal:
        raise refusal


def _parse(content: Content) -> EmailMessage:
    """Parse the message; ReadError if it has no message headers."""
    try:
        letter = content.read()
        # A stray carriage return would end a header, unless all lines end with one.
        end = _HEAD_END.search(letter)
        head = letter[: end.start()] if end else letter
        if b"\n" in head:
            letter = _STRAY.sub(b" ", head) + letter[len(head) :]
        message = message_from_bytes(letter, policy=_POLICY)
    except ReadError:
        raise
    except Exception as error:  # the parser fails in many ways
        raise ReadError("letter-broken", subject=content.label) from error
    if not isinstance(message, EmailMessage) or not any(
        _header(message, name) for name in ("From", "Subject", "Date", "Message-ID")
    ):
        raise ReadError("letter-not", subject=content.label)
    return message


def _header(message: EmailMessage, name: str) -> str | None:
    """Return a header as text; None if it is absent or too broken to parse."""
    try:
        value = message[name]
        return " ".join(str(value).split()) or None if value is not None else None
    except Exception:  # malformed headers raise anything
        logger.debug("a broken header: %s", name)
        return None


def _facts(message: EmailMessage) -> Metadata:
    names: list[str] = []
    with suppress(Exception):  # see _header
        names = [address.display_name for address in message["From"].addresses]
    sent_at = None
    with suppress(ValueError, TypeError, IndexError, OverflowError):
        sent_at = parsedate_to_datetime(_header(message, "Date") or "")
    return Metadata.of(
        "email",
        title=_REPLY.sub("", _header(message, "Subject") or ""),
        # A bare address is not a name.
        author=", ".join(name.strip(" '\"") for name in names if name and "@" not in name),
        published=sent_at,
    )


def _read_letter(message: EmailMessage, content: Content) -> ParsedArticle:
    """Return the message's own text: plain, unless it only points to the HTML part."""
    plain, rich = _part(message, "plain"), _part(message, "html")
    text = _plain_text(plain, content) if plain is not None else ""
    stub = len(text) < _REAL or (len(text) < _STUB_LIMIT and bool(_STUB.search(text)))
    if rich is not None and stub:
        page = page_text(_payload(rich), content.label, rich.get_content_charset())
        try:
            parsed = read_html(page, content)
        except ReadError:
            parsed = read_fragment(page, content)
    else:
        parsed = read_text(text)
    blocks = tuple(_drop_list_lines(parsed.blocks))
    if not blocks:
        raise ReadError("letter-no-text", subject=content.label)
    return replace(parsed, blocks=blocks, metadata=_facts(message).completed(parsed.metadata))


def _part(message: EmailMessage, kind: str) -> EmailMessage | None:
    try:
        part = message.get_body(preferencelist=(kind,))
    except Exception:  # see _header
        return None
    return part if isinstance(part, EmailMessage) else None


def _payload(part: MIMEPart) -> bytes:
    payload: object = None
    with suppress(Exception):  # see _header
        attached = list(part.iter_parts()) if part.get_content_type() == _MESSAGE else []
        payload = attached[0].as_bytes() if attached else part.get_payload(decode=True)
    return payload if isinstance(payload, bytes) else b""


def _plain_text(part: EmailMessage, content: Content) -> str:
    data = _payload(part)
    if not data.strip():
        return ""
    try:
        text = data.decode(part.get_content_charset() or "utf-8")
    except (LookupError, UnicodeError):
        text = decode(data, content.label)
    signature = _SIGNATURE.search(text := plain_lines(text))
    if signature and len(signature["who"]) <= _SIGNATURE_LIMIT:
        text = text[: signature.start()]
    return text.strip()


def _drop_list_lines(blocks: tuple[Block, ...]) -> Iterator[Block]:
    """Drop the lines added by mailing lists: why one is subscribed, how to unsubscribe."""
    for block in blocks:
        lines = block.text.split("\n")
        others = [line for line in lines if len(line) > _LIST_LIMIT or not _LIST.fullmatch(line)]
        if others:
            yield replace(block, text="\n".join(others))


def _attachments(message: EmailMessage, content: Content) -> Iterator[ParsedArticle | Skipped]:
    """Yield the articles of the attachments of known formats; others are ignored."""
    counts: dict[str, int] = {}
    for part in islice(_parts(message), MESSAGE_PARTS):
        unnamed = "message.eml" if part.get_content_type() == _MESSAGE else ""
        try:
            name = part.get_filename() or unnamed
        except Exception:  # see _header
            continue
        name = re.split(r"[/\\]", name.replace("\0", ""))[-1].strip()
        if suffix_of(name) is None:
            continue
        counts[name] = counts.get(name, 0) + 1
        key = name if counts[name] == 1 else f"{counts[name]}-{name}"
        label = f"{content.label}#{key}"
        if content.label.count("#") >= MESSAGE_DEPTH:
            yield Skipped(label, Problem("letter-nested"))
            continue
        try:
            inner = Content.of_bytes(_payload(part), key, label, options=content.options)
            yield from read_part(inner, key)
        except ReadError as error:
            yield Skipped(label, error.problem)


def _parts(message: MIMEPart) -> Iterator[MIMEPart]:
    """Yield a message and its parts in order, without those of attached messages."""
    stack = [message]
    while stack:
        part = stack.pop()
        yield part
        if part.get_content_type() != _MESSAGE:
            stack += reversed(list(part.iter_parts()))
