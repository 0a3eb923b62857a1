"""Which files of a message are to be opened and read: those that the directive concerned asks for, and no others. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from core.directive import Business
from core.document import Kind
from core.message import Attachment, Message, kind_of
from core.reading import Reading

#: Files of one message that are read; the others are told as unread (engine.pipeline).
MOST_FILES = 12


def wanted(message: Message, reading: Reading, businesses: Sequence[Business]) -> tuple[Attachment, ...]:
    """The files that are asked for, each content once. ``reading`` is what the message says without them.

    Where its directive was recognised, that one decides. Where nothing was, or only the one for everything else, and in what
    may go on with an earlier case, its business's directives decide together: the files may tell which of them it is.
    """
    if message.automatic is not None or not message.attachments:
        return ()
    kinds = _kinds(message, reading, businesses)
    found = {a.sha256: a for a in message.attachments if kind_of(a) in kinds} if kinds else {}
    return tuple(found.values())


def _kinds(message: Message, reading: Reading, businesses: Sequence[Business]) -> frozenset[Kind]:
    business = next((b for b in businesses if b.name == reading.business), None)
    recognised = any(reason.hit and reason.weight > 0 for reason in reading.reasons)
    if business is None or not recognised:
        return _asked(businesses)
    directive = business.directive(reading.directive) or business.default
    goes_on = bool(message.in_reply_to or message.references) or message.channel == "whatsapp"
    if directive.default or (goes_on and not directive.read_files):
        return _asked([business])
    return frozenset(directive.read_files)


def _asked(businesses: Iterable[Business]) -> frozenset[Kind]:
    return frozenset(kind for business in businesses for directive in business.directives for kind in directive.read_files)
