"""Parser of archives (`.zip`, `.tar`, compressed or not) and compressed files.

Members are read in place; only those too large for memory go to an unnamed temporary file, one at a
time. A member's own name is never used as a path.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace

from index.errors import ReadError
from index.formats.archives.bounds import Member, UnpackBudget, hold_member
from index.formats.archives.members import members_of
from index.formats.base import ArticleDraft, Content, Skipped
from index.formats.conversion import read_content
from index.formats.table import format_of

_DEPTH = 1  # levels of archives in another


def read(content: Content) -> Iterator[ArticleDraft | Skipped]:
    """Yield the articles of the members of known formats; other members are ignored.

    Raises ReadError if the archive is damaged from the start or nested too deep.
    """
    if content.depth > _DEPTH:
        raise ReadError("archive-nested", shown=content.shown)
    yield from _Opened(content, UnpackBudget(content.size)).read(content)


class _Opened:
    """An archive and, within the same limits, those in it."""

    def __init__(self, content: Content, budget: UnpackBudget) -> None:
        self._outer = content
        self._budget = budget

    def read(self, content: Content) -> Iterator[ArticleDraft | Skipped]:
        prefix = content.shown[len(self._outer.shown) + 1 :]
        with ExitStack() as stack:
            for member in members_of(content, self._budget, stack):
                if isinstance(member, Skipped):
                    yield member
                    continue
                format = format_of(member.name)
                parts = member.name.split("/")
                # Files that systems and programs leave behind.
                hidden = any(part.startswith((".", "~$")) for part in parts) or "__MACOSX" in parts
                if format is None or hidden:
                    continue
                yield from self._read_member(member, prefix, format.parser == __name__)

    def _read_member(
        self, member: Member, prefix: str, nested: bool
    ) -> Iterator[ArticleDraft | Skipped]:
        key = f"{prefix}#{member.name}" if prefix else member.name
        shown = f"{self._outer.shown}#{key}"
        if member.refused is not None:
            yield Skipped(shown, member.refused)
            return
        try:
            with hold_member(member, shown, self._budget) as spool:
                inner = Content(
                    member.name.rpartition("/")[2],
                    shown,
                    spool.size,
                    spool.open,
                    options=self._outer.options,
                    depth=self._outer.depth + 1 + (1 if prefix else 0),
                )
                yield from self._read_inner(inner, key, nested)
        except ReadError as error:
            if self._budget.spent is None:
                yield Skipped(shown, error.problem)
        if self._budget.spent is not None:
            raise ReadError(self._budget.spent, shown=self._outer.shown)

    def _read_inner(
        self, inner: Content, key: str, nested: bool
    ) -> Iterator[ArticleDraft | Skipped]:
        if nested and inner.depth <= self._outer.depth + _DEPTH:
            yield from self.read(inner)
        elif nested:
            raise ReadError("archive-nested", shown=inner.shown)
        else:
            for draft in read_content(inner):
                if isinstance(draft, ArticleDraft):
                    draft = replace(draft, key=f"{key}#{draft.key}" if draft.key else key)
                yield draft
