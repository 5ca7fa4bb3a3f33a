"""What a chat model's vote is worth, measured on questions whose answers are known.

A vote is evidence on the sentence quoted first without a model. How strong, is the ratio of two
shares of `selon chat-model --check`: of such votes among right sentences, and among wrong ones.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import asdict, dataclass

from sqlalchemy.orm import Session

from bot.answering.refusal import ModelVote
from bot.errors import SelonError
from bot.state.clock import utc_now
from bot.state.database import State
from bot.state.tables import ModelTrialRow

logger = logging.getLogger(__name__)
MIN_TRIALS = 60  # questions answered, for figures to count


@dataclass(frozen=True, slots=True)
class VoteFigures:
    """Votes of a trial, by what they said of the reader's first sentence, and whether it was right.

    `displaced_right` are the model's own first sentences that were right where the two differ;
    `right` and `reader_right` the right first sentences of each among the `answerable` questions,
    `refused` and `reader_refused` the others of which each made nothing.
    """

    agrees_right: int = 0
    agrees_wrong: int = 0
    differs_right: int = 0
    differs_wrong: int = 0
    none_right: int = 0
    none_wrong: int = 0
    displaced_right: int = 0
    answerable: int = 0
    right: int = 0
    reader_right: int = 0
    near_misses: int = 0
    refused: int = 0
    reader_refused: int = 0

    @property
    def trials(self) -> int:
        return self.answerable + self.near_misses

    def vote(self, *, agrees: bool | None) -> ModelVote:
        """Weigh a vote, with one imagined trial of each kind so that no share is 0."""
        kinds = {
            True: (self.agrees_right, self.agrees_wrong),
            False: (self.differs_right, self.differs_wrong),
            None: (self.none_right, self.none_wrong),
        }
        right, wrong = (sum(counts) + len(kinds) for counts in zip(*kinds.values(), strict=True))
        share, other_share = (kinds[agrees][0] + 1) / right, (kinds[agrees][1] + 1) / wrong
        return ModelVote(agrees, share / other_share, self.displaced_right > self.differs_right)


@dataclass(frozen=True, slots=True)
class VoteBook:
    """The figures of models in the database, for one version of the prompts."""

    open_state: Callable[[], State]
    prompt: str

    def find(self, model: str) -> VoteFigures | None:
        """The figures of a model, if there are enough; none if the database fails."""

        def find(session: Session) -> VoteFigures | None:
            row = session.get(ModelTrialRow, model)
            if row is None or row.prompt != self.prompt:
                return None
            return VoteFigures(**row.figures)

        try:
            figures = self.open_state().do(find)
        except (SelonError, TypeError) as error:
            logger.warning("The figures of a chat model cannot be read: %s", error)
            return None
        return figures if figures is not None and figures.trials >= MIN_TRIALS else None

    def keep(self, model: str, figures: VoteFigures) -> None:
        """Replace the figures of a model. Raises StateError."""
        fields = {"prompt": self.prompt, "figures": asdict(figures), "created_at": utc_now()}
        self.open_state().do(lambda session: session.merge(ModelTrialRow(model=model, **fields)))
