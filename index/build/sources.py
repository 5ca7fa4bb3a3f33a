"""The sources of a build's articles: a given iterable, or files, reread where they changed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from index.article import Article
from index.build.fingerprint import FileReading, Look, look_at
from index.build.generation import GenerationDraft, UnfitArticle
from index.errors import IndexingError, Problem, ReadError
from index.formats.base import Options, Skipped, Source
from index.formats.process import read_apart
from index.store.articles import SourceRow
from index.store.build_turn import KnownGeneration


@dataclass(frozen=True, slots=True)
class ReadTerms:
    """Conditions of reading.

    Articles whose ids are `removed` are left out. `check` is called before each article, and raises
    to stop. `progress` gets the number of files done and of all files.
    """

    removed: frozenset[str]
    check: Callable[[], None]
    progress: Callable[[int, int], None]


class ArticleSupply(Protocol):
    """Gives a draft its articles. `skipped` fills as it goes."""

    @property
    def skipped(self) -> Sequence[Skipped]: ...

    def untouched(self, before: KnownGeneration, terms: ReadTerms) -> bool:
        """Whether all is as it was when `before` was made by the same rules; then `skipped` is
        complete."""
        ...

    def read_into(
        self, draft: GenerationDraft, before: KnownGeneration | None, terms: ReadTerms
    ) -> None:
        """Give a draft all articles; `before` was made by the same rules."""
        ...

    def nothing(self, left_out: int) -> IndexingError:
        """That there was no article, so many having been left out."""
        ...


@dataclass(frozen=True, slots=True)
class GivenArticles:
    """Articles taken one by one."""

    articles: Iterable[Article]
    merge: bool
    skipped: Sequence[Skipped] = ()

    def untouched(self, before: KnownGeneration, terms: ReadTerms) -> bool:
        return False

    def read_into(
        self, draft: GenerationDraft, before: KnownGeneration | None, terms: ReadTerms
    ) -> None:
        for article in self.articles:
            terms.check()
            if article.id in terms.removed:
                draft.articles.leave_out(article.id)
            else:
                draft.add(article, sign=self.merge)
        if self.merge:
            draft.find_copies()

    def nothing(self, left_out: int) -> IndexingError:
        return _no_article(left_out, ())


@dataclass
class FileArticles:
    """Files of articles; unchanged ones are taken from the previous generation."""

    paths: Sequence[Path]
    sources: Sequence[Source]
    options: Options
    skipped: list[Skipped] = field(default_factory=list)
    _looks: dict[str, Look] = field(default_factory=dict)

    def untouched(self, before: KnownGeneration, terms: ReadTerms) -> bool:
        left_out = before.left_out()
        if not left_out <= terms.removed or any(map(before.holds, terms.removed - left_out)):
            return False
        known = _readings(before)
        skipped: list[Skipped] = []
        for done, source in enumerate(self.sources):
            terms.check()
            terms.progress(done, len(self.sources))
            reading = known.pop(source.location, None)
            again = self._same(source, reading) if reading else None
            if again is None:
                return False
            skipped += again
        if not all(gone.failed for gone in known.values()):
            return False
        self.skipped += skipped
        return True

    def _same(self, source: Source, reading: FileReading) -> Sequence[Skipped] | None:
        """What of a file is skipped, if it gives what it gave; it is tried again if all was."""
        if not reading.failed:
            same = reading.shown == source.shown and reading.of(source, self._look(source))
            return reading.skipped if same else None
        skipped = []
        for found in _articles(source, self.options):
            if isinstance(found, Article):
                return None
            skipped.append(found)
        return skipped

    def read_into(
        self, draft: GenerationDraft, before: KnownGeneration | None, terms: ReadTerms
    ) -> None:
        known = _readings(before) if before else {}
        for done, source in enumerate(self.sources):
            terms.check()
            terms.progress(done, len(self.sources))
            look = self._look(source)
            reading = known.get(source.location)
            if reading and reading.of(source, look) and _take_again(draft, reading, source, terms):
                reading = reading.shown_as(source.shown)
            else:
                reading = self._read(draft, source, look, terms)
            draft.writer.note(SourceRow._make(reading.as_row()))
            self.skipped += reading.skipped
        draft.find_copies()
        terms.progress(len(self.sources), len(self.sources))

    def _read(
        self, draft: GenerationDraft, source: Source, look: Look, terms: ReadTerms
    ) -> FileReading:
        ids: list[str] = []
        skipped: list[Skipped] = []
        sure = True  # not where what is taken in hangs on what other files give
        for found in _articles(source, self.options):
            terms.check()
            if isinstance(found, Skipped):
                skipped.append(found)
                continue
            in_the_way = draft.articles.holds(found.id)
            try:
                if found.id in terms.removed:
                    draft.articles.leave_out(found.id)
                else:
                    draft.add(found)
                ids.append(found.id)
            except UnfitArticle as error:
                skipped.append(Skipped(found.path, error.problem))
                sure = sure and not in_the_way
        digest = look.digest if sure and look.holds(source.path) else None
        return FileReading(
            source.location, source.shown, source.url, digest, tuple(ids), tuple(skipped)
        )

    def _look(self, source: Source) -> Look:
        """The bytes of a file, looked at once as long as nothing says that they have changed."""
        look = self._looks.get(source.location)
        if look is None or not look.holds(source.path):
            look = self._looks[source.location] = look_at(source.path)
        return look

    def nothing(self, left_out: int) -> IndexingError:
        return _no_article(left_out, self.skipped, ", ".join(map(str, self.paths)))


def _take_again(
    draft: GenerationDraft, reading: FileReading, source: Source, terms: ReadTerms
) -> bool:
    """Whether a draft could take what a file gave before; it has then."""
    wanted = [each for each in reading.articles if each not in terms.removed]
    if not draft.articles.add_again(wanted, reading.shown, source.shown):
        return False
    for each in terms.removed.intersection(reading.articles):
        draft.articles.leave_out(each)
    return True


def _articles(source: Source, options: Options) -> Iterator[Article | Skipped]:
    """What a file gives; that nothing of it can be read is a Skipped too."""
    try:
        yield from read_apart(source, options)
    except ReadError as error:
        yield Skipped(source.shown, error.problem)


def _readings(before: KnownGeneration) -> dict[str, FileReading]:
    return {each.location: each for each in map(FileReading.of_row, before.sources())}


def _no_article(left_out: int, skipped: Sequence[Skipped], shown: str = "") -> IndexingError:
    removed = Problem("count-removed", count=left_out)
    if not skipped:
        if not left_out:
            return IndexingError("no-article", shown=shown)
        return IndexingError("no-article-removed", shown=shown, removed=removed)
    first = skipped[0]
    told = first.problem.about(first.shown, first.at)
    others = Problem("count-skipped", count=len(skipped), first=told)
    if not left_out:
        return IndexingError("no-article-skipped", shown=shown, skipped=others)
    return IndexingError("no-article-removed-skipped", shown=shown, removed=removed, skipped=others)
