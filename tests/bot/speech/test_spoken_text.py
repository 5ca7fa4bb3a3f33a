"""Texts in the words that a person reads aloud."""

from __future__ import annotations

import re
import time
import unicodedata
from pathlib import Path

import frontmatter
import pytest

from bot.audio import SpeechLanguage
from bot.speech.lexicon import lexicon
from bot.speech.spoken_text import spoken_words

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
    spoken_words(unit * (20_000 // len(unit)), language)
    assert time.process_time() - begun < 30
