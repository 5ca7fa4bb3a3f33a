"""The words of a sentence that answer a question."""

from bot.span.rules import RuleSpans, SpanFinder, highlight

__all__ = ["RuleSpans", "SpanFinder", "highlight"]
