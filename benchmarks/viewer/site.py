"""Builds the pages from the sources as they are and serves them, with the candidates' files, on a free port."""

import gzip
import io
import json
import queue
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from PIL import Image, ImageDraw

from benchmarks.viewer.sides import MODEL_VIEWER, OURS
from benchmarks.viewer.tasks import Tasks
from engine.core.environment import PROJECT_FOLDER

UI = PROJECT_FOLDER / "annotator_ui"
MODEL_VIEWER_FILE = UI / "node_modules" / "@google" / "model-viewer" / "dist" / "model-viewer.min.js"

_STYLE = """
* { box-sizing: border-box } html, body { margin: 0; height: 100%; background: #f4f5f7 }
#stage { position: relative; height: 100vh; display: grid; gap: 8px; padding: 8px;
  grid-template-columns: repeat(var(--columns, 2), minmax(0, 1fr)); grid-auto-rows: minmax(0, 1fr) }
.pane, model-viewer { width: auto; height: auto; min-height: 0; background: #fff; border: 1px solid #ccd;
  touch-action: none }
canvas.over { position: absolute; inset: 0; width: 100%; height: 100%; pointer-events: none }
"""
_SHELL = (
    '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Bench</title>{head}</head><body>{body}</body>'
)
_BLANK = """addEventListener('load', () => setTimeout(() => {
  gc();
  fetch('/report/', { method: 'POST', body: JSON.stringify({ done: true }) });
}, 2000));"""
_TYPES = {".js": "text/javascript", ".css": "text/css", ".glb": "model/gltf-binary", ".png": "image/png"}
_CONTEXT = {
    "page": "annotate", "params": {}, "csrf": "none", "nav": [],
    "me": {"id": 1, "username": "bench", "display_name": "Bench", "roles": ["annotator"]},
}  # fmt: skip


@dataclass(frozen=True)
class Site:
    """Built pages in ``folder``/ui and ``folder``/bench, shapes in ``folder``/shapes."""

    folder: Path
    n_shapes: int
    tasks: Tasks = field(default_factory=Tasks)
    reports: "queue.Queue[bytes]" = field(default_factory=queue.Queue)

    @property
    def manifest(self) -> dict[str, dict[str, Any]]:
        """What the build says about its files."""
        found: dict[str, dict[str, Any]] = json.loads((self.folder / "ui" / "manifest.json").read_text("utf-8"))
        return found

    def files_of(self, entry: str) -> set[str]:
        """Return every file that the first view of a page needs: program and styles, what they import included."""
        todo, seen = [f"src/pages/{entry}.tsx"], set[str]()
        files: set[str] = set()
        while todo:
            key = todo.pop()
            if key in seen:
                continue
            seen.add(key)
            chunk = self.manifest[key]
            files |= {chunk["file"], *chunk.get("css", [])}
            todo += chunk.get("imports", [])
        return files

    def gzip_kb(self, entry: str) -> float:
        """Return the size of a page's files as a browser receives them, in kilobytes (1000 bytes)."""
        return (
            sum(len(gzip.compress((self.folder / "ui" / name).read_bytes(), 9)) for name in self.files_of(entry)) / 1000
        )

    def page(self, path: str, *, is_driven: bool = False) -> str | None:
        """Return the HTML of a page, None for what is not one; driven, it does its tasks by itself and reports."""
        if path == "/annotate/":
            chunk = self.manifest["src/pages/annotate.tsx"]
            styles = [name for name in self.files_of("annotate") if name.endswith(".css")]
            head = "".join(f'<link rel="stylesheet" href="/static/ui/{name}">' for name in styles)
            head += f'<script type="module" src="/static/ui/{chunk["file"]}"></script>'
            context = f'<script id="page-context" type="application/json">{json.dumps(_CONTEXT)}</script>'
            return _SHELL.format(head=head, body=f'<div id="root"></div>{context}')
        if path == "/stage/":
            script = '<script type="module" src="/bench/stage.js"></script>'
            stage = f'<div id="stage"><canvas class="over"></canvas></div>{script}'
            body = stage + _driven(OURS.driver, is_driven=is_driven)
            return _SHELL.format(head=f"<style>{_STYLE}</style>", body=body)
        if path == "/model-viewer/":
            script = '<script type="module" src="/model-viewer.js"></script>'
            body = f'<div id="stage"></div>{_driven(MODEL_VIEWER.driver, is_driven=is_driven)}'
            return _SHELL.format(head=f"<style>{_STYLE}</style>{script}", body=body)
        return _SHELL.format(head="", body=_driven(_BLANK, is_driven=True)) if path == "/blank/" else None

    def file(self, path: str) -> bytes | None:
        """Return the content of an asset or a built file."""
        name = path.rsplit("/", 1)[-1]
        if path == "/model-viewer.js":
            return MODEL_VIEWER_FILE.read_bytes()
        if path.startswith("/static/ui/"):
            return _read(self.folder / "ui" / path.removeprefix("/static/ui/"))
        if path.startswith("/bench/"):
            return _read(self.folder / "bench" / path.removeprefix("/bench/"))
        if not path.startswith("/assets/"):
            return None
        if name.endswith(".glb"):
            task, place = (int(number) for number in name.removesuffix(".glb").split("-"))
            return _read(self.folder / "shapes" / f"{(task * 8 + place) % self.n_shapes}.glb")
        return _picture(is_mask=name.startswith("mask"))


