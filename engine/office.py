"""The office: what the clerk knows beside the store: secrets for tokens, who administers, how an answer is read."""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from decimal import Decimal

from core.case import Case
from core.directive import Business, Directive
from core.effects import System
from core.events import Role
from core.judging import judges
from core.message import Message
from core.reading import Verdict
from core.text_values import text_values
from engine.corrections import read_reason, read_rejection
from processors.correlate import make_message_id, make_token, read_message_id
from processors.verdict import read_verdict

#: What stands after /approve/: the case, the quote's number, and a mac over both, the quote's digest and the recipient.
APPROVE_TOKEN = re.compile(r"(?P<case>[0-9A-Za-z_-]{1,64})\.(?P<number>[1-9][0-9]{0,4})\.(?P<mac>[0-9A-Za-z_-]{22})", re.ASCII)


@dataclass(frozen=True, slots=True)
class Office:
    """One installation. ``secret`` signs tokens and Message-IDs; ``domain`` stands in the latter; ``public_url`` may be ''.

    ``business`` gives a business by name as published now; ``directive`` the directive a case began with.
    ``admin_phone`` is the administrator's WhatsApp number, where he is written to if ``phones_admin``.
    """

    secret: bytes
    admin_email: str
    domain: str
    public_url: str
    business: Callable[[str], Business]
    directive: Callable[[Case], Directive]
    admin_phone: str = ""
    phones_admin: bool = False

    @property
    def admin(self) -> tuple[System, str]:
        """How and where the administrator is written to; the address is '' when he has none."""
        return ("whatsapp", self.admin_phone) if self.phones_admin else ("mail", self.admin_email)

    def reference(self, ref: str) -> str:
        """The signed token that stands in texts."""
        return make_token(self.secret, ref)

    def message_id(self, key: str, ref: str) -> str:
        """The Message-ID of the mail that this effect sends, whenever and however often it is tried."""
        return make_message_id(self.secret, key, ref, self.domain)

    def ref_of(self, message_id: str) -> str:
        """The reference in a Message-ID that we made, '' in any other."""
        return read_message_id(self.secret, message_id) or ""

    def case_url(self, case_id: str) -> str:
        """The desk's address of a case."""
        return f"{self.public_url.rstrip('/')}/cases/{case_id}" if self.public_url else ""

    def approve_url(self, case_id: str, number: int, digest: str, to: str) -> str:
        """The page where whoever got this offer at that address can answer it; '' without PUBLIC_URL or address."""
        if not self.public_url or not to:
            return ""
        mac = self._approve_mac(case_id, number, digest, to)
        return f"{self.public_url.rstrip('/')}/approve/{case_id}.{number}.{mac}"

    def approves(self, token: str, digest: str, people: Iterable[str]) -> str:
        """Which of these addresses got that link for the offer of that digest, '' for none. In a time that tells nothing."""
        found = ""
        if (parts := APPROVE_TOKEN.fullmatch(token)) is not None:
            for to in people:
                if hmac.compare_digest(parts["mac"], self._approve_mac(parts["case"], int(parts["number"]), digest, to)):
                    found = found or to
        return found

    def _approve_mac(self, case_id: str, number: int, digest: str, to: str) -> str:
        plain = f"approve\n{case_id}\n{number}\n{digest}\n{''.join(to.split()).casefold()}"
        mac = hmac.new(self.secret, plain.encode("utf-8", "replace"), hashlib.sha256).digest()
        return base64.urlsafe_b64encode(mac[:16]).rstrip(b"=").decode()

    def new_id(self, seed: str) -> tuple[str, str]:
        """(id, reference) of the case that this message opens: unguessable, and the same when decided again."""
        mac = hmac.new(self.secret, b"case\0" + seed.encode("utf-8", "replace"), hashlib.sha256).digest()
        alphabet = str.maketrans("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", "0123456789ABCDEFGHJKMNPQRSTVWXYZ")
        return mac[:16].hex(), base64.b32encode(mac[16:21]).decode().translate(alphabet)


def letter_of(case: Case, directive: Directive) -> str:
    """The open offer of the case as its customer was told it, without its address and dates; '' while none is open."""
    text = directive.texts.get("requote" if case.quotes else "quote")
    if text is None or case.quote is None or case.quote.status != "open":
        return ""
    language, channel = text.told_in(case.party.language), case.thread.channel
    only = text.names(language, channel)
    values = text_values(
        case, directive, language=language, now=case.quote.made_at, business="", reference="", case_url="", extra={}, only=only
    )
    return text.render(language, values, channel)[1]


def verdict_of(message: Message, directive: Directive, role: Role, quoted: Decimal | None = None, letter: str = "") -> Verdict:
    """The message read as an answer, by its words alone. ``letter`` is what it answers where it quotes nothing (``letter_of``)."""
    grid = directive.price_grid
    verdict = read_verdict(
        message.text,
        subject=message.subject,
        quoted=message.quoted,
        confident=message.confident,
        automatic=message.automatic,
        quoted_amount=quoted,
        own_phrases=own_phrases(directive),
        letter=letter,
        unit=grid.unit["fr"][0] if grid else "",
        role="admin" if role == "admin" else "customer",
    )
    if role == "admin" and verdict.answer == "unclear" and judges(directive) and (no := read_rejection(message)):
        verdict = replace(verdict, answer="refuse", evidence=no)
    if role == "admin" and verdict.answer == "refuse":
        return replace(verdict, note=read_reason(message))
    return verdict


def without_links(text: str) -> str:
    """A text that was sent, for our own people: the customer's link to answer his offer is his alone."""
    return _APPROVE_LINK.sub("/approve/…", text)


_APPROVE_LINK = re.compile(f"/approve/{APPROVE_TOKEN.pattern}", re.ASCII)
_phrases: dict[tuple[str, str], tuple[str, ...]] = {}


def own_phrases(directive: Directive) -> tuple[str, ...]:
    """Sentences of our own mails that say how to answer: somebody who repeats them has decided nothing.

    The short lines that we ask people to answer with ("Je valide") are theirs to use and not among them.
    """
    key = (directive.name, directive.revision)
    if key not in _phrases:
        lines = (
            line.strip()
            for text in directive.texts.values()
            for body in (*text.body.values(), *text.channels.values())
            for line in body.splitlines()
            if "{" not in line
        )
        if len(_phrases) > 32:
            _phrases.clear()
        _phrases[key] = tuple(dict.fromkeys(line for line in lines if len(line.split()) >= 4))
    return _phrases[key]


def authorised(message: Message, role: Role, *, same_conversation: bool = False) -> bool:
    """Whether this sender may decide in his role: a person, in words of his own, vouched for by our own server.

    HubSpot tells nothing of how a mail proved itself; there only a message in the case's own conversation counts, which
    HubSpot itself ties by the ids of its mails. WhatsApp vouches for its numbers.
    """
    if role == "stranger" or message.automatic is not None or not message.confident:
        return False
    if message.channel == "whatsapp":
        return True
    if message.channel == "hubspot":
        return same_conversation
    return message.channel == "email" and message.authentication.verdict == "pass"
