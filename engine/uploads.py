"""Files that somebody hands in by a form: looked at before they are kept, refused with a sentence a customer understands."""

from __future__ import annotations

from collections.abc import Mapping
from typing import BinaryIO

from core.directive import Localized
from processors.mime.zipped import unpacked

#: A zip may unpack to so many bytes, and to more only when it is no more than so many times its own size.
ROOMY, MOST_UNPACKED, MOST_RATIO = 200_000_000, 4_000_000_000, 120

_EMPTY: Localized = {"fr": "ce fichier est vide", "en": "this file is empty"}
_BOMB: Localized = {
    "fr": "cette archive se déploierait en un volume démesuré : envoyez les fichiers eux-mêmes",
    "en": "this archive would unpack to an unreasonable size: please send the files themselves",
}


def why_not(file: BinaryIO, size: int, most: int) -> Mapping[str, str] | None:
    """Why a file is not taken, by language; None when it is. ``size`` and ``most`` in bytes; the file ends at its beginning."""
    if size <= 0:
        return _EMPTY
    if size > most:
        megabytes = most // 1_000_000
        return {
            "fr": f"ce fichier est trop grand ({megabytes} Mo au plus) : réduisez-le, ou envoyez-nous un lien",
            "en": f"this file is too large ({megabytes} MB at most): make it smaller, or send us a link",
        }
    file.seek(0)
    start = file.read(4)
    file.seek(0)
    if start[:2] != b"PK":
        return None
    told = unpacked(file.read())
    file.seek(0)
    if told > MOST_UNPACKED or (told > ROOMY and told > MOST_RATIO * size):
        return _BOMB
    return None
