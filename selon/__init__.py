"""Selon as a library: ask questions about articles, and get cited answers."""

from bot.answer import Answer, Citation, Statement
from index.article import Article, Passage
from index.errors import CodedError, NoIndex
from index.findings import Hit
from selon.library import Selon, open

__all__ = [
    "Answer",
    "Article",
    "Citation",
    "CodedError",
    "Hit",
    "NoIndex",
    "Passage",
    "Selon",
    "Statement",
    "open",
]
