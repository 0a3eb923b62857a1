"""What a transcription costs, in US dollars a minute of voice. As known when this was written: compare with OpenAI's own list."""

from __future__ import annotations

from decimal import Decimal

DEFAULT_MODEL = "gpt-4o-transcribe"

PRICES: dict[str, Decimal] = {
    "whisper-1": Decimal("0.006"),
    "gpt-4o-transcribe": Decimal("0.006"),
    "gpt-4o-mini-transcribe": Decimal("0.003"),
}


def price_of(model: str) -> Decimal | None:
    """Dollars a minute; None when it is not known. A dated version costs what its model costs."""
    return next((price for name, price in PRICES.items() if model == name or model.startswith(f"{name}-20")), None)
