"""The texts of `selon add` and `selon watch`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from index.errors import FetchError, Why


@dataclass(frozen=True, slots=True)
class FeedingHelp:
    """What `--help` says of these commands and of their options."""

    add: str
    addresses: str
    limit: str
    no_index: str
    watch: str
    paths: str
    feed: str
    every: str


@dataclass(frozen=True, slots=True)
class FeedingPhrases:
    """One language's texts; as in `Phrases`, a new text is a new field.

    `why` completes a reason with its detail. `rebuilt` gets the articles added, changed and
    removed, the files skipped and the seconds it took; `listed` the entries of a list, those of
    other sites and those about to be asked for.
    """

    help: FeedingHelp
    # Addresses
    states: Mapping[str, str]
    refused: str
    failed: str
    why: Mapping[Why, Callable[[str], str]]
    listed: Callable[[str, str, int, int, int], str]
    kinds: Mapping[str, str]
    named_feed: Callable[[str], str]
    summary: Callable[[Mapping[str, int]], str]
    # Watching
    watching: Callable[[int, int, str], str]
    rebuilt: Callable[[int, int, int, int, float], str]
    not_rebuilt: Callable[[str], str]
    waiting: Callable[[str], str]
    news: Callable[[str, int, int], str]
    no_news: Callable[[str, str], str]
    polling: Callable[[str], str]
    stopping: str
    stopped: str
    every: Callable[[float], str]
    no_duration: Callable[[str], str]
    no_such_path: Callable[[str], str]
    nothing_to_watch: str

    def reason(self, error: FetchError) -> str:
        """Why an address gave nothing, in this language."""
        return self.why[error.why](error.detail)


REFUSALS = frozenset(
    {
        Why.MALFORMED,
        Why.SCHEME,
        Why.CREDENTIALS,
        Why.PRIVATE,
        Why.OFF_SITE,
        Why.ROBOTS,
        Why.ROBOTS_UNREADABLE,
        Why.DELAY,
        Why.NOT_AN_ARTICLE,
    }
)
"""What Selon will not do, in contrast with what it could not."""


def feeding_phrases_for(language: str) -> FeedingPhrases:
    """These texts in `language`; French when it is unknown."""
    from bot.locale.feeding_en import FEEDING_EN
    from bot.locale.feeding_fr import FEEDING_FR

    return FEEDING_EN if language == "en" else FEEDING_FR
