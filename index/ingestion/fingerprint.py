"""Fingerprints of the reading rules and of files: would both give the same articles again?"""

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

if TYPE_CHECKING:  # imported at run time, the store would count among the rules
    from index.store.articles import SourceRow

_ENTRIES = (
    "index.formats.process",  # files to articles, with the parsers that the format table names
    "index.ingestion.duplicates",  # signatures of articles
    "index.ingestion.passages",
    "index.text.antecedents",  # the text that a sentence is embedded with
    "index.text.language",  # search terms
    __name__,  # what is recorded of a file
)
# Modules that only word errors, or whose arithmetic does not change.
_ASIDE = frozenset({"index.errors", "numpy"})

_PACKAGE = Path(__file__).parents[1]
_Modules = dict[str, tuple[ast.AST, frozenset[str]]]
_DIGEST_SIZE = 32  # bytes
_STAMP = struct.Struct(">QqQ")
_SETTLED_NS = 2_000_000_000  # the coarsest file system clock ticks every two seconds
_NAMED = re.compile(r"'(index(?:\.\w+)+)'")


def rules(options: Options | None = None, memory: Path | None = None) -> str:
    """Digest of all that decides which articles and passages the same bytes give.

    Covers the code that reads, cuts and records them, the versions of Python (for its parsers of
    Unicode, tables and HTML entities) and of imported libraries, the options, and the presence of
    `tesseract` for scans.

    The code is hashed because a hand-kept version number is easily forgotten, and the index would
    then mix articles read in two ways. Only the modules reachable by imports from `_ENTRIES` count,
    and only what they do: not their names, imports, docstrings, comments or layout. Changes to the
    store, search or fetching do not trigger a reading; a rewritten parser costs a reading but no
    vectors, which depend on texts only.

    Hashing takes two seconds; `memory` is a file that caches the result until a module or an
    installed package changes.
    """
    options_or_default = options or Options()
    facts = [*_code_and_libraries(memory), dict(options_or_default.fields), options_or_default.ocr]
    facts.append(shutil.which("tesseract"))
    return hashlib.blake2b(json.dumps(facts).encode(), digest_size=16).hexdigest()


_CACHE: dict[str, tuple[str, list[str]]] = {}  # code digest and libraries, by state of the code


def _code_and_libraries(memory: Path | None) -> tuple[str, list[str]]:
    state = _state_of_code()
    record = _load_remembered(memory, state) if memory is not None else None
    if state not in _CACHE:
        _CACHE[state] = record or _read_code()
    if memory is not None and record is None:
        _remember(memory, state, *_CACHE[state])
    return _CACHE[state]


def _read_code() -> tuple[str, list[str]]:
    modules = _modules(_PACKAGE)
    return _digest(modules), _libraries(modules)


def _load_remembered(memory: Path, state: str) -> tuple[str, list[str]] | None:
    try:
        record = json.loads(memory.read_text(encoding="utf-8"))
        code, libraries = str(record["code"]), list(map(str, record["libraries"]))
        return (code, libraries) if record["state"] == state else None
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _remember(memory: Path, state: str, code: str, libraries: list[str]) -> None:
    """Cache the result; if that fails, the code is hashed again next time."""
    beside = memory.with_suffix(".new")
    with suppress(OSError):
        memory.parent.mkdir(parents=True, exist_ok=True)
        record = {"state": state, "code": code, "libraries": libraries}
        beside.write_text(json.dumps(record), encoding="utf-8")
        beside.replace(memory)


@cache
def _state_of_code() -> str:
    """Digest that changes when a module of this package or an installed package does."""
    files = sorted(_PACKAGE.rglob("*.py"))
    packages = sorted(Path(each) for each in {*sys.path} if each.endswith("-packages"))
    stamps = [(str(each), _stamp(each).hex()) for each in (*files, *packages)]
    return _hash(json.dumps([sys.version, stamps]))


def _libraries(modules: _Modules) -> list[str]:
    """Python and the distributions that the modules import, with their versions."""
    packages = {name.partition(".")[0] for _, each in modules.values() for name in each}
    distributions_of = packages_distributions()
    foreign = packages - _ASIDE - {_PACKAGE.name}
    distributions = {each for name in foreign for each in distributions_of.get(name, ())}
    python = f"python {sys.version_info.major}.{sys.version_info.minor}"
    return [python, *(f"{name} {version(name)}" for name in sorted(distributions))]


def code_digest(package: Path) -> str:
    """Digest of the code in the `index` folder that reads, cuts and records files."""
    return _digest(_modules(package))


def _digest(modules: _Modules) -> str:
    code = {name: ast.dump(tree) for name, (tree, _) in modules.items()}
    alone = {name: _hash(_NAMED.sub("", syntax)) for name, syntax in code.items()}

    def digest_of_name(match: re.Match[str]) -> str:
        return "" if match[1] in _ASIDE else alone.get(match[1], match[0])

    # A string that names a module (a parser in the format table) counts as that module's code.
    return _hash(
        "\n".join(sorted(_hash(_NAMED.sub(digest_of_name, syntax)) for syntax in code.values()))
    )


def _modules(package: Path) -> _Modules:
    """The modules reachable from the entries, by name: their syntax tree and imports."""
    modules: dict[str, tuple[ast.AST, frozenset[str]]] = {}
    queue = list(_ENTRIES)
    while queue:
        name = queue.pop()
        path = _path_of(name, package)
        if path is None or name in modules or name in _ASIDE:
            continue
        bare = _Bare()
        tree = bare.visit(ast.parse(path.read_bytes()))
        modules[name] = (tree, frozenset(bare.imports))
        queue += bare.strings | bare.imports
    return modules


