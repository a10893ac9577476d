"""Background work of the room."""

from celery import shared_task

from engine.registry import services


@shared_task
def sync_model_server() -> None:
    """Make the model server hold the live checkpoint: after a deployment, and now and then in case it restarted."""
    services.sync_model_server()
