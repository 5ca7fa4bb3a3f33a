"""The picture of the standings."""

from __future__ import annotations

import io
from random import Random

import pytest
from PIL import Image

from bot.arena.chart import draw_standings
from bot.arena.rating import rate_writers
from bot.arena.standings import Standing, Standings
from bot.operations.picture_style import WIDTH
from tests.bot.arena.voters import cast_votes, six_writers


def sample(*names: str) -> Standings:
    """Standings of six writers, under such names as they may have."""
    votes = cast_votes(six_writers(0.3), 500, Random(2))
    ratings = rate_writers(votes, daily=20, rounds=60)
    rows = [
        Standing(name, ratings.writers[known], 160 + at, 70 - 9 * at, 30, 0.2 + at, 900.0 * at)
        for at, (name, known) in enumerate(zip(names, six_writers().names, strict=False))
    ]
    rows.sort(key=lambda row: -row.rating.value if row.rating else 0)
    return Standings(500, 150, 0, tuple(rows), ratings.effects)


@pytest.mark.parametrize("language", ["fr", "en"])
def test_it_is_as_wide_as_a_phone_and_grows_with_the_writers(language: str) -> None:
    heights = []
    for names in (("extractive", "ollama:qwen3:4b"), tuple("abcdef")):
        with Image.open(io.BytesIO(draw_standings(sample(*names), language))) as picture:
            assert picture.width == WIDTH
            heights.append(picture.height)
    assert heights[0] < heights[1]


def test_a_name_of_any_length_and_any_letters_is_drawn() -> None:
    names = ("openai:" + "très-long-" * 30, "mistralai:$x$ 🦊 漢字@prompts=/a/b/brefs & co")
    assert draw_standings(sample(*names), "fr").startswith(b"\x89PNG")
