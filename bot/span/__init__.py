"""The words of a sentence that answer a question."""

from bot.span.price import asks_price, tells_price
from bot.span.rules import RuleSpans, SpanFinder, highlight

__all__ = ["RuleSpans", "SpanFinder", "asks_price", "highlight", "tells_price"]
