"""The generator behind the model server: one HTTP call, every way it can go wrong named."""

import base64
import time

import httpx
from pydantic import ValidationError

from contracts.generation import ErrorAnswer, GenerationAnswer
from engine.candidates.generators.port import GeneratorError, Proposal, ProposalBatch

MAX_ANSWER_BYTES = 512 * 1024 * 1024
PNG_MAGIC = b"\x89PNG\r\n\x1a\n"
GLB_MAGIC = b"glTF"
# 408, 425, 429, 5xx: the server's state; 409: another checkpoint is live now and may be ours again after a switch.
RETRYABLE_STATUSES = frozenset({408, 409, 425, 429, 500, 502, 503, 504})


class NetworkGenerator:
    """Proposals of the checkpoint that is live on the model server at ``base_url``.

    ``token`` is the server's bearer token, if it has one; ``timeout_seconds`` bounds the whole call. With
    ``checkpoint_sha256`` the server refuses unless that one is live.
    """

    name = "network"

    def __init__(
        self,
        *,
        base_url: str,
        token: str | None = None,
        timeout_seconds: float = 300.0,
        checkpoint_sha256: str | None = None,
    ) -> None:
        self.base_url = base_url.rstrip("/")
        self.timeout_seconds = timeout_seconds
        self.checkpoint_sha256 = checkpoint_sha256
        self._headers = {"Authorization": f"Bearer {token}"} if token else {}

    def propose(
        self, *, photo: bytes, mask: bytes, n: int, seed: int, steps: int, guidance: float, points: bytes | None = None
    ) -> ProposalBatch:
        """See ``port.Generator``. ``checkpoint_sha256`` of the batch is the checkpoint that made it."""
        ask: dict[str, object] = {
            "photo": base64.b64encode(photo).decode(),
            "mask": base64.b64encode(mask).decode(),
            "n": n,
            "seed": seed,
            "steps": steps,
            "guidance": guidance,
            "checkpoint_sha256": self.checkpoint_sha256,
            "points": None if points is None else base64.b64encode(points).decode(),
        }
        status, body = self._post(ask)
        if status != 200:
            raise _error_of(status, body)
        answer = _parse_answer(body)
        self._check_answer(answer, n=n, seed=seed)
        proposals = tuple(
            Proposal(seed=one.seed, glb=one.glb, preview_png=one.preview_png, pose=one.pose, seconds=one.seconds)
            for one in answer.candidates
        )
        return ProposalBatch(proposals=proposals, checkpoint_sha256=answer.checkpoint_sha256, n_empty=answer.n_empty)

    def _post(self, ask: dict[str, object]) -> tuple[int, bytes]:
        # httpx bounds each read, not the whole answer: a server that drips a byte a minute needs the deadline too.
        deadline = time.monotonic() + self.timeout_seconds
        timeout = httpx.Timeout(self.timeout_seconds, connect=min(5.0, self.timeout_seconds))
        try:
            with (
                httpx.Client(timeout=timeout, headers=self._headers, trust_env=False) as client,
                client.stream("POST", f"{self.base_url}/generate", json=ask) as response,
            ):
                body = bytearray()
                for chunk in response.iter_bytes():
                    body += chunk
                    if len(body) > MAX_ANSWER_BYTES:
                        raise GeneratorError("The model server's answer is too large.", is_retryable=False)
                    if time.monotonic() > deadline:
                        raise _too_slow(self.timeout_seconds)
                return response.status_code, bytes(body)
        except httpx.TimeoutException as error:
            raise _too_slow(self.timeout_seconds) from error
        except (httpx.UnsupportedProtocol, httpx.InvalidURL) as error:
            reason = f"The model server's address {self.base_url!r} is not a URL: {error}"
            raise GeneratorError(reason, is_retryable=False) from error
        except httpx.HTTPError as error:
            reason = f"The model server at {self.base_url} cannot be reached: {type(error).__name__}: {error}"
            raise GeneratorError(reason, is_retryable=True) from error

    def _check_answer(self, answer: GenerationAnswer, *, n: int, seed: int) -> None:
        seeds = [one.seed for one in answer.candidates]
        if len(set(seeds)) != len(seeds) or not set(seeds) <= set(range(seed, seed + n)):
            raise _garbage("its candidates carry seeds that were not asked for")
        if self.checkpoint_sha256 not in (None, answer.checkpoint_sha256):
            raise _garbage("it answered with another checkpoint than the one asked for")
        for one in answer.candidates:
            if not one.glb.startswith(GLB_MAGIC):
                raise _garbage(f"the mesh of seed {one.seed} is not a GLB file")
            if not one.preview_png.startswith(PNG_MAGIC):
                raise _garbage(f"the preview of seed {one.seed} is not a PNG file")
        if not answer.candidates and not answer.n_empty:
            raise _garbage("it has no candidate and calls none empty")


def _parse_answer(body: bytes) -> GenerationAnswer:
    try:
        return GenerationAnswer.model_validate_json(body)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        raise _garbage(f"{'.'.join(str(part) for part in first['loc']) or 'body'}: {first['msg']}") from error


def _error_of(status: int, body: bytes) -> GeneratorError:
    answer = None
    reason = "no reason given"
    try:
        answer = ErrorAnswer.model_validate_json(body)
        reason = f"{answer.field}: {answer.reason}" if answer.field else answer.reason
    except ValidationError:
        pass
    # Nothing is loaded yet, or the queue is full. With a field it is this ask that is too large for the server, and
    # without a body of the contract it is a proxy that speaks: of both nobody knows that they will pass.
    is_busy = status == 503 and answer is not None and answer.field is None
    return GeneratorError(
        f"The model server answered {status}: {reason}",
        is_retryable=status in RETRYABLE_STATUSES,
        is_counted=not is_busy,
    )


def _too_slow(seconds: float) -> GeneratorError:
    return GeneratorError(f"The model server did not answer within {seconds:g} seconds.", is_retryable=True)


def _garbage(detail: str) -> GeneratorError:
    # Retryable: a proxy's error page or a cut connection looks like this too, and attempts are counted.
    return GeneratorError(f"The model server's answer is not usable: {detail}.", is_retryable=True)
