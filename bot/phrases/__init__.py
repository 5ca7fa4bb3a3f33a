"""Every sentence shown to people, by language: French first, then English."""

from bot.locale.answers import Phrases, phrases_for
from bot.locale.en import EN
from bot.locale.fr import FR

__all__ = ["EN", "FR", "Phrases", "phrases_for"]
