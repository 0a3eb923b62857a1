"""Facts by type, each with its evidence. (first version: files)"""

from __future__ import annotations
from datetime import datetime
from core.directive import Directive
from core.message import Message
from core.reading import Evidence, Fact
from processors.words import Tokens
class FactReader:
    def __init__(self, directive: Directive) -> None:
        self._directive = directive
    def read(self, message: Message, *, text: Tokens, subject: Tokens | None, body: Tokens | None, day: datetime) -> tuple[Fact, ...]:
        return ()
