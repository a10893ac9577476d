"""Training stages, one file a stage. ``python -m trainers.STAGE RUN_FOLDER``; see contracts.training."""
