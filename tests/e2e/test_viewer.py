"""The viewer alone in a real browser: what it draws, what it gives back, and that it survives a lost context."""

import shutil
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, Route

from benchmarks.viewer.shapes import write_shapes
from benchmarks.viewer.site import Site, build_stage, served

pytestmark = [
    pytest.mark.browser,
    pytest.mark.slow,
    pytest.mark.timeout(300),
    pytest.mark.skipif(shutil.which("npx") is None, reason="needs Node to build the page"),
]
N_SHAPES = 16


@pytest.fixture(scope="module")
def site_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("viewer")
    build_stage(folder)
    write_shapes(folder / "shapes", n=N_SHAPES, subdivisions=3)
    with served(Site(folder, N_SHAPES)) as url:
        yield url


@pytest.fixture
def stage(site_url: str, browser: Browser) -> Iterator[Page]:
    page = browser.new_page(viewport={"width": 900, "height": 600}, reduced_motion="no-preference")
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.goto(f"{site_url}/stage/")
    page.wait_for_function("window.bench !== undefined")
    yield page
    page.close()
    assert faults == []


def show(page: Page, *names: str) -> None:
    """Show these models, a pane each; "1-2|1-3" is one divided pane."""
    pictures = [
        dict(zip(("url", "rightUrl"), (f"/assets/{part}.glb" for part in name.split("|")), strict=False))
        for name in names
    ]
    page.evaluate("(pictures) => bench.show(pictures)", pictures)


def draw(page: Page, program: str) -> str:
    """Run a program on the viewer and return the picture after it."""
    picture: str = page.evaluate(f"async () => {{ {program}; await bench.drawn(); return await bench.picture(); }}")
    return picture


def stats(page: Page) -> dict[str, int]:
    found: dict[str, int] = page.evaluate("bench.viewer.stats()")
    return found


def test_nine_candidates_are_drawn_in_one_context(stage: Page) -> None:
    show(stage, *[f"1-{place}" for place in range(9)])
    states: list[dict[str, Any]] = stage.evaluate("[...bench.states.values()]")
    assert [state["kind"] for state in states] == ["ready"] * 9
    assert all(state["triangles"] == 1280 for state in states)
    assert stage.locator("canvas").count() == 1


def test_every_mode_draws_another_picture(stage: Page) -> None:
    show(stage, "1-0")
    modes = ["colour", "clay", "normals", "wireframe"]
    assert stage.evaluate("bench.offered") == modes
    assert len({draw(stage, f"bench.viewer.setMode('{mode}')") for mode in modes}) == len(modes)


def test_the_divider_shows_one_candidate_left_of_it_and_the_other_right_of_it(stage: Page) -> None:
    show(stage, "1-0")
    left = draw(stage, "bench.viewer.setDivider(0.5)")
    show(stage, "1-1")
    right = draw(stage, "")
    show(stage, "1-0|1-1")
    assert draw(stage, "bench.viewer.setDivider(1)") == left
    assert draw(stage, "bench.viewer.setDivider(0)") == right
    assert draw(stage, "bench.viewer.setDivider(0.5)") not in {left, right}


def test_a_lost_context_comes_back_with_the_same_picture_in_every_mode(stage: Page) -> None:
    show(stage, "1-0", "1-1")
    pictures = {
        mode: draw(stage, f"bench.viewer.setMode('{mode}')") for mode in ("clay", "wireframe", "normals", "colour")
    }
    before = stats(stage)
    stage.evaluate(
        "window.lost = bench.canvas.getContext('webgl2').getExtension('WEBGL_lose_context'); window.lost.loseContext()"
    )
    stage.wait_for_function("bench.isLost")
    assert stats(stage)["geometries"] == 0
    stage.evaluate("window.lost.restoreContext()")
    stage.wait_for_function("!bench.isLost")
    for mode, picture in pictures.items():
        assert draw(stage, f"bench.viewer.setMode('{mode}')") == picture, mode
    after = stats(stage)
    assert (after["geometries"], after["textures"]) == (before["geometries"], before["textures"])


def test_graphics_memory_stays_level_over_many_candidates_and_is_empty_after_dispose(stage: Page) -> None:
    levels = []
    for task in range(1, 11):
        show(stage, *[f"{task}-{place}" for place in range(8)])
        levels.append(stats(stage))
    assert levels[-1]["models"] == 32
    assert levels[-1]["geometries"] <= levels[4]["geometries"]
    assert levels[-1]["textures"] <= levels[4]["textures"]
    stage.evaluate("bench.viewer.dispose()")
    assert {key: stats(stage)[key] for key in ("geometries", "textures", "models")} == {
        "geometries": 0, "textures": 0, "models": 0,
    }  # fmt: skip


def states(page: Page) -> list[str]:
    """Return what is said of each pane, in order."""
    found: list[str] = page.evaluate("[...bench.states.values()].map((state) => state.kind)")
    return found


def hold(page: Page, name: str) -> list[Route]:
    """Let the answers for this model wait; return those asked for so far, to be continued."""
    held: list[Route] = []
    # Playwright marks the function that it calls, and a built-in one takes no marks.
    page.route(f"**/assets/{name}.glb", lambda route: held.append(route))  # noqa: PLW0108
    return held


# The site serves some other shape for it: what it looks like does not matter here.
_SKETCHED = "bench.show([{ url: '/assets/1-0.glb', coarseUrl: '/assets/1-5.glb' }])"