def _driven(program: str, *, is_driven: bool) -> str:
    return f"<script>{program}</script>" if is_driven else ""


def _read(path: Path) -> bytes | None:
    return path.read_bytes() if path.is_file() else None


def _picture(*, is_mask: bool) -> bytes:
    image = Image.new("L" if is_mask else "RGB", (640, 480), 0 if is_mask else "#93a1a8")
    ImageDraw.Draw(image).ellipse((180, 100, 460, 380), fill=255 if is_mask else "#b5522f")
    stream = io.BytesIO()
    image.save(stream, "PNG")
    return stream.getvalue()


_VITE = ("npx", "vite", "build", "--logLevel", "warn", "--emptyOutDir")


def build(folder: Path) -> None:
    """Build the product's pages and the bare viewer from the sources, beside and not over the build in use."""
    subprocess.run([*_VITE, "--outDir", str(folder / "ui")], cwd=UI, check=True)
    build_stage(folder)


def build_stage(folder: Path) -> None:
    """Build the page with the bare viewer alone."""
    bench = ["--config", "bench/vite.config.ts", "--outDir", str(folder / "bench")]
    subprocess.run([*_VITE, *bench], cwd=UI, check=True)


def _handler(site: Site) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            path = urlsplit(self.path).path
            page = site.page(path, is_driven=self.path.endswith("?drive"))
            if page is not None:
                self._send(200, page.encode(), "text/html; charset=utf-8", cache="no-store")
            elif (content := site.file(path)) is not None:
                self._send(200, content, _TYPES.get(Path(path).suffix, "application/octet-stream"), cache="max-age=600")
            else:
                self._call()

        def do_POST(self) -> None:
            if self.path == "/report/":
                site.reports.put(self.rfile.read(int(self.headers.get("Content-Length") or 0)))
                self._send(200, b"{}", "application/json", cache="no-store")
            else:
                self._call()

        def do_PUT(self) -> None:
            self._call()

        def _call(self) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            body = json.loads(self.rfile.read(length) or b"{}")
            status, answer = site.tasks.answer(self.command, urlsplit(self.path).path, body)
            self._send(status, json.dumps(answer).encode(), "application/json", cache="no-store")

        def _send(self, status: int, content: bytes, kind: str, *, cache: str) -> None:
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(content)))
            self.send_header("Cache-Control", cache)
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_arguments: object) -> None:
            """Say nothing: every mesh is a line."""

    return Handler


@contextmanager
def served(site: Site) -> Iterator[str]:
    """Serve the site; gives its address without a slash at the end."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(site))
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
