"""The road inside a reading: raw bytes > parse > automatic > clean > language > understand. Pure but for the spool of files.

Runs in the reader's worker processes, and as it is in ``explain``.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from core import codec
from core.directive import Business
from core.document import Document, Trouble
from core.message import Authentication, Channel, Message
from core.papers import WantedFile, wanted_file
from core.reading import Reading
from core.steps import Steps, at_once
from processors.analyze import Recognised, Texts, recognising
from processors.attached import MOST_FILES, wanted
from processors.authentication import authenticate
from processors.automatic import automatic
from processors.clean import split
from processors.language import language
from processors.parse import ParsedMail, parse
from processors.phone import numbers_in

#: How the ids end that the parser makes up for mails without one.
SYNTHETIC = "@synthetic.guichet>"


_TOO_MANY = Trouble("cut", f"{MOST_FILES} fichiers d'un message sont lus, pas celui-ci")
#: Characters of a text that stand for a subject on channels that have none.
SUBJECT = 60


@dataclass(frozen=True, slots=True)
class Setup:
    """What reading needs to know: the businesses, our own addresses, whose authentication results count.

    ``country`` is the code of numbers written without one ("+33"), '' where that cannot be told.
    """

    businesses: tuple[Business, ...]
    own_addresses: frozenset[str] = frozenset()
    authserv_ids: frozenset[str] = frozenset({"mx.google.com"})
    country: str = ""


@dataclass(frozen=True, slots=True)
class ReadMail:
    """A message with what it says. ``fingerprint`` is the same for the same words from the same person by any road.

    ``wanted`` are its files that are to be read before it is decided; () once they are, and where no directive asks for any.
    """

    message: Message
    reading: Reading
    fingerprint: str
    wanted: tuple[WantedFile, ...] = ()


def reading_mail(
    raw: bytes,
    setup: Setup,
    *,
    now: datetime,
    hints: Mapping[str, str],
    keep: Callable[[Mapping[str, bytes]], object] | None = None,
    get: Callable[[str], bytes] | None = None,
    channel: Channel = "email",
    documents: Sequence[Document] | None = None,
    account: str = "",
    digest: str = "",
) -> Steps[ReadMail]:
    """Read one stored message of any channel, step by step. Total: any bytes give a message.

    ``digest`` is the hex SHA-256 of the bytes where it is known.
    ``account`` is the inbox it came by, '' where that is not known.
    ``keep`` stores files' bytes, given by their digests; ``get`` gives the bytes of files that stand in the spool already.
    ``documents`` are what its files say, None while that is not known.
    """
    if channel == "whatsapp":
        message = _whatsapp(raw, now, get)
    elif channel == "form":
        message = _form(raw, now, get)
    else:
        mail = parse(raw, digest)
        del raw
        if keep is not None and mail.parts:
            keep({part.attachment.sha256: part.content for part in mail.parts})
        yield
        message = yield from _message(mail, setup, channel)
        del mail
    if "oversize" in hints:
        cut = f"message trop volumineux ({hints['oversize']} octets) : en-tête seul"
        message = replace(message, defects=(*message.defects, cut))
    theirs = belonging(message, setup.businesses, account)
    reading = yield from understanding_best(message, theirs, now=now)
    asked = [wanted_file(file) for file in wanted(message, reading, theirs)]
    if documents is None or not asked:
        return ReadMail(message, reading, fingerprint(message), tuple(asked[:MOST_FILES]))
    message = with_documents(message, documents, asked)
    return ReadMail(message, (yield from understanding_best(message, theirs, now=now)), fingerprint(message))


read_mail = at_once(reading_mail)


def with_documents(message: Message, documents: Sequence[Document], asked: Sequence[WantedFile] = ()) -> Message:
    """The message with what its files say, in their order and under the names that they came with.

    What was ``asked`` for and is not among the documents is told as unread.
    """
    known = {one.sha256: Document(one.sha256, one.name, one.kind, (), "", 0.0, 0, _TOO_MANY) for one in asked}
    known |= {document.sha256: document for document in documents}
    mine = {a.sha256: known[a.sha256].named(a.name) for a in message.attachments if a.sha256 in known}
    # Who only sends a voice message or a paper is answered in its language.
    spoken = message.language or next((d.language for d in mine.values() if d.language), "")
    return replace(message, documents=tuple(mine.values()), language=spoken)


#: A mail that needs everything most mails need.
_USUAL = """\
From: Client <client@example.com>
Subject: =?utf-8?q?Une_demande_=C3=A0_pr=C3=A9ciser?=
Message-ID: <1@example.com>
Date: Mon, 2 Mar 2026 10:00:00 +0100
Authentication-Results: {}; dmarc=pass (p=NONE) header.from=example.com
Content-Type: text/html; charset=utf-8

