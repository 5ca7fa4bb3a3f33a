"""Index builds in a separate process, so that they do not slow down answers."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from index.errors import IndexingError, Problem
from index.formats.base import Options
from index.ingestion.builder import BuildObserver, BuildReport, BuildStep, Unobserved, build
from index.models.base import Embedder
from index.processes import MODEL_VARIABLES
from index.store.factory import Location
from index.tasks import UNBOUNDED, ProcessBounds, ProcessLost, TaskRequester, run_task

# Called like `index.ingestion.builder.build`, with `bounds`; raises IndexingError beyond them.
IndexBuilder = Callable[..., BuildReport]


class BuildProcess:
    """Builds in a process that loads its embedding model with `open_embedder`; all arguments must
    be picklable."""

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
            name, arguments = message
            getattr(observer or Unobserved(), name)(*arguments)

        try:
            return run_task(
                _build,
                self._open_embedder,
                list(paths),
                location,
                options,
                bounds=bounds,
                variables=MODEL_VARIABLES,
                on_message=watch,
                stop=stop,
            )
        except ProcessLost as lost:
            problems = {
                "slow": Problem("build-slow", seconds=round(bounds.seconds or 0)),
                "heavy": Problem("build-heavy"),
                "crash": Problem("build-crash"),
            }
            raise IndexingError(problems[lost.why]) from lost


def _build(
    requester: TaskRequester,
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
        observer=_ForwardingObserver(requester),
        stop=requester.wants_end,
    )


class _ForwardingObserver(BuildObserver):
    """Forwards the progress to the requesting process."""

    def __init__(self, requester: TaskRequester) -> None:
        self._requester = requester

    def step(self, name: BuildStep) -> None:
        self._requester.tell(("step", (name,)))

    def progress(self, done: int, total: int) -> None:
        self._requester.tell(("progress", (done, total)))
