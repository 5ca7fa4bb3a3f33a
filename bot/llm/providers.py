"""Chat model providers, through LangChain: construction, limits and errors."""

from __future__ import annotations

import asyncio
import logging
import re
from collections.abc import Mapping
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


NO_KEY = "none"  # for servers without keys, since the libraries require one

# At DEBUG, these log the bodies of requests, with questions and passages.
_VERBOSE_LOGGERS = ("openai", "anthropic", "groq", "google_genai", "httpcore", "httpcore2")

_LIMIT_FIELDS = ("max_tokens", "num_predict", "max_output_tokens")  # names of the token limit


@dataclass(frozen=True, slots=True)
class Provider:
    """A provider whose package is one of Selon's extras.

    `title` is the name for people; `keys` and `addresses` are the environment variables of its
    library; `local` providers need no key. `client` is the attribute path to a model's own
    connections; models without one share theirs for the life of the process.
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
class ModelOptions:
    """The settings of a model."""

    temperature: float | None
    timeout: float
    context: int
    key: SecretStr | None = None
    base_url: str | None = None


def check_installed(choice: Choice) -> None:
    """Raise SettingsError if the provider's package is not installed."""
    provider = PROVIDERS.get(choice.provider)
    if provider is not None and find_spec(provider.package) is None:
        raise SettingsError(
            "chat-no-package", name=choice.name, provider=choice.provider, extra=provider.extra
        )


def create_model(choice: Choice, options: ModelOptions) -> BaseChatModel:
    """Create a model, without a temperature if it is known not to support one.

    Takes seconds to import its library. Raises SettingsError if LangChain does not know the
    provider, or refuses the settings.
    """
    for name in _VERBOSE_LOGGERS:
        logging.getLogger(name).setLevel(logging.WARNING)
    model = _init_model(choice, options)
    profile: Mapping[str, Any] = getattr(model, "profile", None) or {}
    if options.temperature is not None and profile.get("temperature") is False:
        return _init_model(choice, replace(options, temperature=None))
    return model


def _init_model(choice: Choice, options: ModelOptions) -> BaseChatModel:
    try:
        from langchain.chat_models import init_chat_model

        model: BaseChatModel = init_chat_model(
            choice.model, model_provider=choice.provider, **_arguments(choice.provider, options)
        )
    except ImportError as error:
        reason = Words(str(error).splitlines()[0])
        raise SettingsError("chat-not-importable", name=choice.name, reason=reason) from error
    except Exception as error:
        if "Unsupported provider" in str(error):
            raise SettingsError(
                "chat-no-provider", name=choice.name, providers=tuple(PROVIDERS)
            ) from error
        # Without its cause: the message may contain the key.
        raise SettingsError(
            "chat-settings-refused",
            name=choice.name,
            provider=choice.provider,
            reason=type(error).__name__,
        ) from None
    return model


def with_limit(model: BaseChatModel, limit: int) -> BaseChatModel:
    """Copy a model, sharing its connections, with answers of at most `limit` tokens."""
    fields = type(model).model_fields
    field = next((name for name in _LIMIT_FIELDS if name in fields), None)
    if field is None:
        return model
    update: dict[str, Any] = {field: limit}
    if "extra_body" in fields and getattr(model, "openai_api_base", None):
        # Compatible servers know the limit by its old name, OpenAI by its new one.
        update["extra_body"] = {**(getattr(model, "extra_body", None) or {}), "max_tokens": limit}
    return model.model_copy(update=update)


async def close_connections(model: BaseChatModel, provider: str) -> None:
    """Close a model's own connections; must run on the loop that opened them."""
    path = PROVIDERS[provider].client if provider in PROVIDERS else ""
    if not path:
        return
    client: Any = model
    for name in path.split("."):
        client = getattr(client, name, None)
    if client is not None:
        await client.aclose()


def _arguments(provider: str, options: ModelOptions) -> dict[str, Any]:
    arguments: dict[str, Any] = {}
    key = options.key
    if options.temperature is not None:
        arguments["temperature"] = options.temperature
    if options.base_url is not None:
        arguments["base_url"] = options.base_url
    if provider == "ollama":
        headers = {"Authorization": f"Bearer {key.get_secret_value()}"} if key is not None else {}
        arguments["client_kwargs"] = {"timeout": options.timeout, "headers": headers}
        # Ollama silently truncates longer prompts.
        arguments["num_ctx"] = options.context
        arguments["reasoning"] = False
        return arguments
    if key is None and options.base_url is not None:
        key = SecretStr(NO_KEY)
    if key is not None:
        arguments["api_key"] = key
    # `HostedModel` retries.
    arguments["max_retries"] = 0
    arguments["timeout"] = options.timeout
    return arguments


