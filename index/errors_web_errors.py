"""What can go wrong between an address and a file.

IndexingError
└── FetchError    an address gives no file; `why` is one of `Why`, `detail` its particulars
"""

from __future__ import annotations

from enum import StrEnum

from index.errors import IndexingError


class Why(StrEnum):
    """The reasons for which an address gives no file, each with its sentence."""

    # The address itself
    MALFORMED = "not an address that can be followed ({}); write it in full, https://…"
    SCHEME = "only http and https are followed, not {}"
    CREDENTIALS = "holds a user name or a password; remove them"
    # Where it leads
    UNKNOWN_HOST = "there is no host {}; check the address"
    PRIVATE = "leads to {}, which is no public address; allow the host by name if it is yours"
    OFF_SITE = "leads to another site ({})"
    REDIRECTS = "redirected more than {} times"
    # What the site wants
    ROBOTS = "the site's robots.txt refuses it"
    ROBOTS_UNREADABLE = (
        "the site's robots.txt cannot be read ({}), and until it can nothing is fetched"
    )
    DELAY = "the site's robots.txt asks for {} between two requests, more than Selon waits"
    BUSY = "the site asks to come back in {}"
    # What comes back
    STATUS = "the site answers {}"
    UNREACHABLE = "the site cannot be reached ({})"
    CERTIFICATE = "the site's certificate is not valid ({})"
    TOO_LARGE = "more than {}"
    TOO_SLOW = "not there after {}"
    ENCODING = "comes in an encoding that cannot be undone ({})"
    EMPTY = "the page is empty"
    NOT_AN_ARTICLE = "{}, of which Selon makes no article"
    NO_ENTRIES = "lists no address of the same site ({} of others)"
    # Where it is kept
    DISK = "cannot be kept ({}); make room or check permissions"


class FetchError(IndexingError):
    """An address gives no file; `passing` when trying again may help.

    `after` is in how many seconds the site said to try, if it did.
    """

    def __init__(
        self,
        address: str,
        why: Why,
        detail: str = "",
        *,
        passing: bool = False,
        after: float | None = None,
    ) -> None:
        super().__init__(f"{address}: {why.format(detail)}")
        self.address = address
        self.why = why
        self.detail = detail
        self.passing = passing
        self.after = after

    def of(self, address: str) -> FetchError:
        """The same, said of the address that a person knows."""
        return FetchError(address, self.why, self.detail, passing=self.passing, after=self.after)
