"""Errors of the `bot` package.

As in `index.errors`, an error is a code with parameters.
"""

from __future__ import annotations

from typing import Literal

from index.errors import CodedError


class SelonError(CodedError):
    """Root of every error that the `bot` package raises on purpose."""


class SettingsError(SelonError):
    """A setting is refused or missing."""


class QuoteError(SelonError):
    """A citation whose quote is not verbatim in its passage."""


class StateError(SelonError):
    """The state database cannot be used."""


class ChartError(SelonError):
    """A picture cannot be drawn."""


class OutputError(SelonError):
    """Standard output cannot be written."""


class MessengerError(SelonError):
    """Telegram cannot be reached at start."""


class WebError(SelonError):
    """A door on the web refuses a request."""

    status = 400


class MissingPage(WebError):  # noqa: N818 - named for what is asked for
    """There is no such article or model."""

    status = 404


class FieldError(WebError):
    """A field of a request has a value that is not accepted."""

    status = 422


class TooManyQuestions(WebError):  # noqa: N818 - named for what the visitor did
    """A limit is exceeded for so many seconds."""

    status = 429


class NotAdmitted(WebError):  # noqa: N818
    """The visitor has not shown a token."""

    status = 401


class NotIdentified(WebError):  # noqa: N818
    """No trusted proxy has named the visitor."""

    status = 403


class KeepingError(SelonError):
    """A command about the articles cannot be done."""


class UnknownArticle(KeepingError):  # noqa: N818
    """No article is meant, or several are."""


class SpeechError(SelonError):
    """Something cannot be spoken or heard."""


class FeedingError(SelonError):
    """`selon watch` cannot do what is asked."""


class EvaluationError(SelonError):
    """An evaluation cannot be done as asked."""


class QuestionFileError(EvaluationError):
    """A file of questions cannot be used."""


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
"""Why a model gave no usable answer.

timeout     the answer, or its end, did not come in time
refused     the key is not accepted (401, 403)
missing     the server has no such model (404)
rejected    the request is not understood (another 4xx)
rate        too many requests, or no credit left (429)
server      the server failed (5xx)
connection  the server cannot be reached, or the connection was cut
malformed   the answer is empty, endless, or not of the expected form
context     the messages exceed the model's context
cancelled   the client library ended the call
budget      the day's budget is spent
allowance   the person's daily allowance is used up
paused      the model has failed several times and is not called for a while
"""


class ModelFailed(SelonError):  # noqa: N818 - said as a sentence, as NoIndex is
    """A chat model gave no answer, or only its beginning.

    Names the model and the fault; never contains a key, a question or a passage. `retry_after` is
    the server's own wait in seconds.
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
