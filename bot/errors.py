"""Errors of the `bot` package: codes with parameters, as in `index.errors`."""

from __future__ import annotations

from typing import Literal

from index.errors import CodedError


class SelonError(CodedError):
    """Root of the errors of the `bot` package."""


class SettingsError(SelonError):
    """A setting is refused or missing."""


class QuoteError(SelonError):
    """A citation whose quote is not verbatim in its passage."""


class StateError(SelonError):
    """The state database cannot be used."""


class OutputError(SelonError):
    """Standard output cannot be written."""


class MessengerError(SelonError):
    """Telegram cannot be reached at start."""


class MailError(SelonError):
    """A mail cannot be sent."""


class MailRefused(MailError):  # noqa: N818
    """The mail server refuses one address or message."""


class WebError(SelonError):
    """The web application refuses a request."""

    status = 400

    @property
    def headers(self) -> dict[str, str]:
        """The HTTP headers that the response has besides."""
        return {}


class MissingPage(WebError):  # noqa: N818
    """There is no such article or model."""

    status = 404


class FieldError(WebError):
    """A field of a request has a value that is not accepted."""

    status = 422


class TooManyQuestions(WebError):  # noqa: N818
    """A rate limit is exceeded, for so many seconds."""

    status = 429

    @property
    def headers(self) -> dict[str, str]:
        return {"retry-after": str(self.parameters["seconds"])}


class TooBusy(WebError):  # noqa: N818
    """Too many questions of all visitors are being answered: try again after so many seconds."""

    status = 503

    @property
    def headers(self) -> dict[str, str]:
        return {"retry-after": str(self.parameters["seconds"])}


class SentElsewhere(WebError):  # noqa: N818
    """Another site sends the visitor to a page that costs: they are asked first."""

    status = 403


class NotAdmitted(WebError):  # noqa: N818
    """The visitor has not shown a token."""

    status = 401

    @property
    def headers(self) -> dict[str, str]:
        return {"www-authenticate": "Bearer"}


class NotPermitted(WebError):  # noqa: N818
    """The page is for people of a higher role."""

    status = 403


class OperatorBusy(WebError):  # noqa: N818
    """Another job of the operators runs."""

    status = 409


class SignInFailed(WebError):  # noqa: N818
    """The OpenID provider has not named somebody who may enter."""

    status = 403


class NotIdentified(WebError):  # noqa: N818
    """No trusted proxy has named the visitor."""

    status = 403


class UsageError(SelonError):
    """A command cannot run as requested."""


class UnknownArticle(UsageError):  # noqa: N818
    """No article matches, or several do."""


class SpeechError(SelonError):
    """Speech synthesis or recognition failed."""


class FeedError(SelonError):
    """The feed of a podcast cannot be read or written."""


class FeedingError(SelonError):
    """`selon watch` cannot run as requested."""


class EvaluationError(SelonError):
    """An evaluation cannot run as requested."""


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


class ModelFailed(SelonError):  # noqa: N818
    """A chat model gave no answer, or only its beginning.

    Never contains a key, a question or a passage. `retry_after` is the server's wait in seconds.
    """

    def __init__(
        self, kind: ModelFault, model: str, detail: str = "", retry_after: float | None = None
    ) -> None:
        if detail:
            super().__init__("model-failed-detail", subject=model, fault=kind, detail=detail)
        else:
            super().__init__("model-failed", subject=model, fault=kind)
        self.kind = kind
        self.model = model
        self.detail = detail
        self.retry_after = retry_after

    def __str__(self) -> str:
        detail = f" ({self.detail})" if self.detail else ""
        return self.sentence or f"{self.model}: {self.kind}{detail}"
