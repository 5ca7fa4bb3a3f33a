"""A strict mail server on 127.0.0.1, in a thread of its own."""

from __future__ import annotations

import socket
import ssl
import warnings
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any, Self

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from tests.web.site import CERTIFICATE

USER, PASSWORD = "selon@exemple.fr", "mot/de@passe"


def _free_port() -> int:
    """A port for a controller, which knocks at the one that it was given."""
    with socket.create_server(("127.0.0.1", 0)) as found:
        port: int = found.getsockname()[1]
        return port


class MailServer(Controller):
    """Takes mail after STARTTLS, or over TLS from the start, and a login. `answers` are replies to
    recipients, in turn."""

    def __init__(self, *, starts_with_tls: bool = False) -> None:
        self.messages: list[EmailMessage] = []
        self.logins = 0
        self.answers: list[str] = []
        self._tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._tls.load_cert_chain(CERTIFICATE)
        first = {"ssl_context": self._tls} if starts_with_tls else {}
        super().__init__(self, "127.0.0.1", _free_port(), ready_timeout=30, **first)

    def factory(self) -> SMTP:
        options: dict[str, Any] = {"tls_context": self._tls, "require_starttls": True}
        if self.ssl_context is not None:
            options = {"auth_require_tls": False}
        with warnings.catch_warnings(action="ignore"):  # TLS is there before it
            return SMTP(self, authenticator=self._log_in, auth_required=True, **options)

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    @property
    def url(self) -> str:
        scheme = "smtps" if self.ssl_context else "smtp"
        return f"{scheme}://selon%40exemple.fr:mot%2Fde%40passe@journal.exemple:{self.port}"

    def _log_in(
        self, server: object, session: object, envelope: object, kind: str, data: Any
    ) -> AuthResult:
        assert isinstance(data, LoginPassword)
        self.logins += 1
        right = (data.login.decode(), data.password.decode()) == (USER, PASSWORD)
        return AuthResult(success=right)

    async def handle_RCPT(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if self.answers and (answer := self.answers.pop(0)) != "250":
            return answer
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        data = envelope.content
        assert isinstance(data, bytes)
        assert data.isascii()
        assert all(len(line) <= 998 for line in data.split(b"\r\n"))
        assert b"\n" not in data.replace(b"\r\n", b"")
        message = message_from_bytes(data, policy=policy.default)
        assert isinstance(message, EmailMessage)
        assert not message.defects
        assert envelope.rcpt_tos == [str(message["To"])]
        assert message["Date"] is not None
        self.messages.append(message)
        return "250 taken"
