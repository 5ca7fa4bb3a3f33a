"""What people call a writer."""

from __future__ import annotations

from bot.arena.texts import ArenaPhrases
from bot.model_choice import parse_writer
from index.errors import RefusedValue


def named_writer(name: str, phrases: ArenaPhrases) -> str:
    """« les phrases des articles », « ollama:qwen3:4b, consignes « brefs » »; one that is set no
    more keeps its name."""
    try:
        writer = parse_writer(name)
    except RefusedValue:
        return name
    told = writer.model.name if writer.model is not None else phrases.articles
    if writer.reader:
        told = phrases.read_by(told, writer.reader)
    if writer.prompts is not None:
        told = phrases.prompted_by(told, writer.prompts.name)
    return told
