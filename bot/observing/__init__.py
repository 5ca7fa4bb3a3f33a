"""What those who run Selon can see of it, and nothing of what people write: logs and figures."""

from bot.observing.logs import log_as
from bot.observing.subject import Subject, about

__all__ = ["Subject", "about", "log_as"]
