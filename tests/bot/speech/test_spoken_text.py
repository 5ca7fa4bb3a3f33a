"""Texts in the words that a person reads aloud, how they sound, and the pieces of a recording."""

from __future__ import annotations

import io
import re
import time
import unicodedata
import wave
from itertools import pairwise
from pathlib import Path
from shutil import which

import frontmatter
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.audio import SpeechLanguage, SpokenLine
from bot.errors import SpeechError
from bot.help_numbers import Help, parse_help_numbers
from bot.speech.base import Sound, as_pcm, wave_header
from bot.speech.lexicon import lexicon
from bot.speech.phonemes import ESPEAK, phonemes
from bot.speech.spoken_answer import spoken_answer
from bot.speech.spoken_text import spoken_words
from bot.speech.terminal import FIRST_CHARACTERS, LONGEST_CHARACTERS, cut_into_pieces
from tests.bot.answers import help_answer

pytest.importorskip("num2words", reason="the extra `voice` is not installed")

ROOT = Path(__file__).parents[3]
CASES = (ROOT / "tests" / "data" / "spoken_words.tsv").read_text("utf-8").splitlines()
"""A language, a text as it is written, and as it is said."""


@pytest.mark.parametrize(("language", "written", "said"), [row.split("\t") for row in CASES])
def test_a_text_is_said_as_people_do(language: SpeechLanguage, written: str, said: str) -> None:
    assert spoken_words(written, language) == said


@pytest.mark.parametrize("space", ["\u00a0", "\u202f", "\u2009"])
def test_every_space_within_a_number_holds_it_together(space: str) -> None:
    assert spoken_words(f"15{space}000{space}€", "fr") == "quinze mille euros"


def test_nothing_that_is_no_speech_is_left() -> None:
    assert spoken_words("\x00\u200b🙂 <b>*_", "fr") == "inférieur à b supérieur à"
    assert spoken_words(f"1:23:45.{'9' * 5_000}", "fr")  # more digits than an int may have


@pytest.mark.parametrize("path", sorted((ROOT / "corpus").glob("*.md")), ids=lambda path: path.stem)
def test_no_digit_or_symbol_of_an_article_reaches_the_voice(path: Path) -> None:
    article = frontmatter.load(str(path))
    language: SpeechLanguage = "en" if article["language"] == "en" else "fr"
    words = lexicon(language)
    named = {*"".join(words.units), *"".join(words.currencies), *words.tables["symbols"]}
    symbols = {
        character
        for character in article.content
        if unicodedata.category(character).startswith("S")
    }
    said = spoken_words(article.content, language)
    assert re.findall(r"[^\W\d_]*[^\W\D][\w.,]*|[^\w\s.,;:!?…'’\-«»“”\"()]", said) == []
    assert symbols <= named  # or they would be left out in silence


@pytest.mark.parametrize(
    "unit", ["1", "1 000 ", "a.", "1-", "1h", "A.", "$1", "1 jeune ", "a 1 ", "'1"]
)
@pytest.mark.parametrize("language", ["fr", "en"])
def test_long_nonsense_takes_no_more_than_its_length(language: SpeechLanguage, unit: str) -> None:
    begun = time.process_time()
    spoken_words(unit * (8_000 // len(unit)), language)
    assert time.process_time() - begun < 12


OWN = "suicide: 988 Lifeline & chat; Medical: +1 555-0100 Nurse; danger: 911 Police"


def test_help_is_spoken_with_the_operators_numbers() -> None:
    answer = help_answer(Help("medical", parse_help_numbers(OWN)), "fr")
    spoken = " ".join(line.text for line in spoken_answer(answer))
    assert "Je suis un programme" in spoken
    assert spoken.index("+1 555-0100") < spoken.index("988")
    assert "3114" not in spoken


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
def test_the_letter_m_is_no_nasal() -> None:
    assert "ɑ̃" not in phonemes(spoken_words("PME", "fr"), "fr")


@needs_espeak
@pytest.mark.parametrize("text", ["", "…", "« »", "?!"])
def test_without_words_nothing_is_said(text: str) -> None:
    assert phonemes(text, "fr") == ""


def test_a_missing_program_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    with pytest.raises(SpeechError) as raised:
        phonemes("Bonjour", "fr")
    assert raised.value.code == "speech-no-espeak"


TEXT = (
    "Le pont de la rivière, très ancien, sera fermé jusqu'au printemps prochain pour des travaux. "
    "La mairie, qui en a décidé lundi, ouvrira une passerelle pour les piétons ; les voitures "
    "passeront par la rocade, où la vitesse sera limitée."
)


def test_pieces_end_at_pauses_and_grow() -> None:
    pieces = list(cut_into_pieces([SpokenLine(TEXT, "fr")]))
    lengths = [len(piece.text) for piece in pieces]
    assert pieces[0].text == "Le pont de la rivière,"
    assert all(after <= 2.5 * before for before, after in pairwise(lengths))
    assert [piece.pause for piece in pieces] == [0.0] * (len(pieces) - 1) + [0.4]


@given(st.lists(st.text(alphabet="ab ,.é", max_size=900), max_size=4))
def test_nothing_is_lost_or_too_long(texts: list[str]) -> None:
    pieces = [piece.text for piece in cut_into_pieces(SpokenLine(text, "fr") for text in texts)]
    assert " ".join(pieces).split() == " ".join(texts).split()
    if pieces and " " in pieces[0]:
        assert len(pieces[0]) <= FIRST_CHARACTERS
    assert all(len(piece) <= LONGEST_CHARACTERS or " " not in piece for piece in pieces)


@pytest.mark.parametrize("rate", [16_000, 24_000])
def test_a_stream_is_a_wav_file_of_any_length(rate: int) -> None:
    sound = Sound(np.linspace(-1, 1, rate // 2, dtype=np.float32), rate)
    content = wave_header(rate) + as_pcm(sound) + as_pcm(sound)
    with wave.open(io.BytesIO(content)) as file:
        assert (file.getframerate(), file.getnchannels(), file.getsampwidth()) == (rate, 1, 2)
        assert len(file.readframes(10 * rate)) == 2 * rate
