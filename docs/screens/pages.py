"""Photograph the web pages.

Run from the project's root: `PYTHONPATH=. python docs/screens/pages.py http://127.0.0.1:8000`,
where `selon serve` answers from `corpus/` with `SELON_WEB_ADMINS=local`. The pictures need
chromium and chromedriver.
"""

from __future__ import annotations

import sys
from pathlib import Path

from selenium.webdriver import Chrome
from selenium.webdriver.common.by import By
from selenium.webdriver.support.wait import WebDriverWait

from tests.bot.web.browser import WAIT_SECONDS, open_browser

FOLDER = Path(__file__).parent
QUESTION = "Quand Notre-Dame a-t-elle rouvert ?"
UNSAID = "Qui sera l’archevêque de Paris en 2030 ?"
TIMELINE = "/chronologie Notre-Dame"
DAILY = "/quotidien?day=2025-08-29"
LIST = "/articles?q=t%C3%A9lescope"
DRAFT = (
    "Les cérémonies de réouverture de Notre-Dame ont eu lieu le 9 décembre 2024. La pierre de "
    "Rosette, un fragment de 860\u00a0kg, est exposée depuis 1802 au British Museum."
)


def dress(browser: Chrome, size: tuple[int, int], scheme: str) -> None:
    width, height = size
    metrics = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 600}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)
    features = [{"name": "prefers-color-scheme", "value": scheme}]
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": features})
    browser.execute_cdp_cmd("Emulation.setScrollbarsHidden", {"hidden": True})


def ask(browser: Chrome, address: str, questions: list[str]) -> None:
    """Ask the questions one after the other."""
    browser.get(address)
    for count, question in enumerate(questions, 1):
        browser.find_element(By.ID, "q").send_keys(question)
        browser.find_element(By.CSS_SELECTOR, "form.ask button").click()
        WebDriverWait(browser, WAIT_SECONDS).until(
            lambda page, count=count: (
                len(page.find_elements(By.CSS_SELECTOR, ".foot")) == count
                and not page.find_element(By.ID, "q").get_attribute("value")
            )
        )


def save(browser: Chrome, name: str) -> None:
    browser.execute_script("document.activeElement.blur()")
    browser.save_screenshot(str(FOLDER / f"{name}.png"))


def main(address: str) -> None:
    with open_browser() as browser:
        dress(browser, (1100, 900), "light")
        ask(browser, address, [UNSAID, QUESTION])
        save(browser, "web-light")
        browser.find_element(By.CSS_SELECTOR, ".passage summary").click()
        save(browser, "web-passage-light")
        browser.find_element(By.CSS_SELECTOR, ".passage summary").click()
        dress(browser, (1100, 620), "light")
        browser.find_element(By.CSS_SELECTOR, ".answer .actions a").click()
        save(browser, "web-article-light")
        ask(browser, address, [UNSAID])
        save(browser, "web-refus-light")
        dress(browser, (1100, 900), "light")
        ask(browser, address, [TIMELINE])
        save(browser, "web-chronologie-light")
        dress(browser, (1100, 620), "light")
        shown = (
            ("web-quotidien-light", DAILY),
            ("web-articles-light", LIST),
            ("web-conversations-light", "/conversations"),
            ("web-accueil-light", "/"),
        )
        for name, path in shown:
            browser.get(address.rstrip("/") + path)
            save(browser, name)
        dress(browser, (1100, 900), "light")
        browser.get(f"{address.rstrip('/')}/verifier")
        browser.find_element(By.ID, "text").send_keys(DRAFT)
        browser.find_element(By.CSS_SELECTOR, ".draft button").click()
        WebDriverWait(browser, WAIT_SECONDS).until(lambda page: page.find_elements(By.ID, "done"))
        browser.execute_script("scrollTo(0, 0)")
        save(browser, "web-verifier-light")
        ask(browser, address, [QUESTION])
        browser.find_element(By.CSS_SELECTOR, "form.keep button").click()
        WebDriverWait(browser, WAIT_SECONDS).until(
            lambda page: page.find_elements(By.CSS_SELECTOR, ".keep a")
        )
        browser.get(f"{address.rstrip('/')}/dossier")
        save(browser, "web-dossier-light")
        browser.get(f"{address.rstrip('/')}/admin/questions")
        save(browser, "web-admin-light")
        dress(browser, (390, 760), "dark")
        ask(browser, address, [QUESTION])
        save(browser, "web-phone-dark")


if __name__ == "__main__":
    main(sys.argv[1])
