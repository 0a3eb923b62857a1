"""What reads files, by the settings: the processes that open them, Tesseract, a local Whisper. Part of the composition root.

Nothing is started here: a process starts with the first file that a directive asks for.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime

from connectors.tesseract import installed
from core.directive import Business
from core.ports import Spool, Store
from engine.documents import Documents, Reads
from engine.papers import PaperPool, Tools
from settings import Settings


def tools_of(settings: Settings) -> Tools:
    """Where Tesseract is now, and which Whisper model is on this machine."""
    installed.cache_clear()
    program, _ = installed(settings.tesseract_path, settings.ocr_languages)
    return Tools(program, settings.ocr_languages, settings.whisper_model)


def documents_of(
    settings: Settings, store: Store, spool: Spool, clock: Callable[[], datetime], others: Iterable[Reads] = ()
) -> Callable[[Callable[[], None]], Documents]:
    """Makes the lane's work, once it is known whom to tell that a message may go on."""

    def make(read: Callable[[], None]) -> Documents:
        def tools() -> Tools:
            return tools_of(settings)

        size, voices = settings.document_processes, bool(settings.whisper_model)
        return Documents(
            store, spool, PaperPool(tools, size=size), viewer=PaperPool(tools),
            clock=clock, read=read, others=tuple(others), size=size, voices=voices,
        )  # fmt: skip

    return make


def lacking(settings: Settings, businesses: Mapping[str, Business]) -> str:
    """What the directives in force ask for that nothing here can read, '' for nothing: a sentence for ``check`` and ``status``."""
    asked = {kind for business in businesses.values() for directive in business.directives for kind in directive.read_files}
    found: list[str] = []
    if asked & {"pdf", "image"}:
        found.append(installed(settings.tesseract_path, settings.ocr_languages)[1])
    return " ; ".join(filter(None, found))
