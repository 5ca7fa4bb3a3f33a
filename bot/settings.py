"""All settings, from `SELON_…` variables and `.env`; nothing else reads the environment."""

from __future__ import annotations

import logging
import os
import re
from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import partial
from ipaddress import ip_network
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

from dotenv import dotenv_values
from dotenv.parser import parse_stream
from platformdirs import user_cache_path
from pydantic import (
    AfterValidator,
    AnyHttpUrl,
    Field,
    SecretStr,
    ValidationError,
    ValidationInfo,
    field_validator,
)
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from bot.errors import SettingsError
from bot.help_numbers import parse_help_numbers
from bot.locale.catalogue import Language
from bot.mail_server import check_sender, parse_mail_server
from bot.model_choice import Structured, parse_choices, parse_prices, parse_writers
from bot.timezone import zone_file
from index.errors import Problem, RefusedValue, StoreError, Words, reason_of
from index.fetch.guard import parse_allowed
from index.store.factory import open_store

if TYPE_CHECKING:
    from index.store.base import IndexStore

ENVIRONMENT_PREFIX = "SELON_"
_ENV_FILE = ".env"
_ENV_ENCODING = "utf-8-sig"
# SELON_ names that are no settings: of the benchmarks, and those that Kubernetes sets for services.
_FOREIGN = re.compile(
    r"SELON_BENCH_EVAL$|SELON_PORT$|_SERVICE_(?:HOST|PORT)(?:_|$)|_PORT_\d+_(?:TCP|UDP|SCTP)(?:_|$)"
)
logging.getLogger("dotenv").setLevel(logging.ERROR)  # our own errors name the lines of the file
TELEGRAM_API_URL = "https://api.telegram.org"

_ORIGIN = re.compile(r"https?://[a-z0-9.-]{1,253}(?::[0-9]{1,5})?")
_ISSUER = re.compile(r"https://|http://(?:127\.0\.0\.1|localhost)[:/]")  # what it signs is believed
_HOST = re.compile(r"(?:\*\.)?[a-z0-9_.-]{1,253}|\[[0-9a-f:.]{2,45}\]")

ReaderChoice = Literal["bundled", "none"]
LogLevel = Literal["DEBUG", "INFO", "WARNING", "ERROR"]
LogFormat = Literal["human", "json"]
Access = Literal["open", "list", "invitation"]
WebAccess = Literal["local", "open", "token", "proxy", "openid"]


def _parsed_by(parse: Callable[[str], object]) -> AfterValidator:
    """Accept the values for which `parse` does not raise."""

    def check(value: str) -> str:
        parse(value)
        return value

    return AfterValidator(check)


def allowed_hosts(text: str) -> list[str]:
    """Split SELON_FETCH_ALLOW into hosts. Raises RefusedValue."""
    hosts = [host.strip() for host in text.split(",") if host.strip()]
    for host in hosts:
        parse_allowed(host)
    return hosts


def group_roles(text: str) -> dict[str, str]:
    """Split SELON_OPENID_ROLES into roles by group. Raises RefusedValue."""
    roles = {}
    for entry in filter(str.strip, text.split(";")):
        group, _, role = (part.strip() for part in entry.rpartition("="))
        if not group or role not in ("administrator", "editor", "reader"):
            raise RefusedValue("openid-roles-refused", subject=entry.strip())
        roles[group] = role
    return roles


