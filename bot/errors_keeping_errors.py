"""What can be wrong with what is typed about the articles.

SelonError
└── KeepingError        a command about the articles asks for what cannot be
    └── UnknownArticle  no article is meant, or several are
"""

from __future__ import annotations

from bot.errors import SelonError


class KeepingError(SelonError):
    """A command about the articles asks for what cannot be, told in the person's language."""


class UnknownArticle(KeepingError):  # noqa: N818
    """No article is meant, or several are."""
