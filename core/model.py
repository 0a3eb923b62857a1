"""What a model is asked and what it answers, as data. It reads; it never decides anything (processors.model.merge)."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Literal

#: "complete": ``Answer.data`` is there. The others are paid all the same and worth nothing: the model declined, its answer was
#: cut at ``max_tokens``, or what came is no JSON object.
Stop = Literal["complete", "refusal", "truncated", "malformed"]


#: What the name of a model begins with that hears: what voices cost is counted apart from what reading costs.
_VOICE = "voice:"


def voice(model: str) -> str:
    """The name under which the answers of a model that hears are kept."""
    return _VOICE + model


def hears(name: str) -> bool:
    """Whether answers under that name are of a model that hears."""
    return name.startswith(_VOICE)


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of the instructions. ``cache``: everything up to its end is the same in many questions and worth keeping there."""

    text: str
    cache: bool = False


@dataclass(frozen=True, slots=True)
class Shown:
    """A file of the message that the model is to see; its bytes are in the spool. ``size`` is in bytes."""

    name: str
    type: str
    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Question:
    """One question. ``schema`` is the JSON schema (as canonical JSON) that the answer must keep; ``text`` holds the message."""

    system: tuple[Piece, ...]
    text: str
    schema: str
    files: tuple[Shown, ...] = ()
    max_tokens: int = 4096


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens of one answer or of many. ``input`` are those read at full price, beside the cached ones."""

    input: int = 0
    output: int = 0
    cache_read: int = 0
    cache_written: int = 0

    def __add__(self, other: Usage) -> Usage:
        return Usage(
            self.input + other.input,
            self.output + other.output,
            self.cache_read + other.cache_read,
            self.cache_written + other.cache_written,
        )


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back, paid whatever it says. ``data`` is a JSON object as text, '' unless ``stop`` is "complete".

    ``model`` is the id that answered; ``cost`` is in US dollars.
    """

    data: str
    stop: Stop
    model: str
    usage: Usage
    cost: Decimal


@dataclass(frozen=True, slots=True)
class AnswerRow:
    """A question that was put. ``answer`` None: we never learnt whether it was answered, or its words were forgotten.

    ``cost`` is what was paid, or what was set aside for it while that is not known.
    """

    key: str
    model: str
    answer: Answer | None
    usage: Usage
    cost: Decimal
    at: datetime


@dataclass(frozen=True, slots=True)
class Spent:
    """What questions of a month came to. ``unknown`` of them may have been paid: what was set aside for them is in ``cost``."""

    asked: int = 0
    unknown: int = 0
    usage: Usage = Usage()
    cost: Decimal = Decimal(0)


def question_key(model: str, question: Question) -> str:
    """The hash under which the answer is kept: the same question to the same model is never paid twice."""
    whole = [
        model,
        [[p.text, p.cache] for p in question.system],
        question.text,
        question.schema,
        [[f.name, f.type, f.sha256] for f in question.files],
        question.max_tokens,
    ]
    return hashlib.sha256(json.dumps(whole, ensure_ascii=True).encode()).hexdigest()
