"""Chat models of the operator's choice, called so that none can do harm."""

from bot.models.errors import Fault, ModelFailed
from bot.models.model import ChatModel, Message, Request, Role, Usage

__all__ = ["ChatModel", "Fault", "Message", "ModelFailed", "Request", "Role", "Usage"]
