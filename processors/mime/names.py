"""What an attachment is called: safe to show and to store, never empty."""

from __future__ import annotations

import re

from processors.mime.sniff import EXTENSIONS, extension_of
from processors.mime.words import INVISIBLE

_SPACE = re.compile(r"\s+")
_LOOKS_LIKE_FILE = re.compile(r"[^\r\n/\\]{1,150}\.[A-Za-z0-9]{2,5}\Z")
_ZERO_WIDTH = re.compile("[\u200b-\u200f\u00ad\u034f\ud800-\udfff]")
MAX_NAME = 200
UNNAMED = "sans-nom"

_BY_TYPE = {
    "image/jpeg": "jpg", "image/jpg": "jpg", "text/plain": "txt", "text/html": "html", "message/rfc822": "eml",
    "application/zip": "zip",
    "text/calendar": "ics", "text/vcard": "vcf", "text/x-vcard": "vcf", "application/pgp-signature": "asc",
    "audio/mpeg": "mp3",
    "application/pkcs7-signature": "p7s", "application/x-pkcs7-signature": "p7s", "application/pkcs7-mime": "p7m",
    "application/x-pkcs7-mime": "p7m", "message/delivery-status": "txt", "text/rfc822-headers": "txt",
    "image/svg+xml": "svg",
    "message/disposition-notification": "txt", "message/feedback-report": "txt", "application/ms-tnef": "dat",
    "audio/ogg": "ogg",
    "application/pgp-encrypted": "asc", "application/pgp-keys": "asc", "video/quicktime": "mov", "audio/mp4": "m4a",
    "text/xml": "xml",
    "application/x-msdownload": "exe", "text/csv": "csv", "image/tiff": "tif", "application/xml": "xml",
    "application/json": "json",
}  # fmt: skip


def safe_name(written: str, media_type: str) -> str:
    """The last path component of what the sender wrote, cleaned; "sans-nom.<ext>" when nothing is left."""
    name = _ZERO_WIDTH.sub("", INVISIBLE.sub("", _SPACE.sub(" ", written[:4000])))
    name = re.split(r"[/\\]", name.rstrip("/\\ "))[-1]
    name = name.strip().strip("\"'").strip().rstrip(". ")
    if len(name) > MAX_NAME:
        extension = extension_of(name)
        keep = f".{extension}" if extension and len(extension) <= 10 else ""
        name = name[: MAX_NAME - len(keep)].rstrip() + keep
    if not name.strip("."):
        return f"{UNNAMED}.{extension_for(media_type)}"
    return name


def extension_for(media_type: str) -> str:
    """The usual extension of a MIME type, without its dot; "bin" when unknown."""
    known = _BY_TYPE.get(media_type)
    if known:
        return known
    for extension, (kind, _) in EXTENSIONS.items():
        if kind == media_type:
            return extension
    if media_type.startswith("text/"):
        return "txt"
    return "bin"


def looks_like_file_name(text: str) -> bool:
    """Whether a Content-Description or Content-Location can serve as a file name."""
    return bool(_LOOKS_LIKE_FILE.match(text)) and "://" not in text
