"""Indexes built in a process of their own, of which answers notice nothing."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Any, Protocol

from index.apart import UNBOUNDED, ProcessBounds, ProcessLost, WorkRequester, run_apart
from index.build.builder import BuildObserver, BuildReport, BuildStep, Unobserved, build
from index.errors import IndexingError, Problem
from index.formats.base import Options
from index.models.base import Embedder
from index.store.factory import Location

_LOST: Mapping[str, Callable[[ProcessBounds], Problem]] = MappingProxyType(
    {
        "slow": lambda bounds: Problem("build-slow", seconds=round(bounds.seconds or 0)),
        "heavy": lambda _: Problem("build-heavy"),
        "crash": lambda _: Problem("build-crash"),
    }
)


class IndexBuilder(Protocol):
    """Builds as `index.build.builder.build` does, and raises as it does; IndexingError where a
    bound is met."""

    def __call__(
        self,
        paths: Sequence[Path],
        location: Location,
        *,
        options: Options | None = None,
        observer: BuildObserver | None = None,
        stop: Callable[[], bool] | None = None,
        bounds: ProcessBounds = UNBOUNDED,
    ) -> BuildReport: ...


class BuildProcess:
    """Builds in a process of its own, which opens its embedding model by `open_embedder` (pickled,
    like all that is given)."""

    def __init__(self, open_embedder: Callable[[], Embedder]) -> None:
        self._open_embedder = open_embedder

    def __call__(
        self,
        paths: Sequence[Path],
        location: Location,
        *,
        options: Options | None = None,
        observer: BuildObserver | None = None,
        stop: Callable[[], bool] | None = None,
        bounds: ProcessBounds = UNBOUNDED,
    ) -> BuildReport:
        def watch(message: tuple[str, tuple[Any, ...]]) -> None:
            name, told = message
            getattr(observer or Unobserved(), name)(*told)

        try:
            return run_apart(
                _build,
                self._open_embedder,
                list(paths),
                location,
                options,
                bounds=bounds,
                on_message=watch,
                stop=stop,
            )
        except ProcessLost as lost:
            raise IndexingError(_LOST[lost.why](bounds)) from lost


def _build(
    asker: WorkRequester,
    open_embedder: Callable[[], Embedder],
    paths: list[Path],
    location: Location,
    options: Options | None,
) -> BuildReport:
    return build(
        paths,
        location,
        open_embedder(),
        options=options,
        observer=_Forwarded(asker),
        stop=asker.wants_end,
    )


class _Forwarded(BuildObserver):
    """Tells who asked for the build how far it is."""

    def __init__(self, asker: WorkRequester) -> None:
        self._asker = asker

    def step(self, name: BuildStep) -> None:
        self._asker.tell(("step", (name,)))

    def progress(self, done: int, total: int) -> None:
        self._asker.tell(("progress", (done, total)))
