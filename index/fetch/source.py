"""Sources: where articles come from, and what the reader of a source receives and yields."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from index.errors import FetchError
from index.fetch.address import Address
from index.fetch.fetcher import Fetcher

EVERY_SECONDS = 900.0
RATE_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class SourceSettings:
    """A row of the file of sources.

    `every` is the interval of readings and `rate` that of requests, in seconds; `keep` is the
    number of days for which articles are kept, by their date; `password` is the name of an
    environment variable. `options` are those of the kind.
    """

    name: str
    kind: str
    address: str
    every: float = EVERY_SECONDS
    rate: float = RATE_SECONDS
    keep: int | None = None
    user: str = ""
    password: str = ""
    options: Mapping[str, str | int | bool | tuple[str, ...]] = field(default_factory=dict)

    def texts(self, option: str, default: Sequence[str] = ()) -> tuple[str, ...]:
        """The values of an option that is a list, or one text."""
        value = self.options.get(option, tuple(default))
        return value if isinstance(value, tuple) else (str(value),)


@dataclass(frozen=True, slots=True)
class SourceContext:
    """What a source is read with.

    Its files lie in `folder`; `secret` is its password. `hide` is called with files before they are
    removed, so that their articles leave every answer first.
    """

    folder: Path
    fetcher: Fetcher
    secret: str = field(default="", repr=False)
    hide: Callable[[Sequence[Path]], None] = lambda paths: None


@dataclass(frozen=True, slots=True)
class SourceItem:
    """An article as its source gives it.

    `key` identifies it in the source; `version` differs whenever it has changed. Without a `body`
    it is not published: unpublished, withheld, protected.
    """

    key: str
    version: str
    body: bytes | None
    suffix: str = ""
    url: str = ""
    name: str = ""


@dataclass(frozen=True, slots=True)
class MissingItem:
    """An article that its source no longer has."""

    key: str


def refuse_plain(source: SourceSettings, address: Address) -> None:
    """Raises FetchError if a secret would leave this machine unencrypted."""
    if address.scheme != "https" and address.host not in ("127.0.0.1", "localhost"):
        raise FetchError("source-insecure", subject=source.name)
