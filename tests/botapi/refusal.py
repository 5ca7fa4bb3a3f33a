"""How the server says no."""

from __future__ import annotations


class Refusal(Exception):  # noqa: N818 - what the server does
    """A request refused, with the status and the description that Telegram would answer."""

    def __init__(
        self,
        status: int,
        description: str,
        retry_after: int | None = None,
        migrate_to: int | None = None,
    ) -> None:
        super().__init__(description)
        self.status = status
        self.description = description
        self.retry_after = retry_after
        self.migrate_to = migrate_to


def bad_request(reason: str) -> Refusal:
    """The commonest refusal: status 400."""
    return Refusal(400, f"Bad Request: {reason}")
