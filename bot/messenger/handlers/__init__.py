"""What Selon does with what people send, one kind of thing a module."""

from bot.messenger.handlers.features import register

__all__ = ["register"]
