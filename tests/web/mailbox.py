"""An IMAP server on 127.0.0.1 for one folder, with the lines that Dovecot 2.4 answers."""

from __future__ import annotations

import base64
import re
import socketserver
import threading
from typing import Self

LOGIN = ("selon", "clé-locale")
FOLDER = "D&AOk-p&AOo-ches"


class Mailbox:
    """`messages` by number; a client that does anything but read fails the test."""

    def __init__(self) -> None:
        self.messages: dict[int, bytes] = {}
        self.validity = 1796205414
        self.cut_after = -1  # fetches of bodies
        self.number_is_last = False  # as the standard permits
        self.unexpected: list[str] = []
        self._server = _Server(("127.0.0.1", 0), _Connection)
        self._server.mailbox = self
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)

    @property
    def address(self) -> str:
        return f"imap://127.0.0.1:{self._server.server_address[1]}/D%C3%A9p%C3%AAches"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()


class _Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = daemon_threads = True
    mailbox: Mailbox


class _Connection(socketserver.StreamRequestHandler):
    server: _Server

    def handle(self) -> None:
        self._say(b"* OK [CAPABILITY IMAP4rev1 SASL-IR LITERAL+ AUTH=PLAIN] Dovecot ready.")
        while line := self.rfile.readline().decode().strip():
            tag, _, command = line.partition(" ")
            if not self._answer(tag.encode(), command):
                return

    def _say(self, line: bytes) -> None:
        self.wfile.write(line + b"\r\n")

    def _answer(self, tag: bytes, command: str) -> bool:
        mailbox = self.server.mailbox
        if command == "CAPABILITY":
            self._say(b"* CAPABILITY IMAP4rev1 SASL-IR LITERAL+ AUTH=PLAIN")
        elif command == "AUTHENTICATE PLAIN":
            self._say(b"+ ")
            _, user, secret = base64.b64decode(self.rfile.readline()).decode().split("\0")
            if (user, secret) != LOGIN:
                self._say(tag + b" NO [AUTHENTICATIONFAILED] Authentication failed.")
                return True
        elif command == f'EXAMINE "{FOLDER}"':
            self._say(b"* %d EXISTS" % len(mailbox.messages))
            self._say(b"* OK [UIDVALIDITY %d] UIDs valid" % mailbox.validity)
            self._say(tag + b" OK [READ-ONLY] Examine completed (0.001 + 0.000 secs).")
            return True
        elif command.startswith("EXAMINE"):
            self._say(tag + b" NO [NONEXISTENT] Mailbox doesn't exist (0.001 + 0.000 secs).")
            return True
        elif command == "UID SEARCH UNDELETED":
            self._say(b"* SEARCH " + " ".join(map(str, mailbox.messages)).encode())
        elif match := re.fullmatch(
            r"UID FETCH ([\d,]+) \(UID (RFC822.SIZE|BODY.PEEK\[\])\)", command
        ):
            return self._fetch(tag, list(map(int, match[1].split(","))), match[2])
        else:
            mailbox.unexpected.append(command)
        self._say(tag + b" OK completed.")
        return True

    def _fetch(self, tag: bytes, numbers: list[int], what: str) -> bool:
        mailbox = self.server.mailbox
        for place, number in enumerate(mailbox.messages, 1):
            if number not in numbers:
                continue
            body = mailbox.messages[number]
            if what == "RFC822.SIZE":
                self._say(b"* %d FETCH (UID %d RFC822.SIZE %d)" % (place, number, len(body)))
                continue
            if mailbox.cut_after == 0:
                mailbox.cut_after = -1
                self.connection.close()
                return False
            mailbox.cut_after -= 1
            if self.server.mailbox.number_is_last:
                self._say(b"* %d FETCH (BODY[] {%d}" % (place, len(body)))
                self.wfile.write(body)
                self._say(b" UID %d)" % number)
                continue
            self._say(b"* %d FETCH (UID %d BODY[] {%d}" % (place, number, len(body)))
            self.wfile.write(body)
            self._say(b")")
        self._say(tag + b" OK Fetch completed (0.001 + 0.000 secs).")
        return True
