"""Files and addresses that people send: looked at, and indexed for all or for one conversation."""

from bot.library.documents import Documents
from bot.library.documents_documents_received import Received, take_address, take_file

__all__ = ["Documents", "Received", "take_address", "take_file"]
