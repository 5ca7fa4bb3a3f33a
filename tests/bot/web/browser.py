"""A real browser, and the pages served to it."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from shutil import which

import pytest
import uvicorn
from axe_core_python.selenium import Axe
from selenium.common.exceptions import WebDriverException
from selenium.webdriver import Chrome, ChromeOptions, ChromeService
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support.wait import WebDriverWait
from starlette.types import ASGIApp

REQUIRED = "BROWSER_REQUIRED"
WAIT_SECONDS = 60


@contextmanager
def open_browser(*, script: bool = True) -> Iterator[Chrome]:
    """Debian's Chromium in French, without a window. Skips the test if it is not installed."""
    chromium, driver = which("chromium"), which("chromedriver")
    if chromium is None or driver is None:
        if os.environ.get(REQUIRED):
            pytest.fail("chromium and chromedriver are not installed")
        pytest.skip("chromium and chromedriver are not installed")
    options = ChromeOptions()
    options.binary_location = chromium
    for argument in ("headless=new", "no-sandbox", "disable-dev-shm-usage", "window-size=1100,800"):
        options.add_argument(f"--{argument}")
    preferences: dict[str, object] = {"intl.accept_languages": "fr"}
    if not script:
        preferences["profile.managed_default_content_settings.javascript"] = 2
    options.add_experimental_option("prefs", preferences)
    browser = Chrome(options, ChromeService(driver))
    browser.set_page_load_timeout(WAIT_SECONDS)
    try:
        yield browser
    finally:
        browser.quit()


def check_accessible(browser: Chrome, address: str) -> None:
    """A page has nothing that axe finds fault with, light or dark, which differ by colours."""
    _prefer(browser, "light")
    browser.get(address)
    check_page(browser)
    _prefer(browser, "dark")
    check_page(browser, runOnly=["color-contrast"])


def _prefer(browser: Chrome, scheme: str) -> None:
    features = [{"name": "prefers-color-scheme", "value": scheme}]
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": features})


def follow(element: WebElement) -> None:
    """Click what leads to another page, and wait until this one is left."""

    def is_left(_: object) -> bool:
        try:
            element.is_enabled()
        except WebDriverException:  # of several kinds while the page changes
            return True
        return False

    element.click()
    WebDriverWait(element.parent, WAIT_SECONDS).until(is_left)


def check_page(browser: Chrome, **options: object) -> None:
    """axe finds no fault with the page that is open."""
    options["resultTypes"] = ["violations"]
    faults = Axe().run(browser, options=options)["violations"]
    assert [(fault["id"], fault["nodes"][0]["html"]) for fault in faults] == []


@contextmanager
def phone(browser: Chrome, width: int = 360) -> Iterator[None]:
    size = {"width": width, "height": 700, "deviceScaleFactor": 1, "mobile": True}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
    try:
        yield
    finally:
        browser.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})


@contextmanager
def served(app: ASGIApp, port: int = 0) -> Iterator[str]:
    """The address of an application that a thread serves on this machine."""
    config = uvicorn.Config(
        app, port=port, log_config=None, lifespan="on", timeout_graceful_shutdown=1
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    waiting = threading.Event()
    for _ in range(WAIT_SECONDS * 100):
        if server.started:
            break
        waiting.wait(0.01)
    assert server.started
    try:
        yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join(WAIT_SECONDS)
        assert not thread.is_alive(), "the server does not end"
