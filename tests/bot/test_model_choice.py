"""What SELON_CHAT_MODEL and SELON_CHAT_PRICES may say."""

from __future__ import annotations

import pytest

from bot.model_choice import EVERY_MODEL, Price, parse_choices, parse_prices


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("", []),
        ("extractive", []),
        ("ollama:qwen3:4b", ["ollama:qwen3:4b"]),
        ("Mistral:mistral-small-latest", ["mistralai:mistral-small-latest"]),
        ("google-genai:g", ["google_genai:g"]),
        (" ollama:a , openai:b , extractive ", ["ollama:a", "openai:b"]),
    ],
)
def test_models_in_order(text: str, names: list[str]) -> None:
    assert [choice.name for choice in parse_choices(text)] == names


@pytest.mark.parametrize("text", ["qwen3", ":qwen3", "ollama:", "extractive,ollama:a", "a:b,a:b"])
def test_what_cannot_be_meant_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"choice-(unclear|extractive|twice)"):
        parse_choices(text)


def test_prices_for_all_and_by_name() -> None:
    prices = parse_prices("1/2, mistral:small=0.1/0.3, ollama:qwen3:4b=0/0")
    assert prices[EVERY_MODEL] == Price(1, 2)
    assert prices["mistralai:small"] == Price(0.1, 0.3)
    assert prices["ollama:qwen3:4b"].micros(10**6, 10**6) == 0
    assert prices["mistralai:small"].micros(2_000_000, 1_000_000) == 500_000


@pytest.mark.parametrize("text", ["1", "a/b", "1/-2", "1/2,3/4", "nan/1", "openai:a=1"])
def test_prices_that_are_none_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"price-(unclear|twice)"):
        parse_prices(text)
