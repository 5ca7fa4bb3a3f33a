"""What the environment, a .env file and the command line may say, and what is refused."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from bot.errors import SettingsError
from bot.library.gatherer import open_gatherer
from bot.locale.errors import error_text
from bot.model_choice import EVERY_MODEL, Price, parse_choices, parse_prices
from bot.settings import load_language, load_settings


@pytest.fixture(autouse=True)
def bare(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither the developer's environment nor their .env file."""
    for name in [name for name in os.environ if name.startswith("SELON_")]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)


def test_the_command_line_goes_before_environment_and_file(monkeypatch: pytest.MonkeyPatch) -> None:
    Path(".env").write_text("SELON_DATA_DIR=fichier\nSELON_THREADS=3\nAUTRE=1\n", encoding="utf-8")
    assert load_settings().data_dir == Path("fichier")
    monkeypatch.setenv("SELON_DATA_DIR", "environnement")
    assert load_settings().data_dir == Path("environnement")
    assert load_settings(data_dir=Path("ligne")).data_dir == Path("ligne")
    assert load_settings(data_dir=None).data_dir == Path("environnement")
    assert load_settings().threads == 3


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        ('SELON_ACCESS="list\nSELON_ADMINS=1\n', ".env, line 1: this line is not"),
        ("# Access\n\n\nSELON_ACCESS: list\n", ".env, line 4: this line is not"),
        ("SELON_ACCES=list\n", "not a setting: SELON_ACCES;"),
        ("SELON_CHAT_MODE=write\n", "SELON_CHAT_MODE is gone: a chat model chooses sentences"),
    ],
)
def test_a_line_that_would_be_ignored_is_refused(
    lines: str, message: str, caplog: pytest.LogCaptureFixture
) -> None:
    Path(".env").write_text(f"{lines}SELON_LANGUAGE=en\n", encoding="utf-8")
    assert load_language() == "en"
    with pytest.raises(SettingsError) as caught:
        load_settings()
    assert error_text(caught.value, "en").startswith(message)
    assert not caplog.messages


def test_an_unknown_variable_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("BENCH_EVAL", "PORT", "SERVICE_HOST", "WEB_PORT_80_TCP_ADDR"):  # of Kubernetes
        monkeypatch.setenv(f"SELON_{name}", "tcp://10.0.0.1:80")
    monkeypatch.setenv("SELON_ACCES", "list")
    with pytest.raises(SettingsError) as caught:
        load_settings()
    assert error_text(caught.value, "en").startswith("not a setting: SELON_ACCES;")


def test_a_byte_order_mark_hides_no_setting() -> None:
    Path(".env").write_text("SELON_ACCESS=list\n", encoding="utf-8-sig")
    assert load_settings().access == "list"


def test_a_file_in_another_encoding_is_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    Path(".env").write_bytes("SELON_BOT_NAME=Numéro".encode("latin-1"))
    with pytest.raises(SettingsError) as caught:
        load_settings()
    assert error_text(caught.value, "en").startswith(".env: not UTF-8 (byte 18)")
    assert load_language() == "fr"
    monkeypatch.setenv("SELON_LANGUAGE", "en")
    assert load_language() == "en"


def test_an_empty_value_is_none_and_levels_may_be_small(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in (("THREADS", ""), ("MIN_CONFIDENCE", ""), ("LOG_LEVEL", "debug")):
        monkeypatch.setenv(f"SELON_{name}", value)
    settings = load_settings()
    assert (settings.threads, settings.min_confidence) == (0, None)
    assert settings.log_level == "DEBUG"


@pytest.mark.parametrize(
    ("name", "value", "accepted"),
    [
        ("SELON_LANGUAGE", "de", "'fr' or 'en'"),
        ("SELON_THREADS", "-1", "greater than or equal to 0"),
        ("SELON_TELEGRAM_LOCAL", "true", "SELON_TELEGRAM_API_URL"),
        ("SELON_TIMEZONE", "Europe/Pariss", "such as Europe/Paris"),
        ("SELON_BOT_NAME", "Num\udce9ro", "UTF-8"),
        ("SELON_QUESTION_BURST", "9" * 21, "less than or equal to 100000"),
        ("SELON_WEB_HOSTS", "https://selon.exemple.fr", "without https:// or a port"),
        ("SELON_WEB_HOSTS", "selon.exemple.fr:443", "without https:// or a port"),
    ],
)
def test_a_bad_value_is_one_line_with_the_setting_the_value_and_what_is_accepted(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, accepted: str
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(SettingsError) as caught:
        load_settings()
    message = error_text(caught.value, "en")
    assert message.startswith(f"{name}={value}: ")
    assert accepted in message
    assert "\n" not in message


def test_the_token_is_never_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SELON_TELEGRAM_TOKEN", "123:secret")
    settings = load_settings()
    assert settings.telegram_token is not None
    assert settings.telegram_token.get_secret_value() == "123:secret"
    assert "123:secret" not in repr(settings)
    with pytest.raises(SettingsError) as caught:
        load_settings(telegram_token=["123:secret"])
    assert "123:secret" not in str(caught.value)
    assert "(secret)" in error_text(caught.value, "en")


def test_sites_can_know_who_fetches() -> None:
    with open_gatherer(load_settings(fetch_contact="redaction@exemple.fr")).fetcher as fetcher:
        assert "(+redaction@exemple.fr)" in fetcher._client.headers["User-Agent"]


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("", []),
        ("extractive", []),
        ("ollama:qwen3:4b", ["ollama:qwen3:4b"]),
        ("Mistral:mistral-small-latest", ["mistralai:mistral-small-latest"]),
        ("google-genai:g", ["google_genai:g"]),
        (" ollama:a , openai:b , extractive ", ["ollama:a", "openai:b"]),
    ],
)
def test_models_in_order(text: str, names: list[str]) -> None:
    assert [choice.name for choice in parse_choices(text)] == names


@pytest.mark.parametrize("text", ["qwen3", ":qwen3", "ollama:", "extractive,ollama:a", "a:b,a:b"])
def test_what_cannot_be_meant_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"choice-(unclear|extractive|twice)"):
        parse_choices(text)


def test_prices_for_all_and_by_name() -> None:
    prices = parse_prices("1/2, mistral:small=0.1/0.3, ollama:qwen3:4b=0/0")
    assert prices[EVERY_MODEL] == Price(1, 2)
    assert prices["mistralai:small"] == Price(0.1, 0.3)
    assert prices["ollama:qwen3:4b"].micros(10**6, 10**6) == 0
    assert prices["mistralai:small"].micros(2_000_000, 1_000_000) == 500_000


@pytest.mark.parametrize("text", ["1", "a/b", "1/-2", "1/2,3/4", "nan/1", "openai:a=1"])
def test_prices_that_are_none_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"price-(unclear|twice)"):
        parse_prices(text)
