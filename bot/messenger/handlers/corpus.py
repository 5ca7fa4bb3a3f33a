"""/corpus: choose the articles that answer a group, or a topic of it."""

from __future__ import annotations

import asyncio
import re
from dataclasses import replace
from datetime import date
from itertools import chain
from typing import Any

from bot.answering.time_range import day_range
from bot.library.articles import Library
from bot.locale.chats import CorpusPhrases, language_name
from bot.messenger.asker import Asker
from bot.messenger.events import ChatEvent, Handlers, on_command
from bot.messenger.handlers.gate import decides_here
from bot.messenger.menus import MenuCommand
from bot.state import corpora
from index.article import Selection
from index.store.generation import FacetKind
from index.text.folding import fold_phrase

_ABOUT = ("Les articles de ce groupe", "This group’s articles")
CORPUS = MenuCommand("corpus", "corpus", *_ABOUT, public=True, groups=True)

_ALL = {"tout", "tous", "all", "everything"}

_KEYS: dict[str, str] = {
    **dict.fromkeys(("media", "medias", "journal", "outlet", "outlets"), "outlets"),
    **dict.fromkeys(("rubrique", "rubriques", "section", "sections"), "categories"),
    **dict.fromkeys(("langue", "langues", "language", "languages"), "languages"),
    **dict.fromkeys(("dossier", "dossiers", "folder", "folders"), "folders"),
    **dict.fromkeys(("depuis", "since", "from"), "since"),
    **dict.fromkeys(("jusqu'a", "jusqu'au", "jusqu'en", "until", "to"), "until"),
    **dict.fromkeys(("date", "dates", "annee", "year"), "date"),
}
_FACETS: dict[str, FacetKind] = {
    "outlets": "outlet",
    "categories": "category",
    "languages": "language",
}

_CONDITION = re.compile(r"([^\s:]+)[\s:]*(.*)", re.DOTALL)


class ConditionError(ValueError):
    """A condition that is unclear, or (`unmet`) that no article meets."""

    def __init__(self, condition: str, *, unmet: bool = False) -> None:
        super().__init__(condition)
        self.condition = condition
        self.unmet = unmet


class CorpusHandlers(Handlers):
    """Everybody in a group sees its corpus; its administrators and Selon's choose it."""

    @on_command(CORPUS)
    async def corpus(self, event: ChatEvent) -> None:
        asker, phrases = event.asker, event.asker.texts(CorpusPhrases)
        if asker.private:
            text = phrases.groups_only
        elif not event.argument:
            text = "\n\n".join((await self._describe(asker), *await self._choices(asker)))
        elif not await decides_here(self._services, event.update, event.bot):
            text = phrases.not_administrator
        else:
            text = await self._choose(asker, event.argument)
        await event.say(text)

    async def _choose(self, asker: Asker, words: str) -> str:
        """Store a choice that some article meets; return the reply."""
        phrases, place = asker.texts(CorpusPhrases), asker.place
        if fold_phrase(words).strip() in _ALL:
            await self._run(corpora.choose_all, place.chat_id, place.thread_id)
            return await self._describe(asker)
        library, now = self._services.library, self._now()
        try:
            today = now.astimezone().date()
            selection = await asyncio.to_thread(parse_selection, words, library, today)
        except ConditionError as error:
            text = (phrases.none_so if error.unmet else phrases.unclear)(error.condition)
            return f"{text}\n\n{phrases.usage}"
        if not await asyncio.to_thread(library.count, selection):
            return phrases.empty
        await self._run(corpora.choose, place.chat_id, place.thread_id, selection, now)
        return await self._describe(asker)

    async def _describe(self, asker: Asker) -> str:
        place = asker.place
        selection = await self._services.selection(place)
        count = await asyncio.to_thread(self._services.library.count, selection)
        phrases = asker.texts(CorpusPhrases)
        return phrases.answered_from(selection, count, topic=bool(place.thread_id))

    async def _choices(self, asker: Asker) -> list[str]:
        """How to choose, and the values to choose by."""
        phrases, facet = asker.texts(CorpusPhrases), self._services.library.facet
        counts = [(kind, await asyncio.to_thread(facet, kind)) for kind in _FACETS.values()]
        text = "\n".join(phrases.listed(kind, count) for kind, count in counts if count)
        return [phrases.usage, *([text] if text else [])]


def parse_selection(words: str, library: Library, today: date) -> Selection:
    """Parse « média : Le Monde ; depuis : 2024 ». Raises ConditionError. Reads the index."""
    selection = Selection()
    for condition in re.split(r"[;\n]", words):
        if condition.strip():
            selection = _narrow(selection, condition.strip(), library, today)
    if selection == Selection():
        raise ConditionError(words)
    return selection


def _narrow(selection: Selection, condition: str, library: Library, today: date) -> Selection:
    match = _CONDITION.fullmatch(condition)
    field = _KEYS.get(fold_phrase(match[1])) if match else None
    value = match[2].strip() if match else ""
    if field is None or not value:
        raise ConditionError(condition)
    if field in ("since", "until", "date"):
        period = day_range(value, today)
        if period is None:
            raise ConditionError(condition)
        since = selection.since if field == "until" else period.first
        until = selection.until if field == "since" else period.last
        return replace(selection, since=since, until=until)
    if field == "folders":
        values = [folder for one in value.split(",") if (folder := one.strip().strip("/"))]
        if not library.count(Selection(folders=tuple(values))):
            raise ConditionError(condition, unmet=True)
    else:
        values = _match_values(_FACETS[field], value, library)
        if not values:
            raise ConditionError(condition, unmet=True)
    values_by_field: dict[str, Any] = {field: (*getattr(selection, field), *values)}
    return replace(selection, **values_by_field)


def _match_values(facet: FacetKind, value: str, library: Library) -> list[str]:
    """Match typed values with those of the articles; empty if one of them matches none."""
    choices = {choice: _names(choice, facet) for choice in library.facet(facet)}

    def match(name: str) -> list[str]:
        normal = fold_phrase(name).strip()
        return [choice for choice, names in choices.items() if normal in names]

    # A name may contain a comma itself.
    matches = [match(name) for name in ([value] if match(value) else value.split(","))]
    if not all(matches):
        return []
    return list(dict.fromkeys(chain.from_iterable(matches)))


def _names(value: str, facet: FacetKind) -> set[str]:
    if facet != "language":
        return {fold_phrase(value).strip()}
    return {value, *(fold_phrase(language_name(value, code)) for code in ("fr", "en"))}
