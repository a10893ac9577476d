"""What an annotator does on the align page: keys, and the mouse on the handles in the photo."""

import json
from typing import Any

from playwright.sync_api import FloatRect, Page, expect

# The handles are as long as about a tenth of the pane is high; this lies on them, outside the boxes in their middle.
_ON_HANDLE = 0.09


def wait_until_placed(page: Page) -> None:
    """Wait until photo, mask and shape are there and their overlap is counted."""
    expect(page.get_by_test_id("stage")).to_have_attribute("data-is-ready", "true", timeout=60_000)
    expect(page.get_by_test_id("iou")).not_to_have_attribute("data-iou", "", timeout=30_000)
    settle(page)


def settle(page: Page) -> None:
    """Let the last change be drawn and counted: two frames, and the counting that waits for the browser's leisure."""
    page.evaluate("new Promise(done => requestAnimationFrame(() => setTimeout(done, 150)))")


def pose_of(page: Page) -> dict[str, Any]:
    """Return the pose on screen, in the camera's frame (x left, y up, z away)."""
    pose: dict[str, Any] = json.loads(page.get_by_test_id("align").get_attribute("data-pose") or "{}")
    return pose


def iou_of(page: Page) -> float:
    """Return the overlap with the mask as the browser counts it."""
    return float(page.get_by_test_id("iou").get_attribute("data-iou") or "nan")


def task_of(page: Page) -> str:
    """Return the id of the task on screen."""
    return page.get_by_test_id("align").get_attribute("data-task-id") or ""


def _centre_on_screen(page: Page) -> tuple[float, float]:
    """Return where the object's middle is drawn, in screen pixels; it may lie beyond the pane."""
    box = _pane(page)
    layers = page.locator(".align-layers")
    x, y, width, height = (float(part) for part in (layers.get_attribute("viewBox") or "").split())
    image = layers.locator("image")
    sides = [float(image.get_attribute(name) or "nan") for name in ("width", "height")]
    focal = float(page.get_by_test_id("align").get_attribute("data-focal") or "nan")
    left, up, away = pose_of(page)["translation"]
    reach = focal * max(sides) / 2
    u, v = sides[0] / 2 - reach * left / away, sides[1] / 2 - reach * up / away
    return box["x"] + (u - x) / width * box["width"], box["y"] + (v - y) / height * box["height"]


def _pane(page: Page) -> FloatRect:
    box = page.get_by_test_id("photo-pane").bounding_box()
    assert box is not None
    return box


def pull_the_red_arrow(page: Page, *, by_x: float, by_y: float) -> None:
    """Pull the handle that points right by so many screen pixels with the mouse."""
    pane = _pane(page)
    reach = _ON_HANDLE * pane["height"]
    x, y = _centre_on_screen(page)
    is_inside = pane["x"] < x < pane["x"] + pane["width"] - reach and pane["y"] < y < pane["y"] + pane["height"]
    if not is_inside:
        # A bad prediction may lie beside the mask that the page has zoomed to.
        page.keyboard.press("f")
        settle(page)
        x, y = _centre_on_screen(page)
    page.mouse.move(x + reach, y)
    settle(page)
    page.mouse.down()
    page.mouse.move(x + reach + by_x, y + by_y, steps=6)
    page.mouse.up()
    settle(page)


def submit(page: Page) -> None:
    """Send the pose and wait until it is stored."""
    before = task_of(page)
    page.keyboard.press("Enter")
    expect(page.get_by_test_id("stored")).to_be_visible(timeout=30_000)
    expect(page.get_by_test_id("align")).not_to_have_attribute("data-task-id", before)
