"""Reads COCO annotations (one file for many photos) and SA-1B annotations (one file a photo)."""

import json
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from engine.core.errors import InvalidInput


@dataclass(frozen=True, kw_only=True)
class CocoObject:
    """One annotation: what it calls the object and its segmentation, unread yet."""

    annotation_id: str
    name: str
    segmentation: Any
    is_crowd: bool


@dataclass(frozen=True, kw_only=True)
class CocoPhoto:
    """One photo of the file with its objects. The size is what the file says, in pixels, if it says one."""

    file_name: str
    width: int | None
    height: int | None
    objects: tuple[CocoObject, ...]


def read_coco(content: bytes) -> Iterator[CocoPhoto]:
    """Return the photos of a COCO or SA-1B file one by one. Raises InvalidInput for what is neither."""
    document = _parse(content)
    annotations = document.get("annotations")
    if not isinstance(annotations, list):
        raise _broken('it has no list "annotations"')
    if isinstance(document.get("image"), dict):
        return iter([_photo_of(document["image"], annotations, {})])
    images = document.get("images")
    if not isinstance(images, list):
        raise _broken('it has neither "images" (COCO) nor "image" (SA-1B)')
    return _group(images, annotations, _category_names(document.get("categories")))


def _parse(content: bytes) -> dict[str, Any]:
    try:
        document = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise _broken("it is not JSON") from error
    if not isinstance(document, dict):
        raise _broken("it is not a JSON object")
    return document


def _broken(detail: str) -> InvalidInput:
    return InvalidInput(
        f"The annotations cannot be read: {detail}.", code="annotations_unreadable", field="annotations"
    )


def _group(images: list[Any], annotations: list[Any], names: dict[str, str]) -> Iterator[CocoPhoto]:
    by_image: dict[str, list[Any]] = defaultdict(list)
    for annotation in annotations:
        if isinstance(annotation, dict):
            by_image[str(annotation.get("image_id"))].append(annotation)
    for image in images:
        if isinstance(image, dict):
            yield _photo_of(image, by_image.pop(str(image.get("id")), []), names)


def _photo_of(image: dict[str, Any], annotations: list[Any], names: dict[str, str]) -> CocoPhoto:
    objects = tuple(
        CocoObject(
            annotation_id=str(annotation.get("id", index)),
            name=names.get(str(annotation.get("category_id")), ""),
            segmentation=annotation.get("segmentation"),
            is_crowd=bool(annotation.get("iscrowd")),
        )
        for index, annotation in enumerate(annotations)
        if isinstance(annotation, dict)
    )
    return CocoPhoto(
        file_name=str(image.get("file_name", "")),
        width=_size(image.get("width")),
        height=_size(image.get("height")),
        objects=objects,
    )


def _size(value: Any) -> int | None:
    return value if isinstance(value, int) and value > 0 else None


def _category_names(categories: Any) -> dict[str, str]:
    if not isinstance(categories, list):
        return {}
    return {str(one.get("id")): str(one.get("name", "")) for one in categories if isinstance(one, dict)}
