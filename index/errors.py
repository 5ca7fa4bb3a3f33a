"""What can go wrong between articles and evidence.

IndexingError
├── ReadError           a file cannot become an article (its message names the file and the reason)
├── ModelError          the embedding model cannot be found, loaded or prepared
├── StoreError          the index on disk
│   ├── NoIndex         nothing has been indexed in this data directory yet
│   ├── DamagedIndex    a file of the generation is missing or altered
│   └── ModelMismatch   the index was built by another embedding model
├── BuildLocked         another process is building in this data directory
└── BuildStopped        whoever asked for the build asked it to stop

Every message is one line: what happened, to which file or setting, and what to do about it.
"""

from __future__ import annotations

from enum import StrEnum


class IndexingError(Exception):
    """Root of every error that the `index` package raises on purpose."""


class ReadError(IndexingError):
    """A file cannot become an article."""


class ModelError(IndexingError):
    """The embedding model cannot be found, loaded or prepared."""


class StoreError(IndexingError):
    """The index on disk cannot be used as it is."""


class NoIndex(StoreError):  # noqa: N818 - named for what the user lacks
    """Nothing has been indexed in this data directory yet."""


class DamagedIndex(StoreError):  # noqa: N818
    """A file of the generation in service is missing or altered."""


class ModelMismatch(StoreError):  # noqa: N818
    """The index was built by another embedding model than the one in use."""


class BuildLocked(IndexingError):  # noqa: N818
    """Another process is building in this data directory."""


class BuildStopped(IndexingError):  # noqa: N818
    """The build was asked to stop; `kept` vectors are on disk, and the next build has them."""

    def __init__(self, message: str, kept: int = 0) -> None:
        super().__init__(message)
        self.kept = kept


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
