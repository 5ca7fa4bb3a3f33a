"""Parse the chat models, writers and prices of the settings."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from index.errors import RefusedValue

# Whether to ask for JSON; `auto` asks unless the model is known not to support it.
Structured = Literal["auto", "on", "off"]

EXTRACTIVE = "extractive"  # the articles' own sentences, always the last resort
ALIASES = {"mistral": "mistralai", "google": "google_genai"}  # common names of providers
EVERY_MODEL = "*"

_READER = "@reader="


@dataclass(frozen=True, slots=True)
class Choice:
    """One model of one provider, as LangChain names it."""

    provider: str
    model: str

    @property
    def name(self) -> str:
        return f"{self.provider}:{self.model}"


@dataclass(frozen=True, slots=True)
class Price:
    """The price of a million tokens, in the operator's currency."""

    input: float
    output: float

    def micros(self, input: int, output: int) -> int:
        """The cost of these tokens in millionths of the currency."""
        return round(self.input * input + self.output * output)


def parse_choices(text: str) -> tuple[Choice, ...]:
    """Parse `ollama:qwen3:4b,mistral:mistral-small-latest,extractive`. Raises RefusedValue."""
    names = [name.strip() for name in text.split(",") if name.strip()]
    if EXTRACTIVE in names[:-1]:
        raise RefusedValue("choice-extractive")
    choices = [_choice(name) for name in names if name != EXTRACTIVE]
    if len(set(choices)) < len(choices):
        raise RefusedValue("choice-twice")
    return tuple(choices)


@dataclass(frozen=True, slots=True)
class WriterChoice:
    """A writer of the arena: a chat model, or None for extractive answers.

    `reader` overrides the setting.
    """

    model: Choice | None = None
    reader: str = ""

    @property
    def name(self) -> str:
        """The name in stored votes."""
        model = self.model.name if self.model is not None else EXTRACTIVE
        reader = f"{_READER}{self.reader}" if self.reader else ""
        return f"{model}{reader}"


def parse_writers(text: str) -> tuple[WriterChoice, ...]:
    """Parse `extractive,ollama:qwen3:4b,extractive@reader=none`.

    Raises RefusedValue, also for a single one.
    """
    names = [name.strip() for name in text.split(",") if name.strip()]
    writers = tuple(parse_writer(name) for name in names)
    if len(set(writers)) < len(writers):
        raise RefusedValue("writer-twice")
    if len(writers) == 1:
        raise RefusedValue("writer-alone")
    return writers


def parse_writer(text: str) -> WriterChoice:
    """Parse one writer, from the setting or from its name. Raises RefusedValue."""
    name, _, reader = (part.strip() for part in text.partition(_READER))
    if "@mode=" in name or "@prompts=" in text:
        raise RefusedValue("writer-mode", name=text)
    if reader not in ("", "bundled", "none"):
        raise RefusedValue("choice-unclear", name=text)
    return WriterChoice(None if name == EXTRACTIVE else _choice(name), reader)


def parse_prices(text: str) -> Mapping[str, Price]:
    """Parse `0.1/0.3` or `mistral:mistral-small-latest=0.1/0.3,ollama:qwen3:4b=0/0`.

    A price without a name applies to all other models (`EVERY_MODEL`). Raises RefusedValue.
    """
    prices: dict[str, Price] = {}
    for part in (price.strip() for price in text.split(",") if price.strip()):
        name, _, amounts = part.rpartition("=")
        key = _choice(name.strip()).name if name else EVERY_MODEL
        if key in prices:
            if name:
                raise RefusedValue("price-twice", name=name)
            raise RefusedValue("price-twice-every")
        prices[key] = _price(amounts)
    return prices


def _choice(name: str) -> Choice:
    # Only the first colon separates: Ollama's names contain another.
    provider, _, model = (part.strip() for part in name.partition(":"))
    if not (provider and model):
        raise RefusedValue("choice-unclear", name=name)
    provider = provider.lower().replace("-", "_")
    return Choice(ALIASES.get(provider, provider), model)


def _price(amounts: str) -> Price:
    before, _, after = amounts.partition("/")
    try:
        price = Price(float(before), float(after))
    except ValueError:
        price = Price(-1, -1)
    if not (0 <= price.input < 1e6 and 0 <= price.output < 1e6):
        raise RefusedValue("price-unclear", amounts=amounts)
    return price
