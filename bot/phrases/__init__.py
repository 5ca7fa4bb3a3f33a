"""Every sentence shown to people, by language: French first, then English."""

from bot.phrases.en import EN
from bot.phrases.fr import FR
from bot.phrases.phrases import Phrases, phrases_for

__all__ = ["EN", "FR", "Phrases", "phrases_for"]
