"""What reads files, by the settings: the processes that open them, Tesseract, a local Whisper. Part of the composition root.

Nothing is started here: a process starts with the first file that a directive asks for.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING

from connectors.tesseract import installed
from core.directive import Business
from core.errors import UserError
from core.outside import Count, uncounted
from core.ports import Model, Spool, Store
from engine.documents import Documents, Reads
from engine.papers import PaperPool, Tools
from settings import Settings

if TYPE_CHECKING:
    from connectors.openai.client import OpenAITranscriber
    from engine.paid import Paid


def tools_of(settings: Settings) -> Tools:
    """Where Tesseract is now, and which Whisper model is on this machine."""
    installed.cache_clear()
    program, _ = installed(settings.tesseract_path, settings.ocr_languages)
    return Tools(program, settings.ocr_languages, settings.whisper_model)


def transcriber(settings: Settings, count: Count = uncounted) -> OpenAITranscriber:
    """What turns voices into text outside. Raises UserError when its price is not known or not readable."""
    from connectors.openai.client import OpenAITranscriber

    try:
        price = Decimal(settings.openai_price.replace(",", ".")) if settings.openai_price else None
    except InvalidOperation:
        raise UserError("un nombre est attendu, en dollars par minute", where="OPENAI_PRICE") from None
    return OpenAITranscriber(
        settings.openai_api_key.get_secret_value(),
        model=settings.openai_model,
        base_url=settings.openai_base_url,
        price=price,
        timeout=(5.0, settings.openai_timeout),
        count=count,
    )


def others_of(
    settings: Settings, store: Store, clock: Callable[[], datetime], count: Count, model: Model | None, paid: Paid | None
) -> list[Reads]:
    """The paid ways to read a file that are set up: the model that sees (with its own budget), a service that hears."""
    found: list[Reads] = []
    if model is not None and paid is not None and settings.document_vision:
        from engine.seeing import Seeing

        found.append(Seeing(model, paid))
    if settings.openai_api_key.get_secret_value():
        from engine.paid import Paid
        from engine.seeing import Hearing

        hearing = Paid(store, clock=clock, budget=settings.openai_monthly_budget)
        found.append(Hearing(transcriber(settings, count), hearing))
    return found


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
            clock=clock, read=read, others=tuple(others), voices=voices,
            lacking=lambda: installed(settings.tesseract_path, settings.ocr_languages)[1],
        )  # fmt: skip

    return make


def lacking(settings: Settings, businesses: Mapping[str, Business]) -> str:
    """What these businesses ask for that nothing here can read, '' for nothing: a sentence for ``check``."""
    asked = {kind for business in businesses.values() for directive in business.directives for kind in directive.read_files}
    found: list[str] = []
    if asked & {"pdf", "image"}:
        found.append(installed(settings.tesseract_path, settings.ocr_languages)[1])
    if "voice" in asked and not (settings.openai_api_key.get_secret_value() or settings.whisper_model):
        found.append(
            "aucune transcription n'est réglée : les messages vocaux restent à écouter (OPENAI_API_KEY ou WHISPER_MODEL)"
        )
    return " ; ".join(filter(None, found))
