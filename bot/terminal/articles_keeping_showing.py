"""`selon show`: one article, and where each fact of it was found."""

from __future__ import annotations

import sys
from datetime import date, datetime
from itertools import takewhile
from typing import TYPE_CHECKING

from rich.text import Text

from bot.locale.answers import phrases_for
from bot.locale.keeping import keeping_phrases_for
from bot.locale.terminal import terminal_phrases_for
from bot.settings import Settings
from bot.terminal.command import DONE
from bot.terminal.console import console_for, show
from bot.terminal.lookup import find
from bot.terminal.lookup_keeping_fields import article_fields
from bot.terminal.lookup_keeping_opening import open_articles
from bot.terminal.lookup_keeping_rows import LABEL, one_line, rows, under
from bot.terminal.render import harmless, json_line
from index.article import Article, Copy
from index.errors import DamagedIndex
from index.store.files.articles import ArticleEntry

if TYPE_CHECKING:
    from index.store.files.generation import Generation

HEAD = 600
"""Characters of the text that are shown unless all of it is asked for."""


def show_article(settings: Settings, reference: str, *, whole: bool, as_json: bool) -> int:
    """Show an article, or a copy of one. Raises UnknownArticle, NoIndex, DamagedIndex."""
    phrases = keeping_phrases_for(settings.language)
    with open_articles(settings) as generation:
        entry = find(generation, reference, phrases)
        article = generation.article(entry.id)
        if article is None:
            raise DamagedIndex(
                f"article {entry.id} is listed and has no text; rebuild it with `selon index`"
            )
        passages = _passages(generation, entry)
        original = generation.article(entry.copy_of) if entry.copy_of else None
    out = console_for(sys.stdout)
    if as_json:
        out.file.write(f"{json_line(article_fields(article, entry.copy_of, passages))}\n")
        return DONE
    shown = _Shown(settings.language)
    show(out, shown.facts(article, passages))
    if original is not None:
        show(out, f"\n{phrases.copy_of(harmless(original.title), original.id)}")
    show(out, "")
    show(out, harmless(article.text) if whole else shown.head(article.text))
    return DONE


class _Shown:
    """An article in one language's words."""

    def __init__(self, language: str) -> None:
        self._phrases = keeping_phrases_for(language)
        self._common = phrases_for(language)
        self._terminal = terminal_phrases_for(language)

    def facts(self, article: Article, passages: int) -> Text:
        labels = self._phrases.facts
        words = len(article.text.split())
        length = self._phrases.length(words, len(article.text), passages)
        lines: list[tuple[str, Text | str]] = [(labels.id, article.id)]
        for label, fact, said in (
            (labels.title, "title", article.title or self._phrases.untitled),
            (labels.author, "author", article.author),
            (labels.outlet, "outlet", article.outlet),
            (labels.category, "category", article.category),
            (labels.published, "published", self._day(article.published, article.published_at)),
            (labels.updated, "updated", self._day(article.updated, article.updated_at)),
            (labels.url, "url", article.url),
            (labels.path, "path", article.path),
            (labels.language, "language", article.language),
        ):
            if said:
                lines.append((label, self._told(said, dict(article.origins).get(fact))))
        lines.append((labels.size, length))
        lines += under(labels.sections, (each.heading for each in article.sections))
        lines += under(labels.copies, (self._copy(each) for each in article.copies))
        return rows(lines)

    def head(self, text: str) -> str:
        """The first paragraphs, as many as fit; what is left out is said."""
        if len(text) <= HEAD:
            return harmless(text)
        kept = text[:HEAD].rpartition("\n\n")[0] or text[:HEAD].rpartition(" ")[0] or text[:HEAD]
        return f"{harmless(kept)}\n\n{self._phrases.more_text}"

    def _told(self, said: str, origin: str | None) -> Text:
        text = Text(harmless(one_line(said)), style=f"not {LABEL}")
        if origin is None:
            return text
        where = self._phrases.found_in(self._phrases.origins.get(origin, origin))
        return Text().append_text(text).append(f" {where}", style=LABEL)

    def _day(self, day: date | None, moment: datetime | None) -> str | None:
        """« 29 août 2025 à 18:30 (UTC+02:00) »: the moment on its own clock."""
        if day is None:
            return None
        told = self._common.day(day)
        if moment is None:
            return told
        zone = f" ({moment.tzname()})" if moment.tzinfo else ""
        return f"{self._terminal.moment(told, f'{moment:%H:%M}')}{zone}"

    def _copy(self, copy: Copy) -> str:
        day = self._common.day(copy.published) if copy.published else self._phrases.undated
        beside = [each for each in (copy.outlet, day, copy.url, copy.path) if each]
        return f"{copy.id}  {copy.title or self._phrases.untitled} — {', '.join(beside)}"


def _passages(generation: Generation, entry: ArticleEntry) -> int:
    """How many passages the article has: they follow its first."""
    opening = generation.opening(entry.id)
    if opening is None:
        return 0
    rows_left = range(opening.row, generation.manifest.passages)
    owners = (generation.stored([row])[0].article_id for row in rows_left)
    return sum(1 for _ in takewhile(entry.id.__eq__, owners))
