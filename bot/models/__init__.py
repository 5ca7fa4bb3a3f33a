"""Chat models of the operator's choice, called so that none can do harm."""

from bot.errors_models_errors import Fault, ModelFailed
from bot.llm.base import ChatModel, Message, Request, Role, Usage

__all__ = ["ChatModel", "Fault", "Message", "ModelFailed", "Request", "Role", "Usage"]
