"""What can be had without a network: the mean shape, the most alike view, the mask's box."""

import pytest
import torch
from torch import Tensor

from networks.crops import CROP_MARGIN
from networks.frames import FOCAL, PoseTensors
from trainers.data.views import ViewSet
from trainers.evaluation.baselines import best_retrieval, fit_retrieval, mean_shape, nearest
from trainers.evaluation.layout_baseline import fit_layout_baseline
from trainers.evaluation.occupancy import grid_iou, pack
from trainers.evaluation.placement import scale_error, translation_error

SIZE = 32


def grids(*boxes: tuple[int, int, int]) -> Tensor:
    """Solids of 8^3 cells, filled from a corner."""
    table = torch.zeros(len(boxes), 8, 8, 8, dtype=torch.bool)
    for grid, (x, y, z) in zip(table, boxes, strict=True):
        grid[:x, :y, :z] = True
    return table


def pictures(widths: list[int], shades: list[float]) -> Tensor:
    """Crops of bars: as wide as told, in one shade of red."""
    images = torch.zeros(len(widths), 8, SIZE, SIZE)
    for image, width, shade in zip(images, widths, shades, strict=True):
        image[0, 4:28, 16 - width : 16 + width] = shade
        image[3, 4:28, 16 - width : 16 + width] = 1
    return (images * 255).round().to(torch.uint8)


def view_set(
    occupancy_SXYZ: Tensor,
    images_N8HW: Tensor,
    *,
    places: Tensor | None = None,
    windows_N3: Tensor | None = None,
    scale: float = 1.0,
    depth: Tensor | None = None,
) -> ViewSet:
    n, shapes = len(images_N8HW), len(occupancy_SXYZ)
    places = torch.tensor([[0.0, 0.0, 2.0]]).expand(n, 3) if places is None else places
    return ViewSet(
        occupancy_bits_SW=pack(occupancy_SXYZ),
        images_N8HW=images_N8HW,
        poses=PoseTensors(torch.eye(3).expand(n, 3, 3), places, torch.full((n, 3), scale)),
        windows_N3=torch.tensor([[0.2, 0.2, 0.6]]).expand(n, 3) if windows_N3 is None else windows_N3,
        depth_N2HW=depth,
        views_a_shape=n // shapes,
        keys=[f"grammar:bar:{k}" for k in range(shapes)],
        categories=["bar"] * shapes,
        visible_N=torch.ones(n),
    )


def test_mean_shape_is_cut_where_it_fits_the_training_shapes_best() -> None:
    # Three large solids and one small: the cells of the large ones are solid in three quarters.
    occupancy = grids((8, 8, 8), (8, 8, 8), (8, 8, 8), (2, 8, 8))
    training = view_set(occupancy, pictures([4] * 4, [1.0] * 4))
    assert torch.equal(mean_shape(training), occupancy[0])
    mostly_small = grids((2, 8, 8), (2, 8, 8), (2, 8, 8), (8, 8, 8))
    assert torch.equal(mean_shape(view_set(mostly_small, pictures([4] * 4, [1.0] * 4))), mostly_small[0])


def test_best_retrieval_is_the_largest_overlap_with_any_training_shape() -> None:
    training = view_set(grids((8, 8, 8), (4, 8, 8)), pictures([4] * 2, [1.0] * 2))
    test = view_set(grids((5, 8, 8), (8, 8, 8)), pictures([4] * 2, [1.0] * 2))
    assert best_retrieval(training, test).tolist() == pytest.approx([4 / 5, 1.0])


def test_retrieval_finds_the_shape_that_looks_alike() -> None:
    # Three shapes, each seen twice: from the second a view is not numbered as its shape is.
    widths = [3, 3, 6, 6, 12, 12]
    training = view_set(grids((2, 8, 8), (4, 8, 8), (8, 8, 8)), pictures(widths, [0.5] * 6))
    retrieval = fit_retrieval(training)
    test = view_set(grids((8, 8, 8), (2, 8, 8)), pictures([11, 3], [0.5, 0.5]))
    answers = training.occupancy(retrieval.shapes(test))
    assert grid_iou(answers, test.occupancy(torch.arange(2))).tolist() == [1.0, 1.0]


