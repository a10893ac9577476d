"""Which files of a folder belong together."""

from engine.photos.pairing import pair_files


def test_masks_find_their_photo_by_name() -> None:
    pairing = pair_files(["mug.jpg", "mug_mask.png", "mug_mask_2.png", "chair.webp", "chair.png", "lamp.PNG"])
    assert pairing.masks_by_photo == {
        "chair.webp": ["chair.png"],
        "lamp.PNG": [],
        "mug.jpg": ["mug_mask.png", "mug_mask_2.png"],
    }
    assert pairing.skipped == []


def test_a_png_photo_may_have_a_png_mask_and_folders_do_not_mix() -> None:
    pairing = pair_files(["a/mug.png", "a/mug_mask.png", "b/mug_mask.png"])
    assert pairing.masks_by_photo == {"a/mug.png": ["a/mug_mask.png"]}
    assert [name for name, _ in pairing.skipped] == ["b/mug_mask.png"]


def test_what_fits_nowhere_is_reported() -> None:
    pairing = pair_files(["notes.txt", "ghost_mask.png", ".hidden.jpg"])
    assert pairing.masks_by_photo == {}
    assert [name for name, _ in pairing.skipped] == [".hidden.jpg", "notes.txt", "ghost_mask.png"]
