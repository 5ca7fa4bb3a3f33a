"""/corpus: the articles that answer a group, or a topic of it."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from functools import partial

from bot.answering.time_range import day_range
from bot.library.articles import Library
from bot.locale.chats import CorpusPhrases, language_name
from bot.messenger.asker import Asker
from bot.messenger.events import ChatEvent, Handlers, on_command
from bot.messenger.handlers.gate import decides_here
from bot.messenger.menus import MenuCommand
from bot.state import corpora
from index.article import Selection
from index.store.reader import FacetKind
from index.text.folding import fold_phrase

CORPUS = MenuCommand(
    "corpus",
    "corpus",
    "Les articles de ce groupe",
    "This group’s articles",
    public=True,
    groups=True,
)

_ALL = {"tout", "tous", "all", "everything"}

_KEYS: dict[str, str] = {
    **dict.fromkeys(("media", "medias", "journal", "outlet", "outlets"), "outlet"),
    **dict.fromkeys(("rubrique", "rubriques", "section", "sections"), "category"),
    **dict.fromkeys(("langue", "langues", "language", "languages"), "language"),
    **dict.fromkeys(("dossier", "dossiers", "folder", "folders"), "folder"),
    **dict.fromkeys(("depuis", "since", "from"), "since"),
    **dict.fromkeys(("jusqu'a", "jusqu'au", "jusqu'en", "until", "to"), "until"),
    **dict.fromkeys(("date", "dates", "annee", "year"), "date"),
}

_PART = re.compile(r"([^\s:]+)[\s:]*(.*)", re.DOTALL)


class ConditionError(ValueError):
    """An unclear condition; if `known`, one that no article meets."""

    def __init__(self, part: str, *, known: bool) -> None:
        super().__init__(part)
        self.part = part
        self.known = known


class CorpusHandlers(Handlers):
    """Everybody in a group sees its corpus; its administrators and Selon's choose it."""

    @on_command(CORPUS)
    async def corpus(self, event: ChatEvent) -> None:
        asker = event.asker
        words = event.argument
        phrases = asker.texts(CorpusPhrases)
        if asker.private:
            await event.say(phrases.groups_only)
            return
        if not words:
            text = "\n\n".join((await self._describe(asker), *await self._choices(asker)))
            await event.say(text)
            return
        if not await decides_here(self._services, event.update, event.bot):
            await event.say(phrases.not_administrator)
            return
        await event.say(await self._choose(asker, words))

    async def _choose(self, asker: Asker, words: str) -> str:
        """Store a choice that some article meets; return the reply."""
        phrases, place = asker.texts(CorpusPhrases), asker.place
        if fold_phrase(words).strip() in _ALL:
            await self._services.run(
                corpora.choose_all, chat_id=place.chat_id, thread_id=place.thread_id
            )
            return await self._describe(asker)
        library, now = self._services.library, self._services.now()
        read = partial(read_selection, words, library, now.astimezone().date())
        try:
            selection = await asyncio.to_thread(read)
        except ConditionError as unclear:
            text = phrases.none_so(unclear.part) if unclear.known else phrases.unclear(unclear.part)
            return f"{text}\n\n{phrases.usage}"
        if not await asyncio.to_thread(library.count, selection):
            return phrases.empty
        await self._services.run(
            corpora.choose,
            chat_id=place.chat_id,
            thread_id=place.thread_id,
            selection=selection,
            now=now,
        )
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
        kinds: tuple[FacetKind, ...] = ("outlet", "category", "language")
        counts = [(kind, await asyncio.to_thread(facet, kind)) for kind in kinds]
        text = "\n".join(phrases.listed(kind, each) for kind, each in counts if each)
        return [phrases.usage, *([text] if text else [])]


def read_selection(words: str, library: Library, today: date) -> Selection:
    """Parse « média : Le Monde ; depuis : 2024 ». Raises ConditionError. Reads the index."""
    selection = Selection()
    for part in re.split(r"[;\n]", words):
        if part.strip():
            selection = _narrow(selection, part.strip(), library, today)
    if selection == Selection():
        raise ConditionError(words, known=False)
    return selection


def _narrow(selection: Selection, part: str, library: Library, today: date) -> Selection:
    match = _PART.fullmatch(part)
    kind = _KEYS.get(fold_phrase(match[1])) if match else None
    value = match[2].strip() if match else ""
    if kind is None or not value:
        raise ConditionError(part, known=False)
    if kind in ("since", "until", "date"):
        return _narrow_dates(selection, kind, part, value, today)
    if kind == "folder":
        folders = tuple(each for one in value.split(",") if (each := one.strip().strip("/")))
        if not library.count(Selection(folders=folders)):
            raise ConditionError(part, known=True)
        return replace(selection, folders=selection.folders + folders)
    values = tuple(dict.fromkeys(_find_values(kind, part, value, library)))
    if kind == "outlet":
        return replace(selection, outlets=selection.outlets + values)
    if kind == "category":
        return replace(selection, categories=selection.categories + values)
    return replace(selection, languages=selection.languages + values)


def _find_values(kind: str, part: str, value: str, library: Library) -> Iterator[str]:
    """Match typed values with those of the articles. Raises ConditionError."""
    facet: FacetKind = (
        "outlet" if kind == "outlet" else "category" if kind == "category" else "language"
    )
    known = library.facet(facet)

    def named(word: str) -> list[str]:
        plain = fold_phrase(word).strip()
        return [each for each in known if plain in _names(each, facet)]

    # A name may hold a comma itself.
    for word in [value] if named(value) else value.split(","):
        values = named(word)
        if not values:
            raise ConditionError(part, known=True)
        yield from values


def _names(value: str, facet: FacetKind) -> set[str]:
    if facet != "language":
        return {fold_phrase(value).strip()}
    return {value, *(fold_phrase(language_name(value, code)) for code in ("fr", "en"))}


def _narrow_dates(selection: Selection, kind: str, part: str, value: str, today: date) -> Selection:
    period = day_range(value, today)
    if period is None:
        raise ConditionError(part, known=False)
    if kind != "until":
        selection = replace(selection, since=period.first)
    if kind != "since":
        selection = replace(selection, until=period.last)
    return selection