_CAUSE_DEPTH = 6
_MAX_WAIT_SECONDS = 3600.0  # even if a server asks for more

_FAULT_OF_STATUS: Mapping[int, ModelFault] = {
    401: "refused",
    402: "rate",
    403: "refused",
    404: "missing",
    408: "timeout",
    413: "context",
    429: "rate",
    504: "timeout",
}

# In the words of llama.cpp, OpenAI, vLLM, Anthropic and Mistral.
_TOO_LONG = re.compile(
    r"context (?:length|window|size)|maximum context|prompt is too long|too many tokens"
    r"|too large for model",
    re.IGNORECASE,
)

_CONNECTIONS = {"TransportError", "APIConnectionError", "ModelConnectionError"}


def to_model_failure(error: BaseException, model: str) -> ModelFailed:
    """Translate a library's exception; an unknown one is `malformed`."""
    chain: list[BaseException] = []
    cause: BaseException | None = error
    while cause is not None and len(chain) < _CAUSE_DEPTH:
        chain.append(cause)
        cause = cause.__cause__ or cause.__context__
    detail = type(error).__name__
    if isinstance(error, asyncio.CancelledError):
        return ModelFailed("cancelled", model, detail)
    for cause in chain:
        status = _status(cause)
        if status is not None:
            kind = _FAULT_OF_STATUS.get(status)
            if kind is None and _TOO_LONG.search(str(cause)):
                kind = "context"
            elif kind is None:
                kind = "server" if status >= 500 else "rejected"
            return ModelFailed(kind, model, str(status), _retry_after(cause))
    for cause in chain:
        names = {base.__name__ for base in type(cause).__mro__}
        if "ContextOverflowError" in names:
            return ModelFailed("context", model, detail)
        if isinstance(cause, TimeoutError) or any("Timeout" in name for name in names):
            return ModelFailed("timeout", model, detail)
        if isinstance(cause, OSError) or names & _CONNECTIONS:
            return ModelFailed("connection", model, detail)
        if "APIError" in names or type(cause).__name__ == "ResponseError":
            # Sent in the middle of an answer, without a status.
            too_long = _TOO_LONG.search(str(cause))
            return ModelFailed("context" if too_long else "server", model, detail)
    return ModelFailed("malformed", model, detail)


def _status(error: BaseException) -> int | None:
    """The HTTP status of any library's exception."""
    response = getattr(error, "response", None)
    for holder, name in ((error, "status_code"), (response, "status_code"), (error, "code")):
        value = getattr(holder, name, None)
        if isinstance(value, int) and 400 <= value <= 599:
            return value
    return None


def _retry_after(error: BaseException) -> float | None:
    """Seconds to wait, from a header in seconds, milliseconds or as a date."""
    headers: Any = getattr(getattr(error, "response", None), "headers", None)
    if headers is None:
        return None
    for name, unit in (("retry-after-ms", 1000), ("retry-after", 1)):
        value = headers.get(name)
        if not value:
            continue
        try:
            return min(max(0.0, float(value) / unit), _MAX_WAIT_SECONDS)
        except ValueError:
            pass
        try:
            moment = parsedate_to_datetime(value)
        except (ValueError, OverflowError):
            continue
        aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
        seconds = (aware - datetime.now(UTC)).total_seconds()
        return min(max(0.0, seconds), _MAX_WAIT_SECONDS)
    return None


def supports_schema(model: BaseChatModel, setting: Structured) -> bool:
    """True if a model may be asked for JSON; `auto` uses LangChain's profile of it."""
    if setting != "auto":
        return setting == "on"
    profile: Mapping[str, Any] = getattr(model, "profile", None) or {}
    # True by default: most servers enforce a schema for every model, others reject the request.
    return bool(profile.get("structured_output", True))


def with_schema(
    model: BaseChatModel, schema: Mapping[str, Any]
) -> BaseChatModel | Runnable[Any, AIMessage]:
    """Copy a model with answers in JSON of this schema."""
    form = {
        "type": "json_schema",
        "json_schema": {"name": "answer", "schema": dict(schema), "strict": True},
    }
    fields = type(model).model_fields
    if "extra_body" in fields:
        # As `response_format`, langchain-openai would buffer and parse the whole answer.
        body = {**(getattr(model, "extra_body", None) or {}), "response_format": form}
        return model.model_copy(update={"extra_body": body})
    if "response_mime_type" in fields:  # Google's
        return model.bind(response_mime_type="application/json", response_schema=dict(schema))
    return model.bind(response_format=form)
