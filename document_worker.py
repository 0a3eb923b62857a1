"""The process that opens what strangers sent: `python -c "from document_worker import main; main(fd)"`, started by engine.papers.

It is told nothing but the bytes to read: no key, no setting, no folder. What it needs for a kind of file it imports with the first one.
"""

from __future__ import annotations

import gc
import json
import os
from multiprocessing.connection import Connection
from pathlib import Path

from core import codec
from core.document import Document, Trouble, Unread
from engine.confinement import allow_seconds, confine
from processors.documents.limits import Budget, Limits
from processors.documents.read import read


def main(descriptor: int) -> None:
    """Serve until the pipe closes. A request is a line of JSON and the file; the answer a letter and what was read."""
    pipe = Connection(descriptor)
    try:
        told = json.loads(pipe.recv_bytes())
        pipe.send_bytes(json.dumps(confine(told["memory"], (told["tesseract"], told["whisper"]))).encode())
        while True:
            request = json.loads(pipe.recv_bytes())
            content = pipe.recv_bytes()
            allow_seconds(told["seconds"])
            answer = _answer(request, content, told)
            grown = _resident() > told["grown"]
            pipe.send_bytes(answer[:1].lower() + answer[1:] if grown else answer)
            if grown:
                return
            del content, answer
            gc.collect()
    except (EOFError, BrokenPipeError, ConnectionResetError, KeyboardInterrupt):
        return


def _resident() -> int:
    """Bytes that the process holds now."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def _answer(request: dict[str, object], content: bytes, told: dict[str, str]) -> bytes:
    try:
        if request["do"] == "picture":
            return b"P" + _picture(content, request)
        return b"D" + codec.dump(_read(content, request, told))
    except Unread as error:
        return b"T" + codec.dump(error.trouble)
    except MemoryError:
        return b"T" + codec.dump(Trouble("bomb", "trop de mémoire"))


def _read(content: bytes, request: dict[str, object], told: dict[str, str]) -> Document:
    from connectors.tesseract import Tesseract

    ocr = Tesseract(told["tesseract"], told["languages"]) if told["tesseract"] else None
    # The reading ends by itself between two pages, well before it is ended.
    limits = Limits(seconds=float(told["seconds"]) * 0.6)
    kind = str(request["kind"])
    if kind == "voice":
        from connectors.whisper import transcribe

        return transcribe(content, str(request["name"]), told["whisper"])
    passwords: tuple[str, ...] = tuple(request.get("passwords", ()))  # type: ignore[arg-type]
    return read(content, str(request["name"]), kind, ocr=ocr, limits=limits, passwords=passwords)  # type: ignore[arg-type]


def _picture(content: bytes, request: dict[str, object]) -> bytes:
    number, turn = int(str(request["page"])), int(str(request["turn"]))
    if request["kind"] == "pdf":
        from processors.documents.pdf import picture_of_page

        return picture_of_page(content, number, turn, 1_800_000)
    from processors.documents.image import picture

    return picture(content, Budget(Limits()), number, turn)
