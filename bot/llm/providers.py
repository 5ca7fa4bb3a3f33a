"""How each provider's chat model is made, through LangChain."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from pydantic import SecretStr

from bot.errors import ModelFailed, ModelFault, SettingsError
from bot.model_choice import Choice, Structured
from index.errors import Words

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel
    from langchain_core.messages import AIMessage
    from langchain_core.runnables import Runnable


NO_KEY = "none"
"""What is sent as the key to a server that wants none, since the libraries insist on one."""

# The bodies of requests, which hold questions and passages, are logged by these at DEBUG.
_TALKATIVE = ("openai", "anthropic", "groq", "google_genai", "httpcore", "httpcore2")

_LENGTHS = ("max_tokens", "num_predict", "max_output_tokens")
"""The field of the token limit, by whatever name a provider's class has for it."""


@dataclass(frozen=True, slots=True)
class Provider:
    """A provider whose package is one of Selon's extras.

    `title` is what people call it. `keys` and `addresses` are the variables that its own library
    reads, `local` says that it needs no key,
    `client` is where a model of it holds connections of its own; the others share theirs, which
    live as long as the process.
    """

    title: str
    package: str
    extra: str
    keys: tuple[str, ...] = ()
    addresses: tuple[str, ...] = ()
    local: bool = False
    client: str = ""


PROVIDERS: Mapping[str, Provider] = {
    "openai": Provider(
        "OpenAI",
        "langchain_openai",
        "openai",
        ("OPENAI_API_KEY",),
        ("OPENAI_API_BASE", "OPENAI_BASE_URL"),
    ),
    "mistralai": Provider(
        "Mistral AI",
        "langchain_mistralai",
        "mistral",
        ("MISTRAL_API_KEY",),
        ("MISTRAL_BASE_URL",),
        client="async_client",
    ),
    "anthropic": Provider(
        "Anthropic",
        "langchain_anthropic",
        "anthropic",
        ("ANTHROPIC_API_KEY",),
        ("ANTHROPIC_API_URL", "ANTHROPIC_BASE_URL"),
    ),
    "google_genai": Provider(
        "Google", "langchain_google_genai", "google", ("GOOGLE_API_KEY", "GEMINI_API_KEY")
    ),
    "ollama": Provider(
        "Ollama",
        "langchain_ollama",
        "ollama",
        ("OLLAMA_API_KEY",),
        ("OLLAMA_HOST",),
        local=True,
        client="_async_client._client",
    ),
    "groq": Provider("Groq", "langchain_groq", "groq", ("GROQ_API_KEY",), ("GROQ_API_BASE",)),
}


@dataclass(frozen=True, slots=True)
class Making:
    """What the settings say of every model."""

    temperature: float | None
    timeout: float
    context: int
    key: SecretStr | None = None
    base_url: str | None = None


def check_installed(choice: Choice) -> None:
    """Raises SettingsError, with the line to type, when the provider's package is not there."""
    provider = PROVIDERS.get(choice.provider)
    if provider is not None and find_spec(provider.package) is None:
        raise SettingsError(
            "chat-no-package", name=choice.name, provider=choice.provider, extra=provider.extra
        )


def make(choice: Choice, making: Making) -> BaseChatModel:
    """The model, ready to be called. Takes seconds: its library is imported.

    A temperature is not said to a model that is known to take none. Raises SettingsError when
    LangChain does not know the provider, or refuses the settings.
    """
    for name in _TALKATIVE:
        logging.getLogger(name).setLevel(logging.WARNING)
    model = _made(choice, making)
    profile: Mapping[str, Any] = getattr(model, "profile", None) or {}
    if making.temperature is not None and profile.get("temperature") is False:
        return _made(choice, replace(making, temperature=None))
    return model


def _made(choice: Choice, making: Making) -> BaseChatModel:
    try:
        from langchain.chat_models import init_chat_model

        model: BaseChatModel = init_chat_model(
            choice.model, model_provider=choice.provider, **_arguments(choice.provider, making)
        )
    except ImportError as error:
        raise SettingsError(
            "chat-not-importable", name=choice.name, reason=Words(_first_line(error))
        ) from error
    except Exception as error:
        if "Unsupported provider" in str(error):
            raise SettingsError(
                "chat-no-provider", name=choice.name, providers=tuple(PROVIDERS)
            ) from error
        # Without its cause: its words may repeat the key.
        raise SettingsError(
            "chat-settings-refused",
            name=choice.name,
            provider=choice.provider,
            reason=type(error).__name__,
        ) from None
    return model


def held_to(model: BaseChatModel, limit: int) -> BaseChatModel:
    """The same model and the same connections, whose answers take at most `limit` tokens."""
    fields = type(model).model_fields
    length = next((name for name in _LENGTHS if name in fields), None)
    if length is None:
        return model
    changed: dict[str, Any] = {length: limit}
    if "extra_body" in fields and getattr(model, "openai_api_base", None):
        # Compatible servers know the limit by its old name, OpenAI by its new one.
        changed["extra_body"] = {**(getattr(model, "extra_body", None) or {}), "max_tokens": limit}
    return model.model_copy(update=changed)


async def let_go(model: BaseChatModel, provider: str) -> None:
    """Close the connections that are a model's own, on the loop that they were made on."""
    known = PROVIDERS.get(provider)
    if known is None or not known.client:
        return
    client: Any = model
    for name in known.client.split("."):
        client = getattr(client, name, None)
    if client is not None:
        await client.aclose()


