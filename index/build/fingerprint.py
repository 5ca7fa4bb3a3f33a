"""Fingerprints of the reading rules and of files: would both still give the same articles?"""

from __future__ import annotations

import ast
import hashlib
import json
import os
import re
import shutil
import struct
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import cache
from importlib.metadata import packages_distributions, version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from index.errors import Problem
from index.formats.base import Options, Skipped, Source

if TYPE_CHECKING:  # the store does not decide what files give
    from index.store.articles import SourceRow

_ENTRIES = (
    "index.formats.process",  # files to articles, by the parsers that the table of formats names
    "index.build.duplicates",  # what of an article tells its copies
    "index.build.passages",
    "index.text.antecedents",  # the words that a sentence is embedded with
    "index.text.language",  # the words that it is found by
    __name__,  # what is noted of a file
)
# Modules that say what went wrong, not what was read, or whose arithmetic stays the same.
_ASIDE = frozenset({"index.errors", "numpy"})

_PACKAGE = Path(__file__).parents[1]
_Modules = dict[str, tuple[ast.AST, frozenset[str]]]
_DIGEST_SIZE = 32  # bytes
_STAMP = struct.Struct(">QqQ")
_SETTLED_NS = 2_000_000_000  # the coarsest clock of a file system ticks every two seconds
_NAMED = re.compile(r"'(index(?:\.\w+)+)'")


def rules(options: Options | None = None, memory: Path | None = None) -> str:
    """Equal as long as the same bytes would give the same articles and the same passages.

    It covers the code that reads, cuts and notes them, the versions of Python (whose parsers of
    letters, tables and HTML entities are used) and of the libraries that this code imports, the
    options, and whether there is a `tesseract` to read scans with.

    The code is hashed, rather than numbered by hand: a number is forgotten where no sample shows
    the change, and an index then mixes articles read in two ways. Hashed are the modules that
    `_ENTRIES` lead to by imports, and only what they do: how a module is called, its imports,
    docstrings, comments and layout do not count. An edit of the store, of searching or of fetching
    has no article read again. One that rewrites a parser without changing what it gives costs a
    reading, but no vectors, for these hang on texts.

    Reading all that code takes two seconds: `memory` is a file that says what came of it as long as
    no module and no installed package has changed.
    """
    chosen = options or Options()
    facts = [*_code_and_libraries(memory), dict(chosen.fields), chosen.ocr]
    facts.append(shutil.which("tesseract"))
    return hashlib.blake2b(json.dumps(facts).encode(), digest_size=16).hexdigest()


_KNOWN: dict[str, tuple[str, list[str]]] = {}  # by the state of the code


def _code_and_libraries(memory: Path | None) -> tuple[str, list[str]]:
    state = _state_of_code()
    written = _remembered(memory, state) if memory is not None else None
    if state not in _KNOWN:
        _KNOWN[state] = written or _read_code()
    if memory is not None and written is None:
        _remember(memory, state, *_KNOWN[state])
    return _KNOWN[state]


def _read_code() -> tuple[str, list[str]]:
    modules = _modules(_PACKAGE)
    return _digest(modules), _libraries(modules)


def _remembered(memory: Path, state: str) -> tuple[str, list[str]] | None:
    try:
        known = json.loads(memory.read_text(encoding="utf-8"))
        code, libraries = str(known["code"]), list(map(str, known["libraries"]))
        return (code, libraries) if known["state"] == state else None
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _remember(memory: Path, state: str, code: str, libraries: list[str]) -> None:
    """Nothing is lost where it cannot be written: the code is then read again."""
    beside = memory.with_suffix(".new")
    with suppress(OSError):
        memory.parent.mkdir(parents=True, exist_ok=True)
        known = {"state": state, "code": code, "libraries": libraries}
        beside.write_text(json.dumps(known), encoding="utf-8")
        beside.replace(memory)


@cache
def _state_of_code() -> str:
    """Another whenever a module of this package is written, or a package installed or removed."""
    files = sorted(_PACKAGE.rglob("*.py"))
    packages = sorted(Path(each) for each in {*sys.path} if each.endswith("-packages"))
    stamps = [(str(each), _stamp(each).hex()) for each in (*files, *packages)]
    return _hash(json.dumps([sys.version, stamps]))


def _libraries(modules: _Modules) -> list[str]:
    """Python, and the distributions that the modules import, with their versions."""
    imported = {name.partition(".")[0] for _, each in modules.values() for name in each}
    known = packages_distributions()
    counted = imported - _ASIDE - {_PACKAGE.name}
    distributions = {each for name in counted for each in known.get(name, ())}
    python = f"python {sys.version_info.major}.{sys.version_info.minor}"
    return [python, *(f"{name} {version(name)}" for name in sorted(distributions))]


def code_digest(package: Path) -> str:
    """Of what is done by the modules that files are read, cut and noted by, in the folder of
    `index`."""
    return _digest(_modules(package))


def _digest(modules: _Modules) -> str:
    code = {name: ast.dump(tree) for name, (tree, _) in modules.items()}
    alone = {name: _hash(_NAMED.sub("", dumped)) for name, dumped in code.items()}

    def meant(match: re.Match[str]) -> str:
        return "" if match[1] in _ASIDE else alone.get(match[1], match[0])

    # A string that names a module (a parser in the table of formats) counts as what is in it.
    return _hash("\n".join(sorted(_hash(_NAMED.sub(meant, dumped)) for dumped in code.values())))


