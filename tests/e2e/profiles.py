"""Browser profiles of people, and how they sign in: the one place for all browser tests."""

from playwright.sync_api import Browser, BrowserContext, Page

PATIENCE_MS = 20_000


def sign_in(page: Page, username: str, password: str, *, path: str = "/") -> Page:
    """Sign in on a page that shows no person, and go on to ``path``."""
    page.goto(f"/login/?next={path}")
    page.fill("[name=username]", username)
    page.fill("[name=password]", password)
    page.click("button[type=submit]")
    page.wait_for_url(lambda url: "/login/" not in url)
    return page


class Profiles:
    """Fresh browser profiles on one platform, each with one person signed in. Close them at the end."""

    def __init__(self, browser: Browser, *, base_url: str, password: str) -> None:
        self._browser = browser
        self._base_url = base_url
        self._password = password
        self._contexts: list[BrowserContext] = []

    def open(self, username: str, *, path: str = "/", theme: str = "light") -> Page:
        """Return a page of a new profile, signed in, as wide as a laptop."""
        context = self._browser.new_context(
            base_url=self._base_url,
            viewport={"width": 1440, "height": 900},
            color_scheme="dark" if theme == "dark" else "light",
        )
        self._contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(PATIENCE_MS)
        return sign_in(page, username, self._password, path=path)

    def close(self) -> None:
        """Close every profile."""
        while self._contexts:
            self._contexts.pop().close()
