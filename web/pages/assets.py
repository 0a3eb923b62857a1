"""Files that browsers load: named by the hash of what is in them, so that a browser may keep them for ever."""

from __future__ import annotations

import gzip
import hashlib
import mimetypes
import threading
from pathlib import Path

from fastapi import APIRouter, Request, Response

from web.problems import Refusal

FOLDER = Path(__file__).parent.parent / "static"
PREFIX = "/static"
_SMALL = frozenset({".css", ".js", ".svg", ".txt"})
_TYPES = {".js": "text/javascript; charset=utf-8", ".css": "text/css; charset=utf-8", ".wasm": "application/wasm"}
_FOREVER = "public, max-age=31536000, immutable"


class Assets:
    """The files of a folder; each is read and packed the first time somebody asks."""

    def __init__(self, folder: Path = FOLDER) -> None:
        self._folder = folder
        self._hashes: dict[str, str] = {}
        self._packed: dict[tuple[str, bool], bytes] = {}
        self._lock = threading.Lock()

    def url(self, name: str) -> str:
        """The address of the file, which changes with its content. Raises KeyError when there is no such file."""
        with self._lock:
            if name not in self._hashes:
                path = self._folder / name
                if not path.is_file():
                    raise KeyError(name)
                self._hashes[name] = hashlib.sha256(path.read_bytes()).hexdigest()[:12]
            return f"{PREFIX}/{self._hashes[name]}/{name}"

    def content(self, digest: str, name: str, packed: bool) -> bytes | None:
        """What is in the file, with gzip when ``packed``; None when that is not its hash, or there is no such file."""
        try:
            if self.url(name) != f"{PREFIX}/{digest}/{name}":
                return None
        except (KeyError, ValueError, OSError):
            return None
        with self._lock:
            if (name, packed) not in self._packed:
                plain = (self._folder / name).read_bytes()
                self._packed[name, packed] = gzip.compress(plain, 9, mtime=0) if packed else plain
            return self._packed[name, packed]


def router(assets: Assets) -> APIRouter:
    """The endpoint."""
    routes = APIRouter(include_in_schema=False)

    # A plain function: FastAPI runs it in a thread, for the first look at a file reads and packs it.
    @routes.get(PREFIX + "/{digest}/{name:path}")
    def asset(digest: str, name: str, request: Request) -> Response:
        suffix = Path(name).suffix
        parts = name.split("/")
        if "\\" in name or "\0" in name or any(part in ("", ".", "..") for part in parts):
            raise Refusal(404)
        packed = suffix in _SMALL and "gzip" in request.headers.get("accept-encoding", "")
        content = assets.content(digest, name, packed)
        if content is None:
            raise Refusal(404)
        headers = {"Cache-Control": _FOREVER, "Vary": "Accept-Encoding"}
        if packed:
            headers["Content-Encoding"] = "gzip"
        kind = _TYPES.get(suffix) or mimetypes.types_map.get(suffix, "application/octet-stream")
        return Response(content, headers=headers, media_type=kind)

    return routes