def _modules(package: Path) -> _Modules:
    """By name, the statements of each module that the entries lead to, and what it imports."""
    modules: dict[str, tuple[ast.AST, frozenset[str]]] = {}
    waiting = list(_ENTRIES)
    while waiting:
        name = waiting.pop()
        path = _path_of(name, package)
        if path is None or name in modules or name in _ASIDE:
            continue
        bare = _Bare()
        tree = bare.visit(ast.parse(path.read_bytes()))
        modules[name] = (tree, frozenset(bare.imported))
        waiting += bare.named | bare.imported
    return modules


def _path_of(name: str, package: Path) -> Path | None:
    """The file of a module of the package; None for what is not one."""
    first, *rest = name.split(".")
    if first != package.name or not all(part.isidentifier() for part in rest):
        return None
    folder = package.joinpath(*rest)
    places = (folder.with_suffix(".py"), folder / "__init__.py")
    return next((path for path in places if path.is_file()), None)


class _Bare(ast.NodeTransformer):
    """Takes away what a module does nothing by, and notes what it imports and which strings, that
    may name modules, are in it."""

    def __init__(self) -> None:
        self.imported: set[str] = set()
        self.named: set[str] = set()

    def visit_Import(self, node: ast.Import) -> None:
        self.imported.update(each.name for each in node.names)

    def visit_ImportFrom(self, node: ast.ImportFrom) -> None:
        module = node.module or ""
        self.imported.update({module, *(f"{module}.{each.name}" for each in node.names)})

    def visit_Expr(self, node: ast.Expr) -> ast.AST | None:
        text = isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)
        return None if text else self.generic_visit(node)

    def visit_If(self, node: ast.If) -> ast.AST | None:
        types = isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING"
        return None if types else self.generic_visit(node)

    def visit_Constant(self, node: ast.Constant) -> ast.AST:
        if isinstance(node.value, str):
            self.named.add(node.value)
        return node


def _hash(text: str) -> str:
    return hashlib.blake2b(text.encode(), digest_size=16).hexdigest()


@dataclass(frozen=True, slots=True)
class Look:
    """A file's bytes at one moment: their digest, None where they could not be read.

    `stamp` is what says that they have not changed since; it is `settled` where the file had not
    been written to for so long that a change could not have gone without a trace in it.
    """

    stamp: bytes
    digest: bytes | None
    settled: bool = False

    def holds(self, path: Path) -> bool:
        """Whether nothing says that the file has changed since."""
        return self.stamp == _stamp(path)


def look_at(path: Path) -> Look:
    stamp = _stamp(path)  # before the bytes: a change in between is then seen
    settled = False
    if stamp:
        _, written, _ = _STAMP.unpack(stamp)
        settled = time.time_ns() - written > _SETTLED_NS
    try:
        with path.open("rb") as file:
            return Look(stamp, hashlib.file_digest(file, "sha256").digest(), settled)
    except OSError:
        return Look(stamp, None)


@dataclass(frozen=True, slots=True)
class FileReading:
    """What a file gave: the ids of its articles, in order, and what of it was skipped.

    `digest` is that of its bytes; None where they cannot be relied on (it changed while it was
    read, or an article of it met another of the same id): such a file is read again. As long as its
    `stamp` stays, if it has one, it is not even looked at.
    """

    location: str
    shown: str
    url: str | None
    digest: bytes | None
    articles: tuple[str, ...] = ()
    skipped: tuple[Skipped, ...] = ()
    stamp: bytes = b""

    @property
    def failed(self) -> bool:
        """Nothing came of it; the reason may have passed (permissions, time, a missing program)."""
        return not self.articles

    def of(self, source: Source, look: Callable[[Source], Look]) -> bool:
        """Whether reading this source again would give the same, however the file is shown now."""
        if self.failed or self.digest is None or self.url != source.url:
            return False
        if self.stamp and self.stamp == _stamp(source.path):
            return True
        return self.digest == look(source).digest

    def shown_as(self, shown: str) -> FileReading:
        """The same, from a folder where the file is shown another way."""
        if shown == self.shown:
            return self
        skipped = (
            replace(each, shown=shown + each.shown.removeprefix(self.shown))
            for each in self.skipped
        )
        return replace(self, shown=shown, skipped=tuple(skipped))

    def as_row(self) -> tuple[object, ...]:
        """As the table `sources` has it."""
        skipped = [
            (each.shown, each.problem.as_json(), each.at and each.at.as_json())
            for each in self.skipped
        ]
        articles = json.dumps(self.articles)
        digest = self.digest and self.digest + self.stamp
        return (self.location, self.shown, self.url, digest, articles, json.dumps(skipped))

    @classmethod
    def of_row(cls, row: tuple[Any, ...]) -> FileReading:
        location, shown, url, digest, articles, written = row
        skipped = (
            Skipped(each, Problem.from_json(problem), at and Problem.from_json(at))
            for each, problem, at in json.loads(written)
        )
        stamp = digest[_DIGEST_SIZE:] if digest else b""
        digest = digest[:_DIGEST_SIZE] if digest else digest
        ids = tuple(json.loads(articles))
        return cls(location, shown, url, digest, ids, tuple(skipped), stamp)


def same_as_noted(source: Source, row: SourceRow) -> bool:
    """Whether a file still is what its row says, by its stamp alone: at once, for most files."""
    return (
        (row.shown, row.url) == (source.shown, source.url)
        and row.articles != "[]"
        and row.skipped == "[]"
        and row.digest is not None
        and len(row.digest) > _DIGEST_SIZE
        and row.digest[_DIGEST_SIZE:] == _stamp(source.path)
    )


def _stamp(path: Path) -> bytes:
    """Size, time of the last change and inode; nothing where there is no file."""
    try:
        status = os.stat(path)  # noqa: PTH116 - half the time of the method, and asked of every file
    except OSError:
        return b""
    return _STAMP.pack(status.st_size, status.st_mtime_ns, status.st_ino)
