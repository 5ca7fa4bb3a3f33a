"""How texts are pronounced, by the real espeak-ng."""

from __future__ import annotations

from shutil import which

import pytest

from bot.errors import SpeechError
from bot.speech.phonemes import ESPEAK, phonemes

needs_espeak = pytest.mark.skipif(which(ESPEAK) is None, reason="espeak-ng is not installed")


@needs_espeak
def test_the_marks_of_pauses_stay_between_the_sounds_and_none_of_a_language() -> None:
    said = phonemes("Bonjour, dit-elle ; « bonsoir » !", "fr")
    assert [sign for sign in said if sign in ",;!."] == [",", ";", "!"]
    assert said.startswith("bɔ̃ʒˈuʁ,")
    english = phonemes("Le Washington Post", "fr")
    assert "(" not in english
    assert "wˈɒʃɪŋtən" in english


@needs_espeak
@pytest.mark.parametrize("text", ["", "…", "« »", "?!"])
def test_without_words_nothing_is_said(text: str) -> None:
    assert phonemes(text, "fr") == ""


def test_a_missing_program_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    with pytest.raises(SpeechError) as raised:
        phonemes("Bonjour", "fr")
    assert raised.value.code == "speech-no-espeak"
