"""Questions about the articles themselves, answered from what is known of each."""

from bot.about.answers import AboutArticles
from bot.about.questions import Asked, Kind, asked, subject_of

__all__ = ["AboutArticles", "Asked", "Kind", "asked", "subject_of"]