def _path_of(name: str, package: Path) -> Path | None:
    """The file of a module of the package, or None."""
    first, *rest = name.split(".")
    if first != package.name or not all(part.isidentifier() for part in rest):
        return None
    folder = package.joinpath(*rest)
    places = (folder.with_suffix(".py"), folder / "__init__.py")
    return next((path for path in places if path.is_file()), None)


class _Bare(ast.NodeTransformer):
    """Strips imports, docstrings and type checking; collects imports and strings, which may name
    modules."""

    def __init__(self) -> None:
        self.imports: set[str] = set()
        self.strings: set[str] = set()

    def visit_Import(self, node: ast.Import) -> None:
        self.imports.update(each.name for each in node.names)

    def visit_ImportFrom(self, node: ast.ImportFrom) -> None:
        module = node.module or ""
        self.imports.update({module, *(f"{module}.{each.name}" for each in node.names)})

    def visit_Expr(self, node: ast.Expr) -> ast.AST | None:
        text = isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)
        return None if text else self.generic_visit(node)

    def visit_If(self, node: ast.If) -> ast.AST | None:
        types = isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING"
        return None if types else self.generic_visit(node)

    def visit_Constant(self, node: ast.Constant) -> ast.AST:
        if isinstance(node.value, str):
            self.strings.add(node.value)
        return node


def _hash(text: str) -> str:
    return hashlib.blake2b(text.encode(), digest_size=16).hexdigest()


@dataclass(frozen=True, slots=True)
class FileSnapshot:
    """A file's SHA-256 at one moment; None if it could not be read.

    `stamp` tells whether the file has changed since. `is_settled` if the file was last written
    so long ago that any later change must alter the stamp.
    """

    stamp: bytes
    digest: bytes | None
    is_settled: bool = False

    def holds(self, path: Path) -> bool:
        """True if the file has not changed since."""
        return self.stamp == _stamp(path)


def take_snapshot(path: Path) -> FileSnapshot:
    stamp = _stamp(path)  # before the bytes, to notice a change in between
    is_settled = False
    if stamp:
        _, modified, _ = _STAMP.unpack(stamp)
        is_settled = time.time_ns() - modified > _SETTLED_NS
    try:
        with path.open("rb") as file:
            return FileSnapshot(stamp, hashlib.file_digest(file, "sha256").digest(), is_settled)
    except OSError:
        return FileSnapshot(stamp, None)


@dataclass(frozen=True, slots=True)
class FileReading:
    """What a file gave: the ids of its articles, in order, and what was skipped.

    `digest` is None if it is unreliable (the file changed while being read, or an id was taken):
    such a file is always read again. An unchanged `stamp`, if there is one, spares hashing it.
    """

    location: str
    label: str
    url: str | None
    digest: bytes | None
    articles: tuple[str, ...] = ()
    skipped: tuple[Skipped, ...] = ()
    stamp: bytes = b""

    @property
    def failed(self) -> bool:
        """True if it gave no article; the reason may have passed (permissions, missing program)."""
        return not self.articles

    def of(self, source: Source, snapshot: Callable[[Source], FileSnapshot]) -> bool:
        """True if reading this source again would give the same, apart from the path shown."""
        if self.failed or self.digest is None or self.url != source.url:
            return False
        if self.stamp and self.stamp == _stamp(source.path):
            return True
        return self.digest == snapshot(source).digest

    def shown_as(self, label: str) -> FileReading:
        """The same with another displayed path."""
        if label == self.label:
            return self
        skipped = (
            replace(each, label=label + each.label.removeprefix(self.label))
            for each in self.skipped
        )
        return replace(self, label=label, skipped=tuple(skipped))

    def as_row(self) -> tuple[object, ...]:
        """A row of the table `sources`."""
        skipped = [
            (each.label, each.problem.as_json(), each.at and each.at.as_json())
            for each in self.skipped
        ]
        articles = json.dumps(self.articles)
        digest = self.digest and self.digest + self.stamp
        return (self.location, self.label, self.url, digest, articles, json.dumps(skipped))

    @classmethod
    def of_row(cls, row: tuple[Any, ...]) -> FileReading:
        location, label, url, digest, articles, skipped_json = row
        skipped = (
            Skipped(each, Problem.from_json(problem), at and Problem.from_json(at))
            for each, problem, at in json.loads(skipped_json)
        )
        stamp = digest[_DIGEST_SIZE:] if digest else b""
        digest = digest[:_DIGEST_SIZE] if digest else digest
        ids = tuple(json.loads(articles))
        return cls(location, label, url, digest, ids, tuple(skipped), stamp)


def is_unchanged(source: Source, row: SourceRow) -> bool:
    """True if the stamp and address in the row still match the file: the fast path."""
    return (
        (row.shown, row.url) == (source.label, source.url)
        and row.articles != "[]"
        and row.skipped == "[]"
        and row.digest is not None
        and len(row.digest) > _DIGEST_SIZE
        and row.digest[_DIGEST_SIZE:] == _stamp(source.path)
    )


def _stamp(path: Path) -> bytes:
    """Size, modification time and inode; empty if there is no file."""
    try:
        status = os.stat(path)  # noqa: PTH116 - half the time of the method, and asked of every file
    except OSError:
        return b""
    return _STAMP.pack(status.st_size, status.st_mtime_ns, status.st_ino)
