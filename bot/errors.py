"""What can go wrong between a question and a person.

SelonError
├── SettingsError    a setting's value is not accepted, or one that is needed is missing
├── QuoteError       a citation whose quote is not verbatim in its passage
├── StateError       the database of what people leave behind cannot be used
└── MessengerError   Telegram cannot be reached at start

Every message is one line: what happened, to which file or setting, and what to do about it.
"""


class SelonError(Exception):
    """Root of every error that the `bot` package raises on purpose."""


class SettingsError(SelonError):
    """A setting's value is not accepted, or one that is needed is missing."""


class QuoteError(SelonError):
    """A citation whose quote is not verbatim in its passage."""


class StateError(SelonError):
    """The database of what people leave behind cannot be used."""


class MessengerError(SelonError):
    """Telegram cannot be reached at start."""
