"""The words of a sentence that answer a question."""

from index.reading.span_numbers_span_price import asks_price, tells_price
from index.reading.span_rules import RuleSpans, SpanFinder, highlight

__all__ = ["RuleSpans", "SpanFinder", "asks_price", "highlight", "tells_price"]