def test_retrieval_learns_from_training_views_whether_colour_tells() -> None:
    shades = [0.2, 0.2, 0.9, 0.9] * 2
    by_colour = grids(*[(2, 8, 8) if shade < 0.5 else (8, 8, 8) for shade in shades])
    # All silhouettes alike but for noise that says nothing.
    widths = [6, 7, 7, 6, 7, 6, 6, 7]
    assert fit_retrieval(view_set(by_colour, pictures(widths, shades))).colour_weight > 0
    by_width = grids(*[(2, 8, 8) if width == 6 else (8, 8, 8) for width in widths])
    assert fit_retrieval(view_set(by_width, pictures(widths, shades))).colour_weight == 0


def test_nearest_row_of_the_own_object_does_not_count() -> None:
    table, owners = torch.tensor([[0.0], [0.1], [1.0], [5.0]]), torch.tensor([0, 0, 1, 1])
    assert nearest(table, table).tolist() == [0, 1, 2, 3]
    assert nearest(table, table, owners, owners).tolist() == [2, 2, 1, 1]


def looking_at(places_N3: Tensor, length: float) -> Tensor:
    """Windows of things ``length`` long at these places, as the pinhole camera of the project sees them."""
    angle = length / places_N3[:, 2]
    side = angle * FOCAL / 2 * (1 + 2 * CROP_MARGIN)
    middle = (1 - places_N3[:, :2] / places_N3[:, 2:] * FOCAL) / 2
    return torch.cat([middle - side[:, None] / 2, side[:, None]], 1)


PLACES = torch.tensor([[0.0, 0.0, 2.0], [0.3, -0.2, 2.5], [-0.4, 0.1, 3.0], [0.1, 0.3, 1.8]])


def test_place_at_fixed_size_is_exact_where_all_things_are_equally_long() -> None:
    images = pictures([6] * 4, [1.0] * 4)
    views = view_set(grids(*[(8, 8, 8)] * 4), images, places=PLACES, windows_N3=looking_at(PLACES, 1.1))
    pose = fit_layout_baseline(views).at_fixed_size(views, views.poses.rotation_B33)
    assert translation_error(pose, views.poses).max() < 1e-5
    assert scale_error(pose, views.poses).max() == 0


def test_place_from_the_box_lies_at_the_mean_distance_and_is_as_large_as_the_box_there() -> None:
    images = pictures([6] * 4, [1.0] * 4)
    training = view_set(grids(*[(8, 8, 8)] * 4), images, places=PLACES, windows_N3=looking_at(PLACES, 1.0))
    baseline = fit_layout_baseline(training)
    pose = baseline.from_box(training, training.poses.rotation_B33)
    mean = float(PLACES[:, 2].mean())
    assert pose.translation_B3[:, 2].tolist() == pytest.approx([mean] * 4, rel=0.1)
    # In the right direction, and smaller where the thing is farther away.
    ray = pose.translation_B3[:, :2] / pose.translation_B3[:, 2:]
    assert torch.allclose(ray, PLACES[:, :2] / PLACES[:, 2:], atol=1e-5)
    assert pose.scale_B3[2, 0] < pose.scale_B3[0, 0] < pose.scale_B3[3, 0]


def test_place_from_the_box_follows_the_pointmap() -> None:
    images = pictures([6] * 4, [1.0] * 4)
    # Things that look alike, half as far and half as large, or twice.
    places = PLACES * torch.tensor([[0.5], [1.0], [2.0], [1.0]])
    front = places[:, 2] - 0.4 * torch.tensor([0.5, 1.0, 2.0, 1.0])
    depth = front.view(4, 1, 1, 1).expand(4, 2, SIZE, SIZE).half()
    views = view_set(grids(*[(8, 8, 8)] * 4), images, places=places, windows_N3=looking_at(PLACES, 1.0), depth=depth)
    views.poses.scale_B3.mul_(torch.tensor([[0.5], [1.0], [2.0], [1.0]]))
    pose = fit_layout_baseline(views).from_box(views, views.poses.rotation_B33)
    assert translation_error(pose, views.poses).max() < 0.15
    assert scale_error(pose, views.poses).max() < 0.15
