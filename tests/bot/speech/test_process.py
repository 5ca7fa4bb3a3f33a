"""Speech in another process, and its cache: what fails is a sentence, and nothing is lost."""

from __future__ import annotations

from pathlib import Path
from unittest.mock import MagicMock, Mock

import pytest

from bot.audio import SpokenLine
from bot.errors import SpeechError
from bot.main import run
from bot.settings import Settings
from bot.speech import service
from bot.speech.factory import SpeechModels
from bot.speech.service import SpeechProcess
from bot.speech.terminal import hear_question
from tests.e2e.speech import HeardSpeech


def test_the_settings_name_the_models(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path, voice_model="none", hearing_model="/models/large")
    speech = service.open_speech(settings)
    assert not speech.speaks
    assert speech._models.hearing_model == "/models/large"


def test_a_cache_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "speech").touch()
    speech = SpeechProcess(SpeechModels(), tmp_path / "speech")
    with pytest.raises(SpeechError, match="speech-not-written"):
        speech.record([SpokenLine("Bonjour.", "fr")], tmp_path / "a.ogg")


def test_what_another_process_or_a_power_failure_took_is_not_missed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    speech, ask = (
        SpeechProcess(SpeechModels(), tmp_path),
        Mock(side_effect=SpeechError("speech-crash")),
    )
    monkeypatch.setattr(speech, "_ask", ask)
    for _ in range(2):
        with pytest.raises(SpeechError):
            speech.record([SpokenLine("Bonjour.", "fr")], tmp_path / "a.ogg")
        name = Path(ask.call_args.kwargs["out"]).name.split(".")[1]
        (tmp_path / f"{name}-24000-100.npy").touch()
    assert [call.kwargs["do"] for call in ask.call_args_list] == ["say", "say"]
    monkeypatch.setattr(speech, "_recordings", lambda: [tmp_path / "gone.npy"])
    speech._forget_oldest()


def test_a_process_that_replaced_another_goes_on_after_the_pause(tmp_path: Path) -> None:
    speech = SpeechProcess(SpeechModels(), tmp_path)
    speech._process, second = Mock(), Mock()
    with speech._lock, speech.pause():
        speech._process = second
        with speech.pause():
            pass
        second.go_on.reset_mock()
    assert second.go_on.called


def test_nothing_to_say_is_no_success(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["say", "--out", "-", " "]) == 1
    assert "il n’y a rien à lire à voix haute" in capsys.readouterr().err


def test_a_doubtful_question_is_confirmed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    speech, recording, url = HeardSpeech(tmp_path), tmp_path / "a.ogg", "postgresql://localhost/a"
    speech.words, speech.doubtful = "Qui ?", True
    recording.touch()
    typed = iter(["Oui\n", "\n"])
    monkeypatch.setattr("sys.stdin", Mock(isatty=lambda: True, readline=lambda: next(typed)))
    monkeypatch.setattr(service, "open_speech", lambda settings: speech)
    monkeypatch.setattr("bot.settings.open_store", opened := MagicMock())
    settings = Settings(data_dir=tmp_path, index_url=url)  # type: ignore[arg-type]
    assert [hear_question(settings, recording).text for _ in range(2)] == ["Qui ?", ""]
    opened.assert_called_with(tmp_path, url)
    assert capsys.readouterr().err.endswith("Qui ?\u00a0»\u202f? [o/N] ")
