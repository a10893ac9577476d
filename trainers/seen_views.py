"""What a frozen encoder sees in the training views: looked at once, where training looks at each view many times.

N: samples of a view set; L: tokens; C: channels of the frozen maps.
"""

from dataclasses import replace

import torch
from torch import Tensor

from networks.crops import ConditionStreams
from networks.pipeline import Networks
from trainers.data.views import ViewSet

VIEWS_AT_ONCE = 256
MOST_BYTES = 48e9
"""Of a GPU's memory; a set that would need more is looked at in every step."""
MOST_BYTES_OF_CPU = 2e9


class SeenViews:
    """Condition streams of a view set, with what the frozen encoder sees in them when there is one."""

    def __init__(self, networks: Networks, views: ViewSet) -> None:
        self.views = views
        self._seen_N2LC = _see(networks, views)

    def streams(self, index_B: Tensor, disturb: torch.Generator | None = None) -> ConditionStreams:
        """Return the condition of samples, as ``ViewSet.streams`` does."""
        streams = self.views.streams(index_B, disturb)
        if self._seen_N2LC is None:
            return streams
        seen_B2LC = self._seen_N2LC[index_B.to(self._seen_N2LC.device)]
        return replace(streams, crop_seen_BLC=seen_B2LC[:, 0], full_seen_BLC=seen_B2LC[:, 1])


@torch.no_grad()
def _see(networks: Networks, views: ViewSet) -> Tensor | None:
    conditioner, n = networks.geometry.conditioner, len(views)
    device = views.images_N8HW.device
    whole: Tensor | None = None
    for index in torch.split(torch.arange(n, device=device), VIEWS_AT_ONCE):
        seen = conditioner.see(views.streams(index))
        if seen is None:
            return None
        part_B2LC = torch.stack(seen, 1)
        if whole is None:
            most = MOST_BYTES if device.type == "cuda" else MOST_BYTES_OF_CPU
            if part_B2LC[0].nbytes * n > most:
                return None
            whole = part_B2LC.new_empty(n, *part_B2LC.shape[1:])
        whole[index] = part_B2LC
    return whole
