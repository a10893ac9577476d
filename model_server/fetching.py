"""Weights from signed URLs into a folder of files named by their digest."""

import hashlib
import os
import tempfile
import time
from pathlib import Path
from typing import IO

import httpx

from contracts.checkpoint import WeightsFile
from contracts.generation import LoadAsk
from model_server.refusals import RefusalError


class WeightsCache:
    """Shards on disk by SHA-256. A file is complete and verified when it bears its name."""

    def __init__(self, folder: Path, *, most_bytes: int, checkpoint_bytes: int, fetch_seconds: float) -> None:
        self.folder = folder
        self.most_bytes = most_bytes
        self.checkpoint_bytes = checkpoint_bytes
        self.fetch_seconds = fetch_seconds

    def fetch_all(self, ask: LoadAsk) -> list[Path]:
        """Return the card's files in its order, fetching those that are not here yet. Raises RefusalError."""
        urls = {signed.name: signed.url for signed in ask.files}
        names = [file.name for file in ask.card.files]
        if len(set(names)) != len(names) or len(urls) != len(ask.files) or urls.keys() != set(names):
            raise RefusalError(422, "The signed files and the card's files must be the same, each named once.", "files")
        if sum(file.size_bytes for file in ask.card.files) > self.checkpoint_bytes:
            raise RefusalError(422, f"The checkpoint is larger than {self.checkpoint_bytes:,} bytes.", "card.files")
        deadline = time.monotonic() + self.fetch_seconds
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            with httpx.Client(timeout=httpx.Timeout(30.0, connect=10.0), trust_env=False) as client:
                return [self._fetch(client, file, urls[file.name], deadline) for file in ask.card.files]
        except OSError as error:
            raise RefusalError(
                503, f"The weights cannot be kept on disk: {error.strerror or error}.", retry_after=60
            ) from error

    def _path(self, file: WeightsFile) -> Path:
        return self.folder / f"{file.sha256}.safetensors"

    def _fetch(self, client: httpx.Client, file: WeightsFile, url: str, deadline: float) -> Path:
        path = self._path(file)
        if path.exists():
            if _digest(path) == file.sha256:
                path.touch()
                return path
            # Damaged since it was stored; the copy at the URL decides.
            path.unlink()
        handle, name = tempfile.mkstemp(dir=self.folder, suffix=".part")
        part = Path(name)
        try:
            with os.fdopen(handle, "wb") as out:
                _download(client, file, url, deadline, out)
            part.replace(path)
        finally:
            part.unlink(missing_ok=True)
        return path

    def prune(self, keep: list[Path]) -> None:
        """Delete the files longest unused beyond ``most_bytes``; those in ``keep`` stay."""
        files = sorted(self.folder.glob("*.safetensors"), key=lambda path: path.stat().st_mtime, reverse=True)
        total = 0
        for path in files:
            total += path.stat().st_size
            if total > self.most_bytes and path not in keep:
                path.unlink(missing_ok=True)


def _digest(path: Path) -> str:
    with path.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()


def _download(client: httpx.Client, file: WeightsFile, url: str, deadline: float, out: IO[bytes]) -> None:
    digest, size = hashlib.sha256(), 0
    try:
        with client.stream("GET", url) as response:
            if response.status_code != 200:
                raise RefusalError(502, f"{file.name}: its URL answered {response.status_code}.", "files")
            for chunk in response.iter_bytes():
                size += len(chunk)
                if size > file.size_bytes:
                    raise RefusalError(
                        422, f"{file.name} is longer than the card's {file.size_bytes:,} bytes.", "files"
                    )
                if time.monotonic() > deadline:
                    raise RefusalError(504, f"{file.name} could not be fetched in time.", "files")
                digest.update(chunk)
                out.write(chunk)
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise RefusalError(502, f"{file.name} cannot be fetched: {type(error).__name__}.", "files") from error
    if size != file.size_bytes:
        raise RefusalError(422, f"{file.name} is {size:,} bytes, the card says {file.size_bytes:,}.", "files")
    if digest.hexdigest() != file.sha256:
        raise RefusalError(
            422, f"{file.name} does not have the card's SHA-256: its bytes are not these weights.", "files"
        )
