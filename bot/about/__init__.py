"""Questions about the articles themselves, answered from what is known of each."""

from bot.answering.about import AboutArticles
from bot.answering.about_about_questions import Asked, Kind, asked, subject_of

__all__ = ["AboutArticles", "Asked", "Kind", "asked", "subject_of"]
