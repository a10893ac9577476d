"""Start the server: ``python -m model_server``, configured by MODEL_SERVER_* variables."""

import sys

import torch
import uvicorn
from pydantic import ValidationError

from model_server.app import create_app
from model_server.settings import ServerSettings


def main() -> int:
    """Serve until SIGINT or SIGTERM; requests that run are finished first."""
    try:
        settings = ServerSettings()
    except ValidationError as error:
        for problem in error.errors(include_url=False, include_input=False):
            name = "_".join(str(part) for part in problem["loc"]).upper()
            sys.stderr.write(f"MODEL_SERVER_{name}: {problem['msg']}\n")
        return 2
    if settings.threads:
        torch.set_num_threads(settings.threads)
    uvicorn.run(
        create_app(settings),
        host=settings.host,
        port=settings.port,
        access_log=False,
        timeout_graceful_shutdown=settings.shutdown_seconds,
    )
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
