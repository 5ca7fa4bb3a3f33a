"""Removal of articles from every answer, at once and reversibly."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from bot.errors import UsageError
from bot.library.paths import SENT_FOLDER
from bot.settings import Settings, index_store
from index.article import ArticleEntry, Copy, Selection
from index.store.base import RemovedArticle
from index.store.removals import RemovedArticles

if TYPE_CHECKING:
    from bot.state.audit import ActLog
    from index.store.open_generation import OpenGeneration

_SENT = re.compile(rf"\b{SENT_FOLDER}/[^/#]*-(\d+)(?:\.\w+)?(?:#|$)")


def withdraw(
    settings: Settings, generation: OpenGeneration, entries: Iterable[ArticleEntry], log: ActLog
) -> Mapping[str, ArticleEntry | Copy]:
    """Withdraw articles and their copies, which have the same text; return all by ID. The next
    build deletes the text from the disk. Raises UsageError if no article would be left."""
    targets: dict[str, ArticleEntry | Copy] = {}
    named = {entry.id: entry for entry in entries}
    for entry in named.values():
        article = None if entry.copy_of else generation.article(entry.id)
        targets[entry.id] = entry
        targets |= {copy.id: copy for copy in (article.copies if article else ())}
    facts = generation.facts
    if targets and len(targets) >= facts.articles + facts.copies:
        raise UsageError("articles-last")
    if targets:
        RemovedArticles(index_store(settings)).add(targets.values())
        log.note("remove", named)
    return targets


def find_target(generation: OpenGeneration, target: str) -> list[ArticleEntry]:
    """Find an article by its ID, or those of a sent document by a “d” and its number, except
    duplicates."""
    if not (number := _number(target)):
        return generation.find(target)
    entries = generation.articles(Selection(folders=(SENT_FOLDER,)))
    return [entry for entry in entries if _sent_number(entry.path) == number]


def restore_target(settings: Settings, target: str, log: ActLog) -> int:
    """Put back what was withdrawn as a target; return the number of articles."""
    ids = [target]
    if number := _number(target):
        removed = RemovedArticles(index_store(settings)).articles
        ids = [entry.id for entry in removed if _sent_number(entry.path) == number]
    return len(restore(settings, ids, log))


def restore(settings: Settings, ids: Iterable[str], log: ActLog) -> list[RemovedArticle]:
    """Put withdrawn articles back and return them."""
    removals = RemovedArticles(index_store(settings))
    restored = {article_id: removals.restore(article_id) for article_id in ids}
    log.note("restore", [article_id for article_id, articles in restored.items() if articles])
    return [article for articles in restored.values() for article in articles]


def _number(target: str) -> str:
    return target[1:] if target[:1] == "d" and target[1:].isdecimal() and len(target) < 12 else ""


def _sent_number(path: str) -> str:
    """The number in the name of a sent file: 12 in « sent/fresnel-12.txt#3 »."""
    match = _SENT.search(path)
    return match[1] if match else ""
