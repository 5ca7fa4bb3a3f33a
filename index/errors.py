"""What can go wrong between articles and evidence.

CodedError
├── RefusedValue            what a person wrote stands for nothing; a ValueError to who reads it
└── IndexingError
    ├── ReadError           a file cannot become an article
    ├── StreamError         the bytes of a file cannot be given; an OSError to who reads them
    ├── ModelError          the embedding model cannot be found, loaded or prepared
    ├── StoreError          the index on disk
    │   ├── NoIndex         nothing has been indexed in this data directory yet
    │   ├── DamagedIndex    a file of the generation is missing or altered
    │   └── ModelMismatch   the index was built by another embedding model
    ├── BuildLocked         another process is building in this data directory
    ├── BuildStopped        whoever asked for the build asked it to stop
    └── FetchError          an address gives no file

An error is a code with parameters; its sentences stand in the catalogues `errors.po` of
`bot/locale`, one a language. `str()` of an error is for logs and for programmers.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from pathlib import PurePath
from types import MappingProxyType
from typing import Any, TypeAlias


class Words(str):
    """A message of a library or the system, in English; a catalogue may translate it."""

    __slots__ = ()


Parameter: TypeAlias = "str | int | float | Problem | tuple[str | Problem, ...]"


class Problem:
    """What is wrong: a code, and what fills its sentence (names, numbers, bytes, problems in turn).

    A `str` stands in the sentence as it is, `Words` perhaps in the person's language.
    """

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
        shown = {
            name: f"[{', '.join(map(str, value))}]" if isinstance(value, tuple) else value
            for name, value in self.parameters.items()
        }
        listed = ", ".join(f"{name}={value}" for name, value in shown.items())
        return f"{self.code} ({listed})" if listed else self.code

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

    def about(self, shown: str, at: Problem | None = None) -> Problem:
        """The same with what it is about, and where in it."""
        if not shown:
            return self
        if at is None:
            return Problem("shown", shown=shown, sentence=self)
        return Problem("shown-at", shown=shown, at=at, sentence=self)

    def as_json(self) -> dict[str, Any]:
        """Of types that JSON has, what `from_json` makes the same problem of.

        Generations keep it: what was written so stays readable.
        """
        return {self.code: {name: _as_json(value) for name, value in self.parameters.items()}}

    @classmethod
    def from_json(cls, written: Mapping[str, Any]) -> Problem:
        ((code, parameters),) = written.items()
        return cls(code, **{name: _from_json(value) for name, value in parameters.items()})


def _as_json(value: Parameter) -> object:
    if isinstance(value, tuple):
        return [_as_json(each) for each in value]
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
    """A problem that is raised. `shown` is what it is about, as a person would type it: a file, a
    folder, an address, an option; `at` is where in it."""

    def __init__(
        self,
        problem: Problem | str,
        /,
        *,
        shown: str | PurePath = "",
        at: Problem | None = None,
        **parameters: Parameter | PurePath,
    ) -> None:
        problem = Problem(problem, **parameters) if isinstance(problem, str) else problem
        super().__init__(problem)
        self.problem = problem
        self.shown = str(shown)
        self.at = at

    @property
    def code(self) -> str:
        return self.problem.code

    @property
    def parameters(self) -> Mapping[str, Parameter]:
        return self.problem.parameters

    def __str__(self) -> str:
        about = ", ".join(str(each) for each in (self.shown, self.at) if each)
        return f"{about}: {self.problem}" if about else str(self.problem)


def reason_of(error: BaseException) -> Problem | Words:
    """The reason to give for an error's cause: its problem, or its message on one line."""
    if isinstance(error, CodedError):
        return error.problem
    text = (isinstance(error, OSError) and error.strerror) or str(error)
    return Words(" ".join(text.split()) or type(error).__name__)


class RefusedValue(CodedError, ValueError):  # noqa: N818 - named for what a person wrote
    """What a person wrote stands for nothing that is known."""


class IndexingError(CodedError):
    """Root of every error that the `index` package raises on purpose."""


class ReadError(IndexingError):
    """A file cannot become an article."""


class StreamError(IndexingError, OSError):
    """The bytes of a file cannot be given."""


class ModelError(IndexingError):
    """The embedding model cannot be found, loaded or prepared."""


class StoreError(IndexingError):
    """The index on disk cannot be used as it is."""


class NoIndex(StoreError):  # noqa: N818 - named for what the user lacks
    """Nothing has been indexed in this data directory yet."""


class DamagedIndex(StoreError):  # noqa: N818
    """A file of the generation in service is missing or altered."""


class ModelMismatch(StoreError):  # noqa: N818
    """The index was built by another embedding model than the one in use."""


class BuildLocked(IndexingError):  # noqa: N818
    """Another process is building in this data directory."""


class BuildStopped(IndexingError):  # noqa: N818
    """The build was asked to stop; `kept` vectors are on disk, and the next build has them."""

    def __init__(self, problem: Problem | str, /, *, kept: int = 0, **parameters: Any) -> None:
        super().__init__(problem, **parameters)
        self.kept = kept


class FetchError(IndexingError):
    """An address (`shown`) gives no file; `passing` when trying again may help.

    `after` is in how many seconds the site said to try, if it did.
    """

    def __init__(
        self,
        problem: Problem | str,
        /,
        *,
        shown: str = "",
        passing: bool = False,
        after: float | None = None,
        **parameters: Any,
    ) -> None:
        super().__init__(problem, shown=shown, **parameters)
        self.passing = passing
        self.after = after

    def of(self, address: str) -> FetchError:
        """The same, said of the address that a person knows."""
        return FetchError(self.problem, shown=address, passing=self.passing, after=self.after)
