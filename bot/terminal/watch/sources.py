"""`selon sources`: adding, listing, checking and removing sources."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from bot.command import DONE, FAILED
from bot.errors import SettingsError
from bot.library.sources import (
    add_source,
    load_sources,
    option_value,
    remove_source,
    source_lines,
    try_source,
)
from bot.locale.text import harmless
from bot.locale.watch import FeedingPhrases, SourcePhrases
from bot.settings import Settings
from bot.terminal.console import console_for, show
from bot.terminal.state import open_act_log
from bot.terminal.watch.add import tell_gathered
from index.errors import FetchError
from index.fetch.gatherer import FailedAddress, GatheredAddress


def add(settings: Settings, name: str, address: str, kind: str, options: Sequence[str]) -> int:
    """Add a source to the file, and read its first articles. Raises SettingsError."""
    table: dict[str, object] = {"kind": kind, "address": address}
    for text in options:
        option, equals, value = text.partition("=")
        if not equals:
            raise SettingsError("source-option-refused", subject=name, option=text)
        table[option.strip()] = option_value(kind, option.strip(), value.strip())
    add_source(settings, name, table)
    with open_act_log(settings) as log:
        log.note("source", [name])
    show(console_for(sys.stdout), SourcePhrases.of(settings.language).added(name))
    return check(settings, name)


def list_sources(settings: Settings) -> int:
    """List the sources. Raises SettingsError."""
    phrases, out = SourcePhrases.of(settings.language), console_for(sys.stdout)
    sources = load_sources(settings)
    for source in sources.values():
        for line in source_lines(settings, source, settings.language):
            show(out, harmless(line))
    if not sources:
        show(out, phrases.none)
    return DONE


def check(settings: Settings, name: str) -> int:
    """Read the first articles of a source, and keep nothing. Raises SettingsError."""
    out, err = console_for(sys.stdout), console_for(sys.stderr)
    source = load_sources(settings).get(name)
    if source is None:
        raise SettingsError("source-unknown", subject=name)
    phrases, count = FeedingPhrases.of(settings.language), 0
    try:
        for event in try_source(settings, source):
            tell_gathered(event, phrases, out, err)
            count += isinstance(event, GatheredAddress)
    except FetchError as error:
        tell_gathered(FailedAddress(name, error), phrases, out, err)
        return FAILED
    show(out, SourcePhrases.of(settings.language).found(count))
    return DONE


def remove(settings: Settings, name: str) -> int:
    """Remove a source and its articles. Raises SettingsError."""
    remove_source(settings, name)
    with open_act_log(settings) as log:
        log.note("source-removed", [name])
    show(console_for(sys.stdout), SourcePhrases.of(settings.language).removed(name))
    return DONE