class Settings(BaseSettings):
    """Each field is `SELON_` plus its name in capitals; `.env.example` repeats its description."""

    model_config = SettingsConfigDict(
        env_prefix=ENVIRONMENT_PREFIX,
        env_file=_ENV_FILE,
        env_file_encoding=_ENV_ENCODING,
        env_ignore_empty=True,
        extra="ignore",
    )

    data_dir: Path = Field(
        Path(".selon"),
        description="Data directory: the index, the state database, fetched and sent files.",
    )
    index_url: SecretStr | None = Field(
        None,
        description="PostgreSQL database with pgvector that holds the index, as "
        "postgresql://user:password@host/name, or with standbys as "
        "postgresql://user:password@host,standby/name?target_session_attrs=any (empty: files in "
        "the data directory). Secret.",
    )
    corpus_dir: Path = Field(
        Path("corpus"), description="Articles that `selon index` reads if no path is given."
    )
    sources: Path = Field(
        Path("sources.toml"), description="File of the sources that `selon watch` follows."
    )
    collections: Path | None = Field(
        None,
        description="File of the closed collections, which only people with rights read "
        "(empty: none).",
    )
    cache_dir: Path = Field(
        default_factory=partial(user_cache_path, "selon"),
        description="Where the bundled models are prepared, once per machine (empty: the "
        "user's cache folder).",
    )
    embedding_model: str = Field(
        "bundled",
        description="`bundled` (multilingual-e5-small), or any Sentence Transformers model by "
        "hub name or path (`make models`); another model needs a new index.",
    )
    reader: ReaderChoice = Field(
        "bundled",
        description="Model that reads the passages found: `bundled`, or `none` (faster: the "
        "search alone decides).",
    )
    threads: Annotated[int, Field(ge=0, le=256)] = Field(
        0, description="Processor cores for embedding and reading (0: all)."
    )
    language: Language = Field(
        "fr", description="Language of the terminal's texts, fr or en; quotes keep their own."
    )
    timezone: Annotated[str, _parsed_by(zone_file)] | None = Field(
        None,
        description="Time zone for days and hours, such as Europe/Paris (empty: the machine's).",
    )
    min_confidence: Annotated[float, Field(ge=0, le=1)] | None = Field(
        None,
        description="Below this probability (0 to 1) Selon says that it does not know (empty: "
        "the calibrated threshold).",
    )
    sure_confidence: Annotated[float, Field(ge=0, le=1)] | None = Field(
        None,
        description="Below this probability, and from SELON_MIN_CONFIDENCE on, the answer is "
        "only perhaps (empty: the calibrated threshold).",
    )
    telegram_token: SecretStr | None = Field(
        None, description="The bot's token, from @BotFather. Secret."
    )
    telegram_api_url: AnyHttpUrl = Field(
        AnyHttpUrl(TELEGRAM_API_URL),
        description="Bot API server, Telegram's own or a self-hosted one.",
    )
    telegram_local: bool = Field(
        False,
        description="True if that server runs with --local and shares its files under the "
        "same paths (up to 2 GB).",
    )
    webhook_url: AnyHttpUrl | None = Field(
        None,
        description="Public https address that leads to SELON_WEBHOOK_PORT (empty: the bot polls).",
    )
    webhook_host: str = Field("127.0.0.1", description="Address on which the webhook listens.")
    webhook_port: Annotated[int, Field(ge=1, le=65535)] = Field(
        8443, description="Port on which the webhook listens."
    )
    webhook_secret: SecretStr | None = Field(
        None,
        description="Secret that Telegram's calls carry: letters, digits, _ and - (empty: "
        "derived from the token). Secret.",
    )
    access: Access = Field(
        "open",
        description="Who may ask on Telegram: open (everybody), list (SELON_ALLOWED_USERS and "
        "people whom administrators add) or invitation (those and the invited).",
    )
    admins: Annotated[tuple[int, ...], NoDecode] = Field(
        (), description="Administrators, by Telegram number."
    )
    editors: Annotated[tuple[int, ...], NoDecode] = Field(
        (), description="People who may send documents to add, by Telegram number."
    )
    allowed_users: Annotated[tuple[int, ...], NoDecode] = Field(
        (), description="People who may ask if access is not open, by Telegram number."
    )
    allowed_groups: Annotated[tuple[int, ...] | None, NoDecode] = Field(
        None,
        description="Groups in which the bot answers, by Telegram number (empty: all if access is"
        " open, else those that an administrator allows; none: only the latter).",
    )
    question_burst: Annotated[int, Field(ge=0, le=100_000)] = Field(
        20, description="Messages that a person may send at once (0: unlimited)."
    )
    question_seconds: Annotated[float, Field(gt=0, le=86400)] = Field(
        10, description="Seconds after which a person may send one more."
    )
    group_burst: Annotated[int, Field(ge=0, le=100_000)] = Field(
        40, description="Messages to the bot that a group may send at once (0: unlimited)."
    )
    group_seconds: Annotated[float, Field(gt=0, le=86400)] = Field(
        3, description="Seconds after which a group may send one more."
    )
    bot_name: Annotated[str, Field(max_length=64)] = Field(
        "", description="Name that the bot sets for itself on Telegram (empty: unchanged)."
    )
    database_url: SecretStr | None = Field(
        None,
        description="Database of conversations, votes and alerts, as a SQLAlchemy URL (empty: "
        "`state.sqlite` in the data directory). Secret.",
    )
    conversation_hours: Annotated[float, Field(gt=0, le=720)] = Field(
        12, description="Hours of silence after which a conversation starts afresh, but on the web."
    )
    keep_days: Annotated[int, Field(ge=1, le=3650)] = Field(
        90, description="Days after which questions and answers are erased."
    )
    privacy_note: str = Field(
        "",
        description="Text that /confidentialite adds, such as the country of a chat model's "
        "provider.",
    )
    operator: str = Field(
        "",
        description="Who runs this service and how to reach them, in words that follow « tenu "
        "par » and « pour joindre une personne ».",
    )
    help_numbers: Annotated[str, _parsed_by(parse_help_numbers)] = Field(
        "france",
        description="Numbers to call for somebody in distress: `france`, `none` (such messages are "
        "searched), or entries `kind: number who`, separated by semicolons; kinds are suicide, "
        "medical and danger.",
    )
    fetch_allow: Annotated[str, _parsed_by(allowed_hosts)] = Field(
        "",
        description="Hosts, or host:port, that `selon add` and `selon "
        "watch` may reach although their address is private.",
    )
    fetch_contact: str = Field(
        "", description="Address or e-mail for the User-Agent, so that sites know who fetches."
    )
    smtp_url: SecretStr | None = Field(
        None,
        description="Mail server for alerts by e-mail, as smtps://user:password@host or smtp://… "
        "(STARTTLS; a relay without a password may have no TLS). Empty: no e-mail. Secret.",
    )
    mail_sender: Annotated[str, _parsed_by(check_sender)] = Field(
        "",
        validate_default=True,
        description="Sender of this mail, such as Selon <selon@exemple.fr>.",
    )
    chat_model: Annotated[str, _parsed_by(parse_choices)] = Field(
        "",
        description="Chat models that choose sentences, as provider:model; each replaces the one "
        "before it when that fails (empty: none).",
    )
    chat_base_url: AnyHttpUrl | None = Field(
        None,
        description="Server of the `openai:` models, or of the only provider (empty: the "
        "provider's own).",
    )
    chat_key: SecretStr | None = Field(
        None,
        description="The provider's key (empty: its own variable, such as MISTRAL_API_KEY). "
        "Secret.",
    )
    chat_temperature: Annotated[float, Field(ge=0, le=2)] | None = Field(
        0, description="Sampling temperature, 0 to 2 (none: not sent, as some models require)."
    )
    chat_structured: Structured = Field(
        "auto", description="Ask for JSON: auto (models that can), on, or off (bare numbers)."
    )
    chat_max_tokens: Annotated[int, Field(ge=16, le=32768)] = Field(
        512, description="Maximum number of tokens of a reply, thinking included."
    )
    chat_context: Annotated[int, Field(ge=1024, le=1_000_000)] = Field(
        4096, description="Context length in tokens, passages and answer together."
    )
    chat_timeout: Annotated[float, Field(gt=0, le=600)] = Field(
        60, description="Seconds that a model may take to answer, retries included."
    )
    chat_retries: Annotated[int, Field(ge=0, le=5)] = Field(
        1, description="Retries of a call that failed."
    )
    chat_prices: Annotated[str, _parsed_by(parse_prices)] = Field(
        "",
        description="Price of a million tokens, input/output, for all models or as "
        "provider:model=input/output (empty: unknown).",
    )
    chat_budget_tokens: Annotated[int, Field(ge=1)] | None = Field(
        None, description="Tokens that the models may use in a day, UTC (empty: unlimited)."
    )
    chat_budget_money: Annotated[float, Field(gt=0)] | None = Field(
        None,
        description="What the models may cost in a day, by SELON_CHAT_PRICES (empty: unlimited).",
    )
    chat_daily_answers: Annotated[int, Field(ge=0)] | None = Field(
        None,
        description="Questions for which one person may have the models asked in a day, UTC "
        "(empty: unlimited).",
    )
    chat_cache_days: Annotated[float, Field(ge=0, le=365)] = Field(
        7, description="Days for which a choice is reused for the same question (0: never)."
    )
    arena: Annotated[str, _parsed_by(parse_writers)] = Field(
        "",
        description="Writers that readers compare blind with /arene, two or more: extractive or "
        "provider:model, each followed by @reader=… if wanted.",
    )
    voice_model: str = Field(
        "bundled",
        description="Speech synthesis: `bundled` (Kokoro-82M, extra `voice`), `none`, or a "
        "folder with another Kokoro's model.onnx and voices.npz.",
    )
    hearing_model: str = Field(
        "bundled",
        description="Speech recognition: `bundled` (Whisper base, extra `voice`), `none`, or "
        "the folder of another Whisper model converted for faster-whisper.",
    )
    web_host: str = Field("127.0.0.1", description="Address on which `selon serve` listens.")
    web_port: Annotated[int, Field(ge=1, le=65535)] = Field(
        8000, description="Port on which `selon serve` listens."
    )
    web_access: WebAccess = Field(
        "local",
        description="Who may ask on the web: local (this machine alone), open (everybody), token "
        "(bearers of a token from `selon token`), proxy (people whom a trusted proxy names) or "
        "openid (people who sign in).",
    )
    web_hosts: Annotated[tuple[str, ...], NoDecode] = Field(
        (),
        description="Names under which the pages are reached, such as selon.exemple.fr, beside "
        "this machine's own; requests for others are refused (empty: any, unless access is "
        "local).",
    )
    web_proxies: Annotated[tuple[str, ...], NoDecode] = Field(
        ("127.0.0.1", "::1"),
        description="Addresses or networks of your own proxies, whose "
        "X-Forwarded-For, X-Forwarded-Proto and SELON_WEB_PROXY_USER are believed.",
    )
    web_proxy_user: Annotated[str, Field(pattern=r"^[A-Za-z0-9-]{1,64}$")] = Field(
        "X-Forwarded-User",
        description="Header in which the proxy names the person, with proxy access; it must "
        "replace what strangers send.",
    )
    web_admins: Annotated[tuple[str, ...], NoDecode] = Field(
        (),
        description="Administrators on the web, by the names of tokens or of the proxy; local is "
        "whoever is at this machine, with local access.",
    )
    openid_issuer: str = Field(
        "", description="Issuer of the OpenID provider, such as https://login.exemple.fr."
    )
    openid_client: str = Field("", description="Client ID that the provider gave to Selon.")
    openid_secret: SecretStr | None = Field(
        None, description="The client's secret (empty: a public client, by PKCE alone). Secret."
    )
    openid_groups: str = Field("groups", description="Claim with a person's groups.")
    openid_roles: Annotated[str, _parsed_by(group_roles)] = Field(
        "",
        description="Roles of groups, as group=administrator, group=editor or group=reader, "
        "separated by semicolons; * is everybody (empty: whoever signs in is a reader).",
    )
    web_address: AnyHttpUrl | None = Field(
        None,
        description="Public address of the pages, such as https://selon.exemple.fr, for the links "
        "that programs get (empty: the one that they called).",
    )
    web_embed: Annotated[tuple[str, ...], NoDecode] = Field(
        (),
        description="Sites whose pages may show Selon in a frame, such as https://www.exemple.fr.",
    )
    log_level: LogLevel = Field("WARNING", description="DEBUG, INFO, WARNING or ERROR.")
    log_format: LogFormat = Field(
        "human", description="Log lines for people (human), or one JSON object a line (json)."
    )
    log_text: bool = Field(
        False, description="Let logs hold what people write, their names and their numbers."
    )
    metrics_port: Annotated[int, Field(ge=0, le=65535)] = Field(
        0, description="Port of /metrics (Prometheus) and /healthz (0: none)."
    )
    metrics_host: str = Field(
        "127.0.0.1", description="Address on which /metrics and /healthz are served."
    )

    @field_validator("telegram_local")
    @classmethod
    def _own_server(cls, value: bool, info: ValidationInfo) -> bool:
        if value and str(info.data.get("telegram_api_url", "")).rstrip("/") == TELEGRAM_API_URL:
            raise RefusedValue("telegram-local-official")
        return value

    @field_validator("fetch_contact")
    @classmethod
    def _contact(cls, value: str) -> str:
        # Sent in parentheses in a header of every request.
        if not re.fullmatch(r"[!-'*-~]*", value):
            raise RefusedValue("contact-refused")
        return value

    @field_validator("webhook_secret")
    @classmethod
    def _header(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None and not re.fullmatch(r"[\w-]{16,256}", value.get_secret_value(), re.A):
            raise RefusedValue("webhook-secret-refused")
        return value

    @field_validator("smtp_url")
    @classmethod
    def _mail_server(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None:
            parse_mail_server(value.get_secret_value())
        return value

    @field_validator("mail_sender")
    @classmethod
    def _sender(cls, value: str, info: ValidationInfo) -> str:
        if info.data.get("smtp_url") is not None and not value:
            raise RefusedValue("mail-sender-missing")
        return value

    @field_validator("web_access")
    @classmethod
    def _local_only(cls, value: WebAccess, info: ValidationInfo) -> WebAccess:
        if value == "local" and info.data.get("web_host") not in ("127.0.0.1", "::1", "localhost"):
            raise RefusedValue("web-local-host")
        return value

    @field_validator("openid_issuer")
    @classmethod
    def _issuer(cls, value: str) -> str:
        if value and not _ISSUER.match(value):
            raise RefusedValue("openid-issuer-refused")
        return value

    @field_validator("web_proxies")
    @classmethod
    def _networks(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for network in value:
            try:
                ip_network(network)
            except ValueError as error:
                raise RefusedValue("web-proxy-refused", name=network) from error
        return value

    @field_validator("chat_temperature", mode="before")
    @classmethod
    def _temperature(cls, value: Any) -> Any:
        return None if isinstance(value, str) and value.strip().lower() == "none" else value

    @field_validator("allowed_groups", "admins", "editors", "allowed_users", mode="before")
    @classmethod
    def _numbers(cls, value: Any) -> Any:
        if not isinstance(value, str):
            return value
        if value.strip().lower() == "none":
            return ()
        return tuple(number.strip() for number in value.split(",") if number.strip())

    @field_validator("web_admins", mode="before")
    @classmethod
    def _people(cls, value: Any) -> Any:
        return (
            tuple(filter(None, map(str.strip, value.split(","))))
            if isinstance(value, str)
            else value
        )

    @field_validator("web_hosts", "web_proxies", "web_embed", mode="before")
    @classmethod
    def _names(cls, value: Any) -> Any:
        if not isinstance(value, str):
            return value
        return tuple(name.strip().lower() for name in value.split(",") if name.strip())

    @field_validator("web_hosts")
    @classmethod
    def _hosts(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for host in value:
            if not _HOST.fullmatch(host):
                raise RefusedValue("web-host-refused")
        return value

    @field_validator("web_embed")
    @classmethod
    def _origins(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for origin in value:
            if not _ORIGIN.fullmatch(origin):
                raise RefusedValue("web-embed-refused", subject=origin)
        return value

    @field_validator("log_level", mode="before")
    @classmethod
    def _capitals(cls, value: Any) -> Any:
        return value.upper() if isinstance(value, str) else value

    @property
    def bot_id(self) -> int | None:
        """The bot's Telegram id, from its token; None without one."""
        token = self.telegram_token.get_secret_value() if self.telegram_token else ""
        number = token.strip().partition(":")[0]
        return int(number) if number.isascii() and number.isdigit() else None


def index_store(settings: Settings) -> IndexStore:
    """The store of the index, not opened yet. Raises SettingsError for an invalid address."""
    url = settings.index_url
    try:
        return open_store(settings.data_dir, url.get_secret_value() if url else None)
    except StoreError as error:
        raise SettingsError(error.problem) from error


def provider_key(variables: Sequence[str]) -> SecretStr | None:
    """The first of these variables that is set, in the environment or in `.env`."""
    is_file = Path(_ENV_FILE).is_file()
    dotenv = dotenv_values(_ENV_FILE, encoding=_ENV_ENCODING) if is_file else {}
    for name in variables:
        value = os.environ.get(name) or dotenv.get(name)
        if value:
            return SecretStr(value)
    return None


def provider_address(variables: Sequence[str]) -> str | None:
    """The first of these variables in the environment, where providers' libraries read them."""
    return next((os.environ[name] for name in variables if os.environ.get(name)), None)


def load_settings(**overrides: Any) -> Settings:
    """Load the settings, with overrides from the command line unless they are None.

    Raises SettingsError with a line for each refused value, which is masked if it is secret, for
    unknown names, or if `.env` cannot be read.
    """
    try:
        _check_names()
        return Settings(**{name: value for name, value in overrides.items() if value is not None})
    except ValidationError as error:
        problems = tuple(_problem_of(dict(detail)) for detail in error.errors())
        raise SettingsError("settings-refused", settings=problems) from error
    except UnicodeDecodeError as error:
        raise SettingsError("encoding-not-utf8", subject=_ENV_FILE, byte=error.start) from error
    except OSError as error:
        reason = reason_of(error)
        raise SettingsError("file-unreadable", subject=_ENV_FILE, reason=reason) from error


def _check_names() -> None:
    """Check the names in the environment and in `.env`, which pydantic ignores if it does not know
    them. Raises SettingsError, UnicodeDecodeError, OSError."""
    names = {*os.environ}
    path = Path(_ENV_FILE)
    if path.is_file():
        with path.open(encoding=_ENV_ENCODING) as file:
            for line in parse_stream(file):
                if line.error:
                    text = line.original.string
                    blank_lines = text[: len(text) - len(text.lstrip())].count("\n")
                    at = Problem("at-line", number=line.original.line + blank_lines)
                    raise SettingsError("env-line-unclear", subject=_ENV_FILE, at=at)
                names.add(line.key or "")
    known = {f"{ENVIRONMENT_PREFIX}{field.upper()}" for field in Settings.model_fields}
    own = {name.upper(): name for name in names if name.upper().startswith(ENVIRONMENT_PREFIX)}
    if "SELON_CHAT_MODE" in own:
        raise SettingsError("chat-mode-gone")
    unknown = [
        name
        for upper, name in sorted(own.items())
        if upper not in known and not _FOREIGN.search(upper)
    ]
    if unknown:
        raise SettingsError("settings-unknown", settings=tuple(unknown))


class _LanguageSetting(BaseSettings):
    model_config = Settings.model_config
    language: Language = "fr"


def load_language() -> Language:
    """Load the language alone, even if other settings are invalid or `.env` cannot be read."""
    without_file: dict[str, Any] = {"_env_file": None}
    for options in ({}, without_file):
        with suppress(ValueError, OSError):
            return _LanguageSetting(**options).language
    return "fr"


def _problem_of(detail: dict[str, Any]) -> Problem:
    field = str(detail["loc"][0]) if detail["loc"] else "?"
    info = Settings.model_fields.get(field)
    secret = info is not None and "SecretStr" in str(info.annotation)
    return Problem(
        "setting-refused",
        name=f"{ENVIRONMENT_PREFIX}{field.upper()}",
        value=Problem("setting-secret") if secret else str(detail["input"]),
        reason=_reason(detail),
    )


def _reason(detail: dict[str, Any]) -> Problem | Words:
    """Why pydantic or a validator refuses a value."""
    context = detail.get("ctx", {})
    match detail["type"]:
        case "value_error":
            return reason_of(context["error"])
        case "int_parsing" | "int_from_float":
            return Problem("value-whole-number")
        case "float_parsing":
            return Problem("value-number")
        case "bool_parsing":
            return Problem("value-flag")
        case "greater_than_equal":
            return Problem("value-at-least", limit=context["ge"])
        case "greater_than":
            return Problem("value-above", limit=context["gt"])
        case "less_than_equal":
            return Problem("value-at-most", limit=context["le"])
        case "less_than":
            return Problem("value-below", limit=context["lt"])
        case "literal_error" | "enum":
            return Problem("value-one-of", accepted=_quotable(context["expected"]))
        case "string_unicode":
            return Problem("value-not-utf8")
        case "url_parsing":
            return Problem("value-address", reason=Words(context["error"]))
        case "url_scheme":
            return Problem("value-address-scheme", accepted=_quotable(context["expected_schemes"]))
    message = detail["msg"]
    return Words(message[:1].lower() + message[1:])


def _quotable(names: str) -> tuple[str, ...]:
    return tuple(re.findall(r"'([^']*)'", names))