<p>Bonjour, je souhaitrais 3 pièces en bois, 80 x 45 cm, pour lundi : 200 € ?</p><div class="gmail_quote">x</div>
"""


def warm(setup: Setup) -> None:
    """Load and compile what readings use, so that the first one takes no longer than the others."""
    raw = _USUAL.format(next(iter(sorted(setup.authserv_ids)), "")).encode()
    codec.dump(read_mail(raw, setup, now=datetime(2026, 3, 2, tzinfo=UTC), hints={}))


def _whatsapp(raw: bytes, now: datetime, get: Callable[[str], bytes] | None) -> Message:
    """A text from a phone has neither quotes nor a signature. It has no subject: its first words stand for one."""
    from processors.whatsapp import read_whatsapp

    message = read_whatsapp(raw, get=get, received_at=now).message
    first = " ".join(message.text.split())
    subject = first if len(first) <= SUBJECT else first[:SUBJECT].rsplit(" ", 1)[0] + "…"
    return replace(message, subject=subject)


def _form(raw: bytes, now: datetime, get: Callable[[str], bytes] | None) -> Message:
    """A request posted to the web. Nobody is vouched for by it, so it decides nothing (engine.office.authorised)."""
    from processors.form import read_form

    return read_form(raw, get=get, received_at=now).message


def _message(mail: ParsedMail, setup: Setup, channel: Channel) -> Steps[Message]:
    finding = automatic(mail, own_addresses=setup.own_addresses)
    yield
    parts = split(mail.body, html=mail.html, subject=mail.subject)
    yield
    spoken = language(parts.text or mail.body or mail.subject)
    yield
    return Message(
        id=mail.id,
        channel=channel,
        sender=mail.sender,
        to=mail.to,
        cc=mail.cc,
        reply_to=mail.reply_to,
        subject=mail.subject,
        date=mail.date,
        body=mail.body,
        text=parts.text,
        signature=parts.signature,
        quoted=parts.quoted,
        language=spoken,
        automatic=finding.kind,
        automatic_reason=finding.reason,
        bounce=finding.bounce,
        forwarded=parts.forwarded,
        confident=parts.confident,
        attachments=tuple(p.attachment for p in mail.parts),
        in_reply_to=mail.in_reply_to,
        references=mail.references,
        authentication=(
            authenticate(
                mail.headers, mail.sender.email, authserv_ids=setup.authserv_ids, senders_count=max(1, len(mail.senders))
            )
            if mail.sender.email
            else Authentication("none", "pas d'expéditeur")
        ),
        defects=mail.defects,
        phones=numbers_in(parts.signature, setup.country),
        sha256=mail.sha256,
        size=mail.size,
    )


def belonging(message: Message, businesses: Sequence[Business], account: str = "") -> Sequence[Business]:
    """The businesses that a message can be for.

    Those one of whose ``accounts`` it came by or is addressed to; else, where its inbox is known, those that name no accounts; else
    all of them (a mail out of a file: only what it says can tell).
    """
    # Inboxes are called by their kind and address: "gmail:contact@example.com".
    addressed = {a.email.casefold() for a in (*message.to, *message.cc)} | {
        account.casefold(),
        account.casefold().rpartition(":")[2],
    }
    named = [b for b in businesses if addressed.intersection(b.accounts)]
    if named or not account:
        return named or businesses
    return [b for b in businesses if not b.accounts] or businesses


def understanding_best(message: Message, businesses: Sequence[Business], *, now: datetime, only: str = "") -> Steps[Reading]:
    """The reading of the business that recognises the message best; the first one's default when none does."""
    texts = Texts.of(message)
    best: tuple[Recognised, Business] | None = None
    surest = (0, 0.0)
    for place, business in enumerate(businesses):
        # Only what it recognises as something of its own can draw a message away from a business before it.
        above = None if place == 0 or only else surest[1] if surest[0] == 2 else 0.0
        yield
        recognised = yield from recognising(message, texts, business, now=now, only=only, above=above)
        if recognised is None:
            continue
        certainty = _certainty(recognised, business, place)
        if best is None or certainty > surest:
            best, surest = (recognised, business), certainty
    if best is None:
        raise ValueError("no business to read for")
    yield
    reading = yield from best[0].reading()
    return replace(reading, business=best[1].name)


understand_best = at_once(understanding_best)


def _certainty(told: Recognised, business: Business, place: int) -> tuple[int, float]:
    """How surely a message is this business's: recognised as something of its own before all else.

    What a default directive recognises ("facture", "annuler") is said to every business: it draws nothing away from the first one.
    """
    recognised = any(r.hit and r.weight > 0 for r in told.reasons)
    if recognised and told.directive.name != business.default.name:
        return 2, told.confidence
    return (1, told.confidence) if recognised and place == 0 else (0, 0.0)


def fingerprint(message: Message) -> str:
    """Message-ID, sender, subject, words and files, whatever servers added on the way.

    An id that we made up hangs on every byte, those of the servers too: its date tells such a mail better, if it has one.
    """
    digest = hashlib.sha256()
    own_id = "" if message.date is not None and message.id.endswith(SYNTHETIC) else message.id
    dated = message.date.isoformat() if message.date is not None and not own_id else ""
    for part in (own_id or f"date:{dated}", message.sender.email.casefold(), request_words(message)):
        digest.update(part.encode("utf-8", "replace") + b"\0")
    return digest.hexdigest()


def request_words(message: Message) -> str:
    """Subject, words and files in one string, blanks folded: the same for the same request sent twice."""
    files = sorted(a.sha256 for a in message.attachments)
    return "\0".join((" ".join(message.subject.split()), " ".join(message.body.split()), *files))
