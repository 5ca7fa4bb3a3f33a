"""A small, strict Bot API server for end-to-end tests of the real client over HTTP."""

from tests.botapi.entities import Entity, Formatted
from tests.botapi.html import parse_html
from tests.botapi.inline import InlineAnswer, InlineResult
from tests.botapi.messages import Button, File, Message
from tests.botapi.people import From
from tests.botapi.refusal import Refusal
from tests.botapi.server import Accepted, BotServer

__all__ = [
    "Accepted",
    "BotServer",
    "Button",
    "Entity",
    "File",
    "Formatted",
    "From",
    "InlineAnswer",
    "InlineResult",
    "Message",
    "Refusal",
    "parse_html",
]
