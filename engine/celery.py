"""The Celery application: queues, routes and the beat schedule.

A message only says "look at this row": the rows in PostgreSQL are the truth, claimed by conditional updates. So a
message that is lost is made good by a sweep of the schedule below, and one that comes twice finds nothing to do.
"""

import os

from celery import Celery
from kombu import Queue

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "engine.settings")

app = Celery("flywheel")
# Read at first use, so that the pure modules can be imported without an environment.
app.config_from_object("django.conf:settings", namespace="CELERY")
app.conf.update(
    task_default_queue="default",
    task_queues=[Queue("default"), Queue("propose"), Queue("gpu")],
    task_routes={"engine.candidates.tasks.*": {"queue": "propose"}, "engine.rounds.tasks.run_*": {"queue": "gpu"}},
    task_acks_late=True,
    task_reject_on_worker_lost=True,
    task_ignore_result=True,
    worker_prefetch_multiplier=1,
    worker_send_task_events=False,
    broker_connection_retry_on_startup=True,
    broker_transport_options={
        "visibility_timeout": 3600, "socket_timeout": 10, "socket_connect_timeout": 5,
        # Else each message waits six seconds for a broker that is down, with a person behind it. Workers that
        # consume go on trying all the same: they have a retry of their own.
        "max_retries": 1, "interval_start": 0, "interval_step": 0.1, "interval_max": 0.2,
    },
    task_publish_retry_policy={"max_retries": 2, "interval_start": 0.1, "interval_step": 0.2, "interval_max": 0.5},
    timezone="UTC",
    beat_schedule={
        "propose-due": {
            "task": "engine.candidates.tasks.sweep_generation_requests", "schedule": 10.0,
            "options": {"queue": "default", "expires": 10},
        },
        "open-assignments": {
            "task": "engine.annotation.tasks.open_ready_assignments", "schedule": 5.0,
            "options": {"expires": 5},
        },
        "put-doubts-first": {
            "task": "engine.annotation.tasks.prioritise", "schedule": 60.0, "options": {"expires": 60},
        },
        "find-quality-flags": {
            "task": "engine.annotation.tasks.find_quality_flags", "schedule": 900.0, "options": {"expires": 900},
        },
        "derive-records": {
            "task": "engine.records.tasks.derive_new_records", "schedule": 15.0, "options": {"expires": 15},
        },
        "sync-model-server": {
            # A start waits for it, and asks that come before it fail.
            "task": "engine.registry.tasks.sync_model_server", "schedule": 5.0, "options": {"expires": 5},
        },
        "resume-rounds": {
            "task": "engine.rounds.tasks.sweep_rounds", "schedule": 15.0,
            "options": {"queue": "default", "expires": 15},
        },
    },
)  # fmt: skip
app.autodiscover_tasks()