def _arguments(provider: str, making: Making) -> dict[str, Any]:
    arguments: dict[str, Any] = {}
    if making.temperature is not None:
        arguments["temperature"] = making.temperature
    if making.base_url is not None:
        arguments["base_url"] = making.base_url
    if provider == "ollama":
        headers = _bearer(making.key)
        arguments["client_kwargs"] = {"timeout": making.timeout, "headers": headers}
        # Said, since Ollama silently cuts what is longer than it expects.
        arguments["num_ctx"] = making.context
        arguments["reasoning"] = False
        return arguments
    key = making.key
    if key is None and making.base_url is not None:
        key = SecretStr(NO_KEY)
    if key is not None:
        arguments["api_key"] = key
    # Asking again is Selon's own: an answer that has begun must not begin afresh.
    arguments["max_retries"] = 0
    arguments["timeout"] = making.timeout
    if provider == "openai":
        arguments["stream_usage"] = True
    return arguments


def _bearer(key: SecretStr | None) -> dict[str, str]:
    return {"Authorization": f"Bearer {key.get_secret_value()}"} if key is not None else {}


def _first_line(error: Exception) -> str:
    return str(error).splitlines()[0]


_DEPTH = 6

_LONGEST = 3600.0
"""Seconds: a server that asks to wait longer is asked again all the same."""

_BY_STATUS: Mapping[int, ModelFault] = {
    401: "refused",
    402: "rate",
    403: "refused",
    404: "missing",
    408: "timeout",
    413: "context",
    429: "rate",
    504: "timeout",
}

# As llama.cpp, OpenAI, vLLM, Anthropic and Mistral say it.
_TOO_LONG = re.compile(
    r"context (?:length|window|size)|maximum context|prompt is too long|too many tokens"
    r"|too large for model",
    re.IGNORECASE,
)

_CONNECTIONS = {"TransportError", "APIConnectionError", "ModelConnectionError"}


def failed(error: BaseException, model: str) -> ModelFailed:
    """The failure that an exception stands for; an exception that is unknown is `malformed`."""
    chain = list(_chain(error))
    detail = type(error).__name__
    for each in chain:
        if isinstance(each, ModelFailed):
            return each
        status = _status(each)
        if status is not None:
            kind = _of_status(status, str(each))
            return ModelFailed(kind, model, str(status), _retry_after(each))
    for each in chain:
        names = {base.__name__ for base in type(each).__mro__}
        if "ContextOverflowError" in names:
            return ModelFailed("context", model, detail)
        if isinstance(each, TimeoutError) or any("Timeout" in name for name in names):
            return ModelFailed("timeout", model, detail)
        if isinstance(each, OSError) or names & _CONNECTIONS:
            return ModelFailed("connection", model, detail)
        if "APIError" in names or type(each).__name__ == "ResponseError":
            # Said by the server in the midst of its answer, without a status.
            too_long = _TOO_LONG.search(str(each))
            return ModelFailed("context" if too_long else "server", model, detail)
    return ModelFailed("malformed", model, detail)


def _chain(error: BaseException) -> Iterator[BaseException]:
    each: BaseException | None = error
    for _ in range(_DEPTH):
        if each is None:
            return
        yield each
        each = each.__cause__ or each.__context__


def _status(error: BaseException) -> int | None:
    """The HTTP status that an exception carries, wherever its library puts it."""
    response = getattr(error, "response", None)
    for holder, name in ((error, "status_code"), (response, "status_code"), (error, "code")):
        value = getattr(holder, name, None)
        if isinstance(value, int) and 400 <= value <= 599:
            return value
    return None


def _of_status(status: int, message: str) -> ModelFault:
    if status in _BY_STATUS:
        return _BY_STATUS[status]
    if _TOO_LONG.search(message):
        return "context"
    return "server" if status >= 500 else "rejected"


def _retry_after(error: BaseException) -> float | None:
    """Seconds, from a header that holds seconds, milliseconds or a date."""
    headers: Any = getattr(getattr(error, "response", None), "headers", None)
    if headers is None:
        return None
    for name, unit in (("retry-after-ms", 1000), ("retry-after", 1)):
        value = headers.get(name)
        if not value:
            continue
        try:
            return min(max(0.0, float(value) / unit), _LONGEST)
        except ValueError:
            pass
        try:
            moment = parsedate_to_datetime(value)
        except ValueError:
            continue
        aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
        return min(max(0.0, (aware - datetime.now(UTC)).total_seconds()), _LONGEST)
    return None


_NAME = "answer"


def able(model: BaseChatModel, wanted: Structured) -> bool:
    """Whether a model may be asked for JSON; what LangChain knows of it counts for `auto`."""
    if wanted != "auto":
        return wanted == "on"
    profile: Mapping[str, Any] = getattr(model, "profile", None) or {}
    # A server that hosts any model tells by refusing; most hold every model to the schema.
    return bool(profile.get("structured_output", True))


def held_to_schema(
    model: BaseChatModel, schema: Mapping[str, Any]
) -> BaseChatModel | Runnable[Any, AIMessage]:
    """The same model, whose answers are JSON of this schema."""
    form = {
        "type": "json_schema",
        "json_schema": {"name": _NAME, "schema": dict(schema), "strict": True},
    }
    fields = type(model).model_fields
    if "extra_body" in fields:
        # Under its own name langchain-openai would gather the whole answer to parse it.
        body = {**(getattr(model, "extra_body", None) or {}), "response_format": form}
        return model.model_copy(update={"extra_body": body})
    if "response_mime_type" in fields:  # Google's
        return model.bind(response_mime_type="application/json", response_schema=dict(schema))
    return model.bind(response_format=form)
