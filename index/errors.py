"""Errors of the `index` package.

CodedError
├── RefusedValue            a person's input is invalid; also a ValueError
└── IndexingError
    ├── ReadError           a file cannot become an article
    ├── StreamError         the bytes of a file cannot be read; also an OSError
    ├── ModelError          the embedding model cannot be found, loaded or prepared
    ├── StoreError          the index on disk is unusable
    │   ├── NoIndex         nothing has been indexed in this data directory yet
    │   ├── DamagedIndex    a file of the generation is missing or altered
    │   └── ModelMismatch   the index was built by another embedding model
    ├── BuildLocked         another process is building in this data directory
    ├── BuildStopped        the build was asked to stop
    └── FetchError          an address cannot be fetched

An error is a code with parameters; its sentences are in the catalogues `errors.po` of `bot/locale`,
one per language. `str()` of an error is for logs and developers, but the library sets its sentence.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from pathlib import PurePath
from types import MappingProxyType
from typing import Any, TypeAlias


class Words(str):
    """An English message of a library or the system, which a catalogue may translate."""

    __slots__ = ()


Parameter: TypeAlias = "str | int | float | Problem | tuple[str | Problem, ...]"


class Problem:
    """A code, and parameters for its sentence (names, numbers, bytes, nested problems)."""

    __slots__ = ("code", "parameters")

    code: str
    parameters: Mapping[str, Parameter]

    def __init__(self, code: str, /, **parameters: Parameter | PurePath) -> None:
        plain = {
            name: str(value) if isinstance(value, PurePath) else value
            for name, value in parameters.items()
        }
        self.code = code
        self.parameters = MappingProxyType(plain)

    def __str__(self) -> str:
        values = {
            name: f"[{', '.join(map(str, value))}]" if isinstance(value, tuple) else value
            for name, value in self.parameters.items()
        }
        pairs = ", ".join(f"{name}={value}" for name, value in values.items())
        return f"{self.code} ({pairs})" if pairs else self.code

    def __repr__(self) -> str:
        return f"Problem({self})"

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Problem):
            return NotImplemented
        return (self.code, self.parameters) == (other.code, other.parameters)

    def __hash__(self) -> int:
        return hash((self.code, *sorted(self.parameters)))

    def __reduce__(self) -> tuple[Any, ...]:
        return partial(Problem, **self.parameters), (self.code,)

    def about(self, subject: str, at: Problem | None = None) -> Problem:
        """Add the subject of the problem, and the place in it."""
        if not subject:
            return self
        if at is None:
            return Problem("shown", shown=subject, sentence=self)
        return Problem("shown-at", shown=subject, at=at, sentence=self)

    def as_json(self) -> dict[str, Any]:
        """Convert for `from_json`. Stored in generations: keep it compatible."""
        return {self.code: {name: _as_json(value) for name, value in self.parameters.items()}}

    @classmethod
    def from_json(cls, record: Mapping[str, Any]) -> Problem:
        ((code, parameters),) = record.items()
        return cls(code, **{name: _from_json(value) for name, value in parameters.items()})


def _as_json(value: Parameter) -> object:
    if isinstance(value, tuple):
        return [_as_json(item) for item in value]
    if isinstance(value, Problem):
        return value.as_json()
    return {"": value} if isinstance(value, Words) else value


def _from_json(value: Any) -> Any:
    if isinstance(value, list):
        return tuple(map(_from_json, value))
    if isinstance(value, dict):
        return Words(value[""]) if "" in value else Problem.from_json(value)
    return value


class CodedError(Exception):
    """An exception with a problem. `subject` is what it is about, as a person would type it: a
    file, a folder, an address, an option; `at` is the place in it. `sentence`, if set, is what
    `str()` gives."""

    def __init__(
        self,
        problem: Problem | str,
        /,
        *,
        subject: str | PurePath = "",
        at: Problem | None = None,
        **parameters: Parameter | PurePath,
    ) -> None:
        problem = Problem(problem, **parameters) if isinstance(problem, str) else problem
        super().__init__(problem)
        self.problem = problem
        self.subject = str(subject)
        self.at = at
        self.sentence = ""

    @property
    def code(self) -> str:
        return self.problem.code

    @property
    def parameters(self) -> Mapping[str, Parameter]:
        return self.problem.parameters

    def __str__(self) -> str:
        if self.sentence:
            return self.sentence
        about = ", ".join(str(part) for part in (self.subject, self.at) if part)
        return f"{about}: {self.problem}" if about else str(self.problem)


def reason_of(error: BaseException) -> Problem | Words:
    """Return an exception's problem, or its message on one line."""
    if isinstance(error, CodedError):
        return error.problem
    text = (isinstance(error, OSError) and error.strerror) or str(error)
    return Words(" ".join(text.split()) or type(error).__name__)


class RefusedValue(CodedError, ValueError):  # noqa: N818
    """A person's input is invalid."""


class IndexingError(CodedError):
    """Base of the errors of the `index` package."""


class ReadError(IndexingError):
    """A file cannot become an article."""


class StreamError(IndexingError, OSError):
    """The bytes of a file cannot be read."""


class ModelError(IndexingError):
    """The embedding model cannot be found, loaded or prepared."""


class StoreError(IndexingError):
    """The index on disk is unusable."""


class NoIndex(StoreError):  # noqa: N818
    """Nothing has been indexed in this data directory yet."""


class DamagedIndex(StoreError):  # noqa: N818
    """A file of the generation in service is missing or altered."""


class ModelMismatch(StoreError):  # noqa: N818
    """The index was built by another embedding model."""


class BuildLocked(IndexingError):  # noqa: N818
    """Another process is building in this data directory."""


class BuildStopped(IndexingError):  # noqa: N818
    """The build was asked to stop; `vector_count` vectors are on disk for the next build."""

    def __init__(
        self, problem: Problem | str, /, *, vector_count: int = 0, **parameters: Any
    ) -> None:
        super().__init__(problem, **parameters)
        self.vector_count = vector_count


class FetchError(IndexingError):
    """An address (`subject`) cannot be fetched; `is_transient` if a retry may help.

    `after` is the number of seconds after which the site said to retry, if it did.
    """

    def __init__(
        self,
        problem: Problem | str,
        /,
        *,
        subject: str = "",
        is_transient: bool = False,
        after: float | None = None,
        **parameters: Any,
    ) -> None:
        super().__init__(problem, subject=subject, **parameters)
        self.is_transient = is_transient
        self.after = after

    def of(self, address: str) -> FetchError:
        """Copy the error for the address that the person requested."""
        return FetchError(
            self.problem, subject=address, is_transient=self.is_transient, after=self.after
        )
