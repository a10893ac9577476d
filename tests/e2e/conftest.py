"""The whole platform, as ``make demo`` runs it, on free ports and a folder of its own; and a real browser."""

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from engine.demo.people import DEMO_PEOPLE, demo_password
from engine.demo.stack.launcher import Stack
from engine.demo.stack.settings import StackSettings
from tests.e2e.profiles import Profiles

CHROMIUM = "/usr/bin/chromium"
CHROMIUM_FLAGS = [
    "--no-sandbox", "--use-angle=swiftshader", "--enable-unsafe-swiftshader", "--ignore-gpu-blocklist",
    "--disable-background-networking", "--disable-component-update", "--disable-sync", "--no-first-run",
]  # fmt: skip


@dataclass(frozen=True)
class RunningStack:
    """The platform under test."""

    stack: Stack
    password: str

    @property
    def base_url(self) -> str:
        """Without a slash at the end."""
        return self.stack.url.rstrip("/")

    @property
    def logins(self) -> dict[str, str]:
        """User name by role."""
        return {person.role: person.username for person in DEMO_PEOPLE}


@pytest.fixture(scope="session")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningStack]:
    """Start the platform once for all browser tests."""
    settings = StackSettings(data_folder=tmp_path_factory.mktemp("stack")).with_free_ports()
    with Stack(settings=settings, say=lambda _line: None) as running:
        yield RunningStack(stack=running, password=demo_password())


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Debian's Chromium, headless, drawing WebGL in software."""
    with sync_playwright() as playwright:
        yield playwright.chromium.launch(executable_path=CHROMIUM, args=CHROMIUM_FLAGS)


@pytest.fixture
def profiles(stack: RunningStack, browser: Browser) -> Iterator[Profiles]:
    """Browser profiles of people of the platform."""
    opened = Profiles(browser, base_url=stack.base_url, password=stack.password)
    yield opened
    opened.close()


@pytest.fixture
def sign_in(stack: RunningStack, profiles: Profiles) -> Callable[..., Page]:
    """``sign_in("annotator", theme="dark")`` returns a page of a fresh browser profile, signed in."""

    def open_page(role: str, *, theme: str = "light") -> Page:
        return profiles.open(stack.logins[role], theme=theme)

    return open_page


@pytest.fixture(scope="session")
def screenshots(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where screenshots go: ``FLYWHEEL_SCREENSHOTS``, or a folder that is thrown away."""
    chosen = os.environ.get("FLYWHEEL_SCREENSHOTS")
    folder = Path(chosen) if chosen else tmp_path_factory.mktemp("screenshots")
    folder.mkdir(parents=True, exist_ok=True)
    return folder
