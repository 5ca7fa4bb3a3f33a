"""Days and hours as people where the bot is at home tell them."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from bot.main import run
from bot.operations.statistics import midnight
from bot.timezone import use_timezone, zone_file
from index.errors import RefusedValue

AHEAD, BEHIND = "Pacific/Kiritimati", "Pacific/Pago_Pago"
"""Zones fourteen hours ahead and eleven behind, in every season."""

pytestmark = pytest.mark.skipif(not hasattr(time, "tzset"), reason="the system has one zone")


@pytest.fixture(autouse=True)
def own_zone() -> Iterator[None]:
    before = os.environ.get("TZ")
    yield
    if before is None:
        os.environ.pop("TZ", None)
    else:
        os.environ["TZ"] = before
    time.tzset()


@pytest.mark.parametrize("name", [AHEAD, BEHIND])
def test_a_command_is_in_the_zone_of_settings(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SELON_TIMEZONE", name)
    run(["chat-model"])
    assert datetime.now().astimezone().utcoffset() == datetime.now(ZoneInfo(name)).utcoffset()
    noon = datetime(2026, 6, 1, 12, tzinfo=UTC)
    assert midnight(noon) == datetime.combine(
        noon.astimezone(ZoneInfo(name)).date(), datetime.min.time(), ZoneInfo(name)
    )


@pytest.mark.parametrize(
    ("now", "days_ago", "hour"),
    [((3, 29, 12), 0, (28, 23)), ((10, 25, 12), 0, (24, 22)), ((4, 2, 12), 10, (22, 23))],
)
def test_a_day_begins_at_its_own_midnight_when_the_clocks_change(
    now: tuple[int, int, int], days_ago: int, hour: tuple[int, int]
) -> None:
    use_timezone("Europe/Paris")
    start = datetime(2026, 10 if now[0] == 10 else 3, *hour, tzinfo=UTC)
    assert midnight(datetime(2026, *now, tzinfo=UTC), days_ago) == start


def test_a_process_that_it_starts_is_in_the_same_zone() -> None:
    use_timezone(AHEAD)
    told = "import time; print(time.strftime('%z'))"
    ran = subprocess.run([sys.executable, "-c", told], capture_output=True, text=True, check=True)
    assert ran.stdout == "+1400\n"


def test_without_a_name_it_is_the_machine_s() -> None:
    before = os.environ.get("TZ"), time.tzname
    use_timezone(None)
    assert (os.environ.get("TZ"), time.tzname) == before


def test_the_libraries_rules_do_where_systems_have_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("zoneinfo.TZPATH", ())
    assert zone_file("Europe/Paris").is_file()


@pytest.mark.parametrize("name", ["Europe/Pariss", "Europe", "../etc/passwd", "/etc/passwd", "x y"])
def test_what_is_no_zone_is_refused(name: str) -> None:
    with pytest.raises(RefusedValue, match="timezone-unknown"):
        zone_file(name)