def test_a_coarse_copy_stands_in_until_the_whole_model_replaces_it_under_the_same_camera(stage: Page) -> None:
    show(stage, "1-0")
    whole = draw(stage, "bench.viewer.view('left')")
    show(stage, "1-5")
    other = draw(stage, "")
    before = stats(stage)
    stage.reload()
    stage.wait_for_function("window.bench !== undefined")
    held = hold(stage, "1-0")
    stage.evaluate(f"void {_SKETCHED}")
    stage.wait_for_function("[...bench.states.values()].some((state) => state.kind === 'coarse')")
    assert stage.evaluate("bench.offered") == ["colour", "clay", "normals", "wireframe"]
    assert draw(stage, "bench.viewer.view('left')") == other
    held[0].continue_()
    stage.wait_for_function("[...bench.states.values()].every((state) => state.kind === 'ready')")
    assert draw(stage, "") == whole
    after = stats(stage)
    # The copy is given back at once; before, both models were kept.
    assert (after["models"], before["models"]) == (1, 2)
    assert before["geometries"] - after["geometries"] == 2
    stage.evaluate("bench.viewer.dispose()")
    assert [stats(stage)[key] for key in ("geometries", "textures", "models")] == [0, 0, 0]


def test_a_coarse_copy_of_a_pane_that_is_gone_leaves_nothing_behind(stage: Page) -> None:
    show(stage, "1-1")
    before = stats(stage)["geometries"]
    held = hold(stage, "1-0")
    stage.evaluate(f"void {_SKETCHED}")
    stage.wait_for_function("[...bench.states.values()].some((state) => state.kind === 'coarse')")
    draw(stage, "")
    assert stats(stage)["geometries"] == before + 2
    show(stage, "1-1")
    draw(stage, "")
    assert stats(stage)["geometries"] == before
    held[0].abort()
    draw(stage, "")
    assert stats(stage)["geometries"] == before


def test_a_lost_context_gives_back_coarse_copies_too(stage: Page) -> None:
    hold(stage, "1-0")
    stage.evaluate(f"void {_SKETCHED}")
    stage.wait_for_function("[...bench.states.values()].some((state) => state.kind === 'coarse')")
    picture = draw(stage, "")
    stage.evaluate(
        "window.lost = bench.canvas.getContext('webgl2').getExtension('WEBGL_lose_context'); window.lost.loseContext()"
    )
    stage.wait_for_function("bench.isLost")
    assert stats(stage)["geometries"] == 0
    stage.evaluate("window.lost.restoreContext()")
    stage.wait_for_function("!bench.isLost")
    assert draw(stage, "") == picture


@pytest.mark.parametrize(("missing", "state"), [("1-5", "ready"), ("1-0", "failed")], ids=["the copy", "the model"])
def test_a_missing_copy_costs_nothing_and_a_missing_model_is_told(stage: Page, missing: str, state: str) -> None:
    stage.route(f"**/assets/{missing}.glb", lambda route: route.fulfill(status=404))
    stage.evaluate(_SKETCHED)
    assert states(stage) == [state]
    draw(stage, "")
    assert stats(stage)["models"] == (1 if state == "ready" else 0)


def test_a_model_that_is_here_already_is_drawn_without_its_copy(stage: Page) -> None:
    stage.evaluate("bench.viewer.preload(['/assets/1-0.glb'])")
    asked: list[str] = []
    stage.on("request", lambda request: asked.append(request.url))
    stage.evaluate(_SKETCHED)
    assert (states(stage), asked) == (["ready"], [])


def test_nothing_is_drawn_while_nothing_changes(stage: Page) -> None:
    show(stage, "1-0")
    stage.evaluate("bench.drawn()")
    before = stats(stage)["frames"]
    stage.wait_for_timeout(400)
    assert stats(stage)["frames"] == before


def test_the_turntable_turns_until_a_hand_takes_over(stage: Page) -> None:
    show(stage, "1-0")
    assert stage.evaluate("bench.viewer.setTurntable(true)") is True
    stage.wait_for_function("bench.turns.length > 3")
    stage.evaluate("bench.viewer.turnBy(5, 0)")
    stage.evaluate("bench.drawn()")
    turns = stage.evaluate("bench.turns.length")
    stage.evaluate("bench.drawn()")
    assert stage.evaluate("bench.turns.length") == turns


def test_the_turntable_stays_off_for_who_asked_for_less_motion(stage: Page) -> None:
    show(stage, "1-0")
    stage.emulate_media(reduced_motion="reduce")
    assert stage.evaluate("bench.viewer.setTurntable(true)") is False


def test_mouse_turns_moves_and_zooms(stage: Page) -> None:
    show(stage, "1-0")
    stage.evaluate("bench.viewer.view('front')")
    stage.mouse.move(450, 300)
    stage.mouse.down()
    stage.mouse.move(350, 300)
    stage.mouse.up()
    assert stage.evaluate("bench.camera.azimuth") == pytest.approx(45)
    stage.mouse.down(button="right")
    stage.mouse.move(350, 400)
    stage.mouse.up(button="right")
    assert stage.evaluate("bench.camera.target[1]") > 0.1
    stage.mouse.wheel(0, -300)
    stage.wait_for_function("bench.camera.distance < 2.9")


def test_more_contrast_is_seen_when_asked_for(stage: Page) -> None:
    show(stage, "1-0")
    plain = draw(stage, "bench.viewer.setMode('clay')")
    stage.emulate_media(contrast="more")
    assert draw(stage, "") != plain
