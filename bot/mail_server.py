"""The mail server of SELON_SMTP_URL: parse its address, and send mail over it."""

from __future__ import annotations

import re
import smtplib
from contextlib import suppress
from email.message import EmailMessage
from email.utils import parseaddr
from typing import TYPE_CHECKING
from urllib.parse import SplitResult, unquote, urlsplit

from bot.errors import MailError, MailRefused
from index.errors import Problem, RefusedValue, Words, reason_of

if TYPE_CHECKING:
    from pydantic import SecretStr

_SECONDS = 20.0  # for each step of a delivery
_PORTS = {"smtp": 587, "smtps": 465}
_ADDRESS = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[a-z0-9.-]{1,180}\.[a-z0-9-]{2,63}")


def parse_mail_server(url: str) -> SplitResult:
    """Parse `smtps://user:password@host` or `smtp://…`. Raises RefusedValue, without the URL, which
    is secret."""
    try:
        parts = urlsplit(url.strip())
        is_server = parts.hostname and parts.port != 0 and parts.scheme in _PORTS
    except ValueError as error:
        raise RefusedValue("smtp-url-refused") from error
    if not is_server or parts.path.strip("/") or parts.query or parts.fragment:
        raise RefusedValue("smtp-url-refused")
    return parts


def parse_mail_address(text: str) -> str | None:
    """One e-mail address, its domain in ASCII; None if it is none."""
    local, _, domain = text.strip().rpartition("@")
    try:
        address = f"{local}@{domain.encode('idna').decode().lower()}"
    except UnicodeError:
        return None
    return address if _ADDRESS.fullmatch(address) else None


def check_sender(text: str) -> None:
    """Raises RefusedValue unless it is an address, or `Name <address>`."""
    if text and (not text.isprintable() or parse_mail_address(parseaddr(text)[1]) is None):
        raise RefusedValue("mail-sender-refused")


def send_mail(url: SecretStr | None, message: EmailMessage) -> None:
    """Send a message from its `From` to its `To`. Raises MailError."""
    if url is None:
        raise MailError("mail-unset")
    server = parse_mail_server(url.get_secret_value())
    try:
        smtp = _connect(server)
        try:
            if server.username:
                smtp.login(unquote(server.username), unquote(server.password or ""))
            sender = parseaddr(str(message["From"]))[1]
            smtp.sendmail(sender, [str(message["To"])], bytes(message))
        finally:
            with suppress(smtplib.SMTPException, OSError):  # the message has been taken, or not
                smtp.quit()
            smtp.close()
    except smtplib.SMTPRecipientsRefused as error:
        ((status, text),) = error.recipients.values()
        raise MailRefused("mail-refused", reason=_reply(status, text)) from error
    except smtplib.SMTPDataError as error:
        reason = _reply(error.smtp_code, error.smtp_error)
        raise MailRefused("mail-refused", reason=reason) from error
    except (smtplib.SMTPException, OSError) as error:
        reply: Problem | Words = reason_of(error)
        if isinstance(error, smtplib.SMTPResponseException):
            reply = _reply(error.smtp_code, error.smtp_error)
        raise MailError("mail-unreachable", host=server.hostname or "", reason=reply) from error


def _connect(server: SplitResult) -> smtplib.SMTP:
    # Imported here, since every command loads the settings.
    from index.fetch.transport import trusted_certificates

    host, port = server.hostname or "", server.port or _PORTS[server.scheme]
    if server.scheme == "smtps":
        certificates = trusted_certificates()
        return smtplib.SMTP_SSL(host, port, timeout=_SECONDS, context=certificates)
    smtp = smtplib.SMTP(host, port, timeout=_SECONDS)
    try:
        smtp.ehlo()
        if server.password or smtp.has_extn("starttls"):  # a password never goes in clear
            smtp.starttls(context=trusted_certificates())
    except BaseException:
        smtp.close()
        raise
    return smtp


def _reply(status: int, text: bytes | str) -> Words:
    text = text.decode("utf-8", "replace") if isinstance(text, bytes) else text
    return Words(f"{status} {' '.join(text.split())[:200]}")
