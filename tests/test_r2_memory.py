"""A file of 200 MB through the real client, from the sealed spool to a bucket: what the process holds stays a few parts."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from tests.road import ROOT

MIB = 1024 * 1024

#: Stores 200 MB in a spool, uploads a small file (so that everything is loaded), then the large one; how far the memory rose.
_CHILD = """
import io, json, resource, sys
from pathlib import Path
from connectors.r2.client import Bucket
from connectors.r2.files import R2Files
from core.effects import Effect, Receipt, StoreFile
from store.crypto import Keys
from store.spool import FolderSpool

class Blocks(io.RawIOBase):
    def __init__(self, number):
        self.left = number
    def readable(self):
        return True
    def readinto(self, memory):
        if not self.left:
            return 0
        self.left -= 1
        memory[:] = (b"%08d" % self.left) * (len(memory) // 8) + b"-" * (len(memory) % 8)
        return len(memory)

def peak():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024

url, folder = sys.argv[1:]
spool = FolderSpool(Path(folder), Keys.derive("un secret de test, long et sans valeur"))
large, size = spool.put_stream(io.BufferedReader(Blocks(200), 1024 * 1024))
small = spool.put(b"petit")
files = R2Files(Bucket(url, "bucket", "key", "secret", "https://f.example"), spool=spool)

def store(digest, size):
    (outcome,) = files.deliver([Effect("c/1/0", "c", "files", StoreFile(digest, "a.bin", "application/zip", size, "c"))])
    assert isinstance(outcome, Receipt), outcome

store(small, 5)
before = peak()
store(large, size)
print(json.dumps({"size": size, "rose": peak() - before}))
"""


class _Swallow(BaseHTTPRequestHandler):
    """A bucket that takes everything and keeps nothing but figures."""

    protocol_version = "HTTP/1.1"
    seen: Counter[str]

    def _answer(self) -> None:
        left = length = int(self.headers.get("Content-Length") or 0)
        while left:
            left -= len(self.rfile.read(min(left, 256 * 1024)))
        status, body = 200, b""
        if self.command == "HEAD":
            status = 404
        elif self.command == "POST":
            name = "InitiateMultipartUploadResult" if self.path.endswith("uploads") else "CompleteMultipartUploadResult"
            body = f"<{name}><Key>k</Key><UploadId>u</UploadId><ETag>e</ETag></{name}>".encode()
        if part := re.search(r"partNumber=(\d+)", self.path):
            self.seen["parts"] += 1
            self.seen["bytes"] += length
            self.seen["largest"] = max(self.seen["largest"], length)
            assert int(part[1]) == self.seen["parts"]
        self.send_response(status)
        self.send_header("ETag", '"e"')
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_PUT = do_POST = do_HEAD = do_GET = _answer  # noqa: N815

    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture
def bucket() -> Iterator[tuple[str, Counter[str]]]:
    handler = type("Handler", (_Swallow,), {"seen": Counter()})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    yield f"http://127.0.0.1:{server.server_address[1]}", handler.seen  # type: ignore[attr-defined]
    server.shutdown()
    server.server_close()


@pytest.mark.slow
def test_200_mb_cost_a_few_parts_of_memory(bucket: tuple[str, Counter[str]], tmp_path_factory: pytest.TempPathFactory) -> None:
    url, seen = bucket
    command = [sys.executable, "-c", _CHILD, url, str(tmp_path_factory.mktemp("spool"))]
    done = subprocess.run(
        command, capture_output=True, text=True, timeout=110, cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)}
    )
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert told["size"] == seen["bytes"] == 200 * MIB
    assert (seen["parts"], seen["largest"]) == (25, 8 * MIB)
    print(f"memory rose by {told['rose'] / MIB:.1f} MiB")
    assert told["rose"] < 40 * MIB
