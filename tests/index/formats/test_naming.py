"""A file's name and folders tell a day when they spell one, and nothing else."""

from __future__ import annotations

from datetime import date

import pytest

from index.formats.conversion import date_in_address, date_in_path, member_name, title_in_name

DAY = date(2025, 8, 29)


@pytest.mark.parametrize(
    ("path", "day", "title"),
    [
        ("2025-08-29-le-budget.md", DAY, "Le budget"),
        ("2025.08.29 le budget.pdf", DAY, "Le budget"),
        ("le-budget_2025-08-29.md", DAY, "Le budget"),
        ("2025/8/29/le-budget.html", DAY, "Le budget"),
        ("2025-08-29.md", DAY, "2025-08-29.md"),
        ("le-budget-2025.md", None, "Le budget 2025"),
        ("20250829123.txt", None, "20250829123"),
        ("2025/08/le-budget.md", None, "Le budget"),
        ("1234567/08/29/le-budget.md", None, "Le budget"),
    ],
)
def test_the_day_and_the_title_in_a_name(path: str, day: date | None, title: str) -> None:
    assert date_in_path(path) == day
    assert title_in_name(path) == title


@pytest.mark.parametrize(
    ("url", "day"),
    [
        ("https://exemple.fr/politique/2025/08/29/le-budget", DAY),
        ("https://exemple.fr/2025/08/29/", DAY),
        ("https://exemple.fr/le-budget-2025-08-29", None),
        ("https://exemple.fr/2025/08/le-budget", None),
        ("https://exemple.fr/budget?jour=/2025/08/29/", None),
        ("https://[exemple/2025/08/29/x", None),
    ],
)
def test_the_day_in_an_address(url: str, day: date | None) -> None:
    assert date_in_address(url) == day


def test_only_names_of_files_are_members() -> None:
    assert member_name("dossier/2025-08-29-a.pdf") == "dossier/2025-08-29-a.pdf"
    assert member_name("https://exemple.fr/a.html") is None
    assert member_name("tag:exemple.fr,2025:12") is None
    assert member_name("") is None
