from __future__ import annotations

import logging
import os
import time
from pathlib import Path

import pytest

from index.errors import BuildStopped, IndexingError
from index.processes import MODEL_VARIABLES
from index.tasks import ProcessBounds, ProcessLost, TaskRequester, run_task


def _told_back(asker: TaskRequester, text: str) -> tuple[int, str]:
    for word in text.split():
        asker.tell(word)
    logging.getLogger("index.some").warning("about %s", text)
    return os.getpid(), text.upper()


def _refused(_: TaskRequester) -> None:
    raise BuildStopped("build-stopped-kept", vector_count=3, count=3)


def _missing(_: TaskRequester, path: Path) -> str:
    return path.read_text(encoding="utf-8")


def _broken(_: TaskRequester) -> None:
    os._exit(7)


def _busy(_: TaskRequester) -> None:
    while True:
        sum(range(1000))


def _greedy(_: TaskRequester) -> int:
    return len(bytearray(2**27))


def _patient(asker: TaskRequester) -> str:
    asker.tell("begun")
    while not asker.wants_end():
        time.sleep(0.01)
    return "ended"


def test_what_it_returns_tells_logs_or_raises_reaches_who_asked(
    caplog: pytest.LogCaptureFixture, tmp_path: Path
) -> None:
    told: list[str] = []
    process, text = run_task(_told_back, "deux mots", on_message=told.append)
    assert process != os.getpid()
    assert (text, told) == ("DEUX MOTS", ["deux", "mots"])
    assert ("index.some", logging.WARNING, "about deux mots") in caplog.record_tuples
    with pytest.raises(BuildStopped) as stopped:
        run_task(_refused)
    assert (stopped.value.vector_count, stopped.value.code) == (3, "build-stopped-kept")
    with pytest.raises(FileNotFoundError, match=r"rien\.txt"):
        run_task(_missing, tmp_path / "rien.txt")


def test_one_that_dies_is_lost_and_does_not_refuse() -> None:
    with pytest.raises(ProcessLost) as lost:
        run_task(_broken)
    assert lost.value.why == "crash"
    assert not isinstance(lost.value, IndexingError)
    with pytest.raises(ProcessLost):
        run_task(_broken, stop=lambda: True)


def test_processor_time_and_memory_are_bounded() -> None:
    with pytest.raises(ProcessLost) as lost:
        run_task(_busy, bounds=ProcessBounds(seconds=1))
    assert lost.value.why == "slow"
    with pytest.raises(ProcessLost) as lost:
        run_task(_greedy, bounds=ProcessBounds(memory=2**25))
    assert lost.value.why == "heavy"
    assert run_task(_greedy, bounds=ProcessBounds(memory=2**28)) == 2**27


def test_who_asked_can_end_it() -> None:
    told: list[str] = []
    assert run_task(_patient, on_message=told.append, stop=lambda: bool(told)) == "ended"


def _environment(_: TaskRequester) -> dict[str, str]:
    os.write(1, b"what a library prints stays out of the result")
    return dict(os.environ)


def test_it_sees_no_secret_of_who_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SELON_TELEGRAM_TOKEN", "secret")
    monkeypatch.setenv("HF_HOME", "/models")
    assert not {"SELON_TELEGRAM_TOKEN", "HF_HOME"} & run_task(_environment).keys()
    assert run_task(_environment, variables=MODEL_VARIABLES)["HF_HOME"] == "/models"
