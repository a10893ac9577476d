"""A mask is corrected with the mouse and the keyboard, as a reviewer or a lead would."""

import io
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Locator, Page, expect

from tests.e2e.accessibility import violations

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(600)]
SignIn = Callable[..., Page]
WIDTH, HEIGHT = 480, 360
BOX = (200, 120, 40, 40)


def disc() -> np.ndarray:
    rows, columns = np.ogrid[:HEIGHT, :WIDTH]
    return np.asarray((columns + 0.5 - 240) ** 2 + (rows + 0.5 - 180) ** 2 <= 90**2)


def png(pixels: np.ndarray) -> bytes:
    out = io.BytesIO()
    Image.fromarray(pixels).save(out, "PNG")
    return out.getvalue()


def upload_disc(page: Page, *, number: int) -> int:
    """Upload a red disc on grey with a poor mask; return its target."""
    rng = np.random.default_rng(number)
    pixels = rng.normal(130, 8, (HEIGHT, WIDTH, 3))
    pixels[disc()] = rng.normal((190, 60, 50), 8, (int(disc().sum()), 3))
    mask = np.zeros((HEIGHT, WIDTH), dtype=np.uint8)
    mask[BOX[1] : BOX[1] + BOX[3], BOX[0] : BOX[0] + BOX[2]] = 255
    token = next(cookie["value"] for cookie in page.context.cookies() if cookie["name"] == "csrftoken")
    photo = {"name": f"disc_{number}.png", "mimeType": "image/png", "buffer": png(pixels.clip(0, 255).astype(np.uint8))}
    answer = page.request.post(
        "/api/photos/",
        multipart={"photo": photo, "mask": {"name": "mask.png", "mimeType": "image/png", "buffer": png(mask)}},
        headers={"X-CSRFToken": token},
    )
    assert answer.status == 201, answer.text()
    return int(answer.json()["targets"][0]["id"])


def open_mask(page: Page, target_id: int) -> Locator:
    page.goto(f"/targets/{target_id}/mask/")
    board = page.get_by_test_id("mask-board")
    expect(board).to_be_visible(timeout=30_000)
    return board


class Mouse:
    """The mouse over the board, in photo pixels of the fitted photo."""

    def __init__(self, page: Page, board: Locator) -> None:
        box = board.bounding_box()
        assert box is not None
        self.page = page
        self.scale = min((box["width"] - 26) / WIDTH, (box["height"] - 26) / HEIGHT)
        self.left = box["x"] + (box["width"] - WIDTH * self.scale) / 2
        self.top = box["y"] + (box["height"] - HEIGHT * self.scale) / 2

    def _at(self, x: float, y: float) -> tuple[float, float]:
        return self.left + x * self.scale, self.top + y * self.scale

    def drag(self, *points: tuple[float, float]) -> None:
        self.page.mouse.move(*self._at(*points[0]))
        self.page.mouse.down()
        for point in points[1:]:
            self.page.mouse.move(*self._at(*point), steps=8)
        self.page.mouse.up()

    def click(self, x: float, y: float) -> None:
        self.page.mouse.click(*self._at(x, y))


def current_mask(page: Page, target_id: int) -> np.ndarray:
    desk = page.request.get(f"/api/targets/{target_id}/masks/").json()
    content = page.request.get(desk["versions"][0]["mask_url"]).body()
    return np.asarray(Image.open(io.BytesIO(content))) > 0


def save(page: Page, reason: str) -> None:
    page.keyboard.press("Control+s")
    page.keyboard.type(reason)
    page.keyboard.press("Enter")


def shoot(page: Page, screenshots: Path, name: str) -> None:
    """In both colours, each of them without a fault that axe knows."""
    for theme in ("light", "dark"):
        page.evaluate("(theme) => { document.documentElement.dataset.theme = theme }", theme)
        page.screenshot(path=screenshots / f"{name}_{theme}.png")
        assert violations(page) == []
    page.evaluate("delete document.documentElement.dataset.theme")


def test_a_mask_is_painted_undone_cut_proposed_and_saved(sign_in: SignIn, screenshots: Path) -> None:
    page = sign_in("ml_lead")
    target_id = upload_disc(page, number=71)
    board = open_mask(page, target_id)
    mouse = Mouse(page, board)
    button = page.get_by_test_id("save-mask")
    expect(button).to_be_disabled()

    mouse.drag((160, 180), (320, 180))
    expect(page.get_by_role("button", name="Undo")).to_be_enabled()
    shoot(page, screenshots, "mask_brush")
    page.keyboard.press("Control+z")
    expect(page.get_by_text("Nothing is changed yet.")).to_be_visible()

    page.keyboard.press("p")
    for x, y in [(100, 60), (380, 60), (380, 300), (100, 300)]:
        mouse.click(x, y)
    shoot(page, screenshots, "mask_polygon")
    page.keyboard.press("Enter")
    save(page, "The whole ball, roughly.")
    expect(page.get_by_test_id("mask-versions")).to_contain_text("The whole ball, roughly.")
    painted = current_mask(page, target_id)
    assert painted[62:298, 102:378].all()
    assert not painted[:58].any()

    board.click(position={"x": 5, "y": 5})
    page.keyboard.press("Escape")
    page.keyboard.press("a")
    mouse.drag((130, 70), (350, 290))
    expect(page.get_by_test_id("proposal")).to_be_visible()
    shoot(page, screenshots, "mask_proposal")
    page.keyboard.press("Enter")
    save(page, "To its very edge.")
    expect(page.get_by_test_id("mask-versions").locator("li")).to_have_count(3)
    found = current_mask(page, target_id)
    assert (found & disc()).sum() / (found | disc()).sum() > 0.9


def test_an_earlier_mask_is_restored_and_the_photo_page_tells_of_stale_candidates(sign_in: SignIn) -> None:
    page = sign_in("ml_lead")
    target_id = upload_disc(page, number=72)
    board = open_mask(page, target_id)
    Mouse(page, board).drag((160, 180), (320, 180))
    save(page, "A wider one.")
    rows = page.get_by_test_id("mask-versions").locator("li")
    expect(rows).to_have_count(2)
    page.get_by_role("button", name="Restore 0").click()
    expect(rows).to_have_count(3)
    expect(page.get_by_text("Nothing is changed yet.")).to_be_visible()
    assert current_mask(page, target_id).sum() == BOX[2] * BOX[3]


def test_two_people_at_once_are_shown_both_masks(sign_in: SignIn, screenshots: Path) -> None:
    first, second = sign_in("ml_lead"), sign_in("reviewer")
    target_id = upload_disc(first, number=73)
    boards = [open_mask(page, target_id) for page in (first, second)]
    Mouse(first, boards[0]).drag((160, 180), (320, 180))
    Mouse(second, boards[1]).drag((240, 100), (240, 260))
    save(first, "Across.")
    expect(first.get_by_test_id("mask-versions").locator("li")).to_have_count(2)
    save(second, "Down.")
    conflict = second.get_by_test_id("mask-conflict")
    expect(conflict).to_contain_text("Across.")
    expect(conflict.get_by_alt_text("Yours")).to_be_visible()
    second.wait_for_function(
        "[...document.querySelectorAll('.mask-conflict img')].every((one) => one.naturalWidth > 0)"
    )
    shoot(second, screenshots, "mask_conflict")
    conflict.get_by_role("button", name="Save mine on top").click()
    expect(second.get_by_test_id("mask-versions").locator("li")).to_have_count(3)
    assert not current_mask(second, target_id)[180, 165]
