"""What can be done with records: derive them, route what nobody accepted, freeze a dataset version."""

from engine.records.services.deriving import current_alpha, derive_new_records, derive_records
from engine.records.services.folders import write_dataset_folder
from engine.records.services.freezing import freeze_dataset
from engine.records.services.routing import route_rejected_targets

__all__ = [
    "current_alpha",
    "derive_new_records",
    "derive_records",
    "freeze_dataset",
    "route_rejected_targets",
    "write_dataset_folder",
]
