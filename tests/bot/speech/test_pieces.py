"""Lines in pieces, so that sound begins at once."""

from __future__ import annotations

import io
import wave
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.audio import SpokenLine
from bot.speech.base import Sound, as_pcm, wave_header
from bot.speech.terminal import FIRST_CHARACTERS, LONGEST_CHARACTERS, cut_into_pieces

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
