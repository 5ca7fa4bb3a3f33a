"""What can be wrong with what is typed after `selon add` and `selon watch`.

SelonError
└── FeedingError    a command asks for what cannot be, told in the person's language
"""

from __future__ import annotations

from bot.errors import SelonError


class FeedingError(SelonError):
    """A command asks for what cannot be, told in the person's language."""
