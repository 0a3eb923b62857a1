"""A WhatsApp message as stored, read: the counterpart of ``parse`` for the envelope that ``connectors.whatsapp.webhook`` writes.

Total: any bytes give a message. Files stand in the spool already; ``get`` gives their bytes, to tell by content what they are.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from core.message import Address, Attachment, Authentication, Message
from processors.correlate import sid_id
from processors.envelope import MOST_TEXT, attachment, clean, is_stored, moment, opened, unreadable
from processors.language import language
from processors.mime.names import looks_like_file_name

FORMAT = "guichet-whatsapp/1"
MOST_FILES = 10
_NUMBER = re.compile(r"-?\d{1,3}(?:\.\d{1,12})?")


@dataclass(frozen=True, slots=True)
class WhatsAppMessage:
    """The message. ``missing`` counts files that did not come; those that may still do come as an answer to this one."""

    message: Message
    missing: int = 0


def read_whatsapp(
    raw: bytes, *, get: Callable[[str], bytes] | None = None, received_at: datetime | None = None
) -> WhatsAppMessage:
    """Read one stored message. Never raises for what is in it; ``get`` may raise KeyError for a file that is not kept."""
    digest = hashlib.sha256(raw).hexdigest()
    told = opened(raw, FORMAT)
    if told is None or not isinstance(told.get("form"), dict):
        return WhatsAppMessage(unreadable(raw, digest, "whatsapp", "Message WhatsApp illisible : montré tel quel"))
    form = {str(k): v for k, v in told["form"].items() if isinstance(v, str)}
    late = told.get("late") is True
    text = "" if late else _text(form)
    extra = "" if late else _referral(form)
    media = [one for one in _list(told.get("media")) if isinstance(one, dict)][:MOST_FILES]
    files, defects = _files(media, form, get)
    sid = form.get("MessageSid", "")
    identity = sid_id(sid) or f"<{digest[:32]}@whatsapp.guichet>"
    replied = form.get("OriginalRepliedMessageSid", "")
    name = clean(form.get("ProfileName", "")).replace("\n", " ")[:100]
    message = Message(
        id=identity.replace("@", ".media@") if late else identity,
        channel="whatsapp",
        sender=Address(_bare(form.get("From", "")), name),
        to=tuple(Address(bare) for bare in [_bare(form.get("To", ""))] if bare),
        date=moment(told.get("sent_at")) or received_at,
        body="\n\n".join(filter(None, (text, extra))),
        text=text,
        language=language(text) if text else "",
        forwarded=form.get("Forwarded") == "true" or form.get("FrequentlyForwarded") == "true",
        # Our own number speaks when somebody mirrors what we send: nobody's request.
        automatic="own" if form.get("From") and form.get("From") == form.get("To") else None,
        attachments=files,
        in_reply_to=identity if late else sid_id(replied),
        authentication=Authentication("pass", "WhatsApp répond du numéro, Twilio du message"),
        defects=defects,
        sha256=digest,
        size=len(raw),
        pressed="" if late else clean(form.get("ButtonPayload", ""))[:300],
    )
    return WhatsAppMessage(message, sum("error" in one for one in media))


# ------------------------------------------------------------------ words


def _text(form: Mapping[str, str]) -> str:
    """What the person said: words, the button pressed, the place shown, the choice made in a list."""
    said = clean(form.get("Body", ""))
    for name in ("ButtonText", "ListTitle", "ButtonPayload", "ListId"):
        # The title is what the person saw; what the button sends back only speaks where there is no title.
        said = said or clean(form.get(name, ""))[:300]
    return "\n".join(filter(None, (said, _place(form))))[:MOST_TEXT]


def _place(form: Mapping[str, str]) -> str:
    """A location as a line, '' for none or one that is no place on Earth."""
    latitude, longitude = form.get("Latitude", ""), form.get("Longitude", "")
    if not (_NUMBER.fullmatch(latitude) and _NUMBER.fullmatch(longitude)):
        return ""
    if abs(float(latitude)) > 90 or abs(float(longitude)) > 180:
        return ""
    named = [clean(form.get(name, "")).replace("\n", " ")[:300] for name in ("Label", "Address")]
    where = ", ".join(dict.fromkeys(filter(None, named)))
    return f"Position : {where + ' ' if where else ''}({latitude}, {longitude})"


def _referral(form: Mapping[str, str]) -> str:
    """The advertisement that brought the person: shown with the message, never taken for his own words."""
    parts = [clean(form.get(f"Referral{name}", "")).replace("\n", " ")[:500] for name in ("Headline", "Body", "SourceUrl")]
    return f"(Venu par une publicité : {' — '.join(filter(None, parts))})" if any(parts) else ""


def _bare(address: str) -> str:
    """The number (or user id) without its channel."""
    return clean(address.removeprefix("whatsapp:")).replace(" ", "")[:140]


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []


# ------------------------------------------------------------------ files


def _files(
    media: list[dict[str, Any]], form: Mapping[str, str], get: Callable[[str], bytes] | None
) -> tuple[tuple[Attachment, ...], tuple[str, ...]]:
    """(files that are there, sentences on those that are not)."""
    found: list[Attachment] = []
    defects: list[str] = []
    told = form.get("Body", "").strip()
    for number, one in enumerate(media, 1):
        sha256 = one.get("sha256")
        declared = str(one.get("type") or "").lower()[:200]
        if not is_stored(sha256):
            why = clean(str(one.get("error") or "absent")).replace("\n", " ")[:200]
            hope = " ; il est redemandé" if one.get("again") is True else ""
            defects.append(f"Fichier {number} ({declared or 'type inconnu'}) non reçu : {why}{hope}")
            continue
        written = clean(str(one.get("name") or "")).replace("\n", " ")
        if not written and len(media) == 1 and looks_like_file_name(told):
            written = told  # a document without a caption comes with its name for a text
        file, kept = attachment(sha256, written, f"whatsapp-{number}", declared, one.get("size"), get)
        if not kept:
            defects.append(f"Fichier {number} : il n'est plus conservé")
        found.append(file)
    return tuple(found), tuple(defects)
