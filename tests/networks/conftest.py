import pytest
import torch

from networks.pipeline import Networks, build_networks, debug_config

# Small tensors gain nothing from threads, and waiting threads slow a busy machine a hundredfold.
torch.set_num_threads(1)


def awake(networks: Networks) -> Networks:
    """Give the layers that start at zero random weights, so that every path carries a signal."""
    with torch.no_grad():
        for parameter in networks.geometry.transformer.parameters():
            if not parameter.any():
                parameter.normal_(std=0.05)
    return networks


@pytest.fixture
def networks() -> Networks:
    torch.manual_seed(0)
    return awake(build_networks(debug_config()))
