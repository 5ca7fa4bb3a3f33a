"""What can go wrong while measuring.

SelonError
└── EvaluationError          an evaluation was asked for in a way that cannot be done
    └── QuestionFileError    a file of questions cannot be used (its message names the place in it)
"""

from __future__ import annotations

from bot.errors import SelonError


class EvaluationError(SelonError):
    """An evaluation was asked for in a way that cannot be done."""


class QuestionFileError(EvaluationError):
    """A file of questions cannot be used as it is."""
