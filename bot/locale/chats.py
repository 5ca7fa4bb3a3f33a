"""Texts about the articles chosen for a chat."""
# mypy: disable-error-code="empty-body"

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date

from babel import Locale

from bot.locale import format
from bot.locale.catalogue import Texts
from index.article import Selection

_SHOWN = 12  # outlets, sections or languages of a list


class CorpusPhrases(Texts, domain="chats", part="corpus"):
    """The articles chosen for a group. `known` labels the criteria."""

    in_group: str
    in_topic: str
    usage: str
    groups_only: str
    not_administrator: str
    empty: str
    known: Mapping[str, str]

    def whole(self, where: str, count: int) -> str: ...
    def held(self, where: str, count: int, conditions: str) -> str: ...
    def nothing_left(self, where: str, conditions: str) -> str: ...
    def outlets(self, values: str) -> str: ...
    def categories(self, values: str) -> str: ...
    def folders(self, values: str) -> str: ...
    def languages(self, values: str) -> str: ...
    def since(self, day: date) -> str: ...
    def until(self, day: date) -> str: ...
    def unclear(self, part: str) -> str: ...
    def none_so(self, part: str) -> str: ...
    def no_result(self, words: str) -> str: ...

    def answered_from(self, selection: Selection | None, count: int, *, topic: bool) -> str:
        """Describe the articles chosen for a group, or for one topic of it."""
        where = self.in_topic if topic else self.in_group
        if selection is None:
            return self.whole(where, count)
        conditions = ", ".join(self._conditions(selection))
        if not count:
            return self.nothing_left(where, conditions)
        return self.held(where, count, conditions)

    def listed(self, kind: str, counts: Mapping[str, int]) -> str:
        """« Médias : Le Monde (12), Libération (3)… »."""
        shown = [
            f"{self._name(value) if kind == 'language' else value} ({format.number(n, self.code)})"
            for value, n in list(counts.items())[:_SHOWN]
        ]
        colon = ": " if self.code == "en" else "\u00a0: "
        more = "…" if len(counts) > _SHOWN else ""
        return f"{self.known[kind]}{colon}{', '.join(shown)}{more}"

    def _conditions(self, selection: Selection) -> Iterator[str]:
        languages = tuple(map(self._name, selection.languages))
        for say, values in (
            (self.outlets, selection.outlets),
            (self.categories, selection.categories),
            (self.folders, selection.folders),
            (self.languages, languages),
        ):
            if values:
                yield say(format.either(values, self.code))
        if selection.since is not None:
            yield self.since(selection.since)
        if selection.until is not None:
            yield self.until(selection.until)

    def _name(self, language: str) -> str:
        return language_name(language, self.code)


def language_name(language: str, code: str) -> str:
    """« français », "French"; the code itself if it is unknown."""
    name = Locale.parse(code).languages.get(language)
    return str(name) if name else language
