"""Files and addresses that people send: looked at, and indexed for all or for one conversation."""

from bot.documents.desk import Documents
from bot.documents.received import Received, take_address, take_file

__all__ = ["Documents", "Received", "take_address", "take_file"]
