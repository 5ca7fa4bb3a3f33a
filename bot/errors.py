"""What can go wrong between a question and a person.

CodedError
└── SelonError
    ├── SettingsError           a setting's value is not accepted, or one that is needed is missing
    ├── QuoteError              a citation whose quote is not verbatim in its passage
    ├── StateError              the database of what people leave behind cannot be used
    ├── ChartError              a picture cannot be drawn
    ├── OutputError             standard output does not take what is written
    ├── MessengerError          Telegram cannot be reached at start
    ├── KeepingError            a command about the articles asks for what cannot be
    │   └── UnknownArticle      no article is meant, or several are
    ├── FeedingError            `selon watch` is asked for what cannot be
    ├── EvaluationError         an evaluation was asked for in a way that cannot be done
    │   └── QuestionFileError   a file of questions cannot be used as it is
    └── ModelFailed             a chat model gave no answer, or only the beginning of one

As in `index.errors`, an error is a code with parameters.
"""

from __future__ import annotations

from typing import Literal

from index.errors import CodedError


class SelonError(CodedError):
    """Root of every error that the `bot` package raises on purpose."""


class SettingsError(SelonError):
    """A setting's value is not accepted, or one that is needed is missing."""


class QuoteError(SelonError):
    """A citation whose quote is not verbatim in its passage."""


class StateError(SelonError):
    """The database of what people leave behind cannot be used."""


class ChartError(SelonError):
    """A picture cannot be drawn."""


class OutputError(SelonError):
    """Standard output does not take what is written."""


class MessengerError(SelonError):
    """Telegram cannot be reached at start."""


class KeepingError(SelonError):
    """A command about the articles asks for what cannot be."""


class UnknownArticle(KeepingError):  # noqa: N818
    """No article is meant, or several are."""


class SpeechError(SelonError):
    """Something cannot be spoken or heard."""


class FeedingError(SelonError):
    """`selon watch` is asked for what cannot be."""


class EvaluationError(SelonError):
    """An evaluation was asked for in a way that cannot be done."""


class QuestionFileError(EvaluationError):
    """A file of questions cannot be used as it is."""


ModelFault = Literal[
    "timeout",
    "refused",
    "missing",
    "rejected",
    "rate",
    "server",
    "connection",
    "malformed",
    "context",
    "cancelled",
    "budget",
    "allowance",
    "paused",
]
"""Why a model gave nothing that can be used.

timeout     nothing came in time, or not all of it
refused     the key is not accepted (401, 403)
missing     the server has no such model (404)
rejected    the request is not understood (another 4xx)
rate        too many requests, or no credit left (429)
server      the server failed (5xx)
connection  the server cannot be reached, or the connection was cut
malformed   what came is no answer: empty, endless, or not of the expected form
context     the messages are longer than the model can hold
cancelled   the call was ended by the client library
budget      the day's budget is spent
allowance   what may be written in a day for the person who asks is used up
paused      the model has failed several times and is left alone for a while
"""


class ModelFailed(SelonError):  # noqa: N818 - said as a sentence, as NoIndex is
    """A chat model gave no answer, or only the beginning of one.

    It names the model and the fault, and never holds a key, a question or a passage.
    `retry_after` is how many seconds the server asks to wait, where it says so.
    """

    def __init__(
        self, kind: ModelFault, model: str, detail: str = "", retry_after: float | None = None
    ) -> None:
        if detail:
            super().__init__("model-failed-detail", shown=model, fault=kind, detail=detail)
        else:
            super().__init__("model-failed", shown=model, fault=kind)
        self.kind = kind
        self.model = model
        self.detail = detail
        self.retry_after = retry_after

    def __str__(self) -> str:
        return f"{self.model}: {self.kind}{f' ({self.detail})' if self.detail else ''}"
