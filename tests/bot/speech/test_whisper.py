"""Which language a recording is taken for, and what of it is left out."""

from __future__ import annotations

from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from bot.audio import Transcript
from bot.speech.base import Sound
from bot.speech.names import hear_twice
from bot.speech.whisper import WhisperRecogniser

SOUND = Sound(np.zeros(16_000, np.float32), 16_000)


@dataclass
class Model:
    """Detects languages by these probabilities, and writes what it is told to."""

    likely: dict[str, float]
    segments: list[Any] = field(default_factory=list)
    unprompted: list[Any] | None = None

    def transcribe(
        self,
        samples: object,
        *,
        language: str | None = None,
        initial_prompt: str | None = None,
        **options: object,
    ) -> tuple[Any, Any]:
        said = self.unprompted if self.unprompted and not initial_prompt else self.segments
        found = language or max(self.likely, key=lambda code: self.likely[code])
        info = SimpleNamespace(
            language=found,
            language_probability=1.0 if language else self.likely[found],
            all_language_probs=list(self.likely.items()),
        )
        return iter(said), info


def segment(text: str, likely: float = -0.3, silence: float = 0.1, packed: float = 1.2) -> Any:
    return SimpleNamespace(
        text=text, avg_logprob=likely, no_speech_prob=silence, compression_ratio=packed
    )


def recogniser(model: Model) -> WhisperRecogniser:
    made = WhisperRecogniser()
    made.__dict__["_model"] = model
    return made


@pytest.mark.parametrize(
    ("likely", "language"),
    [
        ({"fr": 0.9, "en": 0.05}, "fr"),
        ({"en": 0.4, "fr": 0.3}, "en"),
        ({"th": 0.44, "nn": 0.14, "fr": 0.05, "en": 0.02}, "fr"),
        ({"de": 0.3, "en": 0.1, "fr": 0.01}, "en"),
        ({"de": 0.95, "en": 0.02}, "de"),
    ],
)
def test_noise_is_no_other_language(likely: dict[str, float], language: str) -> None:
    assert recogniser(Model(likely)).hear(SOUND).language == language


def test_what_was_likely_never_said_is_left_out() -> None:
    said = [
        segment(" Qui a inventé"),
        segment(" merci d'avoir regardé", likely=-1.4),
        segment(" la musique", silence=0.9),
        segment(" fèlè fèlè fèlè fèlè", packed=3.1),
        segment(" le braille ? "),
    ]
    heard = recogniser(Model({"fr": 0.9}, said)).hear(SOUND)
    assert heard.text == "Qui a inventé le braille ?"


NAMES = "Le Monde, La lentille de Cordouan, Tintin au Congo, Le boson de Higgs"
FIRST, HIGGS = "Qui a mesuré le bosson d'X ?", "Qui a mesuré le boson de Higgs ?"


@pytest.mark.parametrize(
    ("language", "prompted", "likely", "heard"),
    [
        ("fr", HIGGS, -0.3, Transcript(HIGGS, "fr")),
        ("fr", "La lentille de Cordouan, Tintin au Congo.", -0.3, Transcript(FIRST, "fr")),
        ("fr", HIGGS, -0.8, Transcript(FIRST, "fr")),
        ("de", HIGGS, -0.3, Transcript(FIRST, "de", True)),
    ],
    ids=["a question with a name", "an echo of the names", "a doubtful one", "another language"],
)
def test_names_help_to_hear_and_are_never_heard_instead_of_the_question(
    language: str, prompted: str, likely: float, heard: Transcript
) -> None:
    model = Model({language: 0.95}, [segment(prompted, likely)], [segment(FIRST)])
    expected: list[str] = []

    def names_for(text: str) -> str:
        expected.append(text)
        return NAMES

    hear = recogniser(model).hear
    assert hear_twice(lambda names: hear(SOUND, names=names), names_for) == heard
    assert expected == [FIRST]


def test_another_script_is_no_french() -> None:
    said = [segment(" من اخترع الويب؟")]
    assert recogniser(Model({"fr": 0.9}, said)).hear(SOUND).text == ""
    hear = recogniser(Model({"ar": 0.9}, said)).hear
    assert hear(SOUND).text == "من اخترع الويب؟"
    assert hear_twice(lambda names: hear(SOUND, names=names), lambda text: NAMES).text == ""


@pytest.mark.parametrize(("likely", "doubtful"), [(-0.2, False), (-0.8, True)])
def test_unlikely_words_are_doubted(likely: float, doubtful: bool) -> None:
    said = [segment(" Qui a inventé"), segment(" le braille ?", likely=likely)]
    assert recogniser(Model({"fr": 0.9}, said)).hear(SOUND).doubtful is doubtful
