"""The thread ids by which messages find the case they belong to: of offers, conversations, files, words, the minutes of a chat."""

from __future__ import annotations

import hashlib
from datetime import timedelta

from core.effects import Receipt
from core.message import Message, is_decoration
from core.ports import ReadRow
from core.quote import read_button
from engine.pipeline import request_words
from processors.correlate import sid_id

#: Seconds in which the messages of a chat belong together.
BURST = 300


def people_of(message: Message) -> list[str]:
    """The addresses of those who may have written it: the sender's, and the one to be answered; without doubles."""
    return list(dict.fromkeys(a.email for a in (message.sender, message.answer_to) if a.email))


def sent_as(receipt: Receipt | None) -> tuple[str, ...]:
    """The ids by which answers name a text that went out by WhatsApp. Mail's are known before it is sent."""
    return tuple(i for one in ((receipt.id, *receipt.others) if receipt else ()) if (i := sid_id(one)))


def offer_id(digest: str) -> str:
    """The thread id of an offer, by which a button under it finds its case."""
    return f"offer:{digest}"


def pressed_offer(message: Message) -> tuple[str, ...]:
    """The offer under which a button was pressed, as a thread id."""
    told = read_button(message.pressed)
    return (offer_id(told[1]),) if told else ()


def conversation(read: ReadRow) -> tuple[str, ...]:
    """The outside conversation that the message stands in, as a thread id."""
    told = read.row.hints.get("conversation", "")
    return (f"conversation:{read.row.inbox}:{told}",) if told else ()


def same_files(message: Message) -> list[str]:
    """The thread ids by which a file that the same person sends again finds the case that it came with."""
    files = dict.fromkeys(a.sha256 for a in message.attachments if not is_decoration(a))
    person = message.sender.email.casefold()
    return ["file:" + hashlib.sha256(f"{person}\0{file}".encode("utf-8", "replace")).hexdigest() for file in files]


def burst(read: ReadRow) -> list[str]:
    """The thread ids of a chat around this message: of its own minutes, and of those right after, for what follows."""
    if read.message.channel != "whatsapp":
        return []
    number = read.message.sender.email
    place = int(read.row.received_at.timestamp() // BURST)
    return [f"chat:{number}:{place}", f"chat:{number}:{place + 1}"]


def silent(read: ReadRow) -> list[str]:
    """The thread ids of a chat that began without a word, of the message's day and of the day before."""
    if read.message.channel != "whatsapp":
        return []
    day = read.row.received_at.date()
    return [f"silent:{read.message.sender.email}:{d.isoformat()}" for d in (day, day - timedelta(days=1))]


def same_request(message: Message) -> str:
    """The thread id that stands for the sender's words, however often they are sent."""
    words = f"{message.sender.email.casefold()}\0{request_words(message)}"
    return "req:" + hashlib.sha256(words.encode("utf-8", "replace")).hexdigest()
