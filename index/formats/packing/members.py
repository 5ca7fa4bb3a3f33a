"""The members of an archive, whichever it is."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack

from index.errors import ReadError
from index.formats.base import Content, Skipped
from index.formats.packing.bounds import BROKEN, MEMBERS, Budget, why_broken
from index.formats.packing.bounds_packing_member import Member
from index.formats.packing.members_packing_tars import tarred
from index.formats.packing.members_packing_unpacking import holds_tar, packed
from index.formats.packing.members_packing_zips import zipped
from index.formats.signature import HEAD, sure_suffix

_ZIPS = (".zip", ".docx", ".epub")
_PACKINGS = ("gz", "bz2", "xz")


def members_of(content: Content, budget: Budget, stack: ExitStack) -> Iterator[Member | Skipped]:
    """The files in an archive; each must be read before the next is asked for, while `stack` keeps
    the archive open.

    A Skipped is the last where the rest cannot be read. Raises ReadError where nothing can, or
    where the budget is spent.
    """
    number = 0
    try:
        for member in _members(content, budget, stack):
            number += 1
            if number > MEMBERS:
                yield Skipped(content.shown, f"more than {MEMBERS:,} files in it; split it")
                return
            yield member
    except ReadError as error:
        raise ReadError(f"{content.shown}: {_bare(error, content)}") from error
    except BROKEN as error:
        if number == 0:
            raise ReadError(f"{content.shown}: {why_broken(error)}") from error
        yield Skipped(content.shown, f"the rest of it is not read: {why_broken(error)}")


def _members(content: Content, budget: Budget, stack: ExitStack) -> Iterator[Member]:
    with content.stream() as stream:
        suffix = sure_suffix(stream.read(HEAD))
    if suffix in _ZIPS:
        yield from zipped(stack.enter_context(content.stream()), stack)
        return
    packing = (suffix or "").rpartition(".")[2]
    if packing in _PACKINGS and not holds_tar(content, packing):
        yield packed(content, packing)
    elif packing in (*_PACKINGS, "tar") or content.name.lower().endswith(".tar"):
        stream = stack.enter_context(content.stream())
        yield from tarred(stream, packing.removeprefix("tar"), budget, stack)
    else:
        raise ReadError("not an archive, or damaged; pack it again")


def _bare(error: ReadError, content: Content) -> str:
    return str(error).removeprefix(f"{content.shown}: ")
