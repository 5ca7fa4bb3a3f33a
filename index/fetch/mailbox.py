"""Sources in a mail folder (IMAP): one article a message, attachments as articles.

The folder is opened read-only: nothing is marked as read.
"""

from __future__ import annotations

import imaplib
import re
import ssl
from collections.abc import Iterator, Sequence
from urllib.parse import unquote, urlsplit

from index.errors import FetchError, Words
from index.fetch.gatherer import GatherEvent
from index.fetch.mirror import Mirror
from index.fetch.source import MissingItem, SourceContext, SourceItem, SourceSettings
from index.fetch.transport import trusted_certificates
from index.formats.email import MESSAGE_BYTES

_SECONDS = 60.0
_BATCH, _BATCH_BYTES = 20, 32 * 2**20  # messages that are fetched at once
_UID = re.compile(rb"UID (\d{1,10})")
_SIZE = re.compile(rb"RFC822\.SIZE (\d{1,12})")


def follow(source: SourceSettings, context: SourceContext) -> Iterator[GatherEvent]:
    """See `index.fetch.table.SourceReader`."""
    with Mirror(context) as mirror:
        try:
            mail = _open(source, context.secret)
            try:
                yield from mirror.store(_changes(source, mail, mirror))
            finally:
                mail.shutdown()
        except (imaplib.IMAP4.error, OSError) as error:
            if isinstance(error, FetchError):
                raise
            reason = Words((isinstance(error, OSError) and error.strerror) or type(error).__name__)
            raise FetchError(
                "address-unreachable", subject=source.address, reason=reason, is_transient=True
            ) from error


def _open(source: SourceSettings, secret: str) -> imaplib.IMAP4:
    """Sign in and open the folder. Raises FetchError, OSError."""
    address = urlsplit(source.address)
    host = address.hostname or ""
    if address.scheme == "imap":
        mail = imaplib.IMAP4(host, address.port or 143, timeout=_SECONDS)
    else:
        context: ssl.SSLContext = trusted_certificates()
        mail = imaplib.IMAP4_SSL(host, address.port or 993, ssl_context=context, timeout=_SECONDS)
    try:
        if address.scheme == "imap" and host not in ("127.0.0.1", "localhost"):
            if "STARTTLS" not in mail.capabilities:
                raise FetchError("source-insecure", subject=source.name)
            mail.starttls(trusted_certificates())
        try:
            # Unlike LOGIN, this takes a password in any alphabet.
            mail.authenticate("PLAIN", lambda _: f"\0{source.user}\0{secret}".encode())
        except imaplib.IMAP4.error as error:
            raise FetchError("source-denied", subject=source.name) from error
        folder = unquote(address.path.strip("/")) or "INBOX"
        status, _ = mail.select(f'"{_folder_name(folder)}"', readonly=True)
        if status != "OK":
            raise FetchError("source-no-folder", subject=source.name, name=folder)
    except BaseException:
        mail.shutdown()
        raise
    return mail


def _changes(
    source: SourceSettings, mail: imaplib.IMAP4, mirror: Mirror
) -> Iterator[SourceItem | MissingItem]:
    """Yield new messages, and those that were deleted. A message never changes; its number is
    valid for one UIDVALIDITY."""
    validity = (mail.response("UIDVALIDITY")[1] or [b""])[0] or b""
    status, answer = mail.uid("SEARCH", "UNDELETED")
    if status != "OK":
        raise imaplib.IMAP4.error("SEARCH")
    numbers = answer[0].split() if answer and answer[0] else []
    present = {f"{validity.decode()}-{number.decode()}": number.decode() for number in numbers}
    new = [key for key in present if key not in mirror.versions]
    for start in range(0, len(new), _BATCH):
        yield from _messages(mail, {present[key]: key for key in new[start : start + _BATCH]})
    for key in [key for key in mirror.versions if key not in present]:
        yield MissingItem(key)


def _messages(mail: imaplib.IMAP4, keys: dict[str, str]) -> Iterator[SourceItem]:
    """Yield these messages, by their numbers; one that is too large has no body."""
    sizes = {}
    for part in mail.uid("FETCH", ",".join(keys), "(UID RFC822.SIZE)")[1]:
        line = part if isinstance(part, bytes) else b""
        if (uid := _UID.search(line)) and (size := _SIZE.search(line)):
            sizes[uid[1].decode()] = int(size[1])
    total = sum(sizes.values())
    for numbers in [list(keys)] if total <= _BATCH_BYTES else [[number] for number in keys]:
        wanted = [number for number in numbers if sizes.get(number, 0) <= MESSAGE_BYTES]
        bodies = _bodies(mail, wanted) if wanted else {}
        for number in numbers:
            if number in sizes and (number in bodies or number not in wanted):
                yield SourceItem(keys[number], "1", bodies.get(number), ".eml", name="message")


def _bodies(mail: imaplib.IMAP4, numbers: Sequence[str]) -> dict[str, bytes]:
    bodies = {}
    parts = mail.uid("FETCH", ",".join(numbers), "(UID BODY.PEEK[])")[1]
    for part, after in zip(parts, [*parts[1:], b""], strict=True):
        if isinstance(part, tuple):  # the number may stand before the message or after it
            uid = _UID.search(part[0]) or _UID.search(after if isinstance(after, bytes) else b"")
            if uid:
                bodies[uid[1].decode()] = part[1]
    return bodies


def _folder_name(name: str) -> str:
    """Encode a folder's name in IMAP's own UTF-7 (RFC 3501, 5.1.3), for a quoted string."""
    parts = re.split(r"([\x20-\x7e]+)", name)
    encoded = (
        part.replace("&", "&-").replace("\\", "\\\\").replace('"', '\\"')
        if number % 2
        else "&" + part.encode("utf-7").decode()[1:].rstrip("-").replace("/", ",") + "-"
        for number, part in enumerate(parts)
        if part
    )
    return "".join(encoded)
