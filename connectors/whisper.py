"""Voices by a local Whisper model (the package faster-whisper, which is not installed with the product: docs/documents.md).

Runs in the process that opens files, without a network: the model is a folder on this machine.
"""

from __future__ import annotations

import io
import math
from typing import Any

from core.document import Document, Unread
from core.recognition import Segment, heard

#: Seconds of a voice message: half an hour is no request.
_SECONDS = 1800.0


def transcribe(content: bytes, name: str, model: str) -> Document:
    """What is said in it. Raises Unread."""
    if not model:
        raise Unread("no-transcription")
    try:
        from faster_whisper import WhisperModel
    except ImportError:
        raise Unread("no-transcription") from None
    whisper = _model(WhisperModel, model)
    try:
        segments, info = whisper.transcribe(io.BytesIO(content), beam_size=5, vad_filter=True)
        if info.duration > _SECONDS:
            raise Unread("too-large", f"{info.duration / 60:.0f} minutes")
        said = [
            Segment(s.start, s.end, s.text.strip(), math.exp(min(0.0, s.avg_logprob)) * (1 - s.no_speech_prob))
            for s in segments
        ]
    except (ValueError, RuntimeError, OSError) as error:
        raise Unread("broken", type(error).__name__) from None
    return heard(content, name, said, info.language or "")


_models: dict[str, Any] = {}


def _model(kind: Any, path: str) -> Any:
    """Loading one takes seconds: it is kept as long as the process."""
    if path not in _models:
        _models[path] = kind(path, device="cpu", compute_type="int8", local_files_only=True)
    return _models[path]
