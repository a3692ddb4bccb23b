"""One Chromium for all of these tests; without it, Playwright or axe-core they are skipped, and say what is missing."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

import pytest

from tests.browser.reports import AUDITS, write_report

FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"]


def needed(what: str | None, name: str) -> str:
    if not what:
        pytest.skip(f"needs {name}")
    return what


@pytest.fixture(scope="session")
def chromium():
    """A headless browser that is installed on this machine; nothing is downloaded."""
    playwright = pytest.importorskip("playwright.sync_api", reason="needs playwright")
    found = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    executable = needed(found, "Chromium")
    with playwright.sync_playwright() as started:
        browser = started.chromium.launch(executable_path=executable, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def axe() -> str:
    """The source of axe-core, from AXE_CORE or from where `.ci/run` puts it."""
    path = Path(os.environ.get("AXE_CORE", Path(sys.prefix) / "node_modules" / "axe-core" / "axe.min.js"))
    needed(path.is_file() and str(path), "axe-core (npm install --prefix .venv axe-core, or AXE_CORE)")
    return path.read_text(encoding="utf-8")


@pytest.fixture(scope="session", params=AUDITS)
def report(request, tmp_path_factory) -> tuple[str, Path]:
    """The name of an audit, and its report as a file."""
    return request.param, _written(request.param, tmp_path_factory)


@pytest.fixture(scope="session")
def sample(tmp_path_factory) -> Path:
    return _written("sample", tmp_path_factory)


@pytest.fixture(scope="session")
def large(tmp_path_factory) -> Path:
    return _written("large", tmp_path_factory)


_files: dict[str, Path] = {}


def _written(name: str, tmp_path_factory) -> Path:
    if name not in _files:
        _files[name] = write_report(name, tmp_path_factory.mktemp(name))
    return _files[name]


class Watched:
    """A page, with everything that it asked for or that went wrong on it."""

    def __init__(self, browser, **options) -> None:
        self.context = browser.new_context(**({"viewport": {"width": 1280, "height": 900}} | options))
        self.page = self.context.new_page()
        self.asked: list[str] = []
        self.wrong: list[str] = []
        self.context.route("**/*", self._route)
        self.page.on("pageerror", lambda error: self.wrong.append(str(error)))
        self.page.on("console", lambda message: message.type == "error" and self.wrong.append(message.text))
        self.page.add_init_script(
            "addEventListener('securitypolicyviolation', e => console.error('CSP: ' + e.violatedDirective))"
        )

    def _route(self, route) -> None:
        if route.request.url.startswith(("file:", "data:", "blob:")):
            route.continue_()
        else:
            self.asked.append(route.request.url)
            route.abort()

    def open(self, path: Path, hash: str = ""):
        self.page.goto(path.as_uri() + hash)
        return self.page


@pytest.fixture
def watch(chromium):
    """Opens watched pages, and closes them."""
    opened = []

    def new(**options) -> Watched:
        opened.append(Watched(chromium, **options))
        return opened[-1]

    yield new
    for each in opened:
        each.context.close()
