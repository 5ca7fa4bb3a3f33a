"""What those who run Selon can see of it, and nothing of what people write: logs and figures."""

from bot.operations.logs import log_as
from bot.operations.logs_observing_subject import Subject, about

__all__ = ["Subject", "about", "log_as"]
